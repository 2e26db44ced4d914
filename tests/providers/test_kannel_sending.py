"""Sending through Kannel: one order each, its report known by nothing but our own id."""

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.domain.messages import Class, Outcome, Outgoing, Screen
from gateway.providers import Account, Hook, Unreachable, reading
from gateway.providers.kannel import Kannel
from tests.providers.loopback import answering

NOW = 1_785_567_600.0
TO = "+250788000001"
KEY = "k" * 16
CALLBACK = "https://gw.example.org/hooks/relief/receipt"


@contextmanager
def channel(body="0: Accepted for delivery", status=202, path="", address="1234", **settings):
    with answering(status, body, {"Content-Type": "text/html"}) as server:
        ours = {"username": "relief", "password": "open-sesame", "base_url": server.url + path}
        yield Kannel(address, ours | settings, clock=lambda: NOW), server


def sent(*messages, **settings):
    """Send, and return what the server was asked first."""
    with channel(**settings) as (kannel, server):
        results = list(kannel.send(messages))
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert len(server.asked) == len(messages)
    return server.asked[0]


def test_an_order_is_headers_and_the_text_is_the_body():
    asked = sent(
        Outgoing(55, TO, " Maji {leo} €\n", expires=NOW + 659),
        status_callback=CALLBACK,
        hook_key=KEY,
        smsc="mtn",
    )
    assert asked.path == "/cgi-bin/sendsms"  # nothing of it stands in an address
    assert asked.body.decode() == " Maji {leo} €\n"
    wanted = {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": "relief",
        "X-Kannel-Password": "open-sesame",
        "X-Kannel-To": TO,
        "X-Kannel-From": "1234",
        "X-Kannel-Coding": "0",
        "X-Kannel-Priority": "1",
        "X-Kannel-SMSC": "mtn",
        "X-Kannel-Validity": "10",
        "X-Kannel-DLR-Mask": "27",
        "X-Kannel-DLR-Url": f"{CALLBACK}?key={KEY}&uuid=55&to=00250788000001"
        "&status=%d&smsc_id=%F&answer=%A&ts=%T",
    }
    assert {k: v for k, v in asked.headers.items() if k in wanted or "Kannel" in k} == wanted


@pytest.mark.parametrize(
    "message, header, value",
    [
        (Outgoing(1, TO, "ماء 💧", alphabet="ucs2"), "Coding", "2"),
        (Outgoing(1, TO, "ماء"), "Coding", "2"),  # whoever counted, it must not become ???
        (Outgoing(1, TO, "plain", alphabet="ucs2"), "Coding", "2"),
        (Outgoing(1, TO, "x", class_=Class.EMERGENCY), "Priority", "3"),
        (Outgoing(1, TO, "x", class_=Class.HIGH), "Priority", "2"),
        (Outgoing(1, TO, "x", class_=Class.BULK), "Priority", "0"),
        (Outgoing(1, TO, "x", expires=NOW + 20), "Validity", "1"),
        (Outgoing(1, TO, "x"), "Validity", None),
        (Outgoing(1, TO, "x"), "SMSC", None),
        (Outgoing(1, TO, "x"), "DLR-Url", None),
    ],
)
def test_a_message_becomes_headers(message, header, value):
    assert sent(message).headers.get(f"X-Kannel-{header}") == value


def test_no_reports_are_asked_for_where_none_are_wanted():
    asked = sent(Outgoing(1, TO, "x"), status_callback=CALLBACK, dlr_mask="0")
    assert not [name for name in asked.headers if "DLR" in name]


@pytest.mark.parametrize(
    "address, sender, wanted", [("1234", "", "1234"), ("1234", "Croix Rouge", "Croix Rouge")]
)
def test_who_it_is_from(address, sender, wanted):
    asked = sent(Outgoing(1, TO, "x"), address=address, sender=sender)
    assert asked.headers["X-Kannel-From"] == wanted


@pytest.mark.parametrize("address", ["Eau-Désarmée", "1234\r\nX-Kannel-To: 5"])
def test_a_sender_that_no_header_holds_stops_the_channel(address):
    with channel(address=address) as (kannel, server):
        (result,) = kannel.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.error) == (Outcome.ACCOUNT, "bad_sender")
    assert server.asked == []


@pytest.mark.parametrize(
    "path, wanted",
    [("", "/cgi-bin/sendsms"), ("/", "/cgi-bin/sendsms"), ("/sms/push", "/sms/push")],
)
def test_another_path_may_be_set(path, wanted):
    assert sent(Outgoing(1, TO, "x"), path=path).path == wanted


@pytest.mark.parametrize("to", [TO, "8800"])
def test_a_report_comes_back_to_the_message_it_is_about(to):
    asked = sent(Outgoing(55, to, "x"), status_callback=CALLBACK, hook_key=KEY)
    url = asked.headers["X-Kannel-DLR-Url"]
    for escape, value in (("%d", "1"), ("%F", "77AB"), ("%A", ""), ("%T", "1785567605")):
        url = url.replace(escape, value)
    kannel = Kannel("1234", {"username": "u", "password": "p", "hook_key": KEY, "country": "RW"})
    call = Hook("receipt", "GET", url, {}, reading.pairs(urlsplit(url).query), (), b"")
    kannel.verify(call)
    (receipt,) = kannel.read(call)
    assert (receipt.reference, receipt.own, receipt.to) == ("55", "55", to)
    assert parse_qs(urlsplit(url).query)["key"] == [KEY]


def test_what_became_of_it_is_told_without_an_id_of_theirs():
    with channel("Sent. Message splits: 2") as (kannel, _):
        (result,) = kannel.send([Outgoing(7, TO, "x")])
    assert (result.id, result.reference, result.parts) == (7, None, 2)


def test_after_a_wrong_password_the_rest_is_not_tried():
    batch = [Outgoing(n, TO, "x") for n in range(50)]
    with channel("Authorization failed for sendsms", 403) as (kannel, server):
        results = list(kannel.send(batch))
    assert {result.outcome for result in results} == {Outcome.ACCOUNT}
    assert len(server.asked) <= kannel.can.connections


def test_a_check_signs_in_and_orders_nothing():
    with channel("Missing receiver(s) number(s), rejected", 400) as (kannel, server):
        kannel.check()
    assert "X-Kannel-To" not in server.asked[0].headers
    assert server.asked[0].headers["X-Kannel-Password"] == "open-sesame"
    assert server.asked[0].body == b""


@pytest.mark.parametrize(
    "status, body, error",
    [
        (403, "Authorization failed for sendsms", Account),
        (404, "Unknown request.", Account),
        (200, "<html>", Account),
        (503, "Temporal failure, try again later.", Unreachable),
    ],
)
def test_a_check_tells_what_sending_would_meet(status, body, error):
    with channel(body, status) as (kannel, _), pytest.raises(error) as caught:
        kannel.check()
    assert "open-sesame" not in str(caught.value)


def test_nothing_is_said_that_would_go_to_the_phone():
    kannel = Kannel("1234", {"username": "u", "password": "p"})
    call = Hook("message", "GET", "https://gw.example.org/hooks/x/message", {}, (), (), b"")
    assert kannel.answer(call, ["one", "two"]).body == ""
    assert kannel.screen(call, Screen("Maji")).status == 404
