"""Reading a provider's call: its fields, and what makes one of them unusable."""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gateway.domain.phone import BadNumber, normalise
from gateway.providers import Forged, Garbled, Hook, Pairs
from gateway.providers.strange_json import parsed

BODY = 100_000  # bytes in a call
TEXT = 10_000  # characters kept of a text
WORD = 255  # characters in an id or a number

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?")

_FULL = re.compile(r"[1-9][0-9]{8,14}")


def pairs(encoded: bytes | str) -> Pairs:
    """Return a form or query as name-value pairs, in order, with the empty ones.

    >>> pairs("a=1&b=&a=%F0%9F%92%A7+%2B")
    (('a', '1'), ('b', ''), ('a', '💧 +'))
    """
    text = encoded.decode("utf-8", "replace") if isinstance(encoded, bytes) else encoded
    return tuple(parse_qsl(text, keep_blank_values=True, errors="replace"))


def fields(hook: Hook) -> dict[str, str]:
    """Return the call's fields; where a name comes twice, the first counts."""
    return dict(reversed(hook.query if hook.method == "GET" else hook.form))


def document(hook: Hook) -> dict[str, Any]:
    """Return the JSON object that is the call's body; raise Garbled if it is none."""
    try:
        found = parsed(hook.body.decode("utf-8", "replace"))
    except ValueError:
        raise Garbled("bad_json") from None
    if not isinstance(found, dict):
        raise Garbled("bad_json")
    return found


def scalars(found: Any) -> dict[str, str]:
    """Return the members of a JSON object that are words or numbers, as words.

    >>> scalars({"a": "x", "b": 1, "c": True, "d": None, "e": []}), scalars([])
    ({'a': 'x', 'b': '1', 'c': 'true'}, {})
    """
    if not isinstance(found, dict):
        return {}
    plain = {name: value for name, value in found.items() if isinstance(value, str | int | float)}
    return {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in plain.items()}


def octets(hook: Hook, name: str) -> bytes:
    """Return a field as the octets that were sent, for texts that are not in UTF-8.

    >>> octets(Hook("message", "GET", "https://x/?t=%06%27%1B%65", {}, (), (), b""), "t").hex()
    '06271b65'
    """
    sent = urlsplit(hook.url).query if hook.method == "GET" else hook.body.decode("latin-1")
    found = dict(reversed(parse_qsl(sent, keep_blank_values=True, encoding="latin-1")))
    plain = fields(hook).get(name, "")
    return (
        found[name].encode("latin-1", "replace")
        if name in found
        else plain.encode(errors="replace")
    )


def utf16(sent: bytes, name: str) -> str:
    """Return octets of UTF-16 as text; Garbled if one is missing.

    >>> utf16(bytes.fromhex("06450627"), "text")
    'ما'
    """
    if len(sent) % 2:
        raise Garbled("bad_encoding", name)
    return sent.decode("utf-16-be", "replace")


def header(hook: Hook, name: str) -> str:
    """Return a header whatever the case of its name, or an empty string."""
    found = hook.headers.get(name)
    if found is not None:
        return found
    return next((v for k, v in hook.headers.items() if k.lower() == name.lower()), "")


def small(hook: Hook) -> None:
    """Raise Garbled if the call is larger than we read."""
    if len(hook.body) > BODY:
        raise Garbled("bad_length", "body")


def secret(theirs: str, ours: str) -> None:
    """Raise Forged unless the two are the same; takes equally long either way."""
    if not hmac.compare_digest(theirs.encode("utf-8", "replace"), ours.encode()):
        raise Forged("bad_secret")


def key(hook: Hook, ours: str) -> None:
    """Raise Forged unless the address called holds our key, where we have set one."""
    if ours:
        secret(dict(hook.query).get("key", ""), ours)


def need(found: Mapping[str, str], *names: str) -> str:
    """Return the first of these fields that is there; raise Garbled if none is."""
    value = clean(next((found[name] for name in names if found.get(name)), ""))
    if not value:
        raise Garbled("missing_field", names[0])
    if len(value) > WORD:
        raise Garbled("bad_length", names[0])
    return value


