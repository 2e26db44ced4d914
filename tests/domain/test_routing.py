"""Which channel carries what, and where to when one does not work."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.cells import Cell, cells
from gateway.domain.messages import Class
from gateway.domain.routing import (
    HICCUP,
    MOST_RANK,
    NEVER,
    PATIENCE,
    Asked,
    Rule,
    Way,
    Why,
    carries,
    onward,
    order,
)

KENYA, SAFARICOM, NEPAL = "+254", "+25470", "+977"
SOMEONE = "+254701000001"
ELSEWHERE = "+9779800000001"
HILLS, RIVER = frozenset({7, 8}), frozenset({8, 9})
LONG = 9e9
A, B, C, SIM = Way(1), Way(2), Way(3), Way(9, practice=True)
SPENT = Way(1, left=(5, 0))  # but for what is kept for emergencies

ORDERS = {
    "as they stand": (Asked(SOMEONE), [A, B], [], "1 2"),
    "own first": (Asked(SOMEONE, own=2), [A, B], [], "2 1"),
    "own that is off": (Asked(SOMEONE, own=2), [A, replace(B, enabled=False)], [], "1"),
    "own that is down": (Asked(SOMEONE, own=2), [A, replace(B, down=LONG)], [], "1 2"),
    "a rule goes before": (Asked(SOMEONE), [A, B], [Rule(2, KENYA)], "2 1"),
    "own goes before a rule": (Asked(SOMEONE, own=1), [A, B], [Rule(2, KENYA)], "1 2"),
    "of other people": (Asked(ELSEWHERE), [A, B], [Rule(2, KENYA)], "1 2"),
    "the longest prefix": (
        Asked(SOMEONE),
        [A, B, C],
        [Rule(2, KENYA, rank=1), Rule(3, SAFARICOM, rank=9)],
        "3 2 1",
    ),
    "a channel's own longest": (
        Asked(SOMEONE),
        [A, B],
        [Rule(2, KENYA, rank=1), Rule(2, SAFARICOM, rank=NEVER)],
        "1",
    ),
    "then the rank": (Asked(SOMEONE), [A, B], [Rule(1, KENYA, rank=2), Rule(2, KENYA)], "2 1"),
    "for everybody": (Asked(SOMEONE), [A, B, C], [Rule(3), Rule(1, rank=2)], "3 1 2"),
    "one that names a class": (
        Asked(SOMEONE, Class.BULK),
        [A, B],
        [Rule(1, KENYA), Rule(2, KENYA, class_=Class.BULK, rank=5)],
        "2 1",
    ),
    "of another class": (
        Asked(SOMEONE, Class.HIGH),
        [A, B],
        [Rule(2, KENYA, class_=Class.BULK)],
        "1 2",
    ),
    "in an area": (Asked(SOMEONE, area=8), [A, B], [Rule(2, areas=HILLS)], "2 1"),
    "outside it": (Asked(SOMEONE, area=1), [A, B], [Rule(2, areas=HILLS)], "1 2"),
    "of no known area": (Asked(SOMEONE), [A, B], [Rule(2, areas=HILLS)], "1 2"),
    "never": (Asked(SOMEONE), [A, B], [Rule(1, rank=NEVER)], "2"),
    "never, not even their own": (Asked(SOMEONE, own=1), [A, B], [Rule(1, rank=NEVER)], "2"),
    "too long": (Asked(SOMEONE, parts=4), [replace(A, parts=3), B], [], "2"),
    "too many letters": (Asked(SOMEONE, letters=161), [replace(A, letters=160), B], [], "2"),
    "another alphabet": (Asked(SOMEONE, alphabet="ucs2"), [replace(A, ucs2=False), B], [], "2"),
    "a short code": (Asked("4636", own=2), [A, B], [Rule(1)], "2"),
    "a short code of nobody's": (Asked("4636"), [A, B], [], ""),
    "practice is for practice": (Asked(SOMEONE), [replace(A, down=LONG), SIM], [], "1"),
    "own for practice": (Asked(SOMEONE, own=9), [A, replace(SIM, down=LONG)], [], "9"),
    "practice before all": (Asked(SOMEONE), [SIM, A], [], "9"),
    "spent is passed over": (Asked(SOMEONE), [SPENT, B], [], "2 1"),
    "own that is spent": (Asked(SOMEONE, own=1), [SPENT, B], [], "2 1"),
    "ruled and spent": (Asked(SOMEONE), [SPENT, B], [Rule(1)], "2 1"),
    "spent and no other": (Asked(SOMEONE), [SPENT], [], "1"),
    "spent rather than down": (Asked(SOMEONE), [replace(B, down=LONG), SPENT], [], "1 2"),
    "all spent": (Asked(SOMEONE, own=2), [SPENT, replace(SPENT, id=2)], [], "2 1"),
    "the reserve is for emergencies": (Asked(SOMEONE, Class.EMERGENCY), [SPENT, B], [], "1 2"),
    "the reserve is spent too": (
        Asked(SOMEONE, Class.EMERGENCY),
        [replace(SPENT, left=(0, 0)), B],
        [],
        "2 1",
    ),
    "too long for what is left": (Asked(SOMEONE, parts=3), [replace(A, left=(2, 2)), B], [], "2 1"),
    "room in a moment": (Asked(SOMEONE), [replace(SPENT, frees=HICCUP), B], [], "1 2"),
    "spent, not for practice": (Asked(SOMEONE), [SPENT, SIM], [], "1"),
    "all down": (Asked(SOMEONE, own=2), [replace(A, down=LONG), replace(B, down=LONG)], [], "2 1"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_the_order_of_channels(case: str) -> None:
    asked, ways, rules, wanted = ORDERS[case]
    assert " ".join(str(choice.channel) for choice in order(asked, ways, rules)) == wanted


def test_each_channel_has_its_reason() -> None:
    ways = [A, B, C, Way(4, down=LONG)]
    found = order(Asked(SOMEONE, own=3), ways, [Rule(2, KENYA)])
    assert [choice.why for choice in found] == [Why.OWN, Why.RULE, Why.RANK, Why.DOWN]


DOWN_FOR = [
    (0.0, "emergency"),
    (59.0, "emergency"),
    (60.0, "emergency high"),
    (600.0, "emergency high normal"),
    (3600.0, "emergency high normal bulk"),
]


@pytest.mark.parametrize("seconds, moves", DOWN_FOR)
def test_each_class_has_its_patience(seconds: float, moves: str) -> None:
    way = Way(1, down=seconds)
    assert [c.word for c in Class if not way.works(c)] == moves.split()


@pytest.mark.parametrize("seconds, moves", [(1.0, ""), (30.0, "emergency"), *DOWN_FOR[2:4]])
def test_a_hold_counts_by_what_is_left_of_it(seconds: float, moves: str) -> None:
    way = Way(1, held=seconds + 1)
    assert [c.word for c in Class if not way.works(c)] == moves.split()


@pytest.mark.parametrize("seconds, moves", [(1.0, ""), *DOWN_FOR[2:], (inf, "high normal bulk")])
def test_a_quota_counts_by_when_it_has_room_again(seconds: float, moves: str) -> None:
    way = Way(1, left=(5, 0), frees=seconds + 1)
    others = moves.removeprefix("emergency ")
    assert [c.word for c in Class if not way.keeps(c)] == others.split()


ONWARD = {
    "to the next": ([replace(A, down=LONG), B, C], (), [2, 3]),
    "not to one that was tried": ([replace(A, down=LONG), B, C], (2,), [3]),
    "not to one that is down": ([replace(A, down=LONG), replace(B, down=LONG), C], (), [3]),
    "not to one that is spent": ([replace(A, down=LONG), replace(B, left=(5, 0)), C], (), [3]),
    "not to one that is off": ([A, replace(B, enabled=False)], (), []),
    "not from earnest to practice": ([A, replace(B, practice=True)], (), []),
    "from practice to practice": ([replace(A, practice=True), replace(B, practice=True)], (), [2]),
}


@pytest.mark.parametrize("case", ONWARD)
def test_where_a_message_goes_on_to(case: str) -> None:
    ways, tried, wanted = ONWARD[case]
    assert onward(Asked(SOMEONE), 1, ways, [], tried) == wanted


# Properties

NUMBERS = st.sampled_from([SOMEONE, ELSEWHERE, "+15550100", "+447700900001", "4636", "InfoRC"])
MAYBE_AREA = st.none() | st.integers(6, 10)
IDS = st.integers(1, 5)
ROOMS = st.sampled_from([0, 2, 50, inf])
WAYS = st.lists(
    st.builds(
        Way,
        id=IDS,
        enabled=st.booleans(),
        parts=st.integers(1, 4),
        letters=st.none() | st.integers(70, 400),
        ucs2=st.booleans(),
        down=st.none() | st.sampled_from([0.0, 30.0, 61.0, 700.0, 4000.0]),
        held=st.sampled_from([0.0, 2.0, 40.0, 5000.0]),
        practice=st.booleans(),
        left=st.tuples(ROOMS, ROOMS),
        frees=st.sampled_from([2.0, 700.0, inf]),
    ),
    max_size=5,
    unique_by=lambda way: way.id,
)
RULES = st.lists(
    st.builds(
        Rule,
        channel=IDS,
        prefix=st.sampled_from(["", "+", KENYA, SAFARICOM, NEPAL, "+1555", "+44"]),
        areas=st.sampled_from([None, HILLS, RIVER]),
        class_=st.none() | st.sampled_from(list(Class)),
        rank=st.integers(NEVER, MOST_RANK),
    ),
    max_size=6,
)
ASKED = st.builds(
    Asked,
    number=NUMBERS,
    class_=st.sampled_from(list(Class)),
    area=MAYBE_AREA,
    own=st.none() | IDS,
    parts=st.integers(1, 5),
    letters=st.integers(0, 500),
    alphabet=st.sampled_from(["gsm7", "ucs2"]),
)


@given(ASKED, WAYS, RULES)
def test_only_channels_that_can_carry_it_are_named_and_each_once(
    asked: Asked, ways: list[Way], rules: list[Rule]
) -> None:
    by_id = {way.id: way for way in ways}
    found = order(asked, ways, rules)
    assert len({choice.channel for choice in found}) == len(found)
    for choice in found:
        way = by_id[choice.channel]
        assert way.enabled
        assert carries(way, asked)
        assert (choice.why is Why.DOWN) == (not way.works(asked.class_))
        spent = way.works(asked.class_) and not way.has_room(asked.class_, asked.parts)
        assert (choice.why is Why.SPENT) == spent


@given(ASKED, WAYS, RULES)
def test_what_works_and_has_room_comes_before_what_does_not_and_own_before_all(
    asked: Asked, ways: list[Way], rules: list[Rule]
) -> None:
    found = order(asked, ways, rules)
    later = [choice.why.later for choice in found]
    assert later == sorted(later)
    owns = [choice.channel for choice in found if choice.why is Why.OWN]
    assert owns in ([], [found[0].channel] if found else [])


@given(ASKED, WAYS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(
    asked: Asked, ways: list[Way], rules: list[Rule], chance: object
) -> None:
    once = list({(r.channel, r.prefix, r.areas, r.class_): r for r in rules}.values())
    alone = [r for r in once if sum(o.channel == r.channel for o in once) == 1]
    again = alone[:]
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert order(asked, ways, alone) == order(asked, ways, again)


@given(ASKED, WAYS, RULES, st.sets(IDS))
def test_a_message_never_goes_on_to_where_it_was_nor_to_what_does_not_work(
    asked: Asked, ways: list[Way], rules: list[Rule], tried: set[int]
) -> None:
    by_id = {way.id: way for way in ways}
    for at in by_id:
        for to in onward(asked, at, ways, rules, tried):
            assert to not in {at, *tried}
            assert by_id[to].works(asked.class_)
            assert by_id[to].has_room(asked.class_, asked.parts)
            assert by_id[to].practice == by_id[at].practice
            assert carries(by_id[to], asked)


def through(found: list[Cell], asked: Asked) -> int:
    """Return the channel that cells give a person, as the statement that queues an alert does."""
    for cell in found:
        if asked.number.startswith(cell.prefix) and (
            cell.areas is None or asked.area in cell.areas
        ):
            return dict[int | None, int](cell.owns).get(asked.own, cell.first)
    raise AssertionError("nobody is left out")


@given(ASKED.filter(lambda asked: asked.number.startswith("+")), WAYS, RULES)
def test_people_by_cells_go_the_way_they_go_one_by_one(
    asked: Asked, ways: list[Way], rules: list[Rule]
) -> None:
    able = [replace(way, parts=10, letters=None, ucs2=True) for way in ways if way.enabled]
    one = order(asked, able, rules)
    found = cells(asked.class_, able, rules)
    if one:
        assert through(found, asked) == one[0].channel
    assert bool(found) == bool(able)


def test_patience_grows_with_what_can_wait() -> None:
    waits = [PATIENCE[class_] for class_ in Class]
    assert waits == sorted(waits)
    assert waits[0] == 0.0 < HICCUP
