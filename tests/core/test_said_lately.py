"""The memory of what went lately knows of everything that the store would find, in every order."""

import threading
import time
from functools import partial

import pytest

from gateway import receive, send
from gateway.context import Channel
from gateway.domain.gate import DAY, JUST_NOW
from gateway.domain.messages import Outcome, Receipt, Result, Status
from gateway.store import channels
from gateway.store.recent import Recent
from tests.core.box import Box
from tests.core.field import AMINA, MAYA, NOW, Field
from tests.core.test_held import go, queue, row
from tests.web.test_phone_that_fetches import SECRET, Phone

LATE = 3600.0  # seconds; the memory has long forgotten what was claimed then
SAID = ("withdrawn", "said just now")


@pytest.fixture
def field(field: Field) -> Field:
    """A gateway two people wrote to; its memory goes by the clock that is moved by hand."""
    for sender in (MAYA, AMINA):
        field.text("FLOOD", sender=sender)
    field.do("DELETE FROM outbox")
    field.gw.recent = Recent(JUST_NOW, complete=True, clock=lambda: field.clock())
    return field


def another(field: Field, name: str, provider: str, **settings: str) -> Channel:
    """Add a channel of twenty parts a second."""
    sealed = field.gw.sealer.seal(settings)
    field.gw.store.write(lambda db: channels.add(db, name, provider, "4040", sealed, NOW, 20.0))
    found = field.gw.channels.get(name)
    assert found is not None
    return found


def claimed(field: Field, channel: Channel | None = None) -> list[int]:
    """Let a lane claim what is due; return what passed the gate and is on its way."""
    batch = send.prepare(field.gw, channel or field.channel, 9, 9.0).batch
    return [one.id for one in batch.messages] if batch else []


def told(field: Field, id: int, status: Status) -> None:
    """A provider speaks of a message by our own id."""
    receipt = Receipt(f"x{id}", status, own=str(id), to=MAYA, retry="later")
    receive.take(field.gw, field.channel, [receipt])


def _lost(field: Field, id: int) -> None:
    send.give_up_on(field.gw, [id])


def _failed(field: Field, id: int) -> None:
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    taken = [Result(id, Outcome.ACCEPTED, reference=f"x{id}")]
    send.settle(field.gw, [("simulator", batch, taken)])
    told(field, id, Status.FAILED)


BEFORE = {"on its way": lambda field, id: None, "lost": _lost, "failed": _failed}
TOLD = [
    ("on its way", Status.SENT),
    ("on its way", Status.DELIVERED),
    ("lost", Status.SENT),
    ("lost", Status.DELIVERED),
    ("failed", Status.DELIVERED),
]


@pytest.mark.parametrize(("before", "status"), TOLD)
def test_what_a_receipt_says_went_is_not_said_again(
    field: Field, before: str, status: Status
) -> None:
    first = queue(field, text="Water")
    assert claimed(field) == [first]
    BEFORE[before](field, first)
    field.clock.now += LATE
    field.do("UPDATE outbox SET due_at = due_at + 9e9")  # what failed waits to be sent again
    told(field, first, status)
    field.clock.now += JUST_NOW - 60
    again = queue(field, text="Water")
    assert go(field) == []
    assert row(field, again)[:2] == SAID
    field.clock.now += 120
    late = queue(field, text="Water")
    assert go(field) == [late]


def test_what_a_phone_is_given_again_is_not_said_by_another_channel(field: Field) -> None:
    phone, app = another(field, "phone", "smssync", secret=SECRET), Phone(field.gw)
    queue(field, text="Water", channel=phone.id)
    (given,) = app.fetch()
    field.clock.now += LATE
    assert app.fetch() == [given]
    field.clock.now += 60
    again = queue(field, text="Water")
    assert go(field) == []
    assert row(field, again)[:2] == SAID


def test_what_a_phone_is_given_again_is_not_given_in_other_words_of_the_same(field: Field) -> None:
    """Beside what it never took, in the same answer."""
    phone, app = another(field, "phone", "smssync", secret=SECRET), Phone(field.gw)
    queue(field, text="Water", channel=phone.id)
    (given,) = app.fetch()
    field.clock.now += LATE
    again = queue(field, text="Water", channel=phone.id)
    assert app.fetch() == [given]
    assert row(field, again)[:2] == SAID


def test_what_a_phone_never_took_gives_way_to_what_is_on_its_way_by_another(field: Field) -> None:
    phone, app = another(field, "phone", "smssync", secret=SECRET), Phone(field.gw)
    waits = queue(field, text="Water", channel=phone.id)
    app.fetch()
    field.clock.now += LATE
    other = queue(field, text="Water")
    assert claimed(field) == [other]
    field.clock.now += 1
    assert app.fetch() == []
    assert row(field, waits)[:2] == SAID


def test_what_a_phone_took_late_is_not_said_again(field: Field) -> None:
    phone, app = another(field, "phone", "smssync", secret=SECRET), Phone(field.gw)
    queue(field, text="Water", channel=phone.id)
    (given,) = app.fetch()
    field.clock.now += LATE
    assert app.took(given["uuid"]) == [given["uuid"]]
    again = queue(field, text="Water")
    assert go(field) == []
    assert row(field, again)[:2] == SAID


def test_of_two_claimed_in_one_moment_who_was_claimed_later_gives_way(field: Field) -> None:
    """A clock may be so coarse that two claims bear the same time."""
    second = another(field, "second", "simulator", secret="x")
    first = queue(field, text="Water")
    other = queue(field, text="Water", channel=second.id)
    assert claimed(field, second) == [other]
    assert claimed(field) == []
    assert row(field, first)[:2] == SAID


def test_a_lane_that_is_slow_to_claim_gives_way_to_one_that_claimed_meanwhile(field: Field) -> None:
    second = another(field, "second", "simulator", secret="x")
    slow, looked = threading.Thread(target=partial(claimed, field)), threading.Event()
    began = time.monotonic()

    def clock() -> float:
        now = NOW + time.monotonic() - began
        if threading.current_thread() is slow and not looked.is_set():
            looked.set()
            time.sleep(0.3)
        return now

    ids = queue(field, text="Water"), queue(field, text="Water", channel=second.id)
    field.gw.clock = clock
    slow.start()
    looked.wait()
    claimed(field, second)
    slow.join()
    assert {row(field, id)[:2] for id in ids} == {("claimed", None), SAID}


@pytest.mark.parametrize("moved", [3600.0, 30 * DAY])
def test_what_went_a_moment_ago_is_known_though_the_clock_was_set_right_since(
    field: Field, moved: float
) -> None:
    box = Box(field)
    box.power_cut()
    field.gw.recent = Recent(JUST_NOW, complete=True, clock=lambda: box.up)
    first = queue(field, text="Water", now=box.now, due_at=box.now)
    assert go(field) == [first]
    box.shows, box.sync = box.now + moved, True
    box.wait(60)
    assert box.trusted
    twice = queue(field, text="Water", now=box.now, due_at=box.now)
    assert go(field) == []
    assert row(field, twice)[:2] == SAID
    box.wait(JUST_NOW)
    again = queue(field, text="Water", now=box.now, due_at=box.now)
    assert go(field) == [again]
