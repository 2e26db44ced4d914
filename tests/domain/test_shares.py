"""Who goes first, and that nobody waits for ever."""

from collections import Counter
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.messages import Class
from gateway.domain.shares import SHARES, Room, choose

E, H, N, B = Class
CLASSES = "EHNB"


def due(**rows: str) -> dict[Class, list[tuple[int, int]]]:
    """Due rows by class from the parts of each, as B="113"; ids are 1000 × class + place."""
    return {
        (class_ := Class(CLASSES.index(letter))): [
            (1000 * class_ + place, int(parts)) for place, parts in enumerate(told)
        ]
        for letter, told in rows.items()
    }


def taken(rows: dict[Class, list[tuple[int, int]]], pace: float, room: Room, most: int) -> str:
    """How many rows of each class go, as "E1 H2"."""
    found = Counter(id // 1000 for id in choose(rows, pace, room, most).ids)
    return " ".join(f"{CLASSES[class_]}{n}" for class_, n in sorted(found.items()))


TABLE = {
    "all have due rows": (due(H="1" * 50, N="1" * 50, B="1" * 50), 10.0, Room(), "H7 N2 B1"),
    "high has few": (due(H="1", N="1" * 50, B="1" * 50), 10.0, Room(), "H1 N6 B3"),
    "high has none": (due(N="1" * 50, B="1" * 50), 9.0, Room(), "N6 B3"),
    "bulk is alone": (due(B="1" * 50), 9.0, Room(), "B9"),
    "an emergency goes first": (due(E="11", H="1" * 50, B="1"), 2.0, Room(), "E2"),
    "and the others get the rest": (due(E="11", H="1" * 50), 5.0, Room(), "E2 H3"),
    "a long emergency may be owed": (due(E="5", H="1"), 1.0, Room(), "E1"),
    "a long message goes alone": (due(H="5"), 1.0, Room(), "H1"),
    "the last one may be owed": (due(H="22", B="1"), 3.0, Room(), "H2"),
    "all wait for the next emergency": (due(E="33", H="1"), 5.0, Room(), "E1"),
    "but not past the quota": (due(H="5"), 5.0, Room(urgent=4, others=4), ""),
    "nor past the quota of emergencies": (due(E="5"), 5.0, Room(urgent=4, others=4), ""),
    "what fits passes one that is too long": (due(E="211", H="1"), 9.0, Room(1, 1), "E1"),
    "until as much passed": (due(E="211"), 9.0, Room(1, owed={E: 2.0}), ""),
    "but what is before it is not kept": (due(E="131"), 9.0, Room(2, owed={E: 3.0}), "E1"),
    "the reserve is for emergencies": (due(E="111", H="1"), 9.0, Room(urgent=2, others=0), "E2"),
    "what an emergency used is used": (due(E="11", H="11"), 9.0, Room(9, others=3), "E2 H1"),
    "what bulk is owed, it gets": (due(H="11", B="11"), 1.0, Room(owed={H: -1.0, B: 1.0}), "B1"),
    "a long one that is owed may be": (due(H="11", B="4"), 2.0, Room(owed={H: -4.0, B: 4.0}), "B1"),
    "or is waited for": (
        due(H="11", B="4"), 2.0, Room(urgent=3, others=3, owed={H: -4.0, B: 4.0}), "",
    ),
    "nothing is due": ({}, 9.0, Room(), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_who_goes(case: str) -> None:
    rows, pace, room, expected = TABLE[case]
    assert taken(rows, pace, room, 100) == expected


def test_no_more_rows_go_than_were_asked_for() -> None:
    rows = due(E="11", H="1" * 50, N="1" * 50)
    assert taken(rows, inf, Room(), 10) == "E2 H6 N2"
    assert taken(due(B="1" * 50), inf, Room(), 10) == "B10"
    assert taken(due(E="1" * 9, H="1"), inf, Room(), 9) == "E9"


def test_a_class_of_which_not_all_rows_are_known_ends_nothing() -> None:
    """Bulk is owed more than the rows of it that were read."""
    rows = due(H="1" * 20, B="1" * 3)
    choice = choose(rows, 20.0, Room(owed={H: -9.0, B: 9.0}), 20, more=(H, B))
    assert choice.parts == {H: 17, B: 3}


def one_by_one(rows: dict[Class, int], turns: int, parts: int = 1) -> list[Class]:
    """The classes in the order they go, one row a turn; each has one more due row for ever."""
    owed: dict[Class, float] = {}
    order = []
    for turn in range(turns):
        waiting = {class_: [(1000 * class_ + turn, n)] for class_, n in rows.items()}
        choice = choose(waiting, float(parts), Room(owed=owed), 1, more=tuple(Class))
        owed = dict(choice.owed)
        order.append(Class(choice.ids[0] // 1000))
    return order


def test_at_one_part_in_many_seconds_the_shares_still_hold() -> None:
    order = one_by_one({H: 1, N: 1, B: 1}, 100)
    assert Counter(order) == {H: 70, N: 20, B: 10}
    assert order[0] is H
    assert B in order[:10]


def test_shares_are_of_parts_and_not_of_messages() -> None:
    sent = Counter(one_by_one({H: 1, B: 5}, 800))
    assert sent[H] / (5 * sent[B]) == pytest.approx(SHARES[H] / SHARES[B], rel=0.1)


rows = st.dictionaries(st.sampled_from(Class), st.lists(st.integers(1, 10), max_size=40))
owed = st.dictionaries(st.sampled_from([H, N, B]), st.floats(-20, 20))


more = st.sets(st.sampled_from(Class))
few = st.integers(0, 60)


@given(rows, st.floats(1, 60), few, few, owed, st.integers(1, 60), more)
def test_the_laws_of_one_claim(counts, pace, urgent, others, owed, most, more) -> None:
    waiting = {c: [(1000 * c + n, parts) for n, parts in enumerate(of)] for c, of in counts.items()}
    waiting = {class_: of[:most] for class_, of in waiting.items()}
    room = Room(urgent=float(urgent), others=float(others), owed=owed)
    choice = choose(waiting, pace, room, most, more)
    parts = {id: n for of in waiting.values() for id, n in of}
    gone = sum(parts[id] for id in choice.ids)
    assert len(choice.ids) == len(set(choice.ids)) <= most
    assert gone == sum(choice.parts.values())
    last = max((parts[id] for id in choice.ids), default=0)
    assert gone <= max(pace, pace - 1 + last), "never above the pace, but for one long message"
    assert gone <= urgent, "never above quota and credit"
    if set(choice.parts) - {E}:
        assert gone <= others, "the reserve is kept for emergencies"
    for class_, of in waiting.items():
        chosen = [id for id in choice.ids if id // 1000 == class_]
        fit = [id for id, n in of if class_ is not E or n <= urgent]
        assert chosen == fit[: len(chosen)], "oldest first"
    left = waiting.get(E, [])[len([id for id in choice.ids if id < 1000]) :]
    assert not left or not set(choice.parts) - {E}, "emergencies first"


@given(
    st.dictionaries(st.sampled_from([H, N, B]), st.integers(1, 10), min_size=2),
    st.integers(1, 12),
    st.integers(1, 40),
)
def test_no_class_with_due_rows_waits_for_ever(sizes, pace, most) -> None:
    owed: dict[Class, float] = {}
    since = dict.fromkeys(sizes, 0)
    for turn in range(300):
        waiting = {c: [(1000 * c, parts)] * most for c, parts in sizes.items()}
        choice = choose(waiting, float(pace), Room(owed=owed), most, more=tuple(Class))
        owed = dict(choice.owed)
        assert choice.ids, "where something may go, something goes"
        gone = sum(choice.parts.values())
        since = {c: 0 if c in choice.parts else n + gone for c, n in since.items()}
        for class_, parts_of_others in since.items():
            assert parts_of_others <= 10 * (sizes[class_] + 1) + 12 + 10 * len(sizes), turn


@given(st.integers(2, 10), st.integers(10, 30))
def test_a_long_emergency_is_passed_by_what_fits_but_not_for_ever(long, quota) -> None:
    """One part comes free at a time."""
    owed: dict[Class, float] = {}
    used, passed = quota, 0
    while passed <= long:
        used -= 1
        room = Room(urgent=float(quota - used), others=0.0, owed=owed)
        choice = choose({E: [(1, long), *[(2 + n, 1) for n in range(9)]]}, 50.0, room, 50)
        used, owed = used + sum(choice.parts.values()), dict(choice.owed)
        if 1 in choice.ids:
            assert passed == long
            assert E not in owed
            return
        passed += len(choice.ids)
    raise AssertionError("it never went")


@given(st.integers(2, 10), st.integers(10, 30))
def test_a_long_message_is_not_kept_out_of_a_small_quota(long, quota) -> None:
    """Others never take what little comes free again and again, so that it never fits."""
    owed: dict[Class, float] = {}
    used = quota
    for _ in range(1000):
        used = max(0, used - 1)  # one part comes free at a time
        waiting = {H: [(1, 1)] * 50, B: [(2, long)] * 50}
        room = Room(urgent=float(quota - used), others=float(quota - used), owed=owed)
        choice = choose(waiting, 50.0, room, 50, more=tuple(Class))
        used, owed = used + sum(choice.parts.values()), dict(choice.owed)
        if B in choice.parts:
            return
    raise AssertionError("bulk never went")
