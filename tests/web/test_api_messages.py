"""Programs hand messages in and read them back, over a real store."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway import receive, send
from gateway.context import Gateway
from gateway.domain.messages import Inbound, Outcome, Result
from gateway.store import audit, channels, consent, contacts
from tests.web.conftest import NOW, Clock
from tests.web.programs import Program, add_channel, error

ONE, TWO, THREE = "+15550100", "+15550101", "+447700900123"
WHOLE = {"to": ONE, "text": "Water at the school."}


@pytest.fixture
def channel(gw: Gateway) -> int:
    return add_channel(gw)


@pytest.fixture
def program(gw: Gateway, channel: int) -> Program:
    return Program(gw, "operator")


def rows(gw: Gateway) -> list[Any]:
    return gw.store.read.execute("SELECT * FROM outbox ORDER BY id").fetchall()


def write_in(gw: Gateway, sender: str, text: str, reference: str, name: str = "sim") -> None:
    channel = gw.channels.get(name)
    assert channel
    receive.take(gw, channel, [Inbound(sender, "4040", text, reference)])


def leave(gw: Gateway, number: str) -> None:
    key = gw.numbers.of(number)

    def work(db: Any) -> None:
        person = contacts.by_value(db, number) or contacts.add(db, "phone", number, key, NOW)
        consent.record(
            db, number_key=key, address=person.address, state="out", how="keyword", now=NOW
        )

    gw.store.write(work)


def test_a_message_is_queued_once_it_is_on_disk(gw, program):
    found = program.post("/messages", WHOLE)
    assert found.status_code == 202
    assert found.json == {
        "messages": [{"to": ONE, "id": "out-1", "state": "queued", "parts": 1, "alphabet": "gsm7"}]
    }
    row = rows(gw)[0]
    assert (row["state"], row["class"], row["source"], row["due_at"]) == ("queued", 2, "api", NOW)
    person = contacts.by_value(gw.store.read, ONE)
    assert person.consent == "none"
    assert dict(contacts.get(gw.store.read, person.contact) or {})["source"] == "api"
    entry = audit.page(gw.store.read)[0]
    assert (entry["by"], entry["act"]) == ("token:program-operator", "message.submit")
    assert ONE not in json.dumps([dict(r) for r in audit.page(gw.store.read)])


def test_what_a_program_forces_is_written_down(gw, program):
    for force in (True, False):
        assert program.post("/messages", WHOLE | {"force": force}).status_code == 202
    assert [row["forced"] for row in rows(gw)] == [1, 0]
    assert program.post("/messages", WHOLE | {"force": "yes"}).status_code == 422


def test_each_recipient_is_taken_or_refused_on_their_own(gw, program):
    leave(gw, TWO)
    to = [ONE, TWO, "not a number", "+1 555 0100", "InfoRC", THREE]
    found = program.post("/messages", {"to": to, "text": "नमस्ते", "class": "high"}).json["messages"]
    assert [line.get("refused") for line in found] == [
        None,
        "left",
        "a sender name has at most 11 letters, digits and spaces",
        "given twice",
        "not a phone number",
        None,
    ]
    assert [line["id"] for line in found if "id" in line] == ["out-1", "out-2"]
    assert [line["alphabet"] for line in found if "id" in line] == ["ucs2", "ucs2"]
    assert [(row["recipient"], row["class"]) for row in rows(gw)] == [(ONE, 1), (THREE, 1)]


def test_who_left_and_was_forgotten_is_still_refused(gw, program):
    leave(gw, ONE)
    gw.store.write(lambda db: db.execute("DELETE FROM address"))
    assert program.post("/messages", WHOLE).json["messages"] == [{"to": ONE, "refused": "left"}]
    assert rows(gw) == []


WRONG = [
    # what is changed, status, code, field
    ({"text": 7}, 422, "invalid", "text"),
    ({"text": ""}, 422, "invalid", "text"),
    ({"text": " "}, 422, "invalid", "text"),
    ({"text": "bell \x07"}, 422, "invalid", "text"),
    ({"text": "x" * 1600}, 422, "invalid", "text"),
    ({"text": None}, 422, "invalid", "text"),
    ({"topic": "flood"}, 422, "invalid", "text"),
    ({"text": None, "topic": "nothing"}, 422, "invalid", "topic"),
    ({"to": []}, 422, "invalid", "to"),
    ({"to": None}, 422, "invalid", "to"),
    ({"to": [7]}, 422, "invalid", "to[0]"),
    ({"to": ["+15550100"] * 10_001}, 422, "invalid", "to"),
    ({"txt": "x"}, 422, "invalid", "txt"),
    ({"class": "urgent"}, 422, "invalid", "class"),
    ({"channel": "nowhere"}, 422, "invalid", "channel"),
    ({"language": "Nepali, please"}, 422, "invalid", "language"),
    ({"language": "xx"}, 422, "invalid", "language"),
    ({"due": "2026-11-20T10:00:00"}, 422, "invalid", "due"),
    ({"due": "tomorrow"}, 422, "invalid", "due"),
    ({"expires": "2020-01-01T00:00:00+00:00"}, 422, "invalid", "expires"),
    ({"key": ""}, 422, "invalid", "key"),
]


@pytest.mark.parametrize("changed, status, code, field", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_sent(gw, program, changed, status, code, field):
    assert error(program.post("/messages", WHOLE | changed)) == (status, code, field)
    assert rows(gw) == []
    assert contacts.count(gw.store.read) == 0


@pytest.mark.parametrize("value", ["tomorrow", "2026-11-20", "2026-11-20T10:00:00", 7])
@pytest.mark.parametrize("field", ["due", "expires"])
def test_what_is_no_time_is_told_how_a_time_is_written(program, field, value):
    told = program.post("/messages", WHOLE | {field: value}).json["error"]["message"]
    assert told == f"{field}: write a time with its offset, as 2026-11-18T18:00:00+05:45."


BODIES = [
    (b"{", "application/json", 400, "bad_json"),
    (b"\xff", "application/json", 400, "bad_json"),
    (b"", "application/json", 400, "bad_json"),
    (b"[]", "application/json", 422, "invalid"),
    (b"{}", "application/json", 422, "invalid"),
    (b"to=1", "application/x-www-form-urlencoded", 415, "not_json"),
    (b"{}", "text/plain", 415, "not_json"),
    (b" " * (21 * 1024 * 1024), "application/json", 413, "too_large"),
]


@pytest.mark.parametrize("raw, kind, status, code", BODIES)
def test_what_is_not_json_is_told_so(program, raw, kind, status, code):
    found = program.call("POST", "/messages", data=raw, content_type=kind)
    assert error(found)[:2] == (status, code)


def test_an_unknown_address_or_method_answers_in_the_same_shape(program):
    assert error(program.get("/nothing")) == (404, "not_found", None)
    assert error(program.call("DELETE", "/messages")) == (405, "method_not_allowed", None)
    assert error(program.get("/messages/out-9")) == (404, "not_found", None)
    assert error(program.get("/messages/up-1")) == (404, "not_found", None)


def test_the_same_key_gets_the_same_answer_and_sends_nothing(gw, program, clock: Clock):
    asked = WHOLE | {"key": "order 7", "expires": "2026-11-18T16:00:00+00:00"}
    first = program.post("/messages", asked)
    clock.now += 6 * 3600
    again = program.post("/messages", asked)
    assert (again.status_code, again.data) == (202, first.data)
    assert len(rows(gw)) == 1
    other = program.post("/messages", asked | {"text": "Other words."})
    assert error(other) == (409, "key_used", "key")
    assert len(rows(gw)) == 1
    asked = WHOLE | {"key": "order 7"}
    another: Any = Program(gw, "administrator").post("/messages", asked).json
    assert another["messages"][0].get("id") == "out-2"


def test_the_same_key_at_the_same_moment_sends_once(gw, program):
    asked = WHOLE | {"key": "order 8"}
    app = program.client.application
    headers = {"Authorization": f"Bearer {program.token}"}

    def ask(_: int) -> bytes:
        return app.test_client().post("/api/v1/messages", json=asked, headers=headers).data

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(16)))
    assert len(answers) == len(rows(gw)) == 1


def test_a_topic_goes_to_each_in_their_language_and_more_gives_the_next(gw, program):
    for n, (number, language) in enumerate(((ONE, "ne"), (TWO, "fr"))):
        write_in(gw, number, "hello", f"m{n}")
        person = contacts.by_value(gw.store.read, number).contact
        gw.store.write(lambda db, p=person, tag=language: contacts.set_language(db, p, tag))
    found: Any = program.post("/messages", {"to": [ONE, TWO, THREE], "topic": "flood"}).json
    ids = [int(line["id"].removeprefix("out-")) for line in found["messages"]]
    sent = [row for row in rows(gw) if row["id"] in ids]
    assert [row["language"] for row in sent] == ["ne", "fr", "en"]
    assert all(row["text"].startswith("1/") for row in sent)
    assert all(row["source"].startswith("topic:flood/1@") for row in sent)
    write_in(gw, THREE, "MORE", "m9")
    assert rows(gw)[-1]["text"].startswith("2/")


def test_a_person_gets_it_on_the_channel_they_last_wrote_on(gw, program):
    second = add_channel(gw, "second")
    write_in(gw, ONE, "hello", "m1", "second")
    before = len(rows(gw))
    program.post("/messages", {"to": [ONE, TWO], "text": "Hello."})
    program.post("/messages", WHOLE | {"channel": "sim"})
    assert [row["channel"] for row in rows(gw)[before:]] == [second, 1, 1]


def test_without_a_channel_the_answer_says_what_to_do(gw, program, channel):
    gw.store.write(lambda db: channels.enable(db, channel, False))
    for told in (WHOLE, WHOLE | {"channel": "sim"}):
        assert error(program.post("/messages", told)) == (409, "no_channel", "channel")


def test_messages_are_read_oldest_first_page_by_page(gw, program, clock: Clock):
    for n in range(7):
        clock.now += 1
        write_in(gw, ONE, f"hello {n} there", f"m{n}")
    whole = program.get("/messages", limit=100).json
    times = [m["created"] for m in whole["messages"]]
    assert whole["next"] is None
    assert times == sorted(times)
    assert {m["direction"] for m in whole["messages"]} == {"in", "out"}
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = program.get("/messages", limit=3, **cursor).json
        assert len(page["messages"]) <= 3
        seen += page["messages"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == whole["messages"]
    inward = program.get("/messages", direction="in").json["messages"]
    assert [m["text"] for m in inward] == [f"hello {n} there" for n in range(7)]
    later = program.get("/messages", direction="in", since="2026-11-18T11:06:44+00:00").json
    assert later["messages"] == [m for m in inward if m["created"] >= "2026-11-18T11:06:44+00:00"]


FILTERS = [
    ({"state": "queued"}, ["out-2"]),
    ({"state": "sent"}, ["out-1"]),
    ({"state": "received"}, ["in-1"]),
    ({"state": "received", "direction": "out"}, []),
    ({"channel": "sim"}, ["in-1", "out-1", "out-2"]),
    ({"channel": "other"}, []),
    ({"alert": 1}, []),
]


@pytest.mark.parametrize("asked, ids", FILTERS)
def test_messages_are_found_by_what_they_are(gw, program, asked, ids):
    write_in(gw, ONE, "a word to you", "m1")
    channel = gw.channels.get("sim")
    batch = send.prepare(gw, channel, 10, 10).batch
    send.settle(gw, [("sim", batch.id, [Result(1, Outcome.ACCEPTED, "ref-1")])])
    program.post("/messages", WHOLE)
    assert [m["id"] for m in program.get("/messages", **asked).json["messages"]] == ids


def test_one_message_says_all_that_is_known(gw, program):
    program.post("/messages", WHOLE)
    channel = gw.channels.get("sim")
    batch = send.prepare(gw, channel, 10, 10).batch
    send.settle(gw, [("sim", batch.id, [Result(1, Outcome.ACCEPTED, "ref-1")])])
    assert program.get("/messages/out-1").json == {
        "id": "out-1",
        "direction": "out",
        "channel": "sim",
        "from": "4040",
        "to": ONE,
        "text": WHOLE["text"],
        "language": None,
        "state": "sent",
        "parts": 1,
        "alphabet": "gsm7",
        "alert": None,
        "reference": "ref-1",
        "error": None,
        "reached": "provider",
        "confirms": True,
        "moved_from": None,
        "moved_reason": None,
        "created": "2026-11-18T11:06:40+00:00",
        "sent": "2026-11-18T11:06:40+00:00",
        "delivered": None,
    }


def test_words_of_a_sensitive_item_are_not_for_programs(gw, program):
    write_in(gw, ONE, "something happened to me", "m1")
    gw.store.write(lambda db: db.execute("UPDATE feedback SET sensitive = 1"))
    chief = Program(gw, "administrator")
    listed = {one["id"]: one["text"] for one in chief.get("/messages").json["messages"]}  # type: ignore[index]
    assert listed == {"in-1": None, "out-1": None}
    for id in listed:
        assert chief.get(f"/messages/{id}").json["text"] is None  # type: ignore[index]
        assert error(program.get(f"/messages/{id}"))[0] == 404
    assert program.get("/messages").json == {"messages": [], "next": None}


def test_whole_numbers_are_not_for_auditors(gw, program):
    program.post("/messages", WHOLE)
    write_in(gw, ONE, "hello", "m1")
    told = Program(gw, "auditor").get("/messages").json["messages"]  # type: ignore[index]
    people = {one["from"] if one["direction"] == "in" else one["to"] for one in told}
    assert people == {f"***{ONE[-3:]}"}


QUERIES = [
    ({"limit": "0"}, "limit"),
    ({"limit": "1001"}, "limit"),
    ({"limit": "ten"}, "limit"),
    ({"direction": "up"}, "direction"),
    ({"cursor": "'"}, "cursor"),
    ({"since": "yesterday"}, "since"),
    ({"since": "2026-11-18T06:26:40"}, "since"),
    ({"color": "red"}, "color"),
]


@pytest.mark.parametrize("asked, field", QUERIES)
def test_a_query_that_is_wrong_is_named(program, asked, field):
    assert error(program.get("/messages", **asked)) == (422, "invalid", field)


def test_ten_thousand_recipients_are_queued_by_one_request(gw, program):
    to = [f"+1555{n:07}" for n in range(10_000)]
    found = program.post("/messages", {"to": to, "text": "Water at the school."})
    queued = [line for line in found.json["messages"] if "id" in line]
    assert len(queued) == len(rows(gw)) == 10_000
