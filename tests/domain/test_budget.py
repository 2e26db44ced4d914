"""What a channel may still use, and when to say so."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.budget import LEAST_QUOTA, MOST_RESERVE, Credit, Limits, Standing, filled_up
from gateway.domain.pace import Quota

HOUR, DAY = Quota(100, 3600.0), Quota(1000, 86400.0)
LONGEST = 10  # parts of one message

# credit, quotas with what was used → parts for others, for emergencies, and how both stand
CASES = {
    "no limit": (None, (), inf, inf, "well", "well"),
    "a full bundle": (Credit(1000.0, 1000.0), (), 900, 1000, "well", "well"),
    "a fifth is left": (Credit(200.0, 1000.0), (), 100, 200, "low", "well"),
    "the reserve is left": (Credit(100.0, 1000.0), (), 0, 100, "reserve", "well"),
    "nothing is left": (Credit(0.0, 1000.0), (), 0, 0, "gone", "well"),
    "less than nothing": (Credit(-3.0, 1000.0), (), 0, 0, "gone", "well"),
    "money": (Credit(10.0, 10.0, price=0.05), (), 180, 200, "well", "well"),
    "money for less than one": (Credit(0.04, 10.0, price=0.05), (), 0, 0, "gone", "well"),
    "warned when asked to": (Credit(500.0, 1000.0, warn_at=600.0), (), 400, 500, "low", "well"),
    "not before": (Credit(150.0, 1000.0, warn_at=120.0), (), 50, 150, "well", "well"),
    "an hour begins": (None, ((HOUR, 0),), 90, 100, "well", "well"),
    "an hour is nearly used": (None, ((HOUR, 85),), 5, 15, "well", "well"),
    "an hour is used": (None, ((HOUR, 90),), 0, 10, "well", "reserve"),
    "an hour and its reserve": (None, ((HOUR, 100),), 0, 0, "well", "gone"),
    "a day is nearly used": (None, ((DAY, 730),), 170, 270, "well", "low"),
    "the narrower counts": (None, ((HOUR, 0), (DAY, 850)), 50, 100, "well", "low"),
    "credit below the quota": (Credit(7.0, 10.0), ((HOUR, 0),), 6, 7, "well", "well"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_may_go(case: str) -> None:
    credit, quotas, others, urgent, credit_word, quota_word = CASES[case]
    limits = Limits(quotas, credit)
    assert limits.parts(urgent=False) == pytest.approx(others)
    assert limits.parts(urgent=True) == urgent
    assert limits.credit_stands().word == credit_word
    assert limits.quota_stands().word == quota_word
    assert limits.counted is bool(credit or quotas)


def test_without_a_reserve_all_go_to_the_end() -> None:
    limits = Limits(((HOUR, 99),), Credit(1.0, 1000.0), reserve=0.0)
    assert limits.parts(urgent=False) == limits.parts(urgent=True) == 1


money = st.floats(-10, 1000)


@given(money, st.floats(1, 1000), st.floats(0.001, 5), st.floats(0, MOST_RESERVE))
def test_credit_is_never_overdrawn_and_emergencies_have_the_most(left, full, price, kept) -> None:
    limits = Limits(credit=Credit(left, full, price), reserve=kept)
    others, urgent = limits.parts(urgent=False), limits.parts(urgent=True)
    assert 0 <= others <= urgent
    assert urgent * price <= max(0.0, left) + 1e-3
    gone = limits.credit_stands() is Standing.GONE
    assert gone is (urgent < 1)


@given(st.integers(LEAST_QUOTA, 10**6), st.floats(0, MOST_RESERVE))
def test_the_longest_message_fits_in_every_quota_that_is_allowed(parts, kept) -> None:
    limits = Limits(((Quota(parts, 3600.0), 0),), reserve=kept)
    assert limits.parts(urgent=False) >= LONGEST


FILLED = {
    "told for the first time": (None, None, 50.0, 50.0),
    "told after a restart": (100.0, None, 70.0, 70.0),
    "it goes down": (100.0, 60.0, 58.0, 100.0),
    "we counted a little too much": (100.0, 60.0, 66.0, 100.0),
    "filled up": (100.0, 5.0, 55.0, 55.0),
    "filled up higher": (100.0, 95.0, 104.0, 104.0),
}


@pytest.mark.parametrize("case", FILLED)
def test_what_counts_as_full(case: str) -> None:
    full, before, now, expected = FILLED[case]
    assert filled_up(full, before, now) == expected
