"""Calls of aggregators and of any HTTP API through the web: headers, sessions, replies."""

import json

import pytest

from gateway.store import channels

KEY = "a-long-word-of-your-own"


def add(gw, name, provider, address, **settings):
    sealed = gw.sealer.seal({**settings, "hook_key": KEY})
    gw.store.write(lambda db: channels.add(db, name, provider, address, sealed, gw.clock()))


@pytest.fixture
def airtel(gw, browser):
    add(gw, "menu", "ussd", "*121*7#", type="airtel", country="KE")

    def call(text, key=KEY, **more):
        query = {"SessionID": "s", "MSISDN": "+447700900101", "input": text, "key": key, **more}
        return browser.client.get("/hooks/menu/ussd", query_string=query)

    return call


def test_a_screen_goes_back_with_its_headers(airtel):
    first = airtel("121*7")
    told = {name: first.headers[name] for name in ("Freeflow", "charge", "amount")}
    assert (first.status_code, told) == (200, {"Freeflow": "FC", "charge": "N", "amount": "0"})
    assert airtel("121*7").text == first.text  # the same step again
    assert airtel("1").text not in ("", first.text)


def test_a_session_goes_on_where_the_provider_forgot_it(airtel, gw):
    first = airtel("121*7")
    gw.channels._made.clear()  # as after a power cut
    assert airtel("1").text not in ("", first.text)


def test_an_ending_has_no_screen(airtel):
    airtel("121*7")
    assert airtel("", clean="clean-session", error="522").text == ""


def test_a_call_without_our_key_is_refused(airtel):
    assert airtel("121*7", key=KEY[::-1]).status_code == 403


@pytest.fixture
def external(gw, browser):
    add(gw, "line", "http", "2020", mo_response="<ok/>", mo_response_content_type="text/xml")

    def call(path, form):
        return browser.client.post(f"/hooks/line/{path}?key={KEY}", data=form)

    return call


COUNT = "SELECT count(*) FROM inbound"


def test_a_message_is_taken_once_and_answered_as_they_want(external, gw):
    before = gw.store.read.execute(COUNT).fetchone()[0]
    for _ in range(2):
        answer = external("message", {"from": "+447700900101", "text": "Maji"})
        assert (answer.status_code, answer.text) == (200, "<ok/>")
        assert answer.content_type == "text/xml"
    assert gw.store.read.execute(COUNT).fetchone()[0] == before + 1


def test_who_left_there_has_left_here(external, gw):
    external("message", {"from": "+447700900101", "text": "Maji"})
    assert external("receipt", {"from": "+447700900101", "status": "stopped"}).status_code == 200
    row = "SELECT consent FROM address WHERE value = '+447700900101'"
    assert gw.store.read.execute(row).fetchone()[0] == "out"


def test_a_channel_that_knows_its_company_needs_little(gw, browser):
    add(gw, "bird", "http", "2020", type="messagebird")
    told = {"originator": "+447700900101", "body": "Maji", "recipient": "2020", "id": "m1"}
    answer = browser.client.post(
        f"/hooks/bird/message?key={KEY}", data=json.dumps(told), content_type="application/json"
    )
    assert answer.status_code == 200
