"""A batch is begun portion by portion; what is not begun is written down before the next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from gateway.domain.messages import Batch, Class, Outcome, Result
from gateway.queue import NOT_BEGUN, TakenBack
from gateway.queue.portions import carried
from tests.queue.stage import batch_of


class Told:
    """What happened, in order: leave asked for, given, and messages carried."""

    def __init__(self, refuse: int | None = None, broken: Exception | None = None) -> None:
        self.acts: list[tuple[str, object]] = []
        self.outcome: dict[int, Outcome] = {}
        self.refuse, self.broken = refuse, broken or TakenBack()

    def begin(self, batch: str, ids: Sequence[int]) -> Callable[[], None]:
        self.acts.append(("asked", list(ids)))

        def wait() -> None:
            if self.refuse in ids:
                raise self.broken
            self.acts.append(("struck out", list(ids)))

        return wait

    def carry(self, batch: Batch) -> Iterable[Result]:
        for message in batch.messages:
            self.acts.append(("carried", message.id))
            yield Result(message.id, self.outcome.get(message.id, Outcome.ACCEPTED))

    def carried(self) -> list[object]:
        return [what for act, what in self.acts if act == "carried"]


def sent(told: Told, batch: Batch, noted: bool = False, closing: bool = False) -> list[Result]:
    batch = replace(batch, noted=noted)
    return list(carried(batch, told.carry, told.begin, lambda: closing))


@pytest.fixture
def batch() -> Batch:
    return replace(batch_of(10), portion=4)


def ids(batch: Batch) -> list[int]:
    return [message.id for message in batch.messages]


def test_a_small_batch_costs_no_note() -> None:
    told, batch = Told(), batch_of(4)
    assert [result.id for result in sent(told, batch)] == ids(batch)
    assert told.carried() == ids(batch)
    assert len(told.acts) == 4


@pytest.mark.parametrize("noted", [False, True])
def test_nothing_is_begun_before_it_is_struck_out(batch: Batch, noted: bool) -> None:
    told, all_ = Told(), ids(batch)
    assert [result.id for result in sent(told, batch, noted)] == all_
    unbegun = set(all_ if noted else all_[4:])
    for act, what in told.acts:
        if act == "struck out":
            unbegun -= set(what)  # type: ignore[call-overload]
        elif act == "carried":
            assert what not in unbegun
    assert unbegun == set()


def test_emergencies_of_a_noted_batch_go_first_and_wait_for_no_leave(batch: Batch) -> None:
    warning = batch_of(6, class_=Class.EMERGENCY)
    told = Told(ids(batch)[0], OSError("no room"))
    results = sent(told, replace(batch, messages=(*warning.messages, *batch.messages)), True)
    assert told.carried() == ids(warning)
    assert [result.id for result in results] == ids(warning)


def test_a_provider_that_wants_no_more_gets_no_more(batch: Batch) -> None:
    told, all_ = Told(), ids(batch)
    told.outcome[all_[2]] = Outcome.THROTTLED
    results = sent(told, batch)
    assert told.carried() == all_[:4]
    assert [result.error for result in results[4:]] == [NOT_BEGUN] * 6
    assert sorted(result.id for result in results) == all_


def test_a_provider_that_wants_no_more_after_the_emergencies_gets_no_more(batch: Batch) -> None:
    warning, told = batch_of(2, class_=Class.EMERGENCY), Told()
    told.outcome[warning.messages[0].id] = Outcome.THROTTLED
    results = sent(told, replace(batch, messages=(*warning.messages, *batch.messages)), True)
    assert [act for act, _ in told.acts] == ["carried"] * 2
    assert [result.id for result in results] == ids(warning)


@pytest.mark.parametrize("broken", [TakenBack(), OSError("no room")])
@pytest.mark.parametrize(("refuse", "begun"), [(0, 0), (4, 4), (9, 8)])
def test_what_was_taken_back_or_a_full_disk_refuses_is_not_begun(
    batch: Batch, refuse: int, begun: int, broken: Exception
) -> None:
    told = Told(ids(batch)[refuse], broken)
    results = sent(told, batch, noted=True)
    assert len(told.carried()) == begun
    if begun:
        assert [result.error for result in results].count(NOT_BEGUN) == 10 - begun
        assert sorted(result.id for result in results) == ids(batch)
    else:  # another may have it; what is noted goes again once we are done
        assert results == []


def test_a_carrier_that_closes_begins_no_further_portion(batch: Batch) -> None:
    told = Told()
    results = sent(told, batch, closing=True)
    assert len(told.carried()) == 4
    assert len(results) == 10
