"""Sending through Jasmin: the octets we counted, and receipts that hold our own id."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from gateway.domain.messages import Class, Outcome, Outgoing, Status
from gateway.providers import Account, Hook, load, reading
from gateway.providers.jasmin import Jasmin
from tests.providers.loopback import answering

NOW = 1_785_567_600.0
TO = "+250788000001"
ID = "07033084-5cfd-4812-90a4-e4d24ffb6e3d"
KEY = "k" * 16
CALLBACK = "https://gw.example.org/hooks/relief/receipt"


@contextmanager
def channel(body=f'Success "{ID}"', status=200, address="1234", **settings):
    with answering(status, body, {"Content-Type": "text/plain"}) as server:
        ours = {"username": "relief", "password": "open-sesame", "base_url": server.url}
        yield Jasmin(address, ours | settings, clock=lambda: NOW), server


def sent(message, **settings):
    """Send, and return the form the server was given."""
    with channel(**settings) as (jasmin, server):
        (result,) = jasmin.send([message])
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, ID)
    (asked,) = server.asked
    assert asked.path == "/send"  # nothing of it stands in an address
    return asked.form


def test_an_order_is_a_form():
    message = Outgoing(55, TO, "Maji {leo} €@", expires=NOW + 659)
    assert sent(message, status_callback=CALLBACK, hook_key=KEY) == {
        "username": "relief",
        "password": "open-sesame",
        "to": TO,
        "from": "1234",
        "coding": "0",
        "hex-content": "4d616a69201b286c656f1b29201b6500",
        "priority": "1",
        "validity-period": "10",
        "dlr": "yes",
        "dlr-level": "3",
        "dlr-method": "POST",
        "dlr-url": f"{CALLBACK}?key={KEY}&message=55&to=%2B250788000001",
    }


@pytest.mark.parametrize(
    "message, field, value",
    [
        (Outgoing(1, TO, "ماء 💧", alphabet="ucs2"), "hex-content", "0645062706210020d83ddca7"),
        (Outgoing(1, TO, "ماء"), "coding", "8"),  # whoever counted, it must not become ???
        (Outgoing(1, TO, "plain", alphabet="ucs2"), "coding", "8"),
        (Outgoing(1, TO, "x", class_=Class.EMERGENCY), "priority", "3"),
        (Outgoing(1, TO, "x", class_=Class.HIGH), "priority", "2"),
        (Outgoing(1, TO, "x", class_=Class.BULK), "priority", "0"),
        (Outgoing(1, TO, "x", expires=NOW + 20), "validity-period", "1"),
        (Outgoing(1, TO, "x"), "validity-period", None),
        (Outgoing(1, TO, "x"), "dlr", None),
    ],
)
def test_a_message_becomes_fields(message, field, value):
    assert sent(message).get(field) == value


@pytest.mark.parametrize(
    "address, sender, wanted", [("1234", "", "1234"), ("1234", "RELIEF", "RELIEF"), ("", "", None)]
)
def test_who_it_is_from(address, sender, wanted):
    assert sent(Outgoing(1, TO, "x"), address=address, sender=sender).get("from") == wanted


def test_a_receipt_comes_back_to_the_message_it_is_about():
    url = sent(Outgoing(55, TO, "x"), status_callback=CALLBACK, hook_key=KEY)["dlr-url"]
    jasmin = Jasmin("1234", {"username": "u", "password": "p", "hook_key": KEY})
    body = f"id={ID}&level=1&message_status=ESME_ROK&connector=mtn".encode()
    query = reading.pairs(urlsplit(url).query)
    call = Hook("receipt", "POST", url, {}, query, reading.pairs(body), body)
    jasmin.verify(call)
    (receipt,) = jasmin.read(call)
    assert (receipt.reference, receipt.own, receipt.to) == (ID, "55", TO)
    assert receipt.status is Status.SENT
    assert jasmin.answer(call).body == "ACK/Jasmin"


def test_no_text_is_taken_that_jasmin_would_cut():
    known = {"username": "u", "password": "p"}
    assert Jasmin("1234", known).can.parts == 5
    assert Jasmin("1234", known | {"parts": "9"}).can.parts == 9
    assert load("jasmin").can.parts == 10


def test_too_fast_stops_the_rest_for_a_second():
    batch = [Outgoing(n, TO, "x") for n in range(50)]
    with channel('Error "User throughput exceeded"', 403) as (jasmin, server):
        results = list(jasmin.send(batch))
    assert {(r.outcome, r.error, r.wait) for r in results} == {
        (Outcome.THROTTLED, "throughput", 1.0)
    }
    assert len(server.asked) <= jasmin.can.connections


def test_a_check_asks_for_the_balance():
    with channel('{"balance": "ND", "sms_count": "ND"}') as (jasmin, server):
        jasmin.check()
    assert server.asked[0].path == "/balance?username=relief&password=open-sesame"


@pytest.mark.parametrize(
    "status, body",
    [(403, '"Authentication failure for username:relief"'), (404, "<html>")],
)
def test_a_check_tells_what_sending_would_meet(status, body):
    with channel(body, status) as (jasmin, _), pytest.raises(Account) as caught:
        jasmin.check()
    assert str(caught.value) == f"http_{status}"
