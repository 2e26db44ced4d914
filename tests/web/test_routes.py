"""Who goes by which channel, and how a channel that does not work is shown."""

from collections.abc import Callable

import pytest

from gateway import routes
from gateway.context import Gateway
from gateway.routes import Said
from gateway.store import channels
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import fill

Sit = Callable[[str], Browser]
RULE = {"channel": "line-1", "prefix": "+977", "area": "NP0106", "urgency": "bulk", "rank": "2"}


@pytest.fixture
def ada(sit: Sit, gw: Gateway) -> Browser:
    fill(gw, NOW)
    return sit("administrator")


def test_a_rule_is_kept_shown_and_forgotten(ada: Browser, gw: Gateway) -> None:
    assert ada.post("/routes", RULE, page="/routes").status_code == 303
    said = routes.said(gw.store.read)
    assert said == [Said("line-1", "+977", "NP0106", "bulk", 2)]
    page = ada.get("/routes").text
    for words in ("+977…", "NP0106", "line-1", "Bulk"):
        assert words in page
    gone = {key: RULE[key] for key in ("channel", "prefix", "area", "urgency")}
    assert ada.post("/routes/forget", gone, page="/routes").status_code == 303
    assert routes.said(gw.store.read) == []


WRONG = {
    "prefix": ("0977", "A prefix is +"),
    "area": ("NOWHERE", "No area has the P-code NOWHERE."),
    "rank": ("first", "A rank is a whole number."),
    "channel": ("nobody", "There is no channel of this name."),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_rule_is_told_at_its_field(ada: Browser, gw: Gateway, field: str) -> None:
    value, said = WRONG[field]
    answer = ada.post("/routes", RULE | {field: value}, page="/routes")
    assert answer.status_code == 400
    assert said in answer.text
    assert routes.said(gw.store.read) == []


def test_only_an_administrator_says_who_goes_where(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    seat = sit("operator")
    assert 'action="/routes"' not in seat.get("/routes").text
    assert seat.post("/routes", RULE, page="/").status_code == 403


def test_a_channel_that_does_not_work_says_since_when_and_why(ada: Browser, gw: Gateway) -> None:
    gw.store.write(lambda db: channels.down(db, 1, NOW - 900, NOW + 30, 2, "unreachable"))
    page = ada.get("/channels/line-0").text
    for words in ("Not working", "unreachable", "Since", "Tries again", "Try now"):
        assert words in page
    assert "Not working" in ada.get("/channels").text
    assert ada.post("/channels/line-0/release", {}, page="/channels/line-0").status_code == 303
    assert "Not working" not in ada.get("/channels/line-0").text


def test_a_channel_that_no_worker_serves_says_how_to_start_one(ada: Browser, gw: Gateway) -> None:
    line = gw.channels.by_id(1)
    routes.unserved(gw, line, alone=True)
    page = ada.get("/channels/line-0").text
    for words in ("Not working", "No worker serves this channel.", "gateway worker", "Since"):
        assert words in page
    assert "<dd>no worker serves this channel</dd>" in page
    assert "Tries again" not in page  # there is nobody to try
    assert "Not working" in ada.get("/channels").text
    routes.unserved(gw, line, alone=False)
    page = ada.get("/channels/line-0").text
    assert "worker" not in page
    assert "Not working" not in page


def test_a_refused_account_says_what_to_mend(ada: Browser, gw: Gateway) -> None:
    gw.store.write(lambda db: channels.down(db, 1, NOW - 900, NOW + 30, 2, "account"))
    page = ada.get("/channels/line-0").text
    assert "the sign-in, the credit or the sender is wrong" in page


def test_the_share_of_the_last_hour_is_shown_and_measured(ada: Browser, gw: Gateway) -> None:
    gw.store.write(lambda db: db.execute("DELETE FROM outbox"))
    sql = (
        "INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, state,"
        " created_at, sent_at) VALUES ('+15550100', ?, 2, ?, 'hello', 1, 'gsm7', 'sent', ?, ?)"
    )
    rows = [(channel, NOW, NOW - 60, NOW - 30) for channel in (1, 1, 1, 2)]
    gw.store.write(lambda db: db.executemany(sql, rows))
    assert "75 %" in ada.get("/channels/line-0").text
    figures = ada.get("/metrics").text
    assert 'gateway_channel_share{channel="line-0"} 0.75' in figures
    assert 'gateway_channel_share{channel="line-2"} 0.0' in figures


def test_a_channel_that_is_down_is_not_up(ada: Browser, gw: Gateway) -> None:
    assert 'gateway_channel_up{channel="line-0"} 1' in ada.get("/metrics").text
    gw.store.write(lambda db: channels.down(db, 1, NOW, NOW + 30, 0, "unreachable"))
    assert 'gateway_channel_up{channel="line-0"} 0' in ada.get("/metrics").text
    gw.store.write(lambda db: channels.linked(db, 2, "no connection", NOW - 60))
    assert 'gateway_channel_up{channel="line-1"} 0' in ada.get("/metrics").text


def test_a_message_that_moved_says_from_where_and_why(ada: Browser, gw: Gateway) -> None:
    contact = gw.store.read.execute(
        "SELECT address.contact AS id FROM outbox JOIN address ON address.id = outbox.address"
        " ORDER BY outbox.id DESC LIMIT 1"
    ).fetchone()["id"]
    gw.store.write(
        lambda db: db.execute("UPDATE outbox SET moved_from = 3, moved_why = 'unreachable'")
    )
    assert "moved from line-2: unreachable" in ada.get(f"/contacts/{contact}").text
