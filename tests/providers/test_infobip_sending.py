"""Sending through Infobip: a hundred in one call, each under an id of its own."""

import json
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from gateway.domain.messages import Outcome, Outgoing
from gateway.providers import Account, Hook, wrong
from gateway.providers.infobip import Infobip
from gateway.providers.infobip.codes import VERDICTS, WINDOW
from gateway.providers.infobip.order import ours, own
from tests.providers.loopback import answering
from tests.providers.vectors import forged

KEY = "0123456789abcdef"
HOOK_KEY = "a-long-word-of-your-own"
NOW = 1_800_000_000.0
CALLBACK = "https://gw.example.org/hooks/tana/receipt"
PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
TO = "+447700900101"


def people(count):
    return [f"+4477009{n:05}" for n in range(count)]


def told(*messages, status=PENDING):
    """Return an answer that says the same of all these messages."""
    entries = [
        {"messageId": own(one, NOW), "status": status, "destination": one.to.removeprefix("+")}
        for one in messages
    ]
    return json.dumps({"bulkId": "B1", "messages": entries})


@contextmanager
def channel(body, status=200, headers=None, address="InfoRC", **settings):
    with answering(status, body, headers) as server:
        ours = {"base_url": server.url, "api_key": KEY, **settings}
        yield Infobip(address, ours, clock=lambda: NOW), server


def sent(server):
    (asked,) = server.asked
    return json.loads(asked.body)["messages"]


def test_all_travel_in_one_call_and_a_shared_text_is_written_once():
    batch = [Outgoing(n, to, "Maji leo 💧") for n, to in enumerate(people(99), 1)]
    batch.append(Outgoing(100, TO, "Other words"))
    with channel(told(*batch)) as (sender, server):
        results = list(sender.send(batch))
        (asked,) = server.asked
        shared, other = sent(server)
    assert (asked.path, asked.headers["Authorization"]) == ("/sms/3/messages", f"App {KEY}")
    assert asked.headers["Content-Type"] == asked.headers["Accept"] == "application/json"
    assert (shared["content"], shared["sender"]) == ({"text": "Maji leo 💧"}, "InfoRC")
    assert len(shared["destinations"]) == 99
    assert other == {
        "destinations": [{"to": "447700900101", "messageId": own(batch[-1], NOW)}],
        "content": {"text": "Other words"},
        "sender": "InfoRC",
    }
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert all(ours(result.reference) == str(result.id) for result in results)


def test_a_message_keeps_its_id_for_a_while_and_no_other_bears_it():
    message = Outgoing(7, TO, "Maji leo")
    same = own(message, NOW)
    assert own(message, NOW + 20) == same
    others = [
        own(message, NOW + WINDOW),
        own(replace(message, to="+447700900102"), NOW),
        own(replace(message, text="Maji kesho"), NOW),
        own(replace(message, id=8), NOW),
    ]
    assert len({same, *others}) == 5
    assert own(replace(message, id=0), NOW) is None  # a trial is meant anew each time


def test_a_refusal_is_not_tried_again_under_the_same_id():
    waits = [v.wait for v in VERDICTS.values() if v.outcome in (Outcome.ACCOUNT, Outcome.TRANSIENT)]
    assert waits
    assert all(wait >= WINDOW for wait in waits)


@pytest.mark.parametrize(
    "group, code, outcome, wait",
    [
        (0, 0, Outcome.ACCEPTED, None),
        (1, 3, Outcome.ACCEPTED, None),
        (1, 7, Outcome.ACCEPTED, None),
        (1, 26, Outcome.ACCEPTED, None),
        (3, 2, Outcome.ACCEPTED, None),
        (3, 5, Outcome.ACCEPTED, None),
        (5, 23, Outcome.ACCEPTED, None),
        *((5, code, Outcome.REJECTED, None) for code in (6, 8, 10, 11, 13, 18, 19, 24, 25, 51, 52)),
        (2, 4, Outcome.REJECTED, None),
        (2, 9, Outcome.REJECTED, None),
        (4, 15, Outcome.REJECTED, None),
        (5, 12, Outcome.ACCOUNT, 300),
        (5, 17, Outcome.ACCOUNT, 300),
        (5, 14, Outcome.LEFT, None),
        (5, 20, Outcome.TRANSIENT, 3600),
        (5, 21, Outcome.TRANSIENT, 300),
        (5, 777, Outcome.REJECTED, None),
        (9, 99, Outcome.UNKNOWN, None),
    ],
)
def test_a_status_decides_what_becomes_of_the_message(group, code, outcome, wait):
    message = Outgoing(1, TO, "x")
    with channel(told(message, status={"groupId": group, "id": code})) as (sender, _):
        (result,) = sender.send([message])
    assert (result.outcome, result.wait) == (outcome, wait)
    assert result.error == (None if outcome is Outcome.ACCEPTED else str(code))


