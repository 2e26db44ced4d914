"""Sending through Twilio, against a server that behaves like it."""

import pytest

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import Account
from gateway.providers.twilio import Twilio
from tests.providers.twilio_server import NUMBER, TwilioServer

TO = "+15550100"
NOW = 1_800_000_000.0
CALLBACK = "https://gw.example.org/hooks/tw/receipt"


@pytest.fixture
def twilio():
    with TwilioServer() as server:
        yield server


def channel(twilio, **more):
    return Twilio(NUMBER, twilio.settings(**more), clock=lambda: NOW)


def send(twilio, *messages, **more):
    found = channel(twilio, **more).send(messages or [Outgoing(1, TO, "Water at 4 pm")])
    return sorted(found, key=lambda result: result.id)


def test_a_message_is_taken_with_all_it_needs(twilio):
    (result,) = send(twilio, Outgoing(7, TO, "Maji leo 💧 + &"), status_callback=CALLBACK)
    (taken,) = twilio.messages
    assert (result.id, result.outcome, result.reference) == (7, Outcome.ACCEPTED, taken.sid)
    assert (result.parts, result.error) == (1, None)
    assert taken.form == {
        "To": TO,
        "From": NUMBER,
        "Body": "Maji leo 💧 + &",
        "StatusCallback": f"{CALLBACK}?message=7",
    }


def test_a_messaging_service_chooses_the_sender(twilio):
    service = "MG0123456789abcdef0123456789abcdef"
    (result,) = send(twilio, messaging_service_sid=service)
    assert twilio.messages[0].form["MessagingServiceSid"] == service
    assert "From" not in twilio.messages[0].form
    assert result.parts is None  # they do not know yet: "0"


def test_a_whatsapp_address_passes_through(twilio):
    (result,) = send(twilio, Outgoing(1, f"whatsapp:{TO}", "x"))
    assert result.outcome is Outcome.ACCEPTED
    assert twilio.messages[0].form["To"] == f"whatsapp:{TO}"


@pytest.mark.parametrize(
    "expires, period",
    [(None, None), (NOW + 60.5, "60"), (NOW + 0.5, "1"), (NOW + 10 * 86400, "36000")],
)
def test_twilio_is_told_how_long_a_message_is_worth_sending(twilio, expires, period):
    send(twilio, Outgoing(1, TO, "x", expires=expires))
    assert twilio.messages[0].form.get("ValidityPeriod") == period


def test_an_api_key_signs_in_for_the_account(twilio):
    key = "SK0123456789abcdef0123456789abcdef"
    twilio.users = {key: "its secret"}
    (result,) = send(twilio, api_key=key, api_secret="its secret")
    assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "plan, wait, outcome, error, told",
    [
        ("429", 3, Outcome.THROTTLED, "20429", 3.0),
        ("429", 0, Outcome.THROTTLED, "20429", None),
        ("401", 0, Outcome.ACCOUNT, "20003", None),
        ("500", 0, Outcome.TRANSIENT, "20500", None),
        ("html", 0, Outcome.TRANSIENT, "http_502", None),
        ("hang", 5, Outcome.UNKNOWN, "ReadTimeoutError", None),
        ("cut", 0, Outcome.UNKNOWN, "ProtocolError", None),
        ("lost", 0, Outcome.UNKNOWN, "ProtocolError", None),
    ],
)
def test_what_went_wrong_says_whether_to_ask_again(twilio, plan, wait, outcome, error, told):
    twilio.will(plan, wait=wait)
    (result,) = send(twilio, timeout="0.3")
    assert (result.outcome, result.error, result.wait) == (outcome, error, told)
    assert twilio.calls == 1  # nothing here asks again by itself


