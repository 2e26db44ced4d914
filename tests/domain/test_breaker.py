"""When a channel counts as down, when it is tried again, and when not to cry wolf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.breaker import (
    APART,
    CLOSED,
    FAILURES,
    LONGEST,
    WINDOW,
    Breaker,
    Heard,
    hear,
    left,
    sum_up,
)
from gateway.domain.messages import Outcome

L, A, R = Heard.LOST, Heard.ANSWERED, Heard.REFUSED

STORIES: dict[str, tuple[list[tuple[float, Heard]], bool]] = {
    "one lost": ([(0, L)], False),
    "two lost": ([(0, L), (10, L)], False),
    "three lost": ([(0, L), (10, L), (20, L)], True),
    "many at one moment": ([(0.0, L), (0.1, L), (0.2, L), (0.3, L), (0.9, L)], False),
    "an answer between": ([(0, L), (10, L), (11, A), (20, L), (30, L)], False),
    "now and then": ([(0, L), (200, L), (400, L), (600, L)], False),
    "no account": ([(0, R)], True),
    "mended": ([(0, R), (10, A)], False),
    "lost, lost, refused": ([(0, L), (5, L), (6, R)], True),
    "a clock set back": ([(100, L), (101, L), (5, L)], False),
}


def told(story: list[tuple[float, Heard]]) -> Breaker:
    breaker = CLOSED
    for at, heard in story:
        breaker = hear(breaker, heard, at)
    return breaker


@pytest.mark.parametrize("story", STORIES)
def test_when_a_channel_counts_as_down(story: str) -> None:
    steps, is_open = STORIES[story]
    assert told(steps).is_open is is_open


def test_it_is_down_since_the_first_failure() -> None:
    assert told([(10, L), (20, L), (30, L)]).since == 10


def test_what_was_on_its_way_when_it_opened_is_no_try() -> None:
    opened = told([(0, L), (10, L), (20, L)])
    assert hear(opened, L, 21) == opened
    assert hear(opened, R, 22) == opened


def test_each_try_that_fails_is_followed_by_a_longer_pause_up_to_a_minute() -> None:
    breaker, pauses = told([(0, R)]), []
    for _ in range(7):
        at = breaker.until
        breaker = hear(breaker, L, at)
        pauses.append(breaker.until - at)
    assert pauses == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0, 60.0]
    assert breaker.since == 0
    assert hear(breaker, A, breaker.until) == CLOSED


SUMS = [
    ([], None),
    ([Outcome.THROTTLED], None),
    ([Outcome.ACCEPTED, Outcome.TRANSIENT], A),
    ([Outcome.TRANSIENT, Outcome.THROTTLED], L),
    ([Outcome.LEFT], A),
    ([Outcome.ACCOUNT, Outcome.UNKNOWN], R),
]


@pytest.mark.parametrize("outcomes, heard", SUMS)
def test_what_a_round_says(outcomes: list[Outcome], heard: Heard | None) -> None:
    assert sum_up(outcomes) is heard


STEPS = st.lists(st.tuples(st.floats(0.0, 400.0), st.sampled_from(list(Heard))), max_size=30)


@given(STEPS)
def test_an_answer_always_closes_it_and_few_failures_never_open_it(
    steps: list[tuple[float, Heard]],
) -> None:
    breaker, now, lost = CLOSED, 0.0, 0
    for wait, heard in steps:
        now += wait
        breaker = hear(breaker, heard, now)
        lost = 0 if heard is A else lost + 1
        if heard is A:
            assert breaker == CLOSED
        if heard is L and lost < FAILURES:
            assert not breaker.is_open or R in [h for _, h in steps]
        assert 0.0 <= left(breaker.until, now) <= LONGEST
        assert len(breaker.failures) < FAILURES


def test_failures_are_kept_no_longer_than_they_count() -> None:
    assert told([(0, L), (WINDOW + APART, L)]).failures == (WINDOW + APART,)