def word(found: Mapping[str, str], name: str) -> str | None:
    """Return a short field that need not be there, or None."""
    return clean(found.get(name, ""))[:WORD] or None


def clean(value: str) -> str:
    """Return a value that any store can hold: no NUL, no half of a character.

    >>> clean("a\\0b \\ud83d\\udca7 \\ud83d") == "ab 💧 \\ufffd"
    True
    """
    value = value.replace("\0", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def text(hook: Hook, value: str) -> tuple[str, tuple[str, ...]]:
    """Return a text as we keep it, and flags: `cut` too long, `bad_utf8` unreadable bytes.

    Nothing is trimmed: spaces and an empty text are what the person sent.
    """
    whole = clean(value)
    flags = ("cut",) * (len(whole) > TEXT) + ("bad_utf8",) * _replaced(hook, whole)
    return whole[:TEXT], flags


def _replaced(hook: Hook, value: str) -> bool:
    """Tell our replacement character from one that the person really sent."""
    if "\ufffd" not in value:
        return False
    raw = hook.body.upper() + hook.url.upper().encode("utf-8", "replace")
    return b"%EF%BF%BD" not in raw and b"\xef\xbf\xbd" not in raw and b"\\UFFFD" not in raw


def sender(found: Mapping[str, str], name: str, country: str) -> str:
    """Return who wrote, as E.164, a short code or a name; raise Garbled if unusable."""
    raw = need(found, name)
    try:
        return normalise(raw, country or None).value
    except BadNumber:
        raise Garbled("bad_number", name) from None


def in_full(found: Mapping[str, str], name: str) -> dict[str, str]:
    """Return fields with a + at a phone number that is written in full but for it.

    For providers that always write so: a number too new for any table still gets through.

    >>> [in_full({"from": raw}, "from")["from"] for raw in ("447700900101", "1212", "Relief")]
    ['+447700900101', '1212', 'Relief']
    """
    raw = found.get(name, "")
    if not _FULL.fullmatch(raw):
        return dict(found)
    try:
        return {**found, name: normalise(f"+{raw}").value}
    except BadNumber:
        return dict(found)


def phone(found: Mapping[str, str], name: str, country: str) -> str:
    """Return a subscriber's number as E.164; raise Garbled if it is anything else."""
    value = sender(found, name, country)
    if not value.startswith("+"):
        raise Garbled("bad_number", name)
    return value


def recipient(found: Mapping[str, str], name: str, country: str) -> str | None:
    """Return a receipt's number where it is usable: it is only information there."""
    try:
        return sender(found, name, country)
    except Garbled:
        return None


def moment(found: Mapping[str, str], name: str) -> datetime | None:
    """Return a time, UTC unless it says otherwise, or None if not given; else Garbled.

    >>> moment({"date": "2026-08-01 07:00:00"}, "date").isoformat()
    '2026-08-01T07:00:00+00:00'
    """
    given = found.get(name, "")
    if not given:
        return None
    try:
        if not _MOMENT.fullmatch(given):
            raise ValueError
        at = datetime.fromisoformat(given)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Garbled("bad_timestamp", name) from None


def seconds(found: Mapping[str, str], name: str) -> datetime | None:
    """Return a time given as seconds since 1970, or None if not given; else Garbled.

    >>> seconds({"ts": "1785567600"}, "ts").isoformat()
    '2026-08-01T07:00:00+00:00'
    """
    if not found.get(name):
        return None
    count = whole(found, name)
    try:
        if count is None:
            raise ValueError
        return datetime.fromtimestamp(count, UTC)
    except (ValueError, OverflowError, OSError):
        raise Garbled("bad_timestamp", name) from None


def whole(found: Mapping[str, str], name: str) -> int | None:
    """Return a count, or None where it is not given or not a number."""
    given = found.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
