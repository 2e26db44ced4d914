"""Every provider reads, answers and sends as its table of cases says."""

import json
import xmlrpc.client
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest
from msgspec import structs

from gateway.domain.dialogue import Prompt
from gateway.domain.messages import Outcome, Outgoing, Phase, Receipt, Screen, Turn
from gateway.domain.receipts import whole
from gateway.domain.ussd import newest, screens
from gateway.providers import Forged, Garbled, HookError, load
from gateway.providers.modem.codes import DEVICE, FULL, LATER, MINUTES, SLOWER, refusal
from gateway.providers.modem.overheard import code_of
from tests.providers.loopback import answering
from tests.providers.vectors import (
    FORGERIES,
    cases,
    channel,
    forged,
    hook,
    in_our_words,
    told,
    verify,
)


def table(*directions, outcomes=("accept", "ignore", "reject")):
    return [
        pytest.param(name, case, id=case["id"])
        for name, case in cases(*directions)
        if case["expect"].get("outcome", "accept") in outcomes
    ]


def as_the_gateway_sees_it(event, case):
    """Add what the gateway knows: the parts confirmed, who is in a session, its path so far."""
    if isinstance(event, Receipt) and event.piece and "state" in case:
        return structs.replace(event, status=whole(case["state"]["parts"], pieces(event, case)))
    if not isinstance(event, Turn) or "state" not in case:
        return event
    if not event.sender:
        return structs.replace(event, sender=case["state"]["from"])
    if event.path is None or "seen_text" not in case["state"]:
        return event
    seen = case["state"]["seen_text"]
    text = newest(event.path, seen)
    if text is None:
        return None
    return structs.replace(event, text=text, phase=Phase.START if seen is None else event.phase)


def pieces(event, case):
    """Count the parts that phones have confirmed, this one among them."""
    seen = case.get("state", {}).get("parts_delivered")
    return seen + 1 if isinstance(event, Receipt) and event.piece and seen is not None else None


def events(provider, call, case):
    verify(provider, call)
    found = [as_the_gateway_sees_it(event, case) for event in provider.read(call)]
    return [told(e) | {"parts_delivered": pieces(e, case)} for e in found if e]


SAID = {"body", "body_any", "json", "json_contains", "json_not_contains", "xml_equal"}
SAID |= {"rpc_struct_contains", "rpc_fault_contains"}


def canonical(document):
    return canonicalize(document, strip_text=True)


def same_answer(answer, wanted):
    assert answer.status == wanted.get("http_status", 200)
    assert answer.type.split(";")[0] == wanted.get("content_type", answer.type.split(";")[0])
    assert wanted.keys() & SAID
    assert {name: answer.headers[name] for name in wanted.get("headers", {})} == wanted.get(
        "headers", {}
    )
    if "body" in wanted:
        assert answer.body == wanted["body"]
    if "xml_equal" in wanted:
        assert canonical(answer.body) == canonical(wanted["xml_equal"])
    if "rpc_struct_contains" in wanted:
        (struct,) = xmlrpc.client.loads(answer.body)[0]
        assert holds(struct, wanted["rpc_struct_contains"])
    if "rpc_fault_contains" in wanted:
        with pytest.raises(xmlrpc.client.Fault, match=wanted["rpc_fault_contains"]):
            xmlrpc.client.loads(answer.body)
    if "json" in wanted:
        assert json.loads(answer.body) == wanted["json"]
    if "json_contains" in wanted:
        assert holds(json.loads(answer.body), wanted["json_contains"])
    assert not [word for word in wanted.get("json_not_contains", ()) if f'"{word}"' in answer.body]


def holds(found, wanted):
    """Tell whether a JSON value has all that is wanted of it, and maybe more."""
    if not isinstance(wanted, dict):
        return found == wanted
    return all(name in found and holds(found[name], value) for name, value in wanted.items())


EVENTS = ("inbound", "status", "ussd", "optout")


@pytest.mark.parametrize("name, case", table(*EVENTS, outcomes=("accept", "ignore")))
def test_a_call_is_read_as_the_table_says(name, case):
    found = events(channel(name, case), hook(case), case)
    wanted = case["expect"]["events"]
    assert len(found) == len(wanted)
    for event, expected in zip(found, map(in_our_words, wanted), strict=True):
        assert {key: event[key] for key in expected} == expected


def calls(*directions, outcomes):
    """The cases in which somebody called, and waits for an answer."""
    rows = table(*directions, outcomes=outcomes)
    return [row for row in rows if not load(row.values[0]).can.polls]


