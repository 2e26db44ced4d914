"""Can the clock be trusted? A table of cases."""

import pytest

from gateway.domain.clock import CARRIED, FAR, LATER, RELEASED, Evidence, Why, weigh

NOW = RELEASED + 30 * 86400.0
BOOT = 600.0  # ten minutes after a machine without a battery clock woke up in 1970
HOUR = 3600.0

# Whether the system fetches the time, and whether there is a battery.
PI, LAPTOP, SILENT = (False, False), (False, True), (None, None)

# what is known → whether to trust the clock, why, and what time it is
CASES = {
    "the system fetches the time": (Evidence(NOW, NOW, True, False), True, "synchronised", NOW),
    "fetched time before what was seen": (
        Evidence(NOW, NOW + HOUR, True, False), True, "synchronised", NOW
    ),
    "fetched, and yet before this program was made": (
        Evidence(BOOT, 0.0, True, True), False, "too_early", RELEASED
    ),
    "a battery": (Evidence(NOW, NOW - HOUR, *LAPTOP), True, "battery", NOW),
    "a battery that is empty": (Evidence(BOOT, NOW, *LAPTOP), False, "too_early", NOW + LATER),
    "a machine that says nothing": (Evidence(NOW, NOW, *SILENT), True, "usual", NOW),
    "a machine that says nothing, in 1970": (
        Evidence(BOOT, NOW, *SILENT), False, "too_early", NOW + LATER
    ),
    "no battery, in 1970": (Evidence(BOOT, NOW, *PI), False, "too_early", NOW + LATER),
    "no battery, at the last shutdown": (
        Evidence(NOW, NOW - 5, *PI), False, "nobody_knows", NOW
    ),
    "before what was seen": (
        Evidence(NOW - HOUR, NOW, *LAPTOP), False, "seen_later", NOW + LATER
    ),
    "a little before what was seen": (Evidence(NOW - 60, NOW, *LAPTOP), True, "battery", NOW - 60),
    "years after the last use": (
        Evidence(NOW + FAR + 1, NOW, *LAPTOP), False, "far_ahead", NOW + LATER
    ),
    "years after nothing": (Evidence(NOW + 5 * FAR, 0.0, *LAPTOP), True, "battery", NOW + 5 * FAR),
    "it jumped while we ran": (
        Evidence(NOW + HOUR, NOW, *LAPTOP, counted=NOW, jumped=True), False, "jumped", NOW
    ),
    "it jumped, for the system fetched the time": (
        Evidence(NOW + HOUR, NOW, True, True, counted=NOW, jumped=True),
        True, "synchronised", NOW + HOUR,
    ),
    "in doubt we count on": (
        Evidence(BOOT + 60, NOW, *PI, counted=NOW + 60), False, "too_early", NOW + 60
    ),
    "a person says it is right": (
        Evidence(NOW, NOW, *PI, confirmed=NOW), True, "person", NOW
    ),
    "a person says what time it is": (
        Evidence(BOOT, NOW, *PI, confirmed=NOW + HOUR), True, "person", NOW + HOUR
    ),
    "a network says what time it is": (
        Evidence(BOOT, NOW, *PI, told=NOW + 72 * HOUR), True, "network", NOW + 72 * HOUR
    ),
    "a network agrees with the machine": (
        Evidence(NOW, NOW, *PI, told=NOW + 40), True, "network", NOW
    ),
    "a network that woke up in 1970 too": (
        Evidence(BOOT, NOW, *PI, told=BOOT), False, "too_early", NOW + LATER
    ),
    "a network alone moves nothing by months": (
        Evidence(BOOT, NOW, *PI, told=NOW + CARRIED + 2), False, "too_early", NOW + LATER
    ),
    "a network does not talk a battery down": (
        Evidence(NOW, NOW, *LAPTOP, told=NOW - 2 * HOUR), True, "battery", NOW
    ),
    "the time on a message": (
        Evidence(BOOT, NOW, *PI, counted=NOW + 5, at_least=NOW + 72 * HOUR),
        True, "network", NOW + 72 * HOUR,
    ),
    "a message that lay at the network for a day": (
        Evidence(NOW, NOW - HOUR, *PI, counted=NOW, at_least=NOW - 24 * HOUR),
        False, "nobody_knows", NOW,
    ),
    "the time on a message agrees with the machine": (
        Evidence(NOW, NOW - HOUR, *PI, counted=NOW, at_least=NOW - 30), True, "network", NOW
    ),
    "a message of the future": (
        Evidence(BOOT, NOW, *PI, at_least=NOW + CARRIED + 2), False, "too_early", NOW + LATER
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_clock_is_trusted_for_a_reason(case: str) -> None:
    evidence, trusted, why, time = CASES[case]
    assert tuple(weigh(evidence).__getattribute__(n) for n in ("trusted", "why", "time")) == (
        trusted, why, time,
    )  # fmt: skip


def test_every_reason_has_its_case() -> None:
    assert {why for _, _, why, _ in CASES.values()} == set(Why)
