"""Every provider reads, answers and sends as its table of cases says."""

from dataclasses import replace

import pytest

from gateway.domain.messages import Outcome, Outgoing, Phase, Screen, Turn
from gateway.domain.ussd import newest
from gateway.providers import Forged, Garbled, HookError
from tests.providers.loopback import answering
from tests.providers.vectors import cases, channel, forged, hook, told


def table(*directions, outcomes=("accept", "ignore", "reject")):
    return [
        pytest.param(name, case, id=case["id"])
        for name, case in cases(*directions)
        if case["expect"].get("outcome", "accept") in outcomes
    ]


def as_the_gateway_sees_it(event, case):
    """Find the new input of a cumulative path, as the gateway does with what it has seen."""
    if not isinstance(event, Turn) or event.path is None or "state" not in case:
        return event
    seen = case["state"]["seen_text"]
    text = newest(event.path, seen)
    if text is None:
        return None
    return replace(event, text=text, phase=Phase.START if seen is None else event.phase)


def events(provider, call, case):
    provider.verify(call)
    found = [as_the_gateway_sees_it(event, case) for event in provider.read(call)]
    return [told(event) for event in found if event]


def same_answer(answer, wanted):
    assert answer.status == wanted.get("http_status", 200)
    assert answer.type.split(";")[0] == wanted["content_type"]
    assert answer.body == wanted["body"]


EVENTS = ("inbound", "status", "ussd", "optout")


@pytest.mark.parametrize("name, case", table(*EVENTS, outcomes=("accept", "ignore")))
def test_a_call_is_read_as_the_table_says(name, case):
    found = events(channel(name, case), hook(case), case)
    wanted = case["expect"]["events"]
    assert len(found) == len(wanted)
    for event, expected in zip(found, wanted, strict=True):
        assert {key: event[key] for key in expected} == expected


@pytest.mark.parametrize("name, case", table(*EVENTS, outcomes=("accept", "ignore")))
def test_a_call_is_answered_as_the_table_says(name, case):
    provider, call, expect = channel(name, case), hook(case), case["expect"]
    answer = provider.answer(call)
    assert answer.status == expect["http_status"]
    if "response" in expect:
        same_answer(answer, expect["response"])


@pytest.mark.parametrize("name, case", table(*EVENTS, "signature", outcomes=("reject",)))
def test_a_call_is_refused_as_the_table_says(name, case):
    provider, call, expect = channel(name, case), hook(case), case["expect"]
    with pytest.raises(HookError) as caught:
        events(provider, call, case)
    assert caught.value.reason == expect["reject_reason"]
    assert caught.value.field == expect.get("field")
    assert isinstance(caught.value, Forged if expect["http_status"] == 403 else Garbled)
    assert provider.refuse(call, caught.value).status == expect["http_status"]


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
}
AGAIN = {Outcome.THROTTLED: "yes", Outcome.TRANSIENT: "yes", Outcome.ACCEPTED: None}


def left(recipient):
    return recipient.get("opt_out") or recipient["error_code"] == "21610"


@pytest.mark.parametrize("name, case", table("send-response"))
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
        assert result.outcome in RESULTS[recipient["result"]]
        assert result.reference == recipient["external_id"]
        assert AGAIN.get(result.outcome, "no") == (
            "no" if recipient["retry"] == "after_topup" else recipient["retry"]
        )
        assert (result.outcome is Outcome.LEFT) == bool(left(recipient))
        # A code of acceptance (Africa's Talking 101, 102) is not an error.
        accepted = result.outcome is Outcome.ACCEPTED
        assert result.error == (None if accepted else recipient["error_code"])
        assert result.parts == recipient.get("segments")
    assert sorted(result.id for result in results) == list(range(len(wanted)))
