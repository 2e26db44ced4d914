"""How fast a channel sends, slows down and comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.pace import (
    AHEAD,
    CREEP,
    LEAST,
    Flow,
    Pace,
    Quota,
    filled,
    less,
    slowed,
    together,
    wait,
)

HALF_HOUR = Quota(30, 1800.0)
A_DAY = Quota(100, 86400.0)


def test_a_pace_fills_at_its_rate_and_may_owe() -> None:
    pace = filled(less(Pace(at=0.0), 3), 2.0, 1.0)
    assert pace.level == 0.0
    assert filled(pace, 2.0, 61.0).level == 1.0
    assert filled(pace, 2.0, -3600.0).level == 0.0


def test_a_refusal_halves_the_rate_and_time_brings_it_back() -> None:
    pace = slowed(filled(Pace(), 100.0, 10.0), until=12.0, now=10.0)
    assert wait(less(pace, 2), 100.0) == pytest.approx(2 / 50.0)
    assert filled(pace, 100.0, 12.0 + 0.25 / CREEP).share == pytest.approx(0.75)
    assert filled(pace, 100.0, 12.0 + 1.0 / CREEP).share == 1.0


def test_a_hold_of_long_ago_slows_nothing_again() -> None:
    pace = slowed(Pace(), until=12.0, now=10.0)
    later = filled(pace, 1.0, 500.0)
    assert slowed(later, until=12.0, now=500.0).share == 1.0
    assert slowed(Pace(), until=12.0, now=500.0).share == 1.0, "nor after a restart"


def test_a_long_hold_does_not_bring_the_rate_back() -> None:
    pace = slowed(filled(Pace(), 10.0, 10.0), until=310.0, now=10.0)
    assert filled(pace, 10.0, 310.0).share == 0.5
    assert filled(pace, 10.0, 320.0).share == pytest.approx(0.5 + 10 * CREEP)


def test_a_hold_that_was_lifted_holds_no_more() -> None:
    lifted = slowed(slowed(Pace(), until=310.0, now=10.0), until=0.0, now=20.0)
    assert filled(lifted, 10.0, 30.0).share > 0.5
    assert slowed(lifted, until=50.0, now=30.0).share == 0.25, "a new word is news"


@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.5, 60)), max_size=40))
def test_however_often_they_refuse_something_goes_now_and_then(refusals) -> None:
    pace, now = Pace(), 0.0
    for passed, held in refusals:
        now += passed
        pace = slowed(filled(pace, 10.0, now), now + held, now)
        assert LEAST <= pace.share <= 1.0
        assert wait(pace, 10.0) < 60.0


@given(
    st.floats(0.01, 1000),
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 10)), min_size=1, max_size=50),
)
def test_no_more_goes_than_the_rate_carries(rate, turns) -> None:
    pace, now, gone = Pace(), 0.0, 0
    for passed, parts in turns:
        now += passed
        pace = filled(pace, rate, now)
        if pace.level >= 1:
            pace, gone = less(pace, parts), gone + parts
    assert gone <= max(1.0, rate * AHEAD) + rate * now + 10


FINISH = {
    "the rate alone": (Flow(10.0), 600, 60.0),
    "it fits in what is left": (Flow(1.0, ((HALF_HOUR, 20.0),)), 20, 20.0),
    "one part too many waits": (Flow(1.0, ((HALF_HOUR, 20.0),)), 21, 1800.0),
    "500 through a phone": (Flow(0.2, ((HALF_HOUR, 30.0),)), 500, 16 * 1800.0),
    "the narrowest limit counts": (
        Flow(0.2, ((HALF_HOUR, 30.0), (A_DAY, 100.0))), 301, 3 * 86400.0,
    ),
    "a quota that is overdrawn": (Flow(1.0, ((HALF_HOUR, -5.0),)), 1, 1800.0),
    "nothing to send": (Flow(1.0, ((HALF_HOUR, 0.0),)), 0, 0.0),
}  # fmt: skip


@pytest.mark.parametrize("case", FINISH)
def test_when_it_is_done(case: str) -> None:
    flow, parts, seconds = FINISH[case]
    assert flow.seconds(parts) == seconds


def test_channels_send_side_by_side() -> None:
    assert together([]) == 0.0
    assert together([(Flow(1.0), 60), (Flow(10.0), 60)]) == 60.0
