"""A phone with SMS Gateway for Android: what it is asked, and what its words mean."""

import json
from base64 import b64decode
from contextlib import contextmanager

import pytest

from gateway.domain.messages import Class, Outcome, Outgoing, Status
from gateway.providers import Account, Unreachable
from gateway.providers.android import Android
from gateway.providers.android.codes import RETRY, STATES, code
from tests.providers.loopback import answering
from tests.providers.vectors import table

NOW = 1_785_567_630.0
TO = "+254700000001"
TAKEN = json.dumps({"id": "own-9", "state": "Pending", "recipients": []})


@contextmanager
def phone(status=202, body=TAKEN, headers=None, **settings):
    with answering(status, body, headers) as server:
        ours = {**table("android")["channel"], "base_url": server.url, **settings}
        yield Android("+254711000999", ours, lambda: NOW), server


def order(message, **settings):
    """What the phone is asked to do for one message."""
    with phone(**settings) as (sender, server):
        list(sender.send([message]))
    return json.loads(server.asked[0].body)


def test_a_message_is_asked_for_as_the_manual_says():
    message = Outgoing(17, TO, "Maji leo", Class.EMERGENCY, expires=NOW + 90.9)
    with phone(sim="2", device="phone-1") as (sender, server):
        (result,) = sender.send([message])
    (asked,) = server.asked
    assert asked.path == "/messages"
    assert asked.headers["Content-Type"] == "application/json"
    assert b64decode(asked.headers["Authorization"].removeprefix("Basic ")) == b"sms:open-sesame"
    told = json.loads(asked.body)
    assert told.pop("id").startswith("17-")
    assert told == {
        "textMessage": {"text": "Maji leo"},
        "phoneNumbers": [TO],
        "withDeliveryReport": True,
        "priority": 100,
        "ttl": 90,
        "simNumber": 2,
        "deviceId": "phone-1",
    }
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, "own-9")


def test_the_path_of_a_server_is_kept_and_a_short_code_is_let_through():
    with answering(202, TAKEN) as server:
        ours = {**table("android")["channel"], "base_url": f"{server.url}/api/3rdparty/v1"}
        list(Android("", ours).send([Outgoing(1, "22384", "x")]))
    assert server.asked[0].path == "/api/3rdparty/v1/messages?skipPhoneValidation=true"


@pytest.mark.parametrize(
    "class_, priority",
    [(Class.EMERGENCY, 100), (Class.HIGH, 50), (Class.NORMAL, 0), (Class.BULK, -50)],
)
def test_only_an_emergency_passes_over_the_phone_s_own_limits(class_, priority):
    assert order(Outgoing(1, TO, "x", class_))["priority"] == priority


def test_nothing_lives_shorter_than_the_app_allows():
    assert order(Outgoing(1, TO, "x", expires=NOW + 1))["ttl"] == 5
    assert "ttl" not in order(Outgoing(1, TO, "x"))


def test_the_same_message_has_the_same_name_and_another_has_another():
    names = [
        order(message)["id"]
        for message in (
            Outgoing(17, TO, "Maji leo"),
            Outgoing(17, TO, "Maji leo"),
            Outgoing(17, TO, "Maji kesho"),
            Outgoing(17, "+254700000002", "Maji leo"),
        )
    ]
    assert len(set(names)) == 3
    assert names[0] == names[1]
    assert all(len(name) <= 36 and TO not in name for name in names)


def test_a_message_told_before_is_taken_and_known_by_its_name():
    with phone(409, '{"message":"duplicate id"}') as (sender, server):
        (result,) = sender.send([Outgoing(17, TO, "x")])
    assert result.outcome is Outcome.ACCEPTED
    assert result.reference == json.loads(server.asked[0].body)["id"]


@pytest.mark.parametrize(
    "status, body, headers, outcome, error, wait",
    [
        (503, '{"message":"queue limit exceeded"}', {}, Outcome.THROTTLED, "http_503", 60.0),
        (503, '{"message":"x"}', {"Retry-After": "5"}, Outcome.THROTTLED, "http_503", 5.0),
        (503, "<html>", {}, Outcome.TRANSIENT, "http_503", None),
        (400, '{"message":"invalid phone number"}', {}, Outcome.REJECTED, "http_400", None),
        (401, "", {}, Outcome.ACCOUNT, "http_401", None),
        (404, "", {}, Outcome.ACCOUNT, "http_404", None),
        (202, "[]", {}, Outcome.TRANSIENT, "no_id", None),
        (202, '{"id":""}', {}, Outcome.TRANSIENT, "no_id", None),
        (200, "[" * 90_000, {}, Outcome.TRANSIENT, "no_id", None),
    ],
)
def test_an_answer_decides_what_becomes_of_the_message(status, body, headers, outcome, error, wait):
    with phone(status, body, headers) as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert (result.outcome, result.error, result.wait) == (outcome, error, wait)


def test_a_line_that_breaks_after_the_asking_is_asked_again():
    with phone(headers={"Content-Length": "9999"}, timeout="0.2") as (sender, _):
        (result,) = sender.send([Outgoing(1, TO, "x")])
    assert result.outcome is Outcome.TRANSIENT  # the id makes it harmless


def test_a_check_signs_in_and_sends_nothing():
    with phone(200, "[]") as (sender, server):
        sender.check()
    assert [asked.path for asked in server.asked] == ["/webhooks"]
    with phone(401) as (sender, _), pytest.raises(Account):
        sender.check()


def test_a_message_the_phone_does_not_know_tells_nothing():
    with phone(404, '{"message":"not found"}') as (sender, server):
        assert list(sender.became(["17-0123456789abcdef", "../x"])) == []
    assert [a.path for a in server.asked] == ["/messages/17-0123456789abcdef", "/messages/..%2Fx"]
    with phone(502) as (sender, _), pytest.raises(Unreachable):
        list(sender.became(["17-0123456789abcdef"]))


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_told_person_by_person(state):
    told = {"state": "Sent", "recipients": [{"phoneNumber": TO, "state": state, "error": None}]}
    with phone(200, json.dumps(told)) as (sender, _):
        (receipt,) = sender.became(["17-0123456789abcdef"])
    assert (receipt.status, receipt.to, receipt.own) == (STATES[state], TO, "17")


def test_a_message_that_came_too_late_has_expired():
    person = {"phoneNumber": TO, "state": "Failed", "error": "TTL expired"}
    with phone(200, json.dumps({"recipients": [person, {"state": "New"}, None]})) as (sender, _):
        (receipt,) = sender.became(["17-0123456789abcdef"])
    assert (receipt.status, receipt.error, receipt.retry) == (Status.EXPIRED, "TTL", "no")


@pytest.mark.parametrize(
    "reason, retry",
    [
        ("RESULT_ERROR_LIMIT_EXCEEDED (Failed because ...)", "later"),
        ("RESULT_ERROR_GENERIC_FAILURE (Generic failure cause)", "once"),
        ("RESULT_RIL_NETWORK_REJECT (...)", "no"),
        ("RESULT_RIL_SIM_ABSENT (...)", "later"),
        ("No SIMs found", "later"),
        ("Unknown error code: 130", "once"),
        ("RESULT_NEVER_SEEN (...)", None),
        (f"could not reach {TO}", None),
    ],
)
def test_a_reason_answers_whether_to_ask_again(reason, retry):
    found = code(reason)
    assert RETRY.get(str(found)) == retry
    assert TO not in found
