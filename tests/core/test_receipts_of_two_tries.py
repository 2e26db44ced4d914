"""Every order of what is told of an emergency that may have gone twice, and of a refusal."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations
from sqlite3 import Connection

import pytest

from gateway import receive, send
from gateway.domain.messages import Class, Outcome, Receipt, Result, State, Status
from gateway.store import outbox
from tests.core.field import MAYA, NOW, Field

Word = tuple[str, Status, str | None]  # which try, what is told, whether asking again may help

ANSWER: Word = ("", Status.UNKNOWN, "the last try's own result")
SAID = (Status.SENT, Status.CANCELLED, Status.EXPIRED, Status.FAILED, Status.DELIVERED)
REFUSED = Result(0, Outcome.REJECTED, error="no such number")
LATER = (Status.FAILED, "later")
WORDS: list[Word] = [
    (of, status, retry) for of in "12" for status, retry in [*((one, None) for one in SAID), LATER]
]


def add(db: Connection, class_: Class, tries: int) -> int:
    """A row whose last try is with its provider; of those before nobody heard."""
    id = outbox.add(
        db, address=None, recipient=MAYA, channel=1, class_=class_, text="x", language=None,
        source="api", parts=1, alphabet="gsm7", due_at=NOW, now=NOW,
    )  # fmt: skip
    sql = "UPDATE outbox SET state = 'claimed', attempts = ?, maybes = ?, batch = 'b' WHERE id = ?"
    db.execute(sql, (tries, tries - 1, id))
    return id


def orders(words: list[Word], most: int) -> Iterator[tuple[frozenset[Word], tuple[Word, ...]]]:
    for size in range(1, most + 1):
        for told in combinations(words, size):
            for order in permutations((*told, ANSWER)):
                yield frozenset(told), order


def result(id: int, answer: Outcome) -> Result:
    if answer is Outcome.ACCEPTED:
        return Result(id, answer, f"2-{id}")
    return Result(id, answer, error="said at hand-over")


def ends(
    field: Field, class_: Class, tries: int, answer: Outcome, words: list[Word], most: int
) -> dict[frozenset[Word], set[str]]:
    """Tell everything in every order; return where each set of words ended."""
    channel, told = field.channel, list(orders(words, most))
    ids = field.gw.store.write(lambda db: [add(db, class_, tries) for _ in told])
    for step in range(most + 1):
        receipts, results = [], []
        for id, (_, order) in zip(ids, told, strict=True):
            if step < len(order) and order[step] == ANSWER:
                results.append(result(id, answer))
            elif step < len(order):
                of, status, retry = order[step]
                receipts.append(Receipt(f"{of}-{id}", status, MAYA, retry=retry, own=str(id)))
        receive.take(field.gw, channel, receipts)
        send.settle(field.gw, [(channel.name, "b", results)])
    states = dict(field.gw.store.read.execute("SELECT id, state FROM outbox").fetchall())
    found = defaultdict(set)
    for id, (words_told, _) in zip(ids, told, strict=True):
        found[words_told].add(states[id])
    return found


@pytest.fixture
def patient(field: Field) -> Field:
    """A gateway whose channel sends again what failed for a while."""
    assert field.channel.resends
    return field


@pytest.mark.parametrize("answer", [Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REJECTED])
def test_the_words_of_two_tries_end_the_same_in_every_order(patient: Field, answer) -> None:
    words = [word for word in WORDS if answer is not Outcome.REJECTED or word[0] == "1"]
    found = ends(patient, Class.EMERGENCY, 2, answer, words, 3)
    assert {words: where for words, where in found.items() if len(where) > 1} == {}
    for told, (end,) in found.items():
        assert end == wanted(told, answer), told


def wanted(told: frozenset[Word], answer: Outcome) -> str:
    """The rule in the words of docs/queue.md."""
    said = {of: {(status, retry) for name, status, retry in told if name == of} for of in "12"}
    if any(status is Status.DELIVERED for _, status, _ in told):
        return State.DELIVERED
    if answer is Outcome.REJECTED:
        return State.FAILED
    if answer is Outcome.ACCEPTED:
        return State.QUEUED if LATER in said["2"] else worst(said["2"])
    heard = [worst(words) for words in said.values() if words]
    return State.SENT if State.SENT in heard else max(heard, key=GRAVE.index)


GRAVE = [State.SENT, State.WITHDRAWN, State.EXPIRED, State.FAILED]


def worst(words: set[tuple[Status, str | None]]) -> State:
    statuses = [status for status, _ in words]
    return GRAVE[max((SAID.index(status) for status in statuses), default=0)]


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.LEFT])
def test_a_refusal_and_receipts_end_the_same_in_every_order(patient: Field, outcome) -> None:
    words = [word for word in WORDS if word[0] == "1"]
    found = ends(patient, Class.NORMAL, 1, outcome, words, 3)
    assert len(found) == 41
    for told, where in found.items():
        statuses = {status for _, status, _ in told}
        worth = State.QUEUED if ("1", *LATER) in told else State.FAILED
        assert where == {State.DELIVERED if Status.DELIVERED in statuses else worth}, told


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.FAILED])
@pytest.mark.parametrize("answers_first", [True, False])
def test_of_a_try_by_another_channel_only_proof_counts(
    patient: Field, status: Status, answers_first: bool
) -> None:
    gw, first = patient.gw, patient.channel
    patient.do(
        "INSERT INTO channel (name, provider, settings, created_at)"
        " SELECT 'second', 'simulator', settings, 0 FROM channel"
    )
    second = gw.channels.get("second")
    assert second is not None
    id = gw.store.write(lambda db: add(db, Class.EMERGENCY, 2))
    patient.do("UPDATE outbox SET channel = ?, moved_from = ?", second.id, first.id)
    steps = [
        lambda: send.settle(gw, [(second.name, "b", [result(id, Outcome.ACCEPTED)])]),
        lambda: receive.take(gw, first, [Receipt(f"1-{id}", status, MAYA, own=str(id))]),
    ]
    for step in steps if answers_first else reversed(steps):
        step()
    end = State.DELIVERED if status is Status.DELIVERED else State.SENT
    assert patient.one("SELECT state FROM outbox") == end
