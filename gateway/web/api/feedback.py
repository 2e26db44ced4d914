"""Feedback: programs list items, sort them, and answer people."""

import sqlite3

from flask.typing import ResponseReturnValue
from msgspec import UNSET

from gateway import respond, told
from gateway.domain.feedback import NotAllowed
from gateway.store import feedback
from gateway.web.api import rights
from gateway.web.api.door import (
    actor,
    answer,
    blueprint,
    body,
    caller,
    gateway,
    needs,
    problem,
    query,
)
from gateway.web.api.feedback_shapes import Answer, FeedbackChange, FeedbackQuery
from gateway.web.problems import Problem

# Where a refusal is about a field of the call; the others are about how things stand.
FIELDS = {
    "user": "assignee",
    "code": "code",
    "code_type": "code",
    "reason": "reason",
    "empty": "text",
    "long": "text",
}


@blueprint.get("/feedback")
@needs(*rights.READ_FEEDBACK)
def list_feedback() -> ResponseReturnValue:
    """Return items, newest first, but for sensitive ones; `next` is the cursor, or null."""
    asked = query(FeedbackQuery)
    filters = {
        "open": asked.status == "open",
        "status": None if asked.status == "open" else asked.status,
        "type": asked.type,
        "since": asked.since.timestamp() if asked.since else None,
    }
    rows = feedback.page(gateway().store.read, filters, asked.cursor, asked.limit)
    following = rows[-1]["id"] if len(rows) == asked.limit else None
    return answer({"feedback": [told.item(row) for row in rows], "next": following})


@blueprint.get("/feedback/<reference>")
@needs(*rights.READ_FEEDBACK)
def show_feedback(reference: str) -> ResponseReturnValue:
    """Return one item by its reference."""
    return answer(told.item(_item(reference)))


@blueprint.patch("/feedback/<reference>")
@needs(*rights.ANSWER_FEEDBACK)
def change_feedback(reference: str) -> ResponseReturnValue:
    """Sort an item, give it to somebody, mark it, or move it on."""
    asked, item = body(FeedbackChange), _item(reference)
    try:
        _change(item["reference"], asked, item["type"])
    except respond.Refused as refused:
        raise _problem(refused) from None
    except NotAllowed as refused:
        raise problem(409, "not_open", str(refused), "status") from None
    except ValueError as wrong:
        field = "how" if asked.status == "closed" else "reason"
        raise problem(422, "invalid", str(wrong), field) from None
    return answer(told.item(feedback.by_id(gateway().store.read, item["id"])))


def _change(reference: str, asked: FeedbackChange, type: str) -> None:
    gw, by = gateway(), actor()
    if asked.type and not asked.code:
        raise problem(422, "invalid", "Give the code that goes with the type.", "code")
    if asked.code:
        respond.code(gw, by, reference, asked.type or type, asked.code)
    if asked.assignee is not UNSET:
        respond.assign(gw, by, reference, asked.assignee)
    if asked.sensitive:
        respond.mark_sensitive(gw, by, reference, asked.reason)
    elif asked.sensitive is False:
        respond.unmark(gw, by, reference, asked.reason or "")
    if asked.status:
        respond.set_status(gw, by, reference, asked.status, asked.reason, asked.how)


@blueprint.post("/feedback/<reference>/reply")
@needs(*rights.ANSWER_FEEDBACK)
def reply_to_feedback(reference: str) -> ResponseReturnValue:
    """Answer a person on the channel they wrote on; 202 once it is on disk."""
    asked, item = body(Answer), _item(reference)
    try:
        made = respond.reply(gateway(), actor(), item["reference"], asked.text)
    except respond.Refused as refused:
        raise _problem(refused) from None
    said = {"text": made.text, "language": made.language, "parts": made.parts}
    return answer({"id": f"out-{made.outbox}", **said, "alphabet": made.alphabet}, 202)


def _item(reference: str) -> sqlite3.Row:
    """Return the item; a sensitive one is there for tokens of administrators only."""
    row = feedback.by_reference(gateway().store.read, reference)
    if row is None or (row["sensitive"] and not caller().may(rights.KNOW_SENSITIVE)):
        raise problem(404, "not_found", "There is no feedback item with this reference.")
    return row


def _problem(refused: respond.Refused) -> Problem:
    field = FIELDS.get(refused.reason)
    if field:
        return problem(422, "invalid", str(refused), field)
    return problem(409, refused.reason, str(refused))
