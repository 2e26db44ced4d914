"""The moves of an alert that people make: submit, approve, reject, stop, resume."""

import sqlite3
from functools import partial

from gateway import tell
from gateway.broadcast.counting import SAME_WITHIN, size
from gateway.context import Gateway
from gateway.domain.alerts import Refused, back_to, move
from gateway.gate import taken
from gateway.store import alerts, jobs, outbox

CHUNK = 1000  # rows: some milliseconds in the writer, so that nobody who waits feels it

N_ = str  # marks a sentence for translators

TWO_PEOPLE = N_("Who wrote or submitted an alert cannot approve it. Ask someone else.")
CHANGED = N_("The alert was changed meanwhile. Read it again.")
IS_OVER = N_("This alert is over. Write a new one.")
REPLACED = N_("Alert %(id)s took the place of this one. Write a new one.")
LAPSED = N_("Nobody approved this in time. Submit it again.")
COUNT = N_("This alert goes to %(people)s people: type that number.")
TWIN = N_(
    "The same words for the same people wait or went out within the last hour: alert %(id)s. "
    "Look at that one first."
)
REASON = N_("Say why, so that the author can mend it.")


def submit(gw: Gateway, by: str, alert: int) -> None:
    """Ask a second person to approve; what they will approve is what stands now."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        row = alerts.want(db, alert)
        state = move("submit", row["state"])
        _not_over(gw, db, row, now)
        twin = alerts.twin(db, alert, now - SAME_WITHIN)
        if twin is not None:
            raise Refused(TWIN, "texts", id=twin)
        alerts.set_state(db, alert, state, submitted_at=now)
        alerts.decide(db, alert, "submitted", by, now)
        tell.alert_act(db, now, by, "alert.submit", alert)

    gw.store.write(work)


def approve(gw: Gateway, by: str, alert: int, people: int, seen: str | None = None) -> None:
    """Let an alert go out. `people` is the number typed; `seen` the hash of what was shown.

    Refused for who wrote it, after any change, for another number, or when too late.
    """
    now = gw.clock()
    read = alerts.want(gw.store.read, alert)
    seen = str(read["hash"]) if seen is None else seen
    counted = size(gw, read)

    def work(db: sqlite3.Connection) -> None:
        row = alerts.want(db, alert)
        _may_approve(gw, db, row, by, seen)
        if people != counted:
            raise Refused(COUNT, "people", people=counted)
        state = move("approve", row["state"])
        last = alerts.last_address(db)
        alerts.set_state(db, alert, state, approved_at=now, people=counted, expand_until=last)
        alerts.decide(db, alert, "approved", by, now, people=counted)
        tell.alert_act(db, now, by, "alert.approve", alert, {"people": counted})

    gw.store.write(work)
    gw.rouse()


def _may_approve(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, by: str, seen: str) -> None:
    move("approve", row["state"])
    if by in alerts.involved(db, row):
        raise Refused(TWO_PEOPLE, "by")
    if seen != row["hash"]:
        raise Refused(CHANGED, "hash")
    now = gw.clock()
    _not_over(gw, db, row, now)
    if lapsed(gw, row["submitted_at"], now):
        raise Refused(LAPSED, "state")


def _not_over(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    if row["expires_at"] <= now and gw.clock_trusted():
        raise Refused(IS_OVER, "expires")
    if (later := alerts.successor(db, row["id"])) is not None:
        raise Refused(REPLACED, "state", id=later)


def lapsed(gw: Gateway, since: float | None, now: float) -> bool:
    """Whether what happened then was surely too long ago to act upon."""
    if since is None or not gw.clock_trusted():
        return False
    return now - since > int(gw.settings["APPROVAL_MINUTES"]) * 60


def reject(gw: Gateway, by: str, alert: int, reason: str) -> None:
    """Send an alert back to its author, saying why."""
    now = gw.clock()
    if not reason.strip():
        raise Refused(REASON, "reason")

    def work(db: sqlite3.Connection) -> None:
        row = alerts.want(db, alert)
        state = back_to(move("reject", row["state"]), bool(row["expanded_to"]))
        alerts.set_state(db, alert, state)
        alerts.decide(db, alert, "rejected", by, now, reason=reason.strip())
        tell.alert_act(db, now, by, "alert.reject", alert)

    gw.store.write(work)


def stop(gw: Gateway, by: str, alert: int) -> None:
    """Halt all parts that have not been handed over: the gate refuses them from now on."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> int:
        row = alerts.want(db, alert)
        alerts.set_state(db, alert, move("stop", row["state"]), ended_at=now)
        alerts.decide(db, alert, "stopped", by, now)
        at = (row["expanded_to"], row["expand_until"])
        jobs.follow(db, "alert", str(alert), now, *at, "stopped")
        tell.alert_act(db, now, by, "alert.stop", alert)
        return int(row["expanded_to"])

    _take_back(gw, alert, gw.store.write(work), now)


def _take_back(gw: Gateway, alert: int, last: int, now: float) -> None:
    """Withdraw what is still queued, in chunks that nobody feels, until somebody resumes it."""
    for after in range(0, last, CHUNK):
        work = partial(_withdraw, gw, alert=alert, after=after, now=now)
        gw.store.write(work, background=True)


def _withdraw(gw: Gateway, db: sqlite3.Connection, alert: int, after: int, now: float) -> None:
    if alerts.want(db, alert)["state"] == "stopped":
        rows = outbox.withdraw_alert(db, alert, after, after + CHUNK, taken.STOPPED, now)
        taken.note(gw, db, rows, taken.STOPPED, now)


def resume(gw: Gateway, by: str, alert: int) -> None:
    """Ask for a stopped alert to go on; a second person must approve it again."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        row = alerts.want(db, alert)
        state = move("resume", row["state"])
        _not_over(gw, db, row, now)
        alerts.set_state(db, alert, state, submitted_at=now, ended_at=None)
        alerts.decide(db, alert, "resumed", by, now)
        tell.alert_act(db, now, by, "alert.resume", alert)

    gw.store.write(work)
