"""Sending through Twilio, against a server that behaves like it."""

import time

import pytest

from gateway.domain.messages import OptOut, Outcome, Outgoing, Status
from gateway.providers import Account, Garbled, Hook, reading
from gateway.providers.twilio import Twilio
from tests.providers.loopback import answering
from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer
from tests.providers.vectors import forged

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
        "StatusCallback": CALLBACK,
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
    began = time.monotonic()
    assert len(list(sender.send(batch))) == 96
    assert time.monotonic() - began < 96 * 0.05 / 2
    assert len(list(sender.send(batch))) == 96
    assert len(twilio.messages) == 192
    assert twilio.connections <= Twilio.can.connections


def test_results_come_as_they_finish(twilio):
    twilio.will("hang", wait=1.5)
    results = channel(twilio).send([Outgoing(n, TO, "x") for n in range(3)])
    began = time.monotonic()
    assert next(results).outcome is Outcome.ACCEPTED
    assert time.monotonic() - began < 1
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


def heard(server):
    """The calls that reached a hook, as the web would hand them over."""
    return [
        Hook("x", "POST", server.url + c.path, c.headers, (), reading.pairs(c.body), c.body)
        for c in server.asked
    ]


def test_what_the_server_signs_the_provider_believes(twilio):
    provider = channel(twilio)
    with answering(200, "") as gateway:
        send(twilio, Outgoing(1, TO, "x"), status_callback=f"{gateway.url}/hooks/tw/receipt")
        assert twilio.tell(twilio.messages[0], "failed", 21610) == 200
        assert twilio.bring(f"{gateway.url}/hooks/tw/message", TO, " MAJI ") == (200, "")
        calls = heard(gateway)
    assert not any(forged(provider, call) for call in calls)
    receipt, left = provider.read(calls[0])
    assert (receipt.reference, receipt.status) == (twilio.messages[0].sid, Status.FAILED)
    assert left == OptOut(TO, NUMBER, "stop")
    (message,) = provider.read(calls[1])
    assert (message.sender, message.text, message.to) == (TO, " MAJI ", NUMBER)


@pytest.mark.parametrize("token, believed", [("a" * 32, True), ("b" * 32, True), ("c" * 32, False)])
def test_during_a_change_of_tokens_both_are_believed(twilio, token, believed):
    provider = channel(twilio, auth_token="a" * 32, auth_token_2="b" * 32)
    twilio.token = token
    with answering(200, "") as gateway:
        twilio.bring(f"{gateway.url}/hooks/tw/message", TO, "MAJI")
        (call,) = heard(gateway)
    assert forged(provider, call) is not believed


def bare(form, url="https://gw.example.org/hooks/tw/message"):
    return Hook("message", "POST", url, {}, (), reading.pairs(form), form)


INCOMING = b"MessageSid=SM1&To=%2B15550199&From=%2B15550100"


@pytest.mark.parametrize(
    "body, text, flags",
    [
        (b"&Body=+a%00b+", " ab ", ()),
        (b"&Body=" + b"x" * 10_001, "x" * 10_000, ("cut",)),
        (b"&Body=%FFa", "\ufffda", ("bad_utf8",)),
        (b"&Body=%EF%BF%BDa", "\ufffda", ()),
        (b"&Body=HELP&OptOutType=HELP", "HELP", ("answered",)),
        (b"&Body=first&Body=second", "first", ()),
        (b"", "", ()),
    ],
)
def test_a_text_is_kept_as_it_was_sent(twilio, body, text, flags):
    message = next(iter(channel(twilio).read(bare(INCOMING + body))))
    assert (message.text, message.flags) == (text, flags)


@pytest.mark.parametrize(
    "form, reason, field",
    [
        (INCOMING.replace(b"%2B15550100", b"sip%3A%2B15550100"), "bad_number", "From"),
        (INCOMING.replace(b"SM1", b"S" * 300), "bad_length", "MessageSid"),
        (INCOMING.replace(b"%2B15550199", b""), "missing_field", "To"),
    ],
)
def test_what_cannot_be_used_is_named(twilio, form, reason, field):
    with pytest.raises(Garbled) as caught:
        list(channel(twilio).read(bare(form)))
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_a_body_that_is_no_form_and_has_no_hash_is_refused(twilio):
    call = Hook("message", "POST", CALLBACK, {"X-Twilio-Signature": "A" * 28}, (), (), b"{}")
    assert forged(channel(twilio), call)


def test_replies_may_travel_in_the_answer():
    twiml = Twilio(NUMBER, {"account_sid": ACCOUNT, "auth_token": TOKEN, "reply": "twiml"})
    rest = Twilio(NUMBER, {"account_sid": ACCOUNT, "auth_token": TOKEN})
    assert (twiml.can.replies, rest.can.replies) == (True, False)
    answer = twiml.answer(bare(b""), ["Maji < 4 & moto", "ሰላም"])
    assert answer.type.startswith("text/xml")
    assert answer.body.endswith(
        "<Response><Message>Maji &lt; 4 &amp; moto</Message><Message>ሰላም</Message></Response>"
    )
