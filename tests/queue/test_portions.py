"""A batch is begun portion by portion; what is not begun is written down before the next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from gateway.domain.messages import Batch, Outcome, Result
from gateway.queue import NOT_BEGUN
from gateway.queue.portions import carried
from tests.queue.stage import batch_of


class Told:
    """What happened, in order: notes handed over, waited for, and messages carried."""

    def __init__(self, refuse: int | None = None) -> None:
        self.acts: list[tuple[str, object]] = []
        self.outcome: dict[int, Outcome] = {}
        self.refuse = refuse

    def note(self, batch: str, ids: Sequence[int]) -> Callable[[], None]:
        self.acts.append(("noted", list(ids)))

        def wait() -> None:
            self.acts.append(("on disk", list(ids)))
            if len(ids) == self.refuse:
                raise OSError("no room")

        return wait

    def carry(self, batch: Batch) -> Iterable[Result]:
        for message in batch.messages:
            self.acts.append(("carried", message.id))
            yield Result(message.id, self.outcome.get(message.id, Outcome.ACCEPTED))

    def carried(self) -> list[object]:
        return [what for act, what in self.acts if act == "carried"]


def sent(told: Told, batch: Batch, noted: bool = False, closing: bool = False) -> list[Result]:
    return list(carried(batch, told.carry, told.note, noted, lambda: closing))


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
def test_nothing_is_begun_before_it_is_written_down(batch: Batch, noted: bool) -> None:
    told, all_ = Told(), ids(batch)
    assert [result.id for result in sent(told, batch, noted)] == all_
    unbegun = set(all_) if noted else set(all_[4:])
    for act, what in told.acts:
        if act == "on disk":
            unbegun = set(what)  # type: ignore[call-overload]
        elif act == "carried":
            assert what not in unbegun
    assert [what for act, what in told.acts if act == "noted"][-1] == []


def test_a_provider_that_wants_no_more_gets_no_more(batch: Batch) -> None:
    told, all_ = Told(), ids(batch)
    told.outcome[all_[2]] = Outcome.THROTTLED
    results = sent(told, batch)
    assert told.carried() == all_[:4]
    assert [result.error for result in results[4:]] == [NOT_BEGUN] * 6
    assert sorted(result.id for result in results) == all_


@pytest.mark.parametrize(("refuse", "begun"), [(6, 0), (2, 4), (0, 8)])
def test_on_a_full_disk_nothing_more_is_begun(batch: Batch, refuse: int, begun: int) -> None:
    told = Told(refuse)
    results = sent(told, batch, noted=True)
    assert len(told.carried()) == begun
    assert [result.error for result in results].count(NOT_BEGUN) == 10 - begun
    assert sorted(result.id for result in results) == ids(batch)


def test_a_carrier_that_closes_begins_no_further_portion(batch: Batch) -> None:
    told = Told()
    results = sent(told, batch, closing=True)
    assert len(told.carried()) == 4
    assert len(results) == 10
