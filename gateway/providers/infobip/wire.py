"""Handing messages to Infobip. Imported when first sending."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.providers import MaybeSent, Rejected, SendError
from gateway.providers.http import Door, Reply, refusal
from gateway.providers.infobip import order
from gateway.providers.infobip.codes import verdict

PATH = "/sms/3/messages"
PREVIEW = "/sms/1/preview"


class Line:
    """A sender's way to its account."""

    def __init__(
        self, door: Door, settings: Mapping[str, str], sender: str, clock: Callable[[], float]
    ) -> None:
        self.door, self.settings, self.sender, self.clock = door, settings, sender, clock

    def send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        """Hand messages over in one call; one bad number must not cost the others theirs.

        They refuse a call whole, and nothing of it went: then each half is tried alone.
        """
        try:
            return self._send(messages)
        except Rejected:
            if len(messages) == 1:
                raise
        middle = len(messages) // 2
        return [*self._half(messages[:middle]), *self._half(messages[middle:])]

    def _half(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        """Send a half; its failure is its own, as the other may have gone."""
        try:
            return self.send(messages)
        except SendError as error:
            return [error.result(message.id) for message in messages]

    def _send(self, messages: Sequence[Outgoing]) -> list[Result]:
        now = self.clock()
        reply = self._post(PATH, order.body(messages, self.sender, self.settings, now))
        try:
            entries = json.loads(reply.body)["messages"]
            by_id = {entry["messageId"]: entry for entry in entries}
            by_number = {entry["destination"].removeprefix("+"): entry for entry in entries}
            return [
                _result(
                    one.id,
                    by_id.get(order.own(one, now)) or by_number.get(one.to.removeprefix("+")),
                )
                for one in messages
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MaybeSent("bad_json") from None

    def check(self) -> None:
        """Ask for a thing that costs nothing; raise what sending would meet."""
        self._post(PREVIEW, json.dumps({"text": "Test"}).encode())

    def _post(self, path: str, body: bytes) -> Reply:
        kind = "application/json"
        signed = f"App {self.settings['api_key']}"
        headers = {"Authorization": signed, "Content-Type": kind, "Accept": kind}
        reply = self.door.hand(path, body, headers)
        error = refusal(reply)
        if error:
            raise type(error)(_code(reply.body) or error.code, error.wait)
        return reply


def _result(id: int, entry: Mapping[str, Any] | None) -> Result:
    if entry is None:
        return Result(id, Outcome.UNKNOWN, error="no_entry")
    status, reference = entry["status"], str(entry["messageId"])
    found = verdict(status["groupId"], status["id"])
    if found.outcome is Outcome.ACCEPTED:
        parts = entry.get("details", {}).get("messageCount")
        return Result(id, found.outcome, reference, parts=parts if isinstance(parts, int) else None)
    error = str(status["id"])
    return Result(id, found.outcome, reference, error, found.wait, elsewhere=found.elsewhere)


def _code(body: bytes) -> str | None:
    """Return the word for a refusal, of the newer form or the older.

    >>> _code(b'{"errorCode": "E429"}'), _code(b'<html>')
    ('E429', None)
    """
    try:
        told = json.loads(body)
        code = told.get("errorCode") or told["requestError"]["serviceException"]["messageId"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z][\w.-]{0,39}", code) else None
