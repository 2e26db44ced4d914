"""What the phone says became of messages. Its codes contradict its manual: words decide."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.domain.messages import Receipt, Status
from gateway.providers import Garbled, reading

SENT = ("-1", "0")  # Android's own word for well done, and the manual's
RETRY = {"1": "once", "2": "later", "3": "no", "4": "later"}

_OLD = re.compile(r"(\d\d)-(\d\d)-(\d\d) (\d\d):(\d\d)")


def fetched(told: Any) -> Iterator[Receipt]:
    """Yield one receipt for each message that the phone says it has taken."""
    for uuid in listed(told):
        yield Receipt(uuid, Status.QUEUED)


def listed(told: Any) -> list[str]:
    """Return the names in a list of them; raise Garbled if it is none."""
    if not isinstance(told, list):
        raise Garbled("missing_field", "queued_messages")
    return [reading.clean(uuid) for uuid in told if isinstance(uuid, str) and _short(uuid)]


def _short(uuid: str) -> bool:
    return 0 < len(uuid) <= reading.WORD


def results(told: Any) -> Iterator[Receipt]:
    """Yield what became of each message; the list may come as a JSON text of itself."""
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except (ValueError, RecursionError):
            raise Garbled("bad_json", "message_result") from None
    if not isinstance(told, list):
        raise Garbled("missing_field", "message_result")
    for one in map(reading.scalars, told):
        if _short(one.get("uuid", "")):
            yield from _result(one)


def _result(one: Mapping[str, str]) -> Iterator[Receipt]:
    reference, code = reading.clean(one["uuid"]), one.get("sent_result_code", "")
    words = one.get("delivered_result_message", "").strip().lower()
    heard, sent = (_at(one.get(f"{name}_timestamp", "")) for name in ("delivered", "sent"))
    if words == "sms delivered":
        yield Receipt(reference, Status.DELIVERED, at=heard)
    elif words == "sms not delivered":
        error = f"delivered_result_code:{reading.whole(one, 'delivered_result_code')}"
        yield Receipt(reference, Status.FAILED, at=heard, error=error)
    elif code in SENT:
        yield Receipt(reference, Status.SENT, at=sent)
    elif code.isascii() and code.isdigit() and len(code) < 6:
        error = f"sent_result_code:{code}"
        yield Receipt(reference, Status.FAILED, None, sent, error, RETRY.get(code))


def _at(stamp: str) -> datetime | None:
    """Return a receipt's time where it is usable: it is only information there."""
    try:
        return moment(stamp)
    except Garbled:
        return None


def moment(stamp: str) -> datetime | None:
    """Return a time in milliseconds since 1970 or, from old apps, as mm-dd-yy HH:MM in UTC.

    >>> moment("1785567600000") == moment("08-01-26 07:00"), moment("")
    (True, None)
    """
    if not stamp:
        return None
    try:
        old = _OLD.fullmatch(stamp)
        if old:
            month, day, year, hour, minute = map(int, old.groups())
            return datetime(2000 + year, month, day, hour, minute, tzinfo=UTC)
        ms = reading.whole({"ms": stamp}, "ms")
        if ms is None:
            raise ValueError
        return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    except (ValueError, OverflowError, OSError):
        raise Garbled("bad_timestamp", "sent_timestamp") from None
