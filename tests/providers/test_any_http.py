"""Any HTTP API: what settings describe, and what is made up where an API is silent."""

import hmac
import json
from base64 import b64encode
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.messages import OptOut, Outcome, Outgoing, Receipt, Screen, Status
from gateway.providers import PROVIDERS, Account, Garbled, Hook, Unreachable, load, reading, wrong
from gateway.providers.external import External
from gateway.providers.external.order import own, uuid
from gateway.providers.external.presets import PRESETS
from tests.providers.loopback import answering
from tests.providers.vectors import forged

URL = "https://gw.example.org/hooks/ch/message"
TO = "+447700900123"
ONE = [Outgoing(7, TO, 'Maji "leo" & kesho')]


def asked(kind="message", **fields):
    query = urlencode(fields)
    return Hook(kind, "GET", f"{URL}?{query}", {}, reading.pairs(query), (), b"")


def posted(body, type="application/x-www-form-urlencoded", kind="message", url=URL, **headers):
    form = reading.pairs(body) if type.endswith("urlencoded") else ()
    query = reading.pairs(url.partition("?")[2])
    return Hook(kind, "POST", url, {"Content-Type": type, **headers}, query, form, body)


def sent(settings, status=200, answer="", headers=None, address="2020"):
    """Send one message; return its result and what was asked."""
    with answering(status, answer, headers) as server:
        told = {"send_url": "https://x.example/send", **settings, "base_url": server.url}
        (result,) = External(address, told).send(ONE)
    return result, server.asked


# Out

CODES = {
    "answer_id": "data.0.id",
    "answer_error": "data.0.code",
    "answer_codes": "0=ok,12=never,13=left,14=account,15=again,16=slow:60",
}


