"""Is it worth asking again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.messages import Class, Outcome, State
from gateway.domain.retry import LONGEST_WAIT, PATIENCE, Retry, again, pause

DAY = 86400
classes = st.sampled_from(Class)
jitters = st.floats(0, 1)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, State.SENT),
        (Outcome.REJECTED, State.FAILED),
        (Outcome.LEFT, State.FAILED),
    ],
)
@pytest.mark.parametrize("class_", Class)
def test_what_is_settled_is_never_asked_again(outcome, state, class_):
    assert again(outcome, class_, 1, 0) == Retry(None, outcome.value, state)


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.ACCOUNT])
@given(class_=classes, attempts=st.integers(1, 10**6), jitter=jitters)
def test_slowing_down_and_account_trouble_use_up_no_attempts(outcome, class_, attempts, jitter):
    retry = again(outcome, class_, attempts, age_s=60, jitter=jitter)
    assert retry.when_s > 0
    assert retry.state is State.QUEUED
    assert not retry.counts


def test_account_trouble_keeps_the_queue_however_old():
    assert again(Outcome.ACCOUNT, Class.BULK, 1, 365 * DAY).state is State.QUEUED


@pytest.mark.parametrize("class_", Class)
def test_pauses_grow_up_to_their_longest(class_):
    pauses = [pause(class_, attempts) for attempts in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == PATIENCE[class_].first
    assert pauses[-1] == PATIENCE[class_].longest


@given(classes, st.integers(1, 1000), jitters)
def test_a_pause_is_spread_by_half_each_way(class_, attempts, jitter):
    middle = pause(class_, attempts)
    assert 0.5 * middle <= pause(class_, attempts, jitter) <= 1.5 * middle


@pytest.mark.parametrize("class_", Class)
def test_attempts_and_age_come_to_an_end(class_):
    patience = PATIENCE[class_]
    last = again(Outcome.TRANSIENT, class_, patience.attempts, 0)
    old = again(Outcome.TRANSIENT, class_, 1, patience.age)
    assert (last.when_s, last.reason, last.state) == (None, "too_many_attempts", State.FAILED)
    assert (old.when_s, old.reason, old.state) == (None, "too_old", State.FAILED)
    assert again(Outcome.THROTTLED, class_, 1, patience.age).reason == "too_old"
    assert again(Outcome.TRANSIENT, class_, patience.attempts - 1, patience.age - 1).when_s


@pytest.mark.parametrize(
    ("class_", "days"), [("emergency", 1), ("high", 3), ("normal", 3), ("bulk", 3)]
)
def test_three_days_without_a_link_do_not_fail_a_message(class_, days):
    patience = PATIENCE[Class.of(class_)]
    tried = sum(pause(Class.of(class_), n) for n in range(1, patience.attempts))
    assert tried >= days * DAY
    assert patience.age >= days * DAY


@pytest.mark.parametrize("outcome", [Outcome.TRANSIENT, Outcome.THROTTLED, Outcome.ACCOUNT])
@given(class_=classes, wait=st.floats(0, 10**9), jitter=jitters)
def test_they_are_never_asked_sooner_than_they_said_within_reason(outcome, class_, wait, jitter):
    retry = again(outcome, class_, 1, 0, wait, jitter)
    assert retry.when_s >= min(wait, LONGEST_WAIT)
    assert retry.when_s <= max(LONGEST_WAIT, 1.5 * PATIENCE[class_].longest)


def test_an_emergency_that_may_have_gone_goes_once_more():
    first = again(Outcome.UNKNOWN, Class.EMERGENCY, 1, 0)
    second = again(Outcome.UNKNOWN, Class.EMERGENCY, 2, 10)
    assert (first.reason, first.state) == ("maybe_sent_again", State.QUEUED)
    assert first.when_s < 5
    assert second == Retry(None, "maybe_sent", State.UNKNOWN)


def test_earlier_tries_that_surely_never_went_do_not_stand_in_the_way():
    assert again(Outcome.UNKNOWN, Class.EMERGENCY, 5, 9, maybes=0).state is State.QUEUED
    assert again(Outcome.UNKNOWN, Class.EMERGENCY, 5, 9, maybes=1).state is State.UNKNOWN


@pytest.mark.parametrize("class_", [Class.HIGH, Class.NORMAL, Class.BULK])
def test_anything_else_that_may_have_gone_waits_for_a_receipt_and_then_a_person(class_):
    assert again(Outcome.UNKNOWN, class_, 1, 0) == Retry(None, "maybe_sent", State.UNKNOWN)


@pytest.mark.parametrize("class_", list(Class))
def test_what_was_refused_for_the_sake_of_its_channel_is_asked_again_but_seldom(
    class_: Class,
) -> None:
    found = again(Outcome.REJECTED, class_, attempts=1, age_s=0, elsewhere=True)
    assert (found.state, found.when_s) == (State.QUEUED, PATIENCE[class_].longest)
    age = PATIENCE[class_].age
    assert again(Outcome.REJECTED, class_, 1, age, elsewhere=True).state is State.FAILED
