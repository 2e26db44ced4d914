"""What strangers, broken phones and odd providers send is refused, or kept, and never breaks."""

from collections.abc import Mapping
from http.client import HTTPConnection
from itertools import count

import pytest

from tests.journeys.africastalking_server import AfricasTalkingServer
from tests.journeys.calls import Reply, call, post
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.signing import message, signed, with_digest
from tests.journeys.waiting import until
from tests.providers.twilio_server import TwilioServer

IDS = count(1)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def gateway(
    make: Make, twilio: TwilioServer, africastalking: AfricasTalkingServer
) -> GatewayProcess:
    gateway = make()
    gateway.add_twilio("water", twilio)
    gateway.add_twilio("shut", twilio)
    gateway.add_twilio("gone", twilio)
    gateway.add_channel("tana", "africastalking", africastalking, "22384")
    gateway.command("channel", "set", "shut", "--off")
    gateway.command("channel", "remove", "gone")
    gateway.start()
    return gateway


@pytest.fixture
def form() -> dict[str, str]:
    """A message nobody brought before, from a person of its own."""
    number = next(IDS)
    return message(f"SM{number:032x}", "MAJI", f"+15550{number + 100}")


def bring(gateway: GatewayProcess, form: Mapping[str, str], channel: str = "water") -> Reply:
    url = gateway.hook(channel)
    return post(url, form, signed(url, form))


def kept(gateway: GatewayProcess) -> list[dict[str, object]]:
    """Return the calls that wait for a person to look at them, and how much of each is there."""
    return gateway.rows("SELECT channel, kind, reason, length(body) AS size FROM kept_call")


def counts(gateway: GatewayProcess) -> list[int]:
    tables = ("inbound", "outbox", "feedback", "contact", "kept_call", "receipt")
    return [gateway.value(f"SELECT count(*) FROM {table}") for table in tables]


FORGED = {
    "unsigned": lambda url, form: {},
    "by another": lambda url, form: signed(url, form, "0" * 32),
    "elsewhere": lambda url, form: signed("https://elsewhere.example/hooks/water/message", form),
    "other words": lambda url, form: signed(url, {**form, "Body": "STOP"}),
    "other letters": lambda url, form: {"X-Twilio-Signature": "é" * 28},
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED)
def test_a_forged_call_is_refused_and_leaves_no_trace(gateway, form, sign):
    url, before = gateway.hook("water"), counts(gateway)
    headers = {k: v.encode().decode("latin-1") for k, v in sign(url, form).items()}
    assert post(url, form, headers).status == 403
    assert counts(gateway) == before


def test_a_call_of_another_account_is_refused(gateway, form):
    before = counts(gateway)
    assert bring(gateway, form | {"AccountSid": "AC" + "f" * 32}).status == 403
    assert counts(gateway) == before


@pytest.mark.parametrize("name", ["From", "MessageSid", "To"])
def test_a_call_without_what_is_needed_is_refused_and_kept(gateway, form, name):
    del form[name]
    assert bring(gateway, form).status == 400
    assert kept(gateway)[-1] == {
        "channel": "water",
        "kind": "message",
        "reason": f"missing_field: {name}",
        "size": kept(gateway)[-1]["size"],
    }
    assert kept(gateway)[-1]["size"] > 50


@pytest.mark.parametrize("sender", ["+", "\x00", "+1" + "9" * 300])
def test_a_sender_nobody_can_be_is_refused_and_kept(gateway, form, sender):
    before = len(kept(gateway))
    assert bring(gateway, form | {"From": sender}).status == 400
    assert len(kept(gateway)) == before + 1


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("POST", "/hooks/nobody/message", 404),
        ("POST", "/hooks/gone/message", 404),
        ("POST", "/hooks/water/other", 404),
        ("POST", "/hooks/water", 404),
        ("POST", "/hooks/water/message/", 404),
        ("POST", "/hooks/..%2f..%2fkey/message", 404),
        ("POST", "/hooks/" + "w" * 5000 + "/message", 404),
        ("DELETE", "/hooks/water/message", 405),
        ("PATCH", "/hooks/water/receipt", 405),
        ("TRACE", "/hooks/water/ussd", 405),
    ],
)
def test_an_address_or_method_that_is_not_there_says_so(gateway, form, method, path, status):
    before = counts(gateway)
    assert call(gateway.url + path, b"From=x", FORM, method).status == status
    assert counts(gateway) == before


def test_a_body_larger_than_any_message_is_refused_and_its_beginning_kept(gateway, form):
    assert bring(gateway, form | {"Body": "x" * 150_000}).status == 400
    assert (kept(gateway)[-1]["reason"], kept(gateway)[-1]["size"]) == ("bad_length: body", 100_000)


