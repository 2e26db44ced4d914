"""Sending through Africa's Talking: one call for all who share a text."""

import json
from contextlib import contextmanager

import pytest

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import Account
from gateway.providers.africastalking import LIVE, SANDBOX, AfricasTalking
from tests.providers.loopback import answering

KEY = "atsk_0123456789"


def people(count):
    return [f"+2547000{n:05}" for n in range(count)]


def told(*entries, message="Sent"):
    recipients = [
        {"statusCode": code, "number": to, "cost": "KES 0.8000", "messageId": f"ATXid_{to[-5:]}"}
        for to, code in entries
    ]
    return json.dumps({"SMSMessageData": {"Message": message, "Recipients": recipients}})


@contextmanager
def channel(body, status=201, headers=None, address="22384", **settings):
    with answering(status, body, headers) as server:
        ours = {"username": "relief", "api_key": KEY, "base_url": server.url, **settings}
        yield AfricasTalking(address, ours), server


def test_all_who_share_a_text_go_in_one_call():
    to = people(100)
    with channel(told(*((one, 101) for one in to))) as (sender, server):
        results = list(sender.send([Outgoing(n, one, "Maji leo") for n, one in enumerate(to)]))
    (asked,) = server.asked
    assert asked.path == "/version1/messaging"
    assert asked.headers["apiKey"] == KEY
    assert asked.headers["Accept"] == "application/json"
    assert asked.form == {
        "username": "relief",
        "to": ",".join(to),
        "message": "Maji leo",
        "from": "22384",
        "bulkSMSMode": "1",
        "enqueue": "1",
    }
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert all(result.reference == f"ATXid_{to[result.id][-5:]}" for result in results)
    assert {result.cost for result in results} == {"KES 0.8000"}


def test_other_texts_and_the_same_person_again_go_in_calls_of_their_own():
    a, b = people(2)
    batch = [Outgoing(1, a, "x"), Outgoing(2, b, "x"), Outgoing(3, a, "x"), Outgoing(4, a, "y")]
    with channel(told((a, 101), (b, 101))) as (sender, server):
        results = list(sender.send(batch))
    calls = sorted((asked.form["message"], asked.form["to"]) for asked in server.asked)
    assert calls == [("x", a), ("x", f"{a},{b}"), ("y", a)]
    assert sorted(result.id for result in results) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "code, outcome, wait",
    [
        (100, Outcome.ACCEPTED, None),
        (401, Outcome.REJECTED, None),
        (402, Outcome.REJECTED, None),
        (404, Outcome.REJECTED, None),
        (405, Outcome.ACCOUNT, None),
        (406, Outcome.LEFT, None),
        (407, Outcome.TRANSIENT, 600),
        (409, Outcome.REJECTED, None),
        (500, Outcome.TRANSIENT, None),
        (502, Outcome.TRANSIENT, 600),
        (777, Outcome.UNKNOWN, None),
    ],
)
def test_a_code_decides_what_becomes_of_the_message(code, outcome, wait):
    (to,) = people(1)
    with channel(told((to, code))) as (sender, _):
        (result,) = sender.send([Outgoing(1, to, "x")])
    assert (result.outcome, result.wait) == (outcome, wait)
    assert result.error == (None if outcome is Outcome.ACCEPTED else str(code))
    assert (result.reference is None) == (outcome is not Outcome.ACCEPTED)


@pytest.mark.parametrize(
    "status, headers, body, outcome, error, wait",
    [
        (429, {"Retry-After": "7"}, "slow", Outcome.THROTTLED, "http_429", 7.0),
        (503, {}, "", Outcome.TRANSIENT, "http_503", None),
        (
            400,
            {},
            "Request is missing required form field 'to'",
            Outcome.REJECTED,
            "http_400",
            None,
        ),
        (301, {"Location": "http://192.0.2.1/"}, "", Outcome.ACCOUNT, "http_301", None),
        (201, {}, "<xml/>", Outcome.UNKNOWN, "bad_json", None),
        (201, {}, '{"SMSMessageData": []}', Outcome.UNKNOWN, "bad_json", None),
        (201, {}, told(("+254700099999", 101)), Outcome.UNKNOWN, "no_entry", None),
        (
            201,
            {},
            told(message="InsufficientBalance"),
            Outcome.ACCOUNT,
            "InsufficientBalance",
            None,
        ),
        (201, {}, told(message="+25470 is odd"), Outcome.REJECTED, "no_recipients", None),
    ],
)
def test_an_answer_for_the_whole_call_is_each_one_s_result(
    status, headers, body, outcome, error, wait
):
    batch = [Outgoing(n, to, "x") for n, to in enumerate(people(3))]
    with channel(body, status, headers) as (sender, server):
        results = list(sender.send(batch))
    assert len(server.asked) == 1
    assert sorted(result.id for result in results) == [0, 1, 2]
    assert {(r.outcome, r.error, r.wait) for r in results} == {(outcome, error, wait)}


@pytest.mark.parametrize(
    "address, sender, wanted",
    [("22384", "", "22384"), ("22384", "RELIEF", "RELIEF"), ("*384*123#", "", None)],
)
def test_who_it_is_from(address, sender, wanted):
    (to,) = people(1)
    with channel(told((to, 101)), address=address, sender=sender) as (provider, server):
        list(provider.send([Outgoing(1, to, "x")]))
    assert server.asked[0].form.get("from") == wanted


@pytest.mark.parametrize("username, host", [("relief", LIVE), ("sandbox", SANDBOX)])
def test_the_user_name_chooses_the_host(username, host):
    provider = AfricasTalking("22384", {"username": username, "api_key": KEY})
    pool = provider._door.pool
    assert f"{pool.scheme}://{pool.host}" == host


def test_a_check_signs_in_and_sends_nothing():
    with channel("{}", status=200) as (sender, server):
        sender.check()
    assert server.asked[0].path == "/version1/messaging?username=relief&lastReceivedId=2147483647"
    assert server.asked[0].headers["apiKey"] == KEY
    with (
        channel("The supplied authentication is invalid", status=401) as (sender, _),
        pytest.raises(Account, match="http_401"),
    ):
        sender.check()
