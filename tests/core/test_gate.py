"""The gate's table: what may still go out when its turn comes."""

import pytest

from gateway.domain.gate import Facts, judge
from gateway.domain.messages import Class

EMERGENCY, NORMAL, BULK = Class.EMERGENCY, Class.NORMAL, Class.BULK

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


@pytest.mark.parametrize("case", CASES)
def test_gate(case: str) -> None:
    facts, reason = CASES[case]
    refusal = judge(facts)
    assert (refusal.reason if refusal else None) == reason
