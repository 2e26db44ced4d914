"""What looks for lost, doubled and strayed messages finds them."""

from dataclasses import replace
from itertools import count

import pytest

from gateway.domain.messages import Class, Status
from tests.soak import judging, network
from tests.soak.judging import Noted, Stored
from tests.soak.network import Handed

TOLD = [(0, Status.SENT), (0, Status.DELIVERED)]
SENT_AND_DELIVERED = next(id for id in count(1) if network.story(id) == TOLD)


def out(id: int, text: str, state: str, reference: str | None, inbound: int | None = None):
    row = {"id": id, "class": Class.NORMAL, "text": text, "state": state, "parts": 1, "tries": 1}
    return row | {"reference": reference, "inbound": inbound, "alert": None, "address": 1}


def told(id: int, reference: str, class_: int = Class.NORMAL) -> Handed:
    return Handed(id, class_, reference, unsure=False)


ROW = SENT_AND_DELIVERED
WARNING = out(ROW + 2000, "", "unknown", None) | {"alert": 5, "address": 9}
STORED = Stored(
    [{"id": 7, "reference": "in 1", "decision": "item"}],
    [
        out(ROW, "Order 1", "delivered", "soak-1"),
        out(ROW + 1000, "Thanks", "unknown", None, 7),
        WARNING,
    ],
    [{"id": 5, "state": "done", "people": 1}],
)
NOTED = Noted({"in 1"}, {"Order 1"}, [told(ROW, "soak-1"), told(ROW + 1000, "soak-2")], {5})
CUT = {ROW + 1000, ROW + 2000}


def findings(stored: Stored = STORED, noted: Noted = NOTED, cut: set[int] = CUT) -> list[str]:
    return list(judging.findings(stored, noted, cut))


def test_where_all_is_well_nothing_is_found():
    assert findings() == []


def row(**changed):
    return [STORED.outbox[0] | changed, *STORED.outbox[1:]]


@pytest.mark.parametrize(
    ("outbox", "found"),
    [
        (row(text="Order 2"), ["lost out"]),
        (row(state="sent"), ["astray"]),
        (row(state="failed"), ["astray"]),
        (row(state="queued"), ["astray"]),
        (row(state="unknown", reference=None), ["astray"]),
        (row(reference="soak-2"), ["astray"]),
        ([*row(), out(ROW, "Order 1", "delivered", "soak-1")], ["doubled"]),
        ([row()[0], WARNING], ["unanswered"]),
        (row()[:2], ["short"]),
        ([*row(), WARNING], ["doubled", "short"]),
        ([*row(), out(ROW + 1000, "Thanks", "unknown", None, 7)], ["unanswered"]),
    ],
)
def test_a_row_that_is_wrong_is_found(outbox, found):
    assert findings(replace(STORED, outbox=outbox)) == found


def test_a_message_that_came_in_and_is_not_there_is_found():
    assert findings(replace(STORED, inbound=[])) == ["lost in"]


@pytest.mark.parametrize(
    ("alert", "found"),
    [
        ({"state": "draft"}, ["lost out"]),
        ({"state": "submitted"}, ["lost out"]),
        ({"people": 2}, ["short"]),
    ],
)
def test_an_alert_that_does_not_go_as_it_was_approved_is_found(alert, found):
    assert findings(replace(STORED, alerts=[dict(STORED.alerts[0]) | alert])) == found


def test_a_message_that_was_not_decided_is_found():
    assert findings(replace(STORED, inbound=[STORED.inbound[0] | {"decision": ""}])) == [
        "unanswered"
    ]


def test_an_ordinary_message_that_was_handed_over_twice_is_found():
    again = replace(NOTED, handed=[*NOTED.handed, told(ROW, "soak-3")])
    assert findings(noted=again) == ["doubled"]


def test_an_emergency_may_be_handed_over_twice_and_no_more():
    twice = [told(ROW, name, Class.EMERGENCY) for name in ("soak-1", "soak-3")]
    noted = replace(NOTED, handed=[*twice, NOTED.handed[1]])
    assert findings(noted=noted) == []
    assert judging.emergencies(noted) == {ROW: 2}
    thrice = replace(noted, handed=[*noted.handed, told(ROW, "soak-4", Class.EMERGENCY)])
    assert findings(noted=thrice) == ["emergencies"]


@pytest.mark.parametrize(("state", "found"), [("delivered", []), ("unknown", ["astray"])])
def test_an_emergency_that_went_twice_ends_as_the_receipts_with_our_own_id_tell(state, found):
    id = next(n for n in count(ROW + 1) if network.echoes(n) and network.story(n) == TOLD)
    names = ("soak-5", "soak-6")
    twice = [replace(told(id, name, Class.EMERGENCY), unsure=True) for name in names]
    noted = replace(NOTED, handed=[*NOTED.handed, *twice])
    again = out(id, "Order 1", state, None) | {"class": Class.EMERGENCY, "tries": 2, "text": ""}
    assert findings(replace(STORED, outbox=[*STORED.outbox, again]), noted) == found


def test_what_is_unknown_without_a_cut_is_found():
    assert findings(cut=set()) == ["astray"]


def test_what_is_kept_and_not_acknowledged_is_counted():
    assert judging.unsaid(STORED, NOTED) == set()
    assert judging.unsaid(STORED, replace(NOTED, taken=set())) == {"in 1"}
