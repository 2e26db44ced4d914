"""How far a message came has four words, and a route that never confirms says so."""

import json
import re

import pytest

from gateway import tell
from gateway.context import Gateway
from gateway.store import channels
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.programs import Program
from tests.web.rows import fill
from tests.web.test_alerts_pages import Sit

SILENT = "Handed over: this route never confirms"
COLUMNS = {
    "Handed over": ("sent", None, 1),
    SILENT: ("sent", None, 4),
    "Network accepted": ("sent", NOW, 4),
    "Phone confirmed": ("delivered", NOW, 1),
}


@pytest.fixture
def ada(gw: Gateway, sit: Sit) -> Browser:
    fill(gw, NOW)
    sealed = gw.sealer.seal({"folder": "/var/spool/sms", "report": "no"})
    gw.store.write(lambda db: channels.add(db, "silent", "spool", "+15550199", sealed, NOW))
    return sit("administrator")


def came(gw: Gateway, word: str) -> None:
    sql = "UPDATE outbox SET state = ?, network_at = ?, channel = ?"
    gw.store.write(lambda db: db.execute(sql, COLUMNS[word]))


def one(gw: Gateway, sql: str) -> str:
    return str(gw.store.read.execute(sql).fetchone()[0])


def badges(page: str) -> set[str]:
    """The states a page shows, as they are read aloud."""
    return {found.strip() for found in re.findall(r'class="state[^>]*>.*?</b>([^<]*)<', page)}


@pytest.mark.parametrize("word", COLUMNS)
def test_a_persons_page_tells_how_far_each_message_came(
    ada: Browser, gw: Gateway, word: str
) -> None:
    came(gw, word)
    shown = badges(ada.get(f"/contacts/{one(gw, 'SELECT min(contact) FROM address')}").text)
    assert shown & COLUMNS.keys() == {word}


@pytest.mark.parametrize("word", COLUMNS)
def test_an_item_tells_how_far_its_answer_came(ada: Browser, gw: Gateway, word: str) -> None:
    came(gw, word)
    add = """INSERT INTO feedback_event (feedback, kind, text, by, outbox, at)
             SELECT feedback, 'answer', 'Thank you', 'user:ada', id, created_at
               FROM outbox WHERE feedback IS NOT NULL"""
    gw.store.write(lambda db: db.execute(add))
    newest = "SELECT reference FROM feedback WHERE id = (SELECT max(feedback) FROM outbox)"
    reference = one(gw, newest)
    assert badges(ada.get(f"/feedback/{reference}").text) & COLUMNS.keys() == {word}


def test_an_alert_counts_each_apart(ada: Browser, gw: Gateway) -> None:
    id = int(one(gw, "SELECT min(id) FROM alert"))
    gw.store.write(lambda db: db.execute("UPDATE alert SET expanded_to = 99 WHERE id = ?", (id,)))
    sql = """UPDATE outbox SET state = ?, network_at = ?, channel = ?, alert = ?, address = ?
              WHERE id = ?"""
    rows = [(*column, id, n, n) for n, column in enumerate(COLUMNS.values(), 1)]
    gw.store.write(lambda db: db.executemany(sql, rows))
    page = ada.get(f"/alerts/{id}").text
    assert badges(page) >= COLUMNS.keys()
    assert "4 of 30 people done" in page


def test_a_channels_page_says_whether_its_route_confirms(ada: Browser) -> None:
    assert "This route never confirms" in ada.get("/channels/silent").text
    assert "This route never confirms" not in ada.get("/channels/line-0").text


SAID = {
    "Handed over": ("provider", True),
    SILENT: ("provider", False),
    "Network accepted": ("network", False),
    "Phone confirmed": ("phone", True),
}


@pytest.mark.parametrize("word", COLUMNS)
def test_programs_read_how_far_a_message_came(ada: Browser, gw: Gateway, word: str) -> None:
    came(gw, word)
    listed = Program(gw, "operator").get("/messages", direction="out").json
    assert listed
    went = [one for one in listed["messages"] if one["sent"]]
    assert {(one["reached"], one["confirms"]) for one in went} == {SAID[word]}
    came_in = Program(gw, "administrator").get("/messages", direction="in").json
    assert came_in
    assert {one["confirms"] for one in came_in["messages"]} == {None}


def test_a_webhook_hears_whether_the_route_confirms(ada: Browser, gw: Gateway) -> None:
    came(gw, SILENT)
    hook = {"url": "http://127.0.0.1:9/", "events": ["message.state"], "secret": "s" * 16}
    Program(gw, "administrator").post("/webhooks", hook)
    ids = [int(one(gw, "SELECT min(id) FROM outbox WHERE sent_at IS NOT NULL"))]
    gw.store.write(lambda db: tell.messages_moved(gw, db, ids, NOW))
    data = json.loads(one(gw, "SELECT body FROM delivery"))["data"]
    assert (data["id"], data["confirms"]) == (f"out-{ids[0]}", False)


def test_programs_read_which_channels_confirm(ada: Browser, gw: Gateway) -> None:
    listed = Program(gw, "auditor").get("/channels").json
    assert listed
    assert {one["name"]: one["confirms"] for one in listed["channels"]}["silent"] is False
    held = next(one for one in listed["channels"] if one["name"] == "line-1")
    assert (held["state"], held["reason"], held["confirms"]) == ("held", "20003", True)
    assert "folder" not in json.dumps(listed)
