"""Sending through Vonage: one call a message, one answer a part."""

import json
from base64 import b64encode
from contextlib import contextmanager

import pytest

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import Account, Forged, Garbled, Hook
from gateway.providers.vonage import Vonage
from gateway.providers.vonage.signature import sign
from tests.providers.loopback import answering
from tests.providers.vectors import forged

KEY, SECRET, SIGNING = "abcd1234", "0123456789abcdef", "s3cr3t-for-tests"
NOW = 1_800_000_000.0
CALLBACK = "https://gw.example.org/hooks/v/receipt"
TO = "+447700900101"


def told(*parts):
    return json.dumps({"message-count": str(len(parts)), "messages": parts})


def part(status="0", id="0C01", **more):
    return {"to": "447700900101", "status": status, **({"message-id": id} if id else {}), **more}


def vonage(address="+447700900199", **settings):
    ours = {"api_key": KEY, "api_secret": SECRET, "signature_secret": SIGNING, **settings}
    return Vonage(address, ours, clock=lambda: NOW)


@contextmanager
def channel(body, status=200, headers=None, **settings):
    with answering(status, body, headers) as server:
        yield vonage(base_url=server.url, **settings), server


def test_a_message_is_asked_for_with_all_it_needs():
    with channel(told(part()), status_callback=CALLBACK) as (sender, server):
        (result,) = sender.send([Outgoing(7, TO, "Water + tea & bread")])
    (asked,) = server.asked
    assert asked.path == "/sms/json"
    assert asked.form == {
        "api_key": KEY,
        "api_secret": SECRET,
        "from": "447700900199",
        "to": "447700900101",
        "text": "Water + tea & bread",
        "type": "text",
        "client-ref": "7",
        "callback": CALLBACK,
    }
    assert (result.outcome, result.reference, result.parts) == (Outcome.ACCEPTED, "0C01", 1)


def form(message, **settings):
    with channel(told(part()), **settings) as (sender, server):
        list(sender.send([message]))
    return server.asked[0].form


def test_letters_outside_gsm_7_are_announced():
    asked = form(Outgoing(7, TO, "مياه", alphabet="ucs2"))
    assert (asked["type"], asked["text"]) == ("unicode", "مياه")


@pytest.mark.parametrize(
    "expires, ttl",
    [
        (None, None),
        (NOW + 60.5, "60500"),
        (NOW + 0.5, "20000"),
        (NOW + 30 * 86400, "604800000"),
    ],
)
def test_vonage_is_told_how_long_a_message_is_worth_sending(expires, ttl):
    assert form(Outgoing(1, TO, "x", expires=expires)).get("ttl") == ttl


@pytest.mark.parametrize(
    "callback, given",
    [
        (CALLBACK, True),
        ("", False),
        ("http://127.0.0.1:8080/hooks/v/receipt", False),
        (f"https://{'a' * 90}.example.org/hooks/v/receipt", False),
    ],
)
def test_vonage_is_given_no_address_that_it_cannot_call(callback, given):
    assert ("callback" in form(Outgoing(1, TO, "x"), status_callback=callback)) is given


@pytest.mark.parametrize(
    "code, outcome",
    [
        *((code, Outcome.THROTTLED) for code in ("1", "10")),
        ("5", Outcome.TRANSIENT),
        ("7", Outcome.LEFT),
        *((code, Outcome.ACCOUNT) for code in ("4", "8", "9", "11", "14", "23", "32")),
        *((code, Outcome.REJECTED) for code in ("2", "3", "6", "12", "15", "22", "29", "33")),
        ("77", Outcome.REJECTED),  # not in any list: this one, never
    ],
)
def test_a_status_decides_what_becomes_of_the_message(code, outcome):
    with channel(told(part(code, id=""))) as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.error, result.wait) == (outcome, code, None)
    assert result.reference is None


@pytest.mark.parametrize(
    "text, wait",
    [
        ("Throughput Rate Exceeded - please wait [ 250 ] and retry", 0.25),
        ("Throughput Rate Exceeded - please wait [1000] and retry", 1.0),
        ("Throughput Rate Exceeded", None),
        ("please wait [ 99999999 ]", None),
    ],
)
def test_slower_means_as_long_as_they_say(text, wait):
    with channel(told(part("1", id="", **{"error-text": text}))) as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.wait) == (Outcome.THROTTLED, wait)


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        '{"messages": []}',
        '{"messages": [{}]}',
        '{"messages": ["0"]}',
        told(part(id="")),
    ],
)
def test_an_answer_that_makes_no_sense_may_have_been_a_yes(answer):
    with channel(answer) as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.error) == (Outcome.UNKNOWN, "bad_json")


def test_a_closed_account_is_not_asked_a_hundred_times():
    with channel(told(part("9", id=""))) as (sender, server):
        results = list(sender.send([Outgoing(n, TO, "x") for n in range(100)]))
    assert {result.outcome for result in results} == {Outcome.ACCOUNT}
    assert len(results) == 100
    assert len(server.asked) <= 2 * Vonage.can.connections


