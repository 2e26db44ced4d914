"""A phone with httpSMS: what is asked of it, and whose word is believed."""

import hmac
import json
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import Account, Forged, Garbled
from gateway.providers.httpsms import HttpSms
from tests.providers.loopback import answering
from tests.providers.vectors import cases, hook, table

OURS = table("httpsms")["channel"]
NOW = 1_785_567_630.0
TO = "+18005550100"
TAKEN = json.dumps({"status": "success", "data": {"id": "m-1"}})
CASES = {case["id"]: case for name, case in cases("inbound", "status") if name == "httpsms"}


def made(address=OURS["number"], **settings):
    known = {need.name for need in HttpSms.needs}
    ours = {name: value for name, value in OURS.items() if name in known}
    return HttpSms(address, {**ours, **settings}, lambda: NOW)


@contextmanager
def phone(status=200, body=TAKEN, headers=None, **settings):
    with answering(status, body, headers) as server:
        yield made(base_url=server.url, **settings), server


def word(told):
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def token(key=OURS["signing_key"], alg="HS256", **claims):
    told = {"aud": [OURS["webhook_url"]], "nbf": NOW - 600, "exp": NOW + 600}
    signed = f"{word({'alg': alg})}.{word({**told, 'sub': OURS['user_id'], **claims})}"
    mark = hmac.digest(key.encode(), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def with_token(shown):
    return replace(hook(CASES["httpsms-in-01"]), headers={"authorization": f"Bearer {shown}"})


def changed(case="httpsms-in-01", **data):
    call = hook(CASES[case])
    told = json.loads(call.body)
    told["data"] = {k: v for k, v in {**told["data"], **data}.items() if v is not None}
    return replace(call, body=json.dumps(told).encode())


@pytest.mark.parametrize("claims", [{}, {"aud": OURS["webhook_url"]}])
def test_a_right_token_is_taken(claims):
    made().verify(with_token(token(**claims)))


@pytest.mark.parametrize(
    "shown, reason",
    [
        (token(key="another key of that length"), "bad_signature"),
        (token(alg="HS512"), "bad_signature"),
        (token(aud="https://gw.example.org/hooks/other/message"), "bad_signature"),
        (token(aud=None), "bad_signature"),
        (token(aud=7), "bad_signature"),
        (token(exp=NOW - 1), "stale_signature"),
        (token(nbf=NOW + 1), "stale_signature"),
        (token(exp=None), "stale_signature"),
        (token(exp="never"), "stale_signature"),
        (token(exp=float("nan")), "stale_signature"),
        (token(sub="another user"), "wrong_account"),
        ("", "bad_signature"),
        ("..", "bad_signature"),
        ("é.é.é", "bad_signature"),
        (token() + ".x", "bad_signature"),
    ],
)
def test_a_token_that_is_not_theirs_for_us_and_now_is_refused(shown, reason):
    with pytest.raises(Forged) as caught:
        made().verify(with_token(shown))
    assert caught.value.reason == reason


def test_without_a_user_id_the_signing_key_is_enough():
    made(user_id="").verify(with_token(token(sub="another user")))


def test_a_message_to_another_phone_of_the_account_is_not_ours():
    assert list(made("+18005550123").read(changed())) == []
    (found,) = made("").read(changed())
    assert found.to == "+18005550199"


@pytest.mark.parametrize(
    "data, reason, field",
    [
        ({"encrypted": True}, "bad_encoding", "data.content"),
        ({"content": None}, "missing_field", "data.content"),
        ({"message_id": ""}, "missing_field", "data.message_id"),
        ({"contact": "+18"}, "bad_number", "data.contact"),
        ({"timestamp": "yesterday"}, "bad_timestamp", "data.timestamp"),
    ],
)
def test_what_cannot_be_read_is_refused(data, reason, field):
    with pytest.raises(Garbled) as caught:
        list(made().read(changed(**data)))
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_an_empty_text_is_a_message_and_a_long_one_is_cut():
    assert [m.text for m in made().read(changed(content=""))] == [""]
    (found,) = made().read(changed(content="x" * 20_000))
    assert (len(found.text), found.flags) == (10_000, ("cut",))


@pytest.mark.parametrize(
    "reason, error, retry",
    [
        ("NO_SERVICE", "NO_SERVICE", "later"),
        ("GENERIC_FAILURE (31)", "GENERIC_FAILURE", "once"),
        ("NULL_PDU", "NULL_PDU", "no"),
        (f"cannot reach {TO}", "OTHER", None),
    ],
)
def test_a_failure_says_whether_to_ask_again(reason, error, retry):
    (receipt,) = made().read(changed("httpsms-st-failed", error_message=reason))
    assert (receipt.error, receipt.retry) == (error, retry)


def test_an_expiry_that_does_not_say_it_is_the_last_is_not_the_end():
    (receipt,) = made().read(changed("httpsms-st-expired", is_final=None))
    assert receipt.status == "queued"


def test_a_message_is_asked_for_as_the_manual_says():
    with phone() as (sender, server):
        (result,) = sender.send([Outgoing(17, TO, "Maji leo")])
    (asked,) = server.asked
    assert asked.path == "/messages/send"
    assert asked.headers["x-api-key"] == OURS["api_key"]
    assert json.loads(asked.body) == {
        "from": "+18005550199",
        "to": TO,
        "content": "Maji leo",
        "request_id": "17",
    }
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, "m-1")


@pytest.mark.parametrize(
    "status, body, outcome, error",
    [
        (422, '{"data":{"to":["no number"]}}', Outcome.REJECTED, "http_422"),
        (422, '{"data":{"from":["no phone of yours"]}}', Outcome.ACCOUNT, "http_422"),
        (402, '{"message":"upgrade"}', Outcome.ACCOUNT, "http_402"),
        (401, "", Outcome.ACCOUNT, "http_401"),
        (200, '{"data":[]}', Outcome.UNKNOWN, "no_id"),
        (200, "[" * 90_000, Outcome.UNKNOWN, "no_id"),
    ],
)
def test_an_answer_decides_what_becomes_of_the_message(status, body, outcome, error):
    with phone(status, body) as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.error) == (outcome, error)


def test_a_line_that_breaks_after_the_asking_leaves_it_unknown():
    with phone(headers={"Content-Length": "9999"}, timeout="0.2") as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert result.outcome is Outcome.UNKNOWN  # they would send it twice


def test_a_check_signs_in_and_sends_nothing():
    with phone(200, '{"data":[]}') as (sender, server):
        sender.check()
    assert [asked.path for asked in server.asked] == ["/phones?limit=1"]
    with phone(401) as (sender, _), pytest.raises(Account):
        sender.check()