def told_of(group, code, name="X", error=None, id="7-0123456789ab"):
    result = {"messageId": id, "status": {"groupId": group, "id": code, "name": name}}
    body = json.dumps({"results": [result | ({"error": error} if error else {})]}).encode()
    hook = Hook("receipt", "POST", "https://gw.example.org/hooks/x/receipt", {}, (), (), body)
    found = Infobip("x", {"base_url": "http://127.0.0.1:1", "api_key": KEY}).read(hook)
    return [(receipt.status.value, receipt.retry, receipt.own) for receipt in found]


@pytest.mark.parametrize(
    "group, code, means",
    [
        (0, 0, [("queued", None, "7")]),
        (1, 3, [("sent", None, "7")]),
        (1, 7, [("sent", None, "7")]),
        (1, 26, [("sent", None, "7")]),
        (2, 4, [("failed", None, "7")]),
        (2, 9, [("failed", None, "7")]),
        (3, 2, [("sent", None, "7")]),
        (3, 5, [("delivered", None, "7")]),
        (4, 15, [("expired", None, "7")]),
        (4, 29, [("unknown", None, "7")]),
        (5, 6, [("rejected", "no", "7")]),
        (5, 14, [("rejected", "no", "7")]),
        # Tried again under another id: what became of this one is not the end of it.
        (5, 12, [("rejected", "after_topup", None)]),
        (5, 20, [("rejected", "later", None)]),
        (5, 21, [("rejected", "yes", None)]),
        (5, 23, []),  # it is of the repeat, and says nothing of the first
        ([], {}, []),
    ],
)
def test_a_report_says_no_more_than_they_know(group, code, means):
    assert told_of(group, code) == means


@pytest.mark.parametrize(
    "error, retry",
    [
        ({"id": 27, "permanent": False}, "later"),
        ({"id": 1, "permanent": True}, "no"),
        ({"id": 4101, "permanent": True}, "no"),
    ],
)
def test_the_network_s_error_says_whether_later_may_help(error, retry):
    assert told_of(2, 9, error=error) == [("failed", retry, "7")]


@pytest.mark.parametrize(
    "status, headers, body, outcome, error, wait",
    [
        (429, {"Retry-After": "7"}, '{"errorCode":"E429"}', Outcome.THROTTLED, "E429", 7.0),
        (401, {}, '{"errorCode":"E401"}', Outcome.ACCOUNT, "E401", None),
        (403, {}, '{"errorCode":"+447700900101"}', Outcome.ACCOUNT, "http_403", None),
        (500, {}, '{"requestError":{}}', Outcome.TRANSIENT, "http_500", None),
        (200, {}, '{"messages":[]}', Outcome.UNKNOWN, "no_entry", None),
        (200, {}, '{"messages":[{"messageId":"a"}]}', Outcome.UNKNOWN, "bad_json", None),
        (200, {}, '{"messages":{}}', Outcome.UNKNOWN, "no_entry", None),
        (200, {}, "[]", Outcome.UNKNOWN, "bad_json", None),
    ],
)
def test_an_answer_for_the_whole_call_is_each_one_s_result(
    status, headers, body, outcome, error, wait
):
    batch = [Outgoing(n, to, "x") for n, to in enumerate(people(3), 1)]
    with channel(body, status, headers) as (sender, server):
        results = list(sender.send(batch))
    assert len(server.asked) == 1
    assert sorted(result.id for result in results) == [1, 2, 3]
    assert {(r.outcome, r.error, r.wait) for r in results} == {(outcome, error, wait)}


def test_one_bad_number_does_not_cost_the_others_their_message():
    batch = [Outgoing(n, to, f"text {n}") for n, to in enumerate(people(8), 1)]
    bad = batch[4].to.removeprefix("+")

    def judge(body):
        numbers = [to["to"] for one in json.loads(body)["messages"] for to in one["destinations"]]
        known = [one for one in batch if one.to.removeprefix("+") in numbers]
        return (400, '{"errorCode":"E400"}') if bad in numbers else (200, told(*known))

    with channel("") as (sender, server):
        server.judge = judge
        results = sorted(sender.send(batch), key=lambda result: result.id)
    outcomes = [result.outcome for result in results]
    assert outcomes.pop(4) is Outcome.REJECTED
    assert outcomes == [Outcome.ACCEPTED] * 7
    assert len(server.asked) == 7  # 8, two 4s, two 2s, two 1s: every accepted one went once


