"""A phone with SMSSync: it tells, it fetches, and it says what became of what it fetched."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from gateway.domain.messages import Outcome, Outgoing, Status
from gateway.providers import Forged, Garbled
from gateway.providers.smssync import SmsSync
from tests.providers.vectors import cases, hook, table

OURS = table("smssync")["channel"]
TO = "+256772000001"
CASES = {case["id"]: case for name, case in cases("inbound", "status", "poll") if name == "smssync"}
FORM = "smssync-in-01"
JSON = "smssync-in-02"


def phone(**settings):
    return SmsSync(OURS["number"], {"secret": OURS["secret"], "country": "UG", **settings})


def changed(case=JSON, **fields):
    call = hook(CASES[case])
    told = {k: v for k, v in {**json.loads(call.body), **fields}.items() if v is not None}
    return replace(call, body=json.dumps(told).encode())


def asked(query, method="GET"):
    pairs = tuple(tuple(pair.split("=")) for pair in query.split("&"))
    return replace(hook(CASES["smssync-poll"]), method=method, query=pairs)


def came(one):
    """The one receipt of a result."""
    call = changed("smssync-result-delivered", message_result=[{"uuid": "own-1", **one}])
    (receipt,) = phone().read(call)
    return receipt


@pytest.mark.parametrize("secret", ["", "é", "s3cre", "S3cret", None, ["s3cret"], {"a": 1}])
def test_a_message_without_our_secret_is_refused(secret):
    with pytest.raises(Forged, match="bad_secret"):
        phone().verify(changed(secret=secret))


@pytest.mark.parametrize("task", ["sent", "result"])
def test_what_is_told_of_fetched_messages_may_come_without_a_secret_but_not_with_a_false_one(task):
    call = hook(CASES[f"smssync-{task}" if task == "sent" else "smssync-result-page"])
    phone().verify(call)
    with pytest.raises(Forged):
        phone().verify(replace(call, query=(("task", task), ("secret", "nope"))))


@pytest.mark.parametrize("query", ["task=send", "task=result", "task=send&secret=", "task=sent"])
def test_nobody_fetches_without_the_secret(query):
    with pytest.raises(Forged):
        phone().verify(asked(query))


def test_a_task_nobody_knows_tells_and_fetches_nothing():
    call = asked("task=dance&secret=s3cret")
    phone().verify(call)
    assert list(phone().read(call)) == []
    assert phone().wants(call) == ""


@pytest.mark.parametrize(
    "fields, reason, field",
    [
        ({"from": "unknown"}, "bad_number", "from"),
        ({"from": ""}, "missing_field", "from"),
        ({"message": None}, "missing_field", "message"),
        ({"message_id": ""}, "missing_field", "message_id"),
        ({"sent_timestamp": "yesterday"}, "bad_timestamp", "sent_timestamp"),
        ({"sent_timestamp": "13-40-26 07:00"}, "bad_timestamp", "sent_timestamp"),
        ({"sent_timestamp": "9" * 15}, "bad_timestamp", "sent_timestamp"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(fields, reason, field):
    call = changed(**fields)
    with pytest.raises(Garbled) as caught:
        list(phone().read(call))
    assert (caught.value.reason, caught.value.field) == (reason, field)
    told = json.loads(phone().refuse(call, caught.value).body)
    assert told == {"payload": {"success": False, "error": f"{reason}: {field}"}}


def test_a_message_may_have_no_time_and_a_long_text_is_cut():
    (found,) = phone().read(changed(sent_timestamp="", message="x" * 20_000))
    assert (found.at, len(found.text), found.flags) == (None, 10_000, ("cut",))


def test_answers_go_back_in_the_phone_s_own_call():
    call = hook(CASES[FORM])
    told = json.loads(phone().answer(call, ["Weebale", "Amazzi gajja"]).body)["payload"]
    assert (told["success"], told["error"]) == (True, None)
    assert (told["task"], told["secret"]) == ("send", "s3cret")
    assert [(m["to"], m["message"]) for m in told["messages"]] == [
        (TO, "Weebale"),
        (TO, "Amazzi gajja"),
    ]
    names = [m["uuid"] for m in told["messages"]]
    assert len(set(names)) == 2
    again = json.loads(phone().answer(call, ["Weebale", "Amazzi gajja"]).body)["payload"]
    assert [m["uuid"] for m in again["messages"]] == names  # told twice, it is one message


def test_a_number_without_its_country_is_answered_with_it():
    told = json.loads(phone().answer(changed(**{"from": "0772000001"}), ["x"]).body)
    assert told["payload"]["messages"][0]["to"] == TO


def test_a_message_has_always_the_same_name_which_nobody_can_guess():
    ours, theirs = phone(), phone(secret="another")
    one = Outgoing(17, TO, "Amazzi")
    assert ours.reference(one) == ours.reference(structs.replace(one, class_=0))
    changes: list[dict[str, Any]] = [{"id": 18}, {"to": "+256772000002"}, {"text": "x"}]
    others = [structs.replace(one, **change) for change in changes]
    names = {ours.reference(one), theirs.reference(one), *map(ours.reference, others)}
    assert len(names) == 5
    assert all(len(name) <= 36 for name in names)


@pytest.mark.parametrize(
    "one, status, error, retry",
    [
        ({"sent_result_code": -1}, Status.SENT, None, None),
        ({"sent_result_code": "0"}, Status.SENT, None, None),
        ({"sent_result_code": 1}, Status.FAILED, "sent_result_code:1", "once"),
        ({"sent_result_code": 2}, Status.FAILED, "sent_result_code:2", "later"),
        ({"sent_result_code": 3}, Status.FAILED, "sent_result_code:3", "no"),
        ({"sent_result_code": 77}, Status.FAILED, "sent_result_code:77", None),
        (
            {"sent_result_code": 1, "delivered_result_message": " SMS Delivered"},
            Status.DELIVERED,
            None,
            None,
        ),
        # Codes alone say opposite things in the app and in its manual: the sending counts.
        ({"sent_result_code": -1, "delivered_result_code": 0}, Status.SENT, None, None),
        (
            {"sent_result_code": -1, "delivered_result_message": "SMS imetumwa"},
            Status.SENT,
            None,
            None,
        ),
    ],
)
def test_a_result_means_what_its_words_say(one, status, error, retry):
    found = came(one)
    assert (found.status, found.error, found.retry) == (status, error, retry)


def test_the_time_of_a_result_is_only_information():
    assert came({"sent_result_code": 0, "sent_timestamp": "soon"}).at is None
    at = came({"sent_result_code": 0, "sent_timestamp": "1785567600250"}).at
    assert at == datetime(2026, 8, 1, 7, 0, 0, 250_000, UTC)


def test_the_good_results_of_a_call_count_beside_the_bad():
    good = {"uuid": "own-1", "sent_result_code": 0}
    bad = [None, 7, {"uuid": ""}, {"uuid": "x" * 300}, {"uuid": "own-2"}]
    call = changed("smssync-result-delivered", message_result=[*bad, good])
    assert [receipt.reference for receipt in phone().read(call)] == ["own-1"]


@pytest.mark.parametrize("told, reason", [(None, "missing_field"), ({}, "missing_field")])
def test_a_list_that_is_none_is_refused(told, reason):
    for case, name in (
        ("smssync-result-page", "message_result"),
        ("smssync-sent", "queued_messages"),
    ):
        with pytest.raises(Garbled, match=f"{reason}: {name}"):
            list(phone().read(changed(case, **{name: told})))
    with pytest.raises(Garbled, match="bad_json: message_result"):
        list(phone().read(changed("smssync-result-page", message_result="[{")))


def test_nothing_can_be_pushed_to_it():
    messages = [Outgoing(1, TO, "x"), Outgoing(2, TO, "x", expires=1.0)]
    found = {result.id: result.outcome for result in phone().send(messages)}
    assert found == {1: Outcome.TRANSIENT, 2: Outcome.REJECTED}
    assert phone().can.polled
