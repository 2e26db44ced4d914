"""What their answer to a message means, as the settings say."""

import re
from collections.abc import Mapping

from gateway.domain.messages import Outcome, Result
from gateway.providers import (
    Account,
    Busy,
    Elsewhere,
    MaybeSent,
    Rejected,
    SendError,
    Stopped,
    Unreachable,
    finding,
)
from gateway.providers.external.needs import CODES
from gateway.providers.http import Reply, refusal

_ERRORS: Mapping[Outcome, type[SendError]] = {
    Outcome.TRANSIENT: Unreachable,
    Outcome.THROTTLED: Busy,
    Outcome.REJECTED: Rejected,
    Outcome.LEFT: Stopped,
    Outcome.ACCOUNT: Account,
}
WORD = 100  # letters of an id or a code that we keep


def result(id: int, reply: Reply, settings: Mapping[str, str]) -> Result:
    """Return that they took the message, with their id; raise what else it means."""
    told = finding.answered(reply.body)
    code = _look(told, reply.text, settings["answer_error"])
    if code:
        _judge(code, reply, settings["answer_codes"])
    error = refusal(reply)
    if error:
        raise error
    if settings["mt_response_check"] not in reply.text:
        raise Rejected("response_check")
    theirs = _look(told, reply.text, settings["answer_id"])
    if settings["answer_id"] and not theirs:
        raise MaybeSent("no_id")
    return Result(id, Outcome.ACCEPTED, theirs or None)


def _judge(code: str, reply: Reply, codes: str) -> None:
    """Raise what a code means; one that is not in the table leaves it open."""
    known = dict(pair.split("=", 1) for pair in codes.split(",") if pair)
    word, _, wait = known.get(code, "").partition(":")
    if not word:
        raise refusal(reply) or MaybeSent("unknown_code")
    outcome = CODES[word]
    if word == "elsewhere":
        raise Elsewhere(code)
    if outcome is not Outcome.ACCEPTED:
        raise _ERRORS[outcome](code, float(wait) if wait else reply.wait)


def _look(told: Mapping[str, str], text: str, where: str) -> str:
    """Return what stands at a path of their answer, or what an expression finds in it.

    >>> _look({"data.0.id": "m1"}, "", "data.0.id"), _look({}, "OK: m2", r"re:OK: (\\w+)")
    ('m1', 'm2')
    """
    if where.startswith("re:"):
        found = re.search(where[3:], text)
        return (found[1] or "")[:WORD] if found else ""
    return told.get(where, "")[:WORD] if where else ""
