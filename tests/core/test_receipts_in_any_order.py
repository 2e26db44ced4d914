"""Every pair and triple of receipts, in every order, around the hand-over's own result."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, groupby, permutations, product
from sqlite3 import Connection
from typing import Any

import pytest

from gateway.domain.messages import Class, Outcome, Receipt, Result, State, Status
from gateway.domain.receipts import MEANS, advance
from gateway.store import outbox, receipts
from tests.core.field import MAYA, NOW, Field

Word = tuple[Status, str | None]  # what is told, and whether asking again may help

ANSWER: Word = (Status.UNKNOWN, "the hand-over's own result")
AGAIN: Word = (Status.FAILED, "later")
WORDS: tuple[Word, ...] = (
    *[(status, None) for status in Status],
    (Status.FAILED, "no"),
    AGAIN,
    (Status.REJECTED, "later"),
)
_CLAIM = "UPDATE outbox SET state = 'claimed', attempts = 1, batch = 'b' WHERE due_at = ?"
SETS = [told for size in (1, 2, 3) for told in combinations(WORDS, size)]


@dataclass(frozen=True)
class Case:
    """One row: what is told of it in which order; `together` what falls on one side."""

    id: int
    told: tuple[Word, ...]
    order: tuple[Word, ...]
    echoed: bool
    together: bool

    def receipt(self, word: Word) -> Receipt:
        own = str(self.id) if self.echoed else None
        return Receipt(f"r{self.id}", word[0], MAYA if own else None, retry=word[1], own=own)

    @property
    def rounds(self) -> list[list[Word]]:
        """What is told in one go each time; every case has as many as any."""
        if not self.together:
            return [[word] for word in self.order]
        return [list(group) for _, group in groupby(self.order, lambda word: word == ANSWER)]


def cases(db: Connection, channel: int, sets: Sequence[tuple[Word, ...]] = SETS) -> list[Case]:
    made = []
    for told, echoed, together in product(sets, (False, True), (False, True)):
        for order in permutations((*told, ANSWER)):
            id = outbox.add(
                db, address=None, recipient=MAYA, channel=channel, class_=Class.NORMAL, text="x",
                language=None, source="api", parts=1, alphabet="gsm7", due_at=NOW, now=NOW,
            )  # fmt: skip
            made.append(Case(id, told, order, echoed, together))
    db.execute(_CLAIM, (NOW,))
    return made


def hear(db: Connection, channel: int, told: Sequence[tuple[Case, Word]], resends: bool) -> None:
    heard = [case.receipt(word) for case, word in told if word != ANSWER]
    receipts.apply_all(db, channel, heard, NOW, resends)
    taken = [
        Result(case.id, Outcome.ACCEPTED, f"r{case.id}") for case, word in told if word == ANSWER
    ]
    outbox.sent(db, [(one.reference, NOW, one.id, "b") for one in taken])
    receipts.overtaken(db, taken, "b", NOW, resends)


def wanted(told: Sequence[Word], resends: bool) -> str:
    """Where all orders must end."""
    end = reduce(advance, (status for status, _ in told), State.SENT)
    worth = any(MEANS[status] is State.FAILED and retry == "later" for status, retry in told)
    return State.QUEUED if worth and resends and end is not State.DELIVERED else end


@pytest.mark.parametrize("resends", [False, True])
def test_receipts_in_every_order_give_one_end(field: Field, resends: bool) -> None:
    channel = field.channel.id

    def work(db: Connection) -> tuple[list[Case], dict[int, str]]:
        made = cases(db, channel)
        for round in range(max(len(case.rounds) for case in made)):
            told = [
                (case, word)
                for case in made
                if round < len(case.rounds)
                for word in case.rounds[round]
            ]
            hear(db, channel, told, resends)
        return made, dict(db.execute("SELECT id, state FROM outbox"))

    made, ends = field.gw.store.write(work)
    assert len(made) > 10_000
    wrong = [(case, ends[case.id]) for case in made if ends[case.id] != wanted(case.told, resends)]
    assert wrong == []


def live(field: Field, *words: Word | State) -> tuple[str, int]:
    """Take one row through what is told of it, or what we end it as; return state and resends."""
    channel = field.channel.id

    def work(db: Connection) -> Any:
        case = cases(db, channel, SETS[:1])[0]
        for word in words:
            if isinstance(word, State):
                outbox.end(db, case.id, word, "by us", NOW)
            else:
                hear(db, channel, [(case, word)], resends=True)
        return outbox.by_id(db, case.id)

    row = field.gw.store.write(work)
    return row["state"], row["resends"]


def test_what_we_withdrew_is_not_sent_again(field: Field) -> None:
    assert live(field, State.WITHDRAWN, ANSWER, AGAIN) == ("failed", 0)


def test_what_a_network_cancelled_is_sent_again_if_that_may_help(field: Field) -> None:
    assert live(field, ANSWER, (Status.CANCELLED, None), AGAIN) == ("queued", 1)


def test_a_failure_told_twice_asks_again_once(field: Field) -> None:
    assert live(field, ANSWER, AGAIN, AGAIN, (Status.REJECTED, "later")) == ("queued", 1)
