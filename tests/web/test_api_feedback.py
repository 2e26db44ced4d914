"""Programs sort and answer what people say."""

from typing import Any

import pytest

from gateway import receive
from gateway.context import Gateway
from gateway.domain.messages import Inbound
from gateway.store import codes, feedback
from tests.web.programs import Program, add_channel, error


@pytest.fixture
def program(gw: Gateway) -> Program:
    add_channel(gw)
    gw.store.write(codes.load_default)
    write_in(gw, "when does the road open again", "m1")
    write_in(gw, "the well at the school is dry", "m2")
    return Program(gw, "operator")


def write_in(gw: Gateway, text: str, reference: str) -> None:
    channel = gw.channels.get("sim")
    assert channel
    receive.take(gw, channel, [Inbound("+15550100", "4040", text, reference)])


def references(gw: Gateway) -> list[str]:
    rows = gw.store.read.execute("SELECT reference FROM feedback ORDER BY id")
    return [row["reference"] for row in rows]


def test_items_are_listed_newest_first_without_a_number(gw, program):
    first, second = references(gw)
    page: Any = program.get("/feedback", limit=1).json
    assert [item["id"] for item in page["feedback"]] == [second]
    rest: Any = program.get("/feedback", cursor=page["next"]).json
    assert [item["id"] for item in rest["feedback"]] == [first]
    assert rest["next"] is None
    shown: Any = program.get(f"/feedback/{first.lower()}").json
    assert shown == rest["feedback"][0]
    assert (shown["text"], shown["status"]) == ("when does the road open again", "acknowledged")
    assert "15550100" not in program.get("/feedback").text


FILTERS = [
    ({"status": "open"}, 2),
    ({"status": "acknowledged"}, 2),
    ({"status": "closed"}, 0),
    ({"type": "other"}, 2),
    ({"type": "rumour"}, 0),
    ({"since": "2026-11-18T11:06:40Z"}, 2),
    ({"since": "2026-11-19T00:00:00Z"}, 0),
]


@pytest.mark.parametrize("asked, many", FILTERS)
def test_items_are_found_by_what_they_are(program, asked, many):
    assert len(program.get("/feedback", **asked).json["feedback"]) == many


def test_an_item_is_sorted_given_moved_and_answered(gw, program):
    reference = references(gw)[0]
    told = {"type": "question", "code": code(gw, "question"), "assignee": "bikash"}
    shown: Any = program.patch(f"/feedback/{reference}", told).json
    assert (shown["type"], shown["code"]) == ("question", told["code"])
    assert (shown["assignee"], shown["status"]) == ("bikash", "triaged")
    moved: Any = program.patch(f"/feedback/{reference}", {"status": "in_progress"}).json
    assert moved["status"] == "in_progress"
    assert 'assignee":null' in program.patch(f"/feedback/{reference}", {"assignee": None}).text
    answered = program.post(f"/feedback/{reference}/reply", {"text": "On Sunday."})
    assert answered.status_code == 202
    said: Any = answered.json
    sent: Any = program.get(f"/messages/{said['id']}").json
    assert "On Sunday." in sent["text"]
    assert sent["text"] == said["text"]
    assert '"answered"' in program.get(f"/feedback/{reference}").text
    told = {"status": "closed", "how": "replied_to_person"}
    assert program.patch(f"/feedback/{reference}", told).json["status"] == "closed"
    again = program.post(f"/feedback/{reference}/reply", {"text": "And one more."})
    assert error(again) == (409, "over", None)


def code(gw: Gateway, type: str) -> str:
    sql = "SELECT category, code FROM code WHERE type IN (?, ?) AND retired_at IS NULL"
    row = gw.store.read.execute(sql, (type, codes.ANY)).fetchone()
    return f"{row['category']}/{row['code']}"


WRONG = [
    ({"status": "done"}, 422, "status"),
    ({"status": "closed"}, 409, "status"),
    ({"status": "rejected"}, 422, "reason"),
    ({"assignee": "nobody-here"}, 422, "assignee"),
    ({"assignee": "noor"}, 422, "assignee"),
    ({"code": "hazard"}, 422, "code"),
    ({"code": "nothing/there"}, 422, "code"),
    ({"type": "question"}, 422, "code"),
    ({"priority": "p1"}, 422, "priority"),
]


@pytest.mark.parametrize("told, status, field", WRONG)
def test_what_cannot_be_done_is_named(gw, program, told, status, field):
    found = error(program.patch(f"/feedback/{references(gw)[0]}", told))
    assert (found[0], found[2]) == (status, field)


def test_sensitive_words_are_for_the_console_only(gw, program):
    reference = references(gw)[0]
    marked: Any = program.patch(f"/feedback/{reference}", {"sensitive": True}).json
    assert (marked["sensitive"], marked["text"]) == (True, None)
    assert [item["id"] for item in program.get("/feedback").json["feedback"]] == references(gw)[1:]
    told = {"sensitive": False, "reason": "Not about a person."}
    for one in (program, Program(gw, "administrator", "sita"), Program(gw, "auditor")):
        assert error(one.get(f"/feedback/{reference}"))[0] == 404
    for one in (program, Program(gw, "administrator", "bikash")):
        assert error(one.patch(f"/feedback/{reference}", told))[0] == 404
        refused = one.post(f"/feedback/{reference}/reply", {"text": "We come."})
        assert error(refused)[0] == 404
    chief = Program(gw, "administrator")
    assert chief.get(f"/feedback/{reference}").json["text"] is None  # type: ignore[index]
    refused = chief.post(f"/feedback/{reference}/reply", {"text": "We come."})
    assert error(refused) == (409, "sensitive", None)
    unexplained = chief.patch(f"/feedback/{reference}", {"sensitive": False})
    assert error(unexplained) == (422, "invalid", "reason")
    ordinary: Any = chief.patch(f"/feedback/{reference}", told).json
    assert (ordinary["sensitive"], ordinary["text"]) == (False, "when does the road open again")


def test_an_item_that_is_not_there_is_not_found(gw, program):
    unused = feedback.fresh_reference(gw.store.read, lambda: 5)
    for answer in (
        program.get(f"/feedback/{unused}"),
        program.patch(f"/feedback/{unused}", {}),
        program.post(f"/feedback/{unused}/reply", {"text": "Hello."}),
    ):
        assert error(answer) == (404, "not_found", None)


def test_an_empty_answer_is_not_sent(gw, program):
    reference = references(gw)[0]
    assert error(program.post(f"/feedback/{reference}/reply", {"text": " "}))[2] == "text"
    assert error(program.post(f"/feedback/{reference}/reply", {"text": "x" * 1500}))[2] == "text"