@pytest.mark.parametrize(
    "expires, seconds",
    [(None, None), (NOW + 60.5, 60), (NOW + 0.5, 1), (NOW + 10 * 86400, 172_800)],
)
def test_infobip_is_told_how_long_a_message_is_worth_sending(expires, seconds):
    message = Outgoing(1, TO, "x", expires=expires)
    with channel(told(message)) as (sender, server):
        list(sender.send([message]))
    options = {"validityPeriod": {"amount": seconds, "timeUnit": "SECONDS"}}
    assert sent(server)[0].get("options") == (options if seconds else None)


@pytest.mark.parametrize(
    "callback, key, url",
    [
        (CALLBACK, "", CALLBACK),
        (CALLBACK, HOOK_KEY, f"{CALLBACK}?key={HOOK_KEY}"),
        ("http://127.0.0.1:8080/hooks/tana/receipt", HOOK_KEY, None),
        ("", "", None),
    ],
)
def test_receipts_come_with_our_key_to_where_they_can_come(callback, key, url):
    message = Outgoing(1, TO, "x")
    with channel(told(message), status_callback=callback, hook_key=key) as (sender, server):
        list(sender.send([message]))
    hooks = {"delivery": {"url": url, "notify": True}, "contentType": "application/json"}
    assert sent(server)[0].get("webhooks") == (hooks if url else None)


@pytest.mark.parametrize(
    "address, sender, wanted",
    [
        ("1212", "", "1212"),
        ("+447700900199", "", "447700900199"),
        ("1212", "InfoRC", "InfoRC"),
        ("*120#", "", None),
    ],
)
def test_who_it_is_from(address, sender, wanted):
    message = Outgoing(1, TO, "x")
    with channel(told(message), address=address, sender=sender) as (provider, server):
        list(provider.send([message]))
    assert sent(server)[0].get("sender") == wanted


def test_a_check_asks_for_a_preview_and_sends_nothing():
    with channel('{"previews":[]}') as (sender, server):
        sender.check()
    assert server.asked[0].path == "/sms/1/preview"
    with channel('{"errorCode":"E401"}', status=401) as (sender, _), pytest.raises(Account):
        sender.check()


@pytest.mark.parametrize(
    "base_url, good",
    [
        ("https://x1.api.infobip.com", True),
        ("https://x1.api.infobip.com/", True),
        ("http://127.0.0.1:8080", True),
        ("http://x1.api.infobip.com", False),  # the key would travel in the clear
        ("x1.api.infobip.com", False),
        ("https://x1.api.infobip.com/sms/3/messages", False),
    ],
)
def test_the_address_of_the_account_is_looked_at(base_url, good):
    assert (wrong(Infobip.needs, {"base_url": base_url, "api_key": KEY}) == []) is good


BASIC = {
    "Authorization": "Basic Z2F0ZXdheTphLWxvbmctd29yZC1vZi15b3VyLW93bg==",  # gateway:our word
}


@pytest.mark.parametrize(
    "path, headers, taken",
    [
        (f"/ussd/{HOOK_KEY}/session/S77/start", {}, True),
        (f"/ussd/session/S77/start?key={HOOK_KEY}", {}, True),
        ("/ussd/session/S77/start", BASIC, True),
        ("/message", BASIC, True),
        (f"/message/{HOOK_KEY}/session/S77/start", {}, False),
        (f"/ussd/{HOOK_KEY}x/session/S77/start", {}, False),
        ("/message", {"Authorization": "Basic %%%"}, False),
        ("/message", {"Authorization": "Basic /w=="}, False),
        ("/message", {"Authorization": f"Bearer {HOOK_KEY}"}, False),
    ],
)
def test_our_key_may_come_in_three_ways(path, headers, taken):
    ours = {"base_url": "http://127.0.0.1:1", "api_key": KEY, "hook_key": HOOK_KEY}
    url, _, key = f"https://gw.example.org/hooks/tana{path}".partition("?key=")
    query = (("key", key),) if key else ()
    call = Hook("ussd", "POST", url, headers, query, (), b"{}")
    assert forged(Infobip("*120#", ours), call) is not taken


def test_pictures_and_pieces_of_text_come_through():
    picture = "https://media.example.org/1.jpg"
    pieces = [
        {"contentType": "text/plain", "value": "Bridge is out"},
        {"contentType": "image/jpeg", "url": picture},
    ]
    result = {"messageId": "m1", "from": "447700900101", "to": "1212", "message": pieces}
    body = json.dumps({"results": [result]}).encode()
    hook = Hook("message", "POST", "https://gw.example.org/hooks/x/message", {}, (), (), body)
    (message,) = Infobip("x", {"base_url": "http://127.0.0.1:1", "api_key": KEY}).read(hook)
    assert (message.sender, message.text) == (TO, "Bridge is out")
    assert [(one.url, one.type) for one in message.media] == [(picture, "image/jpeg")]
