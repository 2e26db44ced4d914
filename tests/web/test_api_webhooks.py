"""Programs are told what happens: signed, in order, and in spite of restarts."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway import broadcast, receive, tell
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class, Inbound, Receipt, Status
from gateway.engine import Engine
from gateway.engine.callbacks import PATIENCE
from gateway.receive.case import file_item
from gateway.settings import Settings
from gateway.store import inbox, webhooks
from tests.providers.loopback import Canned, answering
from tests.web.conftest import NOW, Clock
from tests.web.programs import Program, add_channel, error

SECRET = "sixteen letters or more"
EVENTS = list(webhooks.EVENTS)
NOWHERE = "http://127.0.0.1:9/hook"


@pytest.fixture
def program(gw: Gateway) -> Program:
    add_channel(gw)
    return Program(gw, "administrator")


@contextmanager
def running(gw: Gateway) -> Iterator[Engine]:
    engine = Engine(gw)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def until(found: Callable[[], Any]) -> Any:
    """Wait for something to be true, at most ten seconds."""
    end = time.monotonic() + 10
    while not (seen := found()) and time.monotonic() < end:
        time.sleep(0.02)
    assert seen
    return seen


def listen(program: Program, url: str, events: list[str] = EVENTS) -> int:
    added: Any = program.post("/webhooks", {"url": url, "events": events, "secret": SECRET})
    assert added.status_code == 201
    return added.json["id"]


def write_in(gw: Gateway, text: str, reference: str) -> None:
    channel = gw.channels.get("sim")
    assert channel
    receive.take(gw, channel, [Inbound("+15550100", "4040", text, reference)])


def waiting(gw: Gateway) -> list[Any]:
    return gw.store.read.execute("SELECT * FROM delivery ORDER BY id").fetchall()


def bodies(server: Canned) -> list[Any]:
    return [json.loads(asked.body) for asked in list(server.asked)]


def test_a_webhook_is_told_what_get_would_show_and_that_it_is_us(gw, program):
    with answering(204, "") as server, running(gw):
        listen(program, f"{server.url}/hook?for=gateway")
        write_in(gw, "the well is dry", "m1")
        until(lambda: len(server.asked) >= 3)
        events = bodies(server)
        assert {one["event"] for one in events} == {"message.in", "feedback.new", "message.state"}
        inward = next(one for one in events if one["event"] == "message.in")
        assert inward["data"] == program.get("/messages/in-1").json
        assert inward["at"] == "2026-11-18T11:06:40+00:00"
        item = next(one for one in events if one["event"] == "feedback.new")
        assert item["data"]["text"] == "the well is dry"
        until(lambda: not waiting(gw))
    for asked in server.asked:
        assert asked.path == "/hook?for=gateway"
        signed = hmac.new(SECRET.encode(), asked.body, hashlib.sha256).hexdigest()
        assert asked.headers["X-Gateway-Signature"] == f"sha256={signed}"
        assert asked.headers["Content-Type"] == "application/json"
    assert len({asked.headers["X-Gateway-Delivery"] for asked in server.asked}) == len(server.asked)


def test_a_receipt_and_an_alert_are_told_once_each_time_they_move(gw, program):
    listen(program, NOWHERE, ["message.state", "alert.state"])
    program.post("/messages", {"to": "+15550100", "text": "Water at the school."})
    gw.store.write(lambda db: db.execute("UPDATE outbox SET state = 'sent', reference = 'r1'"))
    channel = gw.channels.get("sim")
    for _ in range(2):
        receive.take(gw, channel, [Receipt("r1", Status.DELIVERED)])
    draft = Draft({"en": "Leave now."}, Audience(), Class.HIGH, NOW + 3600)
    broadcast.submit(gw, "user:sita", broadcast.create(gw, "user:sita", draft))
    told = [json.loads(row["body"]) for row in waiting(gw)]
    assert [(one["event"], one["data"]["state"]) for one in told] == [
        ("message.state", "delivered"),
        ("alert.state", "draft"),
        ("alert.state", "submitted"),
    ]
    shown: Any = program.get("/alerts/1").json
    assert told[-1]["data"] == {name: part for name, part in shown.items() if name != "preview"}


def test_what_waits_for_somebody_who_leaves_is_told_and_counted(gw, program):
    listen(program, NOWHERE, ["message.state"])
    for class_ in ("normal", "high"):
        program.post("/messages", {"to": "+15550100", "text": f"It is {class_}.", "class": class_})
    write_in(gw, "STOP", "m1")
    told = [json.loads(row["body"])["data"] for row in waiting(gw)]
    assert [(one["id"], one["state"], one["error"]) for one in told] == [
        ("out-1", "withdrawn", "left"),
        ("out-2", "withdrawn", "left"),
    ]
    counted: Any = program.get("/refused").json
    assert counted["refused"] == [
        {"channel": "sim", "class": "high", "reason": "left", "messages": 1},
        {"channel": "sim", "class": "normal", "reason": "left", "messages": 1},
    ]


def test_nothing_is_kept_for_nobody(gw, program):
    write_in(gw, "the well is dry", "m1")
    listen(program, NOWHERE, ["alert.state"])
    write_in(gw, "the well is still dry", "m2")
    assert waiting(gw) == []


def test_that_something_sensitive_came_nobody_is_told(gw, program):
    listen(program, NOWHERE, ["message.in", "feedback.new"])
    channel = gw.channels.get("sim")

    def work(db: Any) -> None:
        person = receive.meet(gw, db, channel, "+15550100", NOW)
        told = Inbound("+15550100", "4040", "somebody hurt me", "m1")
        (id,) = inbox.ids(db, channel.id, [told.reference])
        assert id
        inbox.add(db, channel.id, [inbox.Arrived(id, told, person.address, None)], NOW)
        file_item(gw, db, channel, person, NOW, type="sensitive", text=told.text, inbound=id)
        tell.messages_in(db, [id or 0], NOW)

    gw.store.write(work)
    assert waiting(gw) == []


@pytest.mark.parametrize("status", [301, 400, 404, 410, 500, 503])
def test_what_is_not_taken_comes_again_later_and_later(gw, program, clock: Clock, status):
    with answering(status, "") as server, running(gw) as engine:
        listen(program, f"{server.url}/hook", ["message.in"])
        write_in(gw, "the well is dry", "m1")
        until(lambda: [row["attempts"] for row in waiting(gw)] == [1])
        assert waiting(gw)[0]["due_at"] == NOW + 10
        clock.now += 11
        engine._callbacks.wake()
        until(lambda: [row["attempts"] for row in waiting(gw)] == [2])
        assert waiting(gw)[0]["due_at"] == NOW + 11 + 30
        server.status = 200
        clock.now += 31
        engine._callbacks.wake()
        until(lambda: not waiting(gw))
    assert len(server.asked) == 3
    assert len({asked.headers["X-Gateway-Delivery"] for asked in server.asked}) == 1


def test_one_that_does_not_answer_holds_up_no_other(gw, program):
    with answering(200, "") as server:
        listen(program, NOWHERE, ["message.in"])
        listen(program, f"{server.url}/hook", ["message.in"])
        for n in range(30):
            write_in(gw, f"word {n} of it", f"m{n}")
        with running(gw):
            until(lambda: len(server.asked) == 30)
        said = [one["data"]["text"] for one in bodies(server)]
        assert said == [f"word {n} of it" for n in range(30)]
    listed: Any = program.get("/webhooks").json["webhooks"]
    assert [one["waiting"] for one in listed] == [30, 0]


def test_one_whose_secret_cannot_be_opened_holds_up_no_other(gw, program):
    with answering(200, "") as server:
        listen(program, f"{server.url}/first", ["message.in"])
        listen(program, f"{server.url}/second", ["message.in"])
        gw.store.write(lambda db: db.execute("UPDATE webhook SET secret = 'torn' WHERE id = 1"))
        write_in(gw, "the well is dry", "m1")
        with running(gw):
            until(lambda: [row["webhook"] for row in waiting(gw)] == [1])
        assert [asked.path for asked in server.asked] == ["/second"]


def test_a_restart_loses_nothing(gw, program, settings: Settings, clock: Clock):
    listen(program, NOWHERE, ["message.in"])
    with running(gw):
        write_in(gw, "the well is dry", "m1")
        until(lambda: [row["attempts"] for row in waiting(gw)] == [1])
    write_in(gw, "and the school is cold", "m2")
    with answering(200, "") as server:
        url = f"{server.url}/hook"
        gw.store.write(lambda db: db.execute("UPDATE webhook SET url = ?", (url,)))
        gw.store.close()
        again = open_gateway(settings)
        clock.now += 60
        again.clock = clock
        with running(again):
            until(lambda: not waiting(again))
        again.store.close()
        assert {one["data"]["text"] for one in bodies(server)} == {
            "the well is dry",
            "and the school is cold",
        }


def test_after_three_days_it_is_given_up_and_its_words_are_gone(gw, program, clock: Clock):
    listen(program, NOWHERE, ["message.in"])
    write_in(gw, "the well is dry", "m1")
    clock.now += PATIENCE + 1
    with running(gw):
        until(lambda: [row["state"] for row in waiting(gw)] == ["given_up"])
    assert waiting(gw)[0]["body"] == ""
    listed: Any = program.get("/webhooks").json["webhooks"]
    assert [(one["waiting"], one["given_up"]) for one in listed] == [(0, 1)]


def test_a_removed_webhook_hears_no_more(gw, program):
    id = listen(program, NOWHERE, ["message.in"])
    write_in(gw, "the well is dry", "m1")
    assert program.call("DELETE", f"/webhooks/{id}").status_code == 204
    write_in(gw, "the well is still dry", "m2")
    assert waiting(gw) == []
    assert program.get("/webhooks").json == {"webhooks": []}
    assert error(program.call("DELETE", f"/webhooks/{id}")) == (404, "not_found", None)


def test_the_secret_is_sealed_and_never_shown(gw, program):
    listen(program, NOWHERE)
    assert SECRET not in program.get("/webhooks").text
    row = gw.store.read.execute("SELECT * FROM webhook").fetchone()
    assert SECRET not in json.dumps(dict(row))


WRONG = [
    ({"url": "ftp://example.org/"}, "url"),
    ({"url": "example.org"}, "url"),
    ({"url": "http://me:secret@example.org/"}, "url"),
    ({"url": "http://example.org:port/"}, "url"),
    ({"url": "https://"}, "url"),
    ({"events": []}, "events"),
    ({"events": ["message.out"]}, "events[0]"),
    ({"secret": "short"}, "secret"),
    ({"secret": None}, "secret"),
    ({"active": True}, "active"),
]


@pytest.mark.parametrize("changed, field", WRONG)
def test_what_is_wrong_is_named(program, changed, field):
    told = {"url": NOWHERE, "events": ["message.in"], "secret": SECRET} | changed
    assert error(program.post("/webhooks", told)) == (422, "invalid", field)


def test_an_idle_engine_writes_nothing(gw, program):
    listen(program, NOWHERE)
    with running(gw):
        time.sleep(0.3)
        before = gw.store.read.execute("PRAGMA data_version").fetchone()[0]
        time.sleep(1.2)
        assert gw.store.read.execute("PRAGMA data_version").fetchone()[0] == before
