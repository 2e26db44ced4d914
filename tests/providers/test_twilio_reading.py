"""What Twilio tells us: who may say it, and how it is kept."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from gateway.domain.messages import OptOut, Outgoing, Status
from gateway.providers import Garbled, Hook, reading
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


def heard(server):
    """The calls that reached a hook, as the web would hand them over."""
    return [
        Hook(
            kind="x",
            method="POST",
            url=server.url + call.path,
            headers=call.headers,
            query=reading.pairs(urlsplit(call.path).query),
            form=reading.pairs(call.body),
            body=call.body,
        )
        for call in server.asked
    ]


def test_what_the_server_signs_the_provider_believes(twilio):
    provider = channel(twilio)
    with answering(200, "") as gateway:
        sender = channel(twilio, status_callback=f"{gateway.url}/hooks/tw/receipt")
        list(sender.send([Outgoing(7, TO, "x")]))
        assert twilio.tell(twilio.messages[0], "failed", 21610) == 200
        assert twilio.bring(f"{gateway.url}/hooks/tw/message", TO, " MAJI ") == (200, "")
        calls = heard(gateway)
    assert not any(forged(provider, call) for call in calls)
    receipt, left = provider.read(calls[0])
    assert (receipt.reference, receipt.status) == (twilio.messages[0].sid, Status.FAILED)
    assert receipt.own == "7"
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


def test_a_channel_may_be_called_by_get_too(twilio):
    from twilio.request_validator import RequestValidator

    asked = "MessageSid=SM1&To=%2B15550199&From=%2B15550100&Body=MAJI+camp+4&FromCity="
    url = f"https://gw.example.org/hooks/tw/message?{asked}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    call = Hook(
        "message", "GET", url, {"X-Twilio-Signature": signature}, reading.pairs(asked), (), b""
    )
    assert not forged(channel(twilio), call)
    (message,) = channel(twilio).read(call)
    assert (message.sender, message.text) == (TO, "MAJI camp 4")
    assert forged(channel(twilio), replace(call, url=url.replace("camp", "kamp")))


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