def test_a_check_asks_for_the_balance_and_sends_nothing():
    with channel('{"value": 10.28}') as (sender, server):
        sender.check()
    (asked,) = server.asked
    assert asked.path == "/account/get-balance"  # no secret in an address
    assert (
        asked.headers["Authorization"] == f"Basic {b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"
    )
    with channel("{}", status=401) as (sender, _), pytest.raises(Account, match="http_401"):
        sender.check()


def signed(method="sha256", at=NOW, secret=SIGNING, **more):
    found = {"msisdn": "447700900101", "to": "447700900199", "messageId": "m1", "text": "a&b=ç"}
    found |= {"api-key": KEY, "timestamp": str(int(at)), "nonce": "n1", **more}
    return found | {"sig": sign(found, secret, method)}


def as_json(found):
    head = {"Content-Type": "application/json; charset=utf-8"}
    body = json.dumps(found).encode()
    return Hook("message", "POST", "https://gw.example.org/hooks/v/message", head, (), (), body)


def as_form(found):
    url = "https://gw.example.org/hooks/v/message"
    return Hook("message", "POST", url, {}, (), tuple(found.items()), b"")


def as_query(found):
    url = "https://gw.example.org/hooks/v/message"
    return Hook("message", "GET", url, {}, tuple(found.items()), (), b"")


@pytest.mark.parametrize("way", [as_json, as_form, as_query])
@pytest.mark.parametrize("method", ["md5hash", "md5", "sha1", "sha256", "sha512"])
def test_a_signature_holds_in_whichever_form_the_call_comes(way, method):
    channel = vonage(signature_method=method)
    assert not forged(channel, way(signed(method)))
    assert forged(channel, way(signed(method) | {"text": "changed"}))
    assert forged(channel, way(signed(method, secret="another-secret")))
    (message,) = channel.read(way(signed(method)))
    assert (message.sender, message.text) == (TO, "a&b=ç")


@pytest.mark.parametrize(
    "found, reason",
    [
        (signed(at=NOW - 301), "stale_signature"),
        (signed(at=NOW + 301), "stale_signature"),
        (signed(timestamp="soon"), "stale_signature"),
        (signed(**{"api-key": "other123"}), "wrong_account"),
    ],
)
def test_a_signed_call_may_still_not_be_for_us_now(found, reason):
    with pytest.raises(Forged, match=reason):
        vonage().verify(as_form(found))


def test_what_cannot_be_read_is_not_signed_either():
    call = as_json(signed())
    broken = Hook(call.kind, "POST", call.url, call.headers, (), (), b"{")
    assert forged(vonage(), broken)


@pytest.mark.parametrize(
    "more, reason",
    [
        ({"type": "binary", "data": "c0ffee"}, "bad_type: type"),
        ({"concat": "true", "concat-ref": "12"}, "missing_field: concat-ref"),
        ({"message-timestamp": "yesterday"}, "bad_timestamp: message-timestamp"),
        ({"msisdn": "++"}, "bad_number: msisdn"),
    ],
)
def test_a_message_we_cannot_read_is_kept_and_not_asked_for_again(more, reason):
    channel, call = vonage(), as_form(signed(**more))
    with pytest.raises(Garbled, match=reason) as caught:
        list(channel.read(call))
    assert channel.refuse(call, caught.value).status == 200


def test_a_body_of_another_kind_is_told_from_the_dashboard_s_trial():
    head = {"Content-Type": "text/plain"}
    call = Hook("message", "POST", "https://gw.example.org/hooks/v/message", head, (), (), b"hello")
    with pytest.raises(Garbled, match="bad_type: Content-Type"):
        list(vonage().read(call))


@pytest.mark.parametrize("query, status", [((), 200), ((("text", "MAJI"),), 403)])
def test_the_dashboard_may_try_an_address_without_signing(query, status):
    call = Hook("message", "GET", "https://gw.example.org/hooks/v/message", {}, query, (), b"")
    with pytest.raises(Forged) as caught:
        vonage().verify(call)
    assert vonage().refuse(call, caught.value).status == status


def receipt(**more):
    found = {"msisdn": "447700900101", "messageId": "0C01", "client-ref": "7", **more}
    (read,) = vonage().read(as_form(found))
    return read.status.value, read.retry, read.own


@pytest.mark.parametrize(
    "status, error, means",
    [
        ("accepted", "0", ("sent", None, "7")),
        ("buffered", "0", ("sent", None, "7")),
        ("delivered", "0", ("delivered", None, "7")),
        ("unknown", "1", ("unknown", None, "7")),
        ("deleted", "0", ("cancelled", None, "7")),
        *(("failed", code, ("failed", "later", "7")) for code in ("1", "2", "7", "8", "16", "99")),
        *(
            ("failed", code, ("failed", "no", "7"))
            for code in "3 4 5 6 9 10 11 12 13 14 15 50 51 52 53 54 777".split()
        ),
        ("expired", "2", ("expired", "later", "7")),
        ("rejected", "6", ("rejected", "no", "7")),
    ],
)
def test_a_receipt_says_what_became_of_it_and_whether_later_may_help(status, error, means):
    assert receipt(status=status, **{"err-code": error}) == means
