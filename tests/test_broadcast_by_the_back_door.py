"""Ways round two people, and round the wall between exercises and real alerts."""

from dataclasses import replace

import pytest

from gateway import broadcast, submit
from gateway.context import Gateway
from gateway.domain.alerts import Draft, Refused
from gateway.store import alerts
from tests.test_broadcast import (
    HOUR,
    NOW,
    RAM,
    SITA,
    approved,
    clock,
    counts,
    draft,
    gw,
    run,
    state,
)

__all__ = ["clock", "gw"]

LATEST = 253_402_351_199.0  # 9999-12-31T23:59:59-14:00
ADA = "user:ada"


def test_an_end_no_calendar_can_show_is_refused(gw: Gateway) -> None:
    with pytest.raises(Refused, match="hundred years") as refused:
        broadcast.create(gw, SITA, draft(expires_at=LATEST))
    assert refused.value.field == "expires"


@pytest.mark.parametrize("field, what", [("due", "start"), ("expires", "end")])
def test_a_message_for_a_time_no_calendar_can_show_is_refused(
    gw: Gateway, field: str, what: str
) -> None:
    order = submit.Order(["+447700900001"], text="Hello", **{f"{field}_at": LATEST})  # type: ignore[arg-type]
    with pytest.raises(Refused, match=f"The {what} is more than a hundred years") as refused:
        submit.submit(gw, SITA, order)
    assert refused.value.field == field


@pytest.mark.parametrize("exercise", [True, False])
def test_an_exercise_and_a_real_alert_never_replace_each_other(gw, exercise) -> None:
    first = approved(gw, exercise=not exercise)
    run(gw)
    with pytest.raises(Refused, match="does not replace"):
        broadcast.create(gw, SITA, draft(exercise=exercise, supersedes=first))


@pytest.mark.parametrize("exercise", [True, False])
def test_an_exercise_stays_an_exercise(gw, exercise) -> None:
    alert = broadcast.create(gw, SITA, draft(exercise=exercise))
    before = alerts.draft_of(gw.store.read, alerts.want(gw.store.read, alert))
    with pytest.raises(Refused, match="stays an exercise"):
        broadcast.edit(gw, SITA, alert, replace(before, exercise=not exercise))


def test_a_change_while_an_approval_is_being_counted_voids_it(gw, monkeypatch) -> None:
    alert = broadcast.create(gw, SITA, draft())
    broadcast.submit(gw, SITA, alert)
    write = gw.store.write

    def sneak(work, **more):
        monkeypatch.setattr(gw.store, "write", write)
        _reword(gw, alert, draft(texts={"en": "Something else altogether"}))
        return write(work, **more)

    monkeypatch.setattr(gw.store, "write", sneak)
    with pytest.raises(Refused, match="changed meanwhile"):
        broadcast.approve(gw, RAM, alert, 60)
    assert state(gw, alert) == "submitted"


def _reword(gw: Gateway, alert: int, to: Draft) -> None:
    broadcast.edit(gw, SITA, alert, to)
    broadcast.submit(gw, SITA, alert)


def test_a_stop_that_is_still_taking_back_leaves_alone_what_was_resumed(gw, monkeypatch) -> None:
    alert = approved(gw)
    run(gw)
    write = gw.store.write

    def slow(work, background=False, **more):
        if background:
            monkeypatch.setattr(gw.store, "write", write)
            broadcast.resume(gw, SITA, alert)
            broadcast.approve(gw, RAM, alert, 60)
            run(gw)
        return write(work, background, **more)

    monkeypatch.setattr(gw.store, "write", slow)
    broadcast.stop(gw, ADA, alert)
    run(gw)
    assert (state(gw, alert), counts(gw, alert)) == ("running", {"queued": 60})


def test_an_hour_away_is_not_too_far(gw: Gateway) -> None:
    assert broadcast.create(gw, SITA, draft(expires_at=NOW + HOUR))
