"""What is refused, asked for and told is in the reader's language, down to the last page."""

import json
import sqlite3
from collections.abc import Callable

import pytest

from gateway.context import Gateway
from gateway.store import channels, inbox
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import fill

Sit = Callable[[str], Browser]


@pytest.fixture(params=["fr", "ar"])
def tongue(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ada(sit: Sit, tongue: str) -> Browser:
    seat = sit("administrator")
    seat.post("/language", {"language": tongue}, page="/")
    return seat


def test_a_form_says_what_it_needs(ada: Browser, tongue: str) -> None:
    page = ada.get("/channels/new/twilio").text
    meant = {
        "fr": "L’Account SID, sur la première page",
        "ar": "رمز Account SID في الصفحة الأولى",
    }
    assert meant[tongue] in page


def test_a_form_says_what_is_wrong(ada: Browser, tongue: str) -> None:
    at = "/channels/new/twilio"
    page = ada.post(at, {"name": "main", "set-account_sid": "XY12"}, page=at).text
    told = {"fr": "account_sid n’a pas la bonne forme.", "ar": "صيغة \u2068account_sid\u2069 غير"}
    asked = {"fr": "auth_token doit être donné.", "ar": "يجب إعطاء \u2068auth_token\u2069."}
    assert told[tongue] in page
    assert asked[tongue] in page


def test_a_call_that_was_not_taken_says_why(ada: Browser, gw: Gateway, tongue: str) -> None:
    fill(gw, NOW)
    reason = "missing_field: from"
    gw.store.write(lambda db: inbox.keep_call(db, "line-0", "message", reason, b"", NOW))
    page = ada.get("/channels/line-0").text
    why = {"fr": "Il manque quelque chose de nécessaire.", "ar": "ينقصه شيء لازم."}
    assert why[tongue] in page
    assert f"<code>{reason}</code>" in page


def test_how_the_device_of_a_channel_is_is_told(ada: Browser, gw: Gateway, tongue: str) -> None:
    sealed = gw.sealer.seal({"device": "/dev/ttyUSB0", "country": "GB"})

    def work(db: sqlite3.Connection) -> None:
        for name, told in {
            "plugged": {"device": "well", "network": "roaming", "operator": "none"},
            "pulled": {"device": "ERR_DEVICENOTEXIST"},
        }.items():
            id = channels.add(db, name, "modem", "+15550199", sealed, NOW)
            channels.conditioned(db, id, json.dumps(told), NOW)

    gw.store.write(work)
    page = ada.get("/channels/plugged").text
    assert {"fr": "Inscrit en itinérance", "ar": "مسجَّل خارج شبكته"}[tongue] in page
    assert "<bdi>none</bdi>" in page  # an operator's own name, whatever it means
    page = ada.get("/channels/pulled").text
    assert {"fr": "Le modem n’est pas là", "ar": "المودم غير موجود"}[tongue] in page
    assert "ERR_DEVICENOTEXIST" in page


def test_the_labels_of_states_are_translated(ada: Browser, gw: Gateway, tongue: str) -> None:
    fill(gw, NOW)
    page = ada.get("/feedback?status=all").text
    assert {"fr": "Accusé envoyé", "ar": "أُشعر صاحبه"}[tongue] in page
    assert "Acknowledged" not in page


def test_no_place_is_left_open_in_what_is_told(ada: Browser, gw: Gateway) -> None:
    fill(gw, NOW)
    for path in ("/", "/feedback", "/alerts", "/channels", "/contacts", "/groups", "/areas"):
        page = ada.get(path).text
        assert "%(" not in page, path
