"""The reckoning sees what is lost and what went too often."""

import pytest

from tests.soak.reckoning import Promises, reckon

ASKED = ("+15550100", "Water, place 1")
WARNED = ("+15550101", "Leave now, place 2")
FIELDS = ("lost_in", "lost_out", "doubled", "extra_emergencies", "too_many_emergencies")


def seen(inbox=("hello",), answers=(1,), outbox=((*ASKED, "sent"),), taken=(ASKED,)):
    """Return what is counted, but for zeros, where `hello` and the message asked for were taken."""
    promised = Promises(into={"hello"}, out={ASKED}, urgent={WARNED[1]})
    account = reckon(promised, inbox, answers, outbox, taken)
    return {name: value for name in FIELDS if (value := getattr(account, name))}


def test_all_is_well_where_everything_is_there_once():
    assert seen() == {}


@pytest.mark.parametrize(
    "wrong, counted",
    [
        ({"inbox": ()}, {"lost_in": 1}),
        ({"inbox": ("hello", "hello")}, {"doubled": 1}),
        ({"answers": (1, 1)}, {"doubled": 1}),
        ({"outbox": (), "taken": ()}, {"lost_out": 1}),
        ({"taken": ()}, {"lost_out": 1}),
        ({"outbox": ((*ASKED, "queued"),)}, {"lost_out": 1}),
        ({"outbox": ((*ASKED, "failed"),)}, {"lost_out": 1}),
        ({"outbox": ((*ASKED, "sent"),) * 2}, {"doubled": 1}),
        ({"taken": (ASKED, ASKED, ASKED)}, {"doubled": 2}),
        ({"outbox": ((*ASKED, "unknown"),), "taken": ()}, {}),
        ({"taken": (ASKED, WARNED, WARNED)}, {"extra_emergencies": 1}),
        (
            {"taken": (ASKED, WARNED, WARNED, WARNED)},
            {"extra_emergencies": 2, "too_many_emergencies": 1},
        ),
    ],
)
def test_what_is_wrong_is_counted(wrong, counted):
    assert seen(**wrong) == counted