@pytest.mark.parametrize(
    "code, outcome, wait",
    [
        (21211, Outcome.REJECTED, None),
        (21408, Outcome.REJECTED, None),
        (21610, Outcome.LEFT, None),
        (21611, Outcome.THROTTLED, 60),
        (14107, Outcome.THROTTLED, None),
        (21606, Outcome.ACCOUNT, None),
        (21703, Outcome.ACCOUNT, None),
        (63038, Outcome.THROTTLED, 3600),
        (29999, Outcome.REJECTED, None),  # not in any list: this one, never
    ],
)
def test_a_code_decides_what_becomes_of_the_message(twilio, code, outcome, wait):
    twilio.refuse(TO, code)
    (result,) = send(twilio)
    assert (result.outcome, result.error, result.wait) == (outcome, str(code), wait)


def test_a_wrong_account_stops_the_channel(twilio):
    (result,) = send(twilio, auth_token="0" * 32)
    assert (result.outcome, result.error) == (Outcome.ACCOUNT, "20003")


def test_one_refusal_does_not_touch_the_others(twilio):
    twilio.refuse("+15550105", 21610)
    batch = [Outgoing(n, f"+155501{n:02}", f"text {n}") for n in range(40)]
    results = send(twilio, *batch)
    assert [result.id for result in results] == list(range(40))
    assert [result.id for result in results if result.outcome is Outcome.LEFT] == [5]
    assert len(twilio.messages) == 39
    by_sid = {taken.sid: taken.form["To"] for taken in twilio.messages}
    assert all(by_sid[r.reference] == batch[r.id].to for r in results if r.reference)


def test_a_closed_account_is_not_asked_a_hundred_times(twilio):
    twilio.latency = 0.01
    twilio.users = {}
    results = send(twilio, *(Outgoing(n, TO, "x") for n in range(100)))
    assert {result.outcome for result in results} == {Outcome.ACCOUNT}
    assert len(results) == 100
    assert twilio.calls <= 2 * Twilio.can.connections


def test_messages_travel_side_by_side_on_kept_connections(twilio):
    twilio.latency = 0.05
    sender = channel(twilio)
    batch = [Outgoing(n, TO, "x") for n in range(96)]
    assert len(list(sender.send(batch))) == 96
    assert twilio.connections > 1
    assert len(list(sender.send(batch))) == 96
    assert len(twilio.messages) == 192
    assert twilio.connections <= Twilio.can.connections


def test_results_come_as_they_finish(twilio):
    twilio.will("hang", wait=8)
    results = channel(twilio).send([Outgoing(n, TO, "x") for n in range(3)])
    assert next(results).outcome is Outcome.ACCEPTED
    assert twilio.hung == 0
    twilio.done = True  # the one that hangs lets go
    assert {result.outcome for result in results} == {Outcome.ACCEPTED, Outcome.UNKNOWN}


def test_a_check_signs_in_and_sends_nothing(twilio):
    channel(twilio).check()
    with pytest.raises(Account, match="20003"):
        channel(twilio, auth_token="0" * 32).check()
    with pytest.raises(Account, match="20404"):
        Twilio(NUMBER, twilio.settings(base_url=f"{twilio.url}/elsewhere")).check()
    assert (twilio.calls, twilio.messages) == (0, [])


@pytest.mark.parametrize(
    "base, callback, given",
    [
        ("https://api.twilio.com", "https://gw.example.org/hooks/tw/receipt", True),
        ("https://api.twilio.com", "http://127.0.0.1:8080/hooks/tw/receipt", False),
        ("https://api.twilio.com", "http://[fd00::1]/hooks/tw/receipt", False),
        ("https://api.twilio.com", "http://gateway.local/hooks/tw/receipt", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:8080/hooks/tw/receipt", True),
    ],
)
def test_twilio_is_given_no_address_that_it_cannot_call(base, callback, given):
    from gateway.providers.twilio.wire import order

    settings = {"messaging_service_sid": "", "base_url": base, "status_callback": callback}
    assert ("status_callback" in order(Outgoing(1, TO, "x"), NUMBER, settings, NOW)) is given