def test_a_body_that_would_fill_the_memory_is_refused_unread(gateway):
    before = counts(gateway)
    line = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    line.putrequest("POST", "/hooks/tana/message")
    line.putheader("Content-Type", FORM["Content-Type"])
    line.putheader("Content-Length", str(50 * 1024 * 1024))
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()
    assert counts(gateway) == before


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "application/json", "text/xml", "multipart/form-data"]
)
def test_a_body_that_is_no_form_is_refused_and_kept(gateway, kind):
    body = bytes(range(128)) * 8
    url, headers = with_digest(gateway.hook("water"), body)
    assert call(url, body, headers | {"Content-Type": kind}).status == 400
    assert (kept(gateway)[-1]["reason"], kept(gateway)[-1]["size"]) == (
        "missing_field: MessageSid",
        1024,
    )


@pytest.mark.parametrize("channel, headers", [("water", {}), ("tana", {})])
@pytest.mark.parametrize("body", [b"", bytes(range(256)), b"&&&===%%%", b"%00=%ff&id=\xff\xfe"])
def test_noise_is_refused_by_every_channel(gateway, channel, headers, body):
    for kind in ("message", "receipt", "ussd"):
        reply = call(gateway.hook(channel, kind), body, FORM | headers, "POST")
        assert reply.status in (400, 403)


def test_ten_thousand_letters_are_kept_whole_and_answered_once(gateway, form, twilio):
    long = "water is rising " * 625
    before = len(twilio.messages)
    assert bring(gateway, form | {"Body": long}).status == 200
    (row,) = gateway.rows("SELECT text, flags FROM inbound ORDER BY id DESC LIMIT 1")
    assert (row["text"], row["flags"] or "") == (long, "")
    until(lambda: len(twilio.messages) > before, "an answer", told=gateway.log)
    assert len(twilio.messages) == before + 1


def test_more_letters_are_cut_and_marked(gateway, form):
    assert bring(gateway, form | {"Body": "w" * 10_001}).status == 200
    (row,) = gateway.rows(
        "SELECT length(text) AS size, flags FROM inbound ORDER BY id DESC LIMIT 1"
    )
    assert row["size"] == 10_000
    assert "cut" in row["flags"]


@pytest.mark.parametrize(
    "text, stored",
    [
        ("🌊", "🌊"),
        ("👩🏽‍🚒🏳️‍🌈", "👩🏽‍🚒🏳️‍🌈"),
        ("help\x00me", "helpme"),
        ("\x00", ""),
        ("", ""),
        ("\u202eSTOP-ton\u2066", "\u202eSTOP-ton\u2066"),
        ("'; DROP TABLE inbound; --", "'; DROP TABLE inbound; --"),
        ("{reference} %(n)s {{7*7}}", "{reference} %(n)s {{7*7}}"),
        ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        ("\ufffd\ufeff", "\ufffd\ufeff"),
    ],
    ids=["emoji", "joined", "nul", "only nul", "empty", "turned", "sql", "braces", "sheet", "odd"],
)
def test_odd_texts_are_kept_as_they_came(gateway, form, text, stored):
    assert bring(gateway, form | {"Body": text}).status == 200
    assert gateway.value("SELECT text FROM inbound ORDER BY id DESC LIMIT 1") == stored
    assert gateway.value("SELECT count(*) FROM feedback") > 0


def test_bytes_that_are_no_letters_are_kept_beside_what_could_be_read(gateway):
    id = next(IDS)
    body = (
        f"id={id}&from=%2B15550188&to=22384&date=2026-08-01+07%3A00%3A00&text=MAJI+%ff%fe".encode()
    )
    assert call(gateway.hook("tana"), body, FORM).status == 200
    (row,) = gateway.rows("SELECT text, raw, flags FROM inbound ORDER BY id DESC LIMIT 1")
    assert row["text"] == "MAJI \ufffd\ufffd"
    assert row["raw"] == body
    assert "bad_utf8" in row["flags"]


def test_a_channel_that_is_off_takes_in_who_leaves_and_sends_nothing(gateway, form, twilio):
    before = len(twilio.messages)
    assert bring(gateway, form | {"Body": "STOP"}, "shut").status == 200
    state = "SELECT consent FROM address WHERE value = ?"
    assert gateway.value(state, form["From"]) == "out"
    other = message(f"SM{next(IDS):032x}", "MAJI", form["From"])
    assert bring(gateway, other).status == 200  # the next lane to turn is the open one's
    until(lambda: len(twilio.messages) > before, "the open channel's answer", told=gateway.log)
    waiting = gateway.rows(
        "SELECT state FROM outbox JOIN channel ON channel.id = outbox.channel WHERE name = 'shut'"
    )
    assert [row["state"] for row in waiting] == ["queued"]


def test_a_receipt_for_nothing_we_sent_changes_nothing(gateway):
    told = {"MessageSid": "SM" + "e" * 32, "MessageStatus": "delivered", "To": "+15550177"}
    url, before = gateway.hook("water", "receipt"), counts(gateway)
    for status in ("delivered", "delivered", "invented"):
        form = told | {"MessageStatus": status}
        assert post(url, form, signed(url, form)).status == 200
    after = counts(gateway)
    assert (after[0], after[1], after[5]) == (before[0], before[1], before[5] + 1)


def test_nothing_of_all_this_is_in_the_log(gateway):
    said = gateway.log()
    assert "Traceback" not in said
    assert "MAJI" not in said
    assert "+1555" not in said
