"""Reading their calls: messages, receipts, and people who left."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.domain.messages import Inbound, OptOut, Receipt, Status
from gateway.providers import Garbled, Hook, finding, reading
from gateway.providers.external import order

MADE = "~"  # begins ids that we made, where they give none

Found = Mapping[str, str]
Settings = Mapping[str, str]


def fields(hook: Hook, settings: Settings) -> dict[str, str]:
    """Return the words of a call by path; in XML also those that the settings point at."""
    type = reading.header(hook, "Content-Type").lower()
    given = finding.posted(hook)
    found = dict.fromkeys(given, "") | finding.words(given)  # null is there, and empty
    if settings["from_xpath"] and "xml" in type and hook.body.strip():
        root = finding.xml(hook.body)
        for name in ("from_xpath", "text_xpath"):
            told = finding.at(root, settings[name])
            if told is None:
                raise Garbled("missing_field", name)
            found[name] = told
    return found


def _pointed(found: Found) -> tuple[str, ...]:
    return ("from_xpath",) if "from_xpath" in found else ()


def first(found: Found, *names: str) -> str:
    """Return the name of the first field that is there; raise Garbled if none is."""
    wanted = [name for name in names if name]
    name = next((name for name in wanted if found.get(name)), None)
    if name is None:
        raise Garbled("missing_field", "|".join(wanted))
    return name


def _text(found: Found, ours: str) -> str:
    """Return the name of the text; it may be empty, but if it is not there we look amiss."""
    places = [name for name in (ours, "text_xpath", "text") if name]
    name = next((name for name in places if name in found), None)
    if name is None:
        raise Garbled("missing_field", places[0] if ours else "text")
    return name


def inbound(hook: Hook, address: str, settings: Settings, seconds: float) -> Inbound:
    """Return the message of a call; `seconds` names the moment if they name none."""
    found = fields(hook, settings)
    name = first(found, settings["mo_from_field"], *_pointed(found), "from", "sender")
    sender = reading.sender(found, name, settings["country"])
    text, flags = reading.text(hook, found[_text(found, settings["mo_text_field"])])
    to = reading.word(found, settings["mo_to_field"]) if settings["mo_to_field"] else None
    dates = (settings["mo_date_field"], "date", "time")
    date = next((name for name in dates if found.get(name)), "")
    at = moment(found, date, settings)
    id = settings["mo_id_field"]
    when = found[date] if at else f"{seconds:.0f}"
    reference = reading.need(found, id) if id else made(sender, to or address, text, when)
    return Inbound(sender, to or address, text, reference, at=at, flags=flags)


def made(*words: str) -> str:
    """Return an id made of what a message is, so that the same told again is known."""
    return MADE + hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]


def moment(found: Found, name: str, settings: Settings) -> datetime | None:
    """Return a time, or None if it is not given; raise Garbled if it is not written so."""
    style, given = settings["date_format"], found.get(name, "") if name else ""
    if not given or style == "none":
        return None
    if style == "rfc3339":
        return reading.moment(found, name)
    if style == "seconds":
        return reading.seconds(found, name)
    try:
        if style == "milliseconds":
            return datetime.fromtimestamp(int(given) / 1000, UTC)
        at = datetime.strptime(given, style)
        zone = ZoneInfo(settings["time_zone"])
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Garbled("bad_timestamp", name) from None


def told(hook: Hook, address: str, settings: Settings) -> Iterator[Receipt | OptOut]:
    """Yield what became of a message, or that somebody left; nothing for an unknown word."""
    found = fields(hook, settings)
    place = settings["receipt_status_field"] or "status"
    word = found.get(place, "").lower()
    status = words(settings["receipt_words"]).get(word)
    if status == "stopped":
        name = first(found, settings["mo_from_field"], "from")
        yield OptOut(reading.sender(found, name, settings["country"]), address, "stop")
        return
    name = first(found, *(settings["receipt_id_field"].split(",") or ()), "uuid", "id")
    reference, own = identify(reading.need(found, name), name, address, settings)
    if not word:
        raise Garbled("missing_field", place)
    if status is None:
        return
    at = moment(found, settings["receipt_date_field"], settings)
    why = settings["receipt_error_field"]
    error = reading.word(found, why) if why else None
    yield Receipt(reference, Status(status), at=at, error=error, own=own)


def identify(given: str, name: str, address: str, settings: Settings) -> tuple[str, str | None]:
    """Return whose message a receipt means: their id if answers bring one, else ours."""
    if settings["answer_id"]:
        return given, None
    ours = settings["send_url"] + settings["send_body"]
    if "{{id}}" in ours and given.isascii() and given.isdigit():
        return given, given
    try:
        found = order.own(UUID(given), address)
    except ValueError:
        raise Garbled("bad_id", name) from None
    return given, None if found is None else str(found)


def words(said: str) -> dict[str, str]:
    """Return their words, in lower case, and what they mean: ours, and those of the settings.

    >>> words("DELIVRD=delivered")["delivrd"], words("")["sent"], words("")["stopped"]
    ('delivered', 'sent', 'stopped')
    """
    ours = {word: word for word in [*Status, "stopped"]}
    pairs = (pair.rpartition("=") for pair in said.split(",") if pair)
    return {str(word): str(mean) for word, mean in ours.items()} | {
        word.lower(): mean for word, _, mean in pairs
    }