@pytest.mark.parametrize("name, case", calls(*EVENTS, outcomes=("accept", "ignore")))
def test_a_call_is_answered_as_the_table_says(name, case):
    provider, call, expect = channel(name, case), hook(case), case["expect"]
    answer = provider.answer(call)
    assert answer.status == expect["http_status"]
    if "response" in expect:
        same_answer(answer, expect["response"])


@pytest.mark.parametrize("name, case", table(*EVENTS, "poll", "signature", outcomes=("reject",)))
def test_a_call_is_refused_as_the_table_says(name, case):
    provider, call, expect = channel(name, case), hook(case), case["expect"]
    with pytest.raises(HookError) as caught:
        events(provider, call, case)
    assert caught.value.reason == expect["reject_reason"]
    assert caught.value.field == expect.get("field")
    assert isinstance(caught.value, Forged if caught.value.reason in FORGERIES else Garbled)
    if provider.can.polls:
        return  # nobody waits for an answer
    answer = provider.refuse(call, caught.value)
    assert answer.status == expect["http_status"]
    if "response" in expect:
        same_answer(answer, expect["response"])


@pytest.mark.parametrize("name, case", table("signature", outcomes=("accept",)))
def test_a_right_signature_is_taken(name, case):
    assert not forged(channel(name, case), hook(case))


@pytest.mark.parametrize(
    "name, case", [row for row in table("ussd") if "render" in row.values[1]["expect"]]
)
@pytest.mark.parametrize("goes_on, key", [(True, "continue"), (False, "end")])
def test_a_screen_is_written_as_the_table_says(name, case, goes_on, key):
    screen = Screen(case["expect"]["render_text"], goes_on)
    answer = channel(name, case).screen(hook(case), screen)
    same_answer(answer, case["expect"]["render"][key])


@pytest.mark.parametrize(
    "name, case", [row for row in table("ussd") if "render_limit" in row.values[1]["expect"]]
)
def test_a_long_screen_is_cut_as_the_table_says(name, case):
    expect, can = case["expect"], channel(name, case).can
    limits = {"gsm7_limit": can.screen_gsm7, "ucs2_limit": can.screen_ucs2}
    pages = screens(Prompt(expect["render_text"]), lambda key: key, **limits)
    assert len(pages) > 1
    assert all(len(page) <= expect["render_limit"] for page in pages)


@pytest.mark.parametrize(
    "name, case", [row for row in table(*EVENTS) if row.values[0] == "africastalking"]
)
@pytest.mark.parametrize("kind", ["message", "receipt", "ussd"])
def test_africas_talking_is_understood_at_whichever_address(name, case, kind):
    def outcome(call):
        try:
            return events(channel(name, case), call, case)
        except HookError as error:
            return error.reason, error.field

    assert outcome(hook(case, kind)) == outcome(hook(case))


RESULTS = {
    "accepted": {Outcome.ACCEPTED},
    "failed": {Outcome.REJECTED, Outcome.LEFT},
    "throttled": {Outcome.THROTTLED},
    "transient": {Outcome.TRANSIENT},
    "account": {Outcome.ACCOUNT},
    "unknown": {Outcome.UNKNOWN},
    "partial": {Outcome.UNKNOWN},  # a piece went: the message's class decides
}
AGAIN = {Outcome.THROTTLED: "yes", Outcome.TRANSIENT: "yes", Outcome.ACCEPTED: None}
NO = ("no", "after_topup")
LEFT = {("twilio", "21610"), ("vonage", "7")}
HOUR = 3600


def left(name, recipient):
    return recipient.get("opt_out") or (name, recipient["error_code"]) in LEFT


def answers(told):
    return [row for row in table("send-response") if told in row.values[1]["expect"]]


def possible(recipient):
    """The outcomes a table's word allows; what is worth an hour's wait has not failed yet."""
    return {Outcome.TRANSIENT} if recipient["retry"] == "later" else RESULTS[recipient["result"]]


def again(result):
    return "later" if (result.wait or 0) >= HOUR else AGAIN.get(result.outcome, "no")


@pytest.mark.parametrize("name, case", answers("recipients"))
def test_an_answer_to_a_sending_means_what_the_table_says(name, case):
    wanted = case["expect"]["recipients"]
    batch = [Outgoing(n, recipient["to"], "Maji leo") for n, recipient in enumerate(wanted)]
    reply = case["response"]
    headers = {"Content-Type": reply["content_type"], **reply["headers"]}
    with answering(reply["http_status"], reply["body"], headers) as server:
        results = list(channel(name, case, base_url=server.url).send(batch))
    assert len(server.asked) == 1
    for result in results:
        recipient = wanted[result.id]
        assert result.outcome in possible(recipient)
        assert result.reference == recipient["external_id"] or (
            recipient.get("duplicate")  # then it is known by our own id, whatever it is here
            and result.reference.encode() in server.asked[0].body
        )
        assert again(result) == ("no" if recipient["retry"] in NO else recipient["retry"])
        assert (result.outcome is Outcome.LEFT) == bool(left(name, recipient))
        if "wait_ms" in recipient:
            assert result.wait == recipient["wait_ms"] / 1000
        # A code of acceptance (Africa's Talking 101, 102) is not an error.
        accepted = result.outcome is Outcome.ACCEPTED
        assert result.error == (None if accepted else recipient["error_code"])
        assert result.parts == recipient.get("segments")
    assert sorted(result.id for result in results) == list(range(len(wanted)))


