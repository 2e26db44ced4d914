"""The gate's tables: what goes out when its turn comes, what waits, what never goes."""

import itertools

import pytest

from gateway.domain.gate import Facts, Go, Never, NotNow, free_at, judge
from gateway.domain.messages import Class, State

EMERGENCY, HIGH, NORMAL, BULK = Class

CASES = {
    "nothing against it": (Facts(NORMAL, 100.0), None),
    "joined": (Facts(NORMAL, 100.0, consent="in"), None),
    "not yet over": (Facts(NORMAL, 100.0, expires_at=100.1), None),
    "over this very moment": (Facts(NORMAL, 100.0, expires_at=100.0), "expired"),
    "an emergency that is over": (Facts(EMERGENCY, 100.0, expires_at=50.0), "expired"),
    "over by a clock nobody vouches for": (
        Facts(EMERGENCY, 100.0, expires_at=50.0, clock_trusted=False),
        None,
    ),
    "left, whatever the time": (
        Facts(NORMAL, 100.0, consent="out", consent_at=50.0, clock_trusted=False),
        "left",
    ),
    "left": (Facts(NORMAL, 100.0, consent="out", consent_at=50.0), "left"),
    "left, even for an emergency": (
        Facts(EMERGENCY, 100.0, consent="out", consent_at=50.0),
        "left",
    ),
    "left before asking": (
        Facts(NORMAL, 100.0, consent="out", consent_at=50.0, asked_at=60.0),
        None,
    ),
    "asked before leaving": (
        Facts(NORMAL, 100.0, consent="out", consent_at=50.0, asked_at=40.0),
        "left",
    ),
    "the confirmation of leaving": (
        Facts(NORMAL, 100.0, consent="out", consent_at=50.0, asked_at=50.0),
        None,
    ),
    "wants alerts only": (Facts(EMERGENCY, 100.0, consent="alerts", alert_state="running"), None),
    "alert runs": (Facts(NORMAL, 100.0, alert_state="running"), None),
    "alert stopped": (Facts(EMERGENCY, 100.0, alert_state="stopped"), "alert stopped"),
    "alert sent back": (Facts(NORMAL, 100.0, alert_state="rejected"), "alert stopped"),
    "alert superseded": (
        Facts(NORMAL, 100.0, alert_state="running", superseded=True),
        "superseded",
    ),
    "exercise, taking part": (
        Facts(NORMAL, 100.0, alert_state="running", exercise=True, in_exercise=True),
        None,
    ),
    "exercise, not taking part": (
        Facts(EMERGENCY, 100.0, alert_state="running", exercise=True),
        "not in the exercise group",
    ),
    "seems to leave": (Facts(BULK, 100.0, paused=True), "seems to ask to leave"),
    "seems to leave, but asked": (Facts(NORMAL, 100.0, paused=True, asked_at=99.0), None),
    "seems to leave, in an emergency": (Facts(EMERGENCY, 100.0, paused=True), None),
}


