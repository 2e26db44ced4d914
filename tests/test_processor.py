"""The threads that take turns with the interpreter stay together; the others go where they like."""

import os
import sys
import threading
from multiprocessing import get_context

import pytest

from gateway import processor


@pytest.fixture(autouse=True)
def everywhere(not_run) -> set[int]:
    """The processors this process may use: with one alone there is nothing to choose."""
    if sys.platform != "linux":
        not_run("staying on one processor", "only Linux lets a program choose")
    return os.sched_getaffinity(0)


def _choose(apart: bool) -> list[set[int]]:
    """Return where a thread may run: after the choice, started later, let go, beside, and back."""
    processor.choose(apart)
    seen = [os.sched_getaffinity(0)]
    thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
    thread.start()
    thread.join()
    processor.roam()
    seen.append(os.sched_getaffinity(0))
    processor.leave()
    seen.append(os.sched_getaffinity(0))
    processor.stay()
    return [*seen, os.sched_getaffinity(0)]


def _never_chosen() -> list[set[int]]:
    processor.stay()
    stayed = os.sched_getaffinity(0)
    processor.roam()
    return [stayed, os.sched_getaffinity(0)]


def _taken_away() -> set[int]:
    processor.choose()
    processor._home.clear()
    processor._home.add(4000)
    processor.stay()
    return os.sched_getaffinity(0)


def elsewhere(work, *given):
    """Run this in a process of its own: this one goes on as it is."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def test_a_thread_stays_with_those_it_starts_until_it_is_let_go(everywhere):
    last = {max(everywhere)}
    others = everywhere - last or everywhere
    assert elsewhere(_choose, False) == [last, last, everywhere, others, last]


def test_a_worker_stays_apart_from_the_gateway(everywhere):
    (home,), *_ = elsewhere(_choose, True)
    assert home in (everywhere - {max(everywhere)} or everywhere)


def test_where_nobody_chose_all_stays_as_it_is(everywhere):
    assert elsewhere(_never_chosen) == [everywhere, everywhere]


def test_a_processor_that_is_taken_away_stops_nothing(everywhere):
    assert elsewhere(_taken_away) == {max(everywhere)}