@pytest.mark.parametrize(
    "code, outcome, error, wait",
    [
        ("0", Outcome.ACCEPTED, None, None),
        ("12", Outcome.REJECTED, "12", None),
        ("13", Outcome.LEFT, "13", None),
        ("14", Outcome.ACCOUNT, "14", None),
        ("15", Outcome.TRANSIENT, "15", None),
        ("16", Outcome.THROTTLED, "16", 60.0),
        ("99", Outcome.UNKNOWN, "unknown_code", None),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_says_more_than_the_status(code, outcome, error, wait, status):
    if code in ("0", "99") and status == 400:
        outcome, error = Outcome.REJECTED, "http_400"
    answer = json.dumps({"data": [{"id": "m1", "code": code}]})
    result, _ = sent(CODES, status, answer)
    assert (result.outcome, result.error, result.wait) == (outcome, error, wait)
    assert result.reference == ("m1" if outcome is Outcome.ACCEPTED else None)


@pytest.mark.parametrize(
    "where, answer",
    [
        ("data.0.id", '{"data":[{"id":"m1"}]}'),
        ("0.id", '[{"id":"m1"}]'),
        ("reply.id", "<r><reply><id>m1</id></reply></r>"),
        ("id", "status=OK&id=m1"),
        (r"re:OK: (\w+)", "OK: m1"),
    ],
)
def test_their_id_is_found_wherever_it_is(where, answer):
    assert sent({"answer_id": where}, 200, answer)[0].reference == "m1"


@pytest.mark.parametrize("answer", ["", "<html>", "{}", '{"id":null}', "[" * 5000])
def test_an_answer_without_the_id_leaves_it_open(answer):
    result, _ = sent({"answer_id": "id"}, 200, answer)
    assert (result.outcome, result.error) == (Outcome.UNKNOWN, "no_id")


def test_every_placeholder_is_filled_and_secrets_stay_in_their_place():
    settings = {
        "send_url": "https://x.example/{{user}}/send?k={{password}}",
        "send_method": "PUT",
        "send_body": "{{to}}|{{to_no_plus}}|{{from}}|{{from_no_plus}}|{{text}}|{{id}}|{{callback}}",
        "content_type": "text/plain",
        "send_headers": "X-One: 1\nX-Two: a b",
        "send_authorization": "basic",
        "user": "u",
        "password": "p&w",
        "hook_key": "k" * 16,
        "status_callback": "https://gw.example.org/hooks/ch/receipt",
    }
    assert wrong(External.needs, settings) == []
    _, (call,) = sent(settings, address="+15550100")
    assert (call.method, call.path) == ("PUT", "/u/send?k=p%26w")
    assert call.body.decode() == (
        '+447700900123|447700900123|+15550100|15550100|Maji "leo" & kesho|7'
        f"|https://gw.example.org/hooks/ch/receipt?key={'k' * 16}"
    )
    basic = b64encode(b"u:p&w").decode()
    told = {name: call.headers[name] for name in ("X-One", "X-Two", "Authorization")}
    assert told == {"X-One": "1", "X-Two": "a b", "Authorization": f"Basic {basic}"}


def test_a_message_told_again_has_the_same_name():
    settings = {"send_body": "{{uuid}}"}
    first, second = (sent(settings)[1][0].body.decode() for _ in range(2))
    assert first == second
    assert UUID(first).version == 8


@given(id=st.integers(0, 2**60 - 1))
def test_our_id_is_told_from_its_name(id):
    assert own(uuid(id, "2020"), "2020") == id


def test_without_an_address_nothing_is_sent_and_staff_hear_of_it():
    (result,) = External("2020", {}).send(ONE)
    assert (result.outcome, result.error) == (Outcome.ACCOUNT, "no_send_url")
    with pytest.raises(Account, match="no_send_url"):
        External("2020", {}).check()


@pytest.mark.parametrize("status, refused", [(200, False), (401, True)])
def test_the_account_is_tried_without_sending(status, refused):
    with answering(status, "") as server:
        settings = {"send_url": "https://x.example/send", "check_url": "https://x.example/me?a=1"}
        provider = External("", {**settings, "base_url": server.url, "send_authorization": "T x"})
        if refused:
            with pytest.raises(Account):
                provider.check()
        else:
            provider.check()
    (call,) = server.asked
    told = (call.method, call.path, call.headers["Authorization"], call.body)
    assert told == ("GET", "/me?a=1", "T x", b"")


def test_a_host_is_tried_where_there_is_no_such_address():
    with answering(404, "") as server:
        provider = External("", {"send_url": f"{server.url}/send"})
        provider.check()
    with pytest.raises(Unreachable):
        External("", {"send_url": "http://127.0.0.1:1/send"}).check()


@pytest.mark.parametrize(
    "name, value",
    [
        ("send_url", "ftp://x.example"),
        ("send_url", "https://{{to}}/send"),
        ("send_url", "https://x.example/?shoe={{size}}"),
        ("send_url", "https://x.example/a b"),
        ("send_body", '{"text":{{txt}}}'),
        ("send_headers", "X: 1\r\n\r\nGET /"),
        ("answer_codes", "12=perhaps"),
        ("receipt_words", "DELIVRD=gone"),
        ("answer_id", "re:no group"),
        ("hook_key", "short"),
        ("type", "nobody"),
    ],
)
def test_a_setting_that_cannot_work_is_named(name, value):
    assert [sentence.split()[0] for sentence in wrong(External.needs, {name: value})] == [name]


KEYED = [name for name in PROVIDERS if "hook_key" in {need.name for need in load(name).needs}]


@pytest.mark.parametrize("name", KEYED)
def test_a_hook_key_that_is_too_short_is_told_how_long_it_must_be(name):
    (said,) = [one for one in wrong(load(name).needs, {"hook_key": "short"}) if "hook_key" in one]
    assert "16 to 128 letters" in said
    assert "short" not in said


# In


def test_every_field_may_have_its_own_name():
    settings = {
        "mo_from_field": "message.sender.phone",
        "mo_to_field": "message.to",
        "mo_text_field": "message.body",
        "mo_id_field": "message.id",
        "mo_date_field": "message.at",
        "date_format": "milliseconds",
    }
    told = {"sender": {"phone": TO}, "to": "2020", "body": " Maji ", "id": 5, "at": 1785567600123}
    call = posted(json.dumps({"message": told}).encode(), "application/json; charset=utf-8")
    (message,) = External("", settings).read(call)
    assert (message.sender, message.to, message.text) == (TO, "2020", " Maji ")
    assert (message.reference, message.at.isoformat()) == ("5", "2026-08-01T07:00:00.123000+00:00")


@pytest.mark.parametrize("text", ["{}", "[]", '{"a":1}', None])
def test_a_text_that_is_not_where_it_should_be_is_refused_and_not_empty(text):
    said = f',"text":{text}' if text else ""
    call = posted(b'{"from":"+447700900123"%s}' % said.encode(), "application/json")
    with pytest.raises(Garbled, match="missing_field: text"):
        list(External("", {}).read(call))


def test_a_text_that_is_null_is_an_empty_one():
    call = posted(b'{"from":"+447700900123","text":null}', "application/json")
    (message,) = External("", {}).read(call)
    assert message.text == ""


@pytest.mark.parametrize(
    "style, given, at",
    [
        ("seconds", "1785567600", "2026-08-01T07:00:00+00:00"),
        ("%Y%m%d%H%M%S", "20260801150000", "2026-08-01T07:00:00+00:00"),
        ("%d/%m/%Y %H:%M", "01/08/2026 15:00", "2026-08-01T07:00:00+00:00"),
        ("none", "yesterday", None),
    ],
)
def test_times_are_read_as_they_are_written(style, given, at):
    settings = {"date_format": style, "time_zone": "Asia/Kuala_Lumpur"}
    (message,) = External("", settings).read(asked(**{"from": TO, "text": "x", "date": given}))
    assert (message.at and message.at.isoformat()) == at


@pytest.mark.parametrize("style", ["rfc3339", "seconds", "milliseconds", "%Y"])
def test_a_time_that_is_none_is_refused(style):
    call = asked(**{"from": TO, "text": "x", "date": "9" * 30})
    with pytest.raises(Garbled, match="bad_timestamp: date"):
        list(External("", {"date_format": style}).read(call))


def test_a_form_in_parts_is_read():
    body = (
        b'--b\r\nContent-Disposition: form-data; name="from"\r\n\r\n+447700900123\r\n'
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nMaji \xe2\x98\xba\r\n--b--\r\n'
    )
    (message,) = External("", {}).read(posted(body, "multipart/form-data; boundary=b"))
    assert (message.sender, message.text) == (TO, "Maji ☺")


def references(provider, now, *moments, **more):
    for moment in moments:
        now[0] = moment
        (message,) = provider.read(asked(**{"from": TO, "text": "1", **more}))
        yield message.reference


def test_the_same_words_within_a_minute_are_one_message():
    now = [0.0]
    provider = External("", {}, clock=lambda: now[0])
    first, soon, later = references(provider, now, 1059.0, 1061.0, 1125.0)
    assert first == soon != later


def test_the_same_words_with_a_time_are_one_message_for_ever():
    now = [0.0]
    provider = External("", {}, clock=lambda: now[0])
    date = "2026-08-01T07:00:00Z"
    first, later = references(provider, now, 0.0, 1e6, date=date)
    (other,) = references(provider, now, 1e6, date="2026-08-01T07:00:01Z")
    assert first == later != other


def test_an_id_in_a_receipt_is_ours_unless_answers_bring_theirs():
    name = str(uuid(7, "2020"))
    receipt = asked("receipt", id=name, status="DELIVERED")
    assert list(External("2020", {}).read(receipt)) == [Receipt(name, Status.DELIVERED, own="7")]
    numbered = External("2020", {"send_body": "{{id}}"})
    (told,) = numbered.read(asked("receipt", id="7", status="sent"))
    assert (told.reference, told.own) == ("7", "7")
    (told,) = External("2020", {"answer_id": "id"}).read(asked("receipt", id="x-1", status="sent"))
    assert (told.reference, told.own) == ("x-1", None)


def test_their_words_for_what_became_of_a_message_are_a_setting():
    settings = {
        "answer_id": "id",
        "receipt_id_field": "ref",
        "receipt_status_field": "dlr",
        "receipt_error_field": "why",
        "receipt_words": "DELIVRD=delivered,2=failed,GONE=stopped",
    }
    provider = External("2020", settings)
    found = [
        event
        for word in ("delivrd", "2", "gone", "levitated")
        for event in provider.read(asked("receipt", ref="m", dlr=word, why="5", **{"from": TO}))
    ]
    assert found == [
        Receipt("m", Status.DELIVERED, error="5"),
        Receipt("m", Status.FAILED, error="5"),
        OptOut(TO, "2020", "stop"),
    ]


def test_what_is_signed_is_taken_and_nothing_else():
    provider = External("", {"hmac_secret": "s3cret", "hmac_header": "X-Hub-Signature-256"})
    body = b"from=%2B447700900123&text=Maji"
    mark = hmac.digest(b"s3cret", body, "sha256").hex()
    nothing = hmac.digest(b"s3cret", b"", "sha256").hex()

    def call(body, mark):
        return posted(body, **{"X-Hub-Signature-256": mark})

    assert not forged(provider, call(body, mark))
    assert not forged(provider, call(body, f"sha256={mark}"))
    assert forged(provider, call(body + b"x", mark))
    assert forged(provider, call(b"", nothing))  # or its query could say anything


@pytest.mark.parametrize("goes_on, event", [(True, "resume"), (False, "close")])
def test_junebug_gets_a_screen_in_a_call_of_its_own(goes_on, event):
    stands = {"session_event": "resume"}
    told = {"to": "*120*8#", "from": TO, "content": "2", "channel_data": stands}
    call = posted(json.dumps(told).encode(), "application/json", "ussd")
    with answering(201, "{}") as server:
        settings = {"type": "junebug", "send_url": f"{server.url}/channels/1/messages/"}
        answer = External("*120*8#", settings).screen(call, Screen("Maji?", goes_on))
    (asked,) = server.asked
    assert json.loads(asked.body) == {
        "to": TO,
        "content": "Maji?",
        "channel_data": {"session_event": event},
    }
    assert answer.status == 200
    assert External("", settings).screen(call, Screen("x")).status == 502  # it is closed now


# Those that are described already: an order, their answer, a message, a receipt.

KNOWN = {
    "dmark": (
        {"sender": "2020", "receiver": "447700900123", "text": ONE[0].text},
        {"sms_id": "m1"},
        {"msisdn": TO, "text": "Maji", "short_code": "2020", "tstamp": "2026-08-01T07:00:00.5Z"},
        {"uuid": "m1", "status": "1"},
    ),
    "plivo": (
        {"src": "2020", "dst": "447700900123", "text": ONE[0].text},
        {"message_uuid": ["m1"]},
        {"From": TO, "To": "2020", "Text": "Maji", "MessageUUID": "m2"},
        {"MessageUUID": "m9", "ParentMessageUUID": "m1", "Status": "delivered"},
    ),
    "messagebird": (
        {"originator": "2020", "recipients": ["447700900123"], "body": ONE[0].text},
        {"id": "m1"},
        {"originator": TO, "recipient": "2020", "body": "Maji", "id": "m2"},
        {"id": "m1", "status": "delivered"},
    ),
    "i2sms": (
        {"action": "send_single", "mobile": "447700900123", "message": ONE[0].text},
        {"error_code": "00", "result": {"session_id": "m1"}},
        {"mobile": TO, "message": "Maji"},
        None,
    ),
    "junebug": (
        {"to": TO, "from": "2020", "content": ONE[0].text},
        {"status": 201, "result": {"message_id": "m1"}},
        {"from": TO, "to": "2020", "content": "Maji", "message_id": "m2"},
        {"event_type": "delivery_succeeded", "message_id": "m1"},
    ),
}


def test_every_company_described_is_tried():
    assert KNOWN.keys() | {"external"} == PRESETS.keys()
    assert all(wrong(External.needs, {"type": name, **PRESETS[name]}) == [] for name in PRESETS)


@pytest.mark.parametrize("name", KNOWN)
def test_a_company_is_asked_and_understood(name):
    order, answer, message, receipt = KNOWN[name]
    settings = {"type": name, "user": "u", "password": "p"}
    known = {"send_url": PRESETS[name].get("send_url", "https://x.example/messages/")}
    result, (call,) = sent(settings | known, 200, json.dumps(answer))
    written = json.loads(call.body) if call.body.startswith(b"{") else call.form
    assert written | order == written
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, "m1")
    provider = External("2020", settings)
    (inbound,) = provider.read(posted(json.dumps(message).encode(), "application/json"))
    assert (inbound.sender, inbound.to, inbound.text) == (TO, "2020", "Maji")
    if receipt:
        (told,) = provider.read(posted(json.dumps(receipt).encode(), "application/json", "receipt"))
        assert (told.reference, told.status) == ("m1", Status.DELIVERED)