NIGHT, FULL = 200.0, 900.0
WAITS = {
    "night": (Facts(NORMAL, 100.0, quiet_until=NIGHT), NotNow(NIGHT, "quiet hours")),
    "a night that outlasts it": (
        Facts(NORMAL, 100.0, expires_at=150.0, quiet_until=NIGHT),
        NotNow(150.0, "quiet hours"),
    ),
    "enough for longer than it is good": (
        Facts(BULK, 100.0, expires_at=800.0, full_until=FULL),
        NotNow(800.0, "enough for a day"),
    ),
    "night, urgent": (Facts(HIGH, 100.0, quiet_until=NIGHT), NotNow(NIGHT, "quiet hours")),
    "night, and over": (
        Facts(NORMAL, 100.0, expires_at=99.0, quiet_until=NIGHT),
        Never(State.EXPIRED, "expired"),
    ),
    "night, and left": (
        Facts(NORMAL, 100.0, consent="out", quiet_until=NIGHT),
        Never(State.WITHDRAWN, "left"),
    ),
    "night, lives depend on it": (
        Facts(EMERGENCY, 100.0, quiet_until=NIGHT),
        Go("quiet hours passed"),
    ),
    "night, they asked": (Facts(NORMAL, 100.0, asked_at=99.0, quiet_until=NIGHT), Go()),
    "night, they asked long ago, and we were slow": (
        Facts(NORMAL, 90_000.0, asked_at=99.0, quiet_until=99_000.0),
        Go(),
    ),
    "night, a person answers what came a moment ago": (
        Facts(NORMAL, 100.0, asked_at=99.0, by_staff=True, quiet_until=NIGHT),
        Go(),
    ),
    "night, a person answers what came by day": (
        Facts(NORMAL, 9000.0, asked_at=99.0, by_staff=True, quiet_until=9900.0),
        NotNow(9900.0, "quiet hours"),
    ),
    "night, forced": (Facts(NORMAL, 100.0, forced=True, quiet_until=NIGHT), Go()),
    "night by a clock nobody vouches for": (
        Facts(NORMAL, 100.0, clock_trusted=False, quiet_until=NIGHT),
        Go(),
    ),
    "enough": (Facts(BULK, 100.0, full_until=FULL), NotNow(FULL, "enough for a day")),
    "enough for a week": (
        Facts(BULK, 100.0, full_until=FULL, full_why="enough for a week"),
        NotNow(FULL, "enough for a week"),
    ),
    "enough, at night: the night ends first": (
        Facts(BULK, 100.0, full_until=FULL, quiet_until=NIGHT),
        NotNow(NIGHT, "quiet hours"),
    ),
    "enough, but lives depend on it": (Facts(EMERGENCY, 100.0, full_until=FULL), Go()),
    "enough, but a person answers": (
        Facts(NORMAL, 100.0, full_until=FULL, by_staff=True),
        Go(),
    ),
    "enough, forced": (Facts(BULK, 100.0, full_until=FULL, forced=True), Go()),
    "enough by a clock nobody vouches for": (
        Facts(BULK, 100.0, full_until=FULL, clock_trusted=False),
        Go(),
    ),
    "said just now": (Facts(NORMAL, 100.0, said=True), Never(State.WITHDRAWN, "said just now")),
    "said just now, an emergency": (
        Facts(EMERGENCY, 100.0, said=True),
        Never(State.WITHDRAWN, "said just now"),
    ),
    "said just now, asked again": (Facts(NORMAL, 100.0, said=True, asked_at=99.0), Go()),
    "said just now, forced": (Facts(NORMAL, 100.0, said=True, forced=True), Go()),
    "said just now, whatever the clock": (
        Facts(NORMAL, 100.0, said=True, clock_trusted=False),
        Never(State.WITHDRAWN, "said just now"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_never(case: str) -> None:
    facts, reason = CASES[case]
    verdict = judge(facts)
    assert (verdict.reason if isinstance(verdict, Never) else None) == reason
    assert isinstance(verdict, Never if reason else Go)


@pytest.mark.parametrize("case", WAITS)
def test_not_now(case: str) -> None:
    facts, verdict = WAITS[case]
    assert judge(facts) == verdict


def test_of_three_answers_there_is_always_exactly_one() -> None:
    """Whatever comes together: forced ones and answers never wait, emergencies neither, and what
    waits, waits for something that is still to come."""
    nine = itertools.product((False, True), repeat=9)
    for class_, (over, out, asked, staff, forced, night, full, said, sure) in itertools.product(
        Class, nine
    ):
        facts = Facts(
            class_,
            100.0,
            expires_at=50.0 if over else None,
            consent="out" if out else "in",
            consent_at=95.0,
            asked_at=99.0 if asked else None,
            by_staff=staff,
            forced=forced,
            quiet_until=NIGHT if night else None,
            full_until=FULL if full else None,
            said=said,
            clock_trusted=sure,
        )
        verdict = judge(facts)
        assert sum(isinstance(verdict, kind) for kind in (Go, NotNow, Never)) == 1
        if isinstance(verdict, NotNow):
            assert verdict.until > facts.now
            assert (sure, forced, asked, night or full) == (True, False, False, True)
            assert class_ != EMERGENCY
        if isinstance(verdict, Go):
            assert not (over and sure)
            assert asked or not out
            assert (verdict.passed is not None) == (
                class_ == EMERGENCY and night and sure and not asked and not forced
            )


FREE = {
    "nothing yet": (([], 3, 60.0), None),
    "not enough yet": (([95.0, 96.0], 3, 60.0), None),
    "enough": (([95.0, 96.0, 97.0], 3, 60.0), 155.0),
    "more than enough: as many must be over": (([94.0, 95.0, 96.0, 97.0], 3, 60.0), 155.0),
    "one is over": (([40.0, 96.0, 97.0], 3, 60.0), None),
    "no limit": (([95.0] * 9, 0, 60.0), None),
}


@pytest.mark.parametrize("case", FREE)
def test_when_one_more_may_be_written(case: str) -> None:
    (had, most, window), free = FREE[case]
    assert free_at(had, most, window, 100.0) == free