@pytest.mark.parametrize("name, case", answers("events"))
def test_an_answer_about_messages_means_what_the_table_says(name, case):
    wanted, reply = case["expect"]["events"], case["response"]
    with answering(reply["http_status"], reply["body"]) as server:
        provider: Any = channel(name, case, base_url=server.url)
        found = list(provider.became([wanted[0]["external_id"]]))
    for event, expected in zip(map(told, found), wanted, strict=True):
        assert {key: event[key] for key in expected} == expected


@pytest.mark.parametrize("name, case", table("poll", outcomes=("accept",)))
def test_a_call_that_comes_to_fetch_is_given_what_waits(name, case):
    provider: Any = channel(name, case)
    call, state = hook(case), case["state"]
    provider.verify(call)
    assert list(provider.read(call)) == []
    if "queue" in state:
        assert provider.wants(call) == "messages"
        batch = [Outgoing(n, one["to"], one["text"]) for n, one in enumerate(state["queue"])]
        answer = provider.give(call, batch)
        for one, message in zip(state["queue"], batch, strict=True):  # its name is ours to give
            named = answer.body.replace(provider.reference(message), one["id"])
            answer = replace(answer, body=named)
    else:
        assert provider.wants(call) == "receipts"
        answer = provider.ask(call, state["awaiting_result"])
    same_answer(answer, case["expect"]["response"])


REFUSALS = table("refusal")


@pytest.mark.parametrize("name, case", REFUSALS)
def test_a_refusal_of_a_modem_means_what_the_table_says(name, case):
    (wanted,) = case["expect"]["recipients"]
    said = case["response"]
    raised = said.get("exception", "ERR_UNKNOWN")  # the library's word for most of the modem's
    result = refusal(raised, code_of(said.get("at", "").encode())).result(0)
    assert result.outcome in RESULTS[wanted["result"]]
    assert result.error == wanted["error_code"]
    waits = {"once": MINUTES, "later": LATER}.get(wanted["retry"])
    assert result.wait == waits or (result.outcome is Outcome.THROTTLED and result.wait == SLOWER)
    # What the table says besides "again" is done by who has the modem: see test_modem.py.
    assert (result.error in DEVICE) == (wanted["retry"] == "reopen")
    assert (result.error in FULL) == (wanted["retry"] == "after_cleanup")


ENCODED = [row.values for row in table("encode")]
FILES = [row for row in ENCODED if load(row[0]).can.polls]


@pytest.mark.parametrize("name, case", FILES)
def test_a_file_is_written_as_the_table_says(name, case, tmp_path):
    expect, given = case["expect"], case["request"]["input"]
    (tmp_path / "outgoing").mkdir()
    sender = channel(name, case, folder=str(tmp_path))
    (result,) = sender.send([Outgoing(3, given["to"], given["text"])])
    (file,) = (tmp_path / "outgoing").iterdir()
    assert file.name == f"gw_{result.reference}"
    lines = file.read_bytes().decode(expect["file_encoding"]).split("\n")
    assert sorted(lines) == sorted(expect["file_content_lines"])  # header order is free
    assert lines[lines.index("") :] == expect["file_content_lines"][-2:]


@pytest.mark.parametrize("name, case", [row for row in ENCODED if row not in FILES])
def test_a_message_is_written_as_the_table_says(name, case):
    expect, given = case["expect"], case["input"]
    with answering(200, "") as server:
        sender = channel(name, case, base_url=server.url)
        list(sender.send([Outgoing(given["id"], given["to"], given["text"])]))
    (asked,) = server.asked
    assert asked.method == expect["method"]
    assert expect["url"].endswith(asked.path)
    assert asked.path.count("?") == expect["url"].count("?")
    assert asked.headers.get("Content-Type") == expect.get("content_type")
    if "json" in expect:
        assert json.loads(asked.body) == expect["json"]
    elif "xml_equal" in expect:
        assert canonical(asked.body.decode()) == canonical(expect["xml_equal"])
    else:
        assert asked.body.decode() == expect["body"]
