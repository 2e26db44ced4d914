"""Sending several at once: every message has its result, whatever happens to the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.providers import Account, Busy, MaybeSent, Rejected, SendError, Unreachable
from gateway.providers.sending import fresh, hand_over

BATCH = [[Outgoing(n, f"+155501{n:02}", "x")] for n in range(10)]


def accept(messages):
    return [Result(message.id, Outcome.ACCEPTED) for message in messages]


def failing(number, error):
    def work(messages):
        if messages[0].id == number:
            raise error
        return accept(messages)

    return work


def run(work, lines=1):
    with ThreadPoolExecutor(lines) as pool:
        found = list(hand_over(pool, work, BATCH))
    assert sorted(result.id for result in found) == list(range(10))
    return [result.outcome for result in sorted(found, key=lambda result: result.id)]


@pytest.mark.parametrize(
    "error", [Unreachable("x"), MaybeSent("x"), Rejected("x")], ids=lambda e: type(e).__name__
)
def test_one_failure_is_one_message_s_own(error):
    outcomes = run(failing(3, error))
    assert outcomes.pop(3) is error.outcome
    assert set(outcomes) == {Outcome.ACCEPTED}


@pytest.mark.parametrize("error", [Busy("429", 7.0), Account("401")], ids=["busy", "account"])
def test_after_a_refusal_of_the_channel_the_rest_is_not_tried(error):
    outcomes = run(failing(3, error))
    assert outcomes == [Outcome.ACCEPTED] * 3 + [error.outcome] * 7


def test_calls_are_made_side_by_side():
    together = Barrier(10, timeout=5)

    def work(messages):
        together.wait()
        return accept(messages)

    assert run(work, lines=10) == [Outcome.ACCEPTED] * 10


def test_a_fault_of_our_own_is_told_when_all_others_have_their_results():
    found: list[Result] = []
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        found.extend(hand_over(pool, failing(3, ZeroDivisionError()), BATCH))
    assert sorted(result.id for result in found) == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_what_is_too_late_is_not_sent():
    batch = [Outgoing(1, "+15550100", "x", expires=at) for at in (None, 99.0, 100.0, 101.0)]
    alive, late = fresh(batch, 100.0)
    assert [message.expires for message in alive] == [None, 101.0]
    assert [(one.outcome, one.error) for one in late] == [(Outcome.REJECTED, "expired")] * 2


def test_every_failure_says_what_becomes_of_the_message():
    def all_of(error):
        return {error, *(deeper for one in error.__subclasses__() for deeper in all_of(one))}

    for error in all_of(SendError) - {SendError}:
        result = error("code", 3.0).result(7)
        assert (result.id, result.error, result.wait) == (7, "code", 3.0)
        again = result.outcome in (Outcome.THROTTLED, Outcome.TRANSIENT)
        assert error.retry is again
