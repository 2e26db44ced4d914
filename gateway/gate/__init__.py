"""The gate is asked about a claimed batch: what goes out, what waits, what never goes.

What it must know of all the rows is read in a few statements, and only for rules that can apply.
"""

import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway import tell
from gateway.context import Gateway
from gateway.domain.gate import (
    DAY,
    ENOUGH_THIS_WEEK,
    ENOUGH_TODAY,
    JUST_NOW,
    PASSED,
    WEEK,
    Facts,
    Go,
    Never,
    NotNow,
    Verdict,
    free_at,
    judge,
)
from gateway.domain.messages import Class
from gateway.gate import nights
from gateway.gate.nights import Nights, may_wait
from gateway.store import budgets, outbox, past, refused
from gateway.store.claims import Claimed

log = logging.getLogger(__name__)

Rows = Sequence[Claimed]
Had = tuple[int, float]  # a class, and when
Hads = dict[int | None, list[Had]]  # by address


def let_through(
    gw: Gateway, channel: int, rows: Rows, perhaps: Container[int] | None = None
) -> list[Claimed]:
    """Return which rows may go now; the others wait or have ended once this returns.

    What others certainly do not say again is not looked up: all but the rows `perhaps` known.
    """
    now = gw.clock()
    known = _Known.of(gw, rows, now, perhaps)
    verdicts = [(row, known.judge(row)) for row in rows]
    if counts := _counts(verdicts):
        gw.store.write(lambda db: _refuse(gw, db, channel, verdicts, counts, now))
    if at_night := counts[Class.EMERGENCY, PASSED]:
        name = gw.channels.by_id(channel).name
        log.warning("channel %s: %d emergency messages went in quiet hours", name, at_night)
    return [row for row, verdict in verdicts if isinstance(verdict, Go)]


def today(gw: Gateway, now: float) -> str:
    """Return the day by which is counted, on the clock of staff."""
    return datetime.fromtimestamp(now, ZoneInfo(gw.settings["TIMEZONE"])).date().isoformat()


def _counts(verdicts: Iterable[tuple[Claimed, Verdict]]) -> Counter[tuple[int, str]]:
    told: Counter[tuple[int, str]] = Counter()
    for row, verdict in verdicts:
        reason = verdict.passed if isinstance(verdict, Go) else verdict.reason
        if reason:
            told[row.class_, reason] += 1
    return told


def _refuse(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: int,
    verdicts: Iterable[tuple[Claimed, Verdict]],
    counts: Counter[tuple[int, str]],
    now: float,
) -> None:
    never = [(row.id, v.state, v.reason) for row, v in verdicts if isinstance(v, Never)]
    later = [(row.id, v.until, v.reason) for row, v in verdicts if isinstance(v, NotNow)]
    ended = [id for id, _, _ in never]
    budgets.give_back(db, ended + [id for id, _, _ in later])
    outbox.end_all(db, never, now)
    outbox.hold_all(db, later)
    refused.count(db, today(gw, now), channel, counts)
    tell.messages_moved(gw, db, ended, now)


@dataclass(slots=True)
class _Known:
    """What is known of the people of a batch; `had` and `said` grow with each row that goes.

    `capped` are the rows that count, `had` is of their people. Where nobody was written to
    unasked, nothing need be remembered.
    """

    now: float
    sure: bool
    most: tuple[int, int]
    nights: Nights | None
    capped: set[int]
    had: Hads
    twins: set[int]
    remembers: bool
    said: set[tuple[int, str]] = field(default_factory=set)

    @classmethod
    def of(cls, gw: Gateway, rows: Rows, now: float, perhaps: Container[int] | None) -> "_Known":
        sure = gw.clock_trusted()
        unasked = [row for row in rows if row.asked_at is None and not row.forced]
        most = (int(gw.settings["CAP_DAY"]), int(gw.settings["CAP_WEEK"])) if sure else (0, 0)
        night = nights.of(gw, rows, now) if sure else None
        ids = [row.id for row in unasked if row.address is not None]
        if sure and perhaps is not None:
            ids = [id for id in ids if id in perhaps]
        twins = past.twins(gw.store.read, ids, _just_now(gw, now, sure)) if ids else set()
        capped = [row for row in unasked if _is_capped(row)] if any(most) else []
        had = _had(gw, capped, now)
        counted = {row.id for row in capped}
        return cls(now, sure, most, night, counted, had, twins, bool(unasked))

    def judge(self, row: Claimed) -> Verdict:
        facts = _facts(row, self.now, self.sure)
        id = row.id
        if facts.asked_at is None and not facts.forced:
            facts.said = id in self.twins or (row.address, row.text) in self.said
            if id in self.capped:
                facts.full_until, facts.full_why = self._full(row)
        if self.nights and may_wait(row):
            facts.quiet_until = self.nights.until(row)
        verdict = judge(facts)
        if self.remembers and isinstance(verdict, Go):
            self._remember(row, id)
        return verdict

    def _full(self, row: Claimed) -> tuple[float | None, str]:
        had, (day, week) = self.had[row.address], self.most
        if not had:
            return None, ENOUGH_TODAY
        tomorrow = free_at((at for _, at in had), day, DAY, self.now)
        if row.class_ != Class.BULK:
            return tomorrow, ENOUGH_TODAY
        bulk = (at for class_, at in had if class_ == Class.BULK)
        later = free_at(bulk, week, WEEK, self.now)
        if later is None or (tomorrow is not None and tomorrow > later):
            return tomorrow, ENOUGH_TODAY
        return later, ENOUGH_THIS_WEEK

    def _remember(self, row: Claimed, id: int) -> None:
        address = row.address
        if address is not None:
            self.said.add((address, row.text))
        if id in self.capped:
            self.had[address].append((row.class_, self.now))


def _just_now(gw: Gateway, now: float, sure: bool) -> float:
    """Return since when nobody is told the same again.

    A time in doubt goes on from the newest in the store: of what went before this run nobody
    knows whether that was a moment or a month ago. What went just before the count was set right
    is dated by the old one.
    """
    since = now - JUST_NOW
    return since - gw.time.moved(JUST_NOW) if sure else max(since, gw.time.started)


def _is_capped(row: Claimed) -> bool:
    """Alerts and bulk messages count, unless lives depend on them or the person asked."""
    if row.class_ == Class.EMERGENCY or row.address is None:
        return False
    counted = row.class_ == Class.BULK or row.alert_state is not None
    return counted and row.asked_at is None and row.feedback is None


def _had(gw: Gateway, capped: Rows, now: float) -> Hads:
    """Return what each of these people had within the week, none being an empty list."""
    if not capped:
        return {}
    first = {row.address: row.id for row in reversed(capped)}
    found: Hads = defaultdict(list)
    for row in past.unasked(gw.store.read, list(first.values()), now - WEEK):
        found[row["address"]].append((row["class"], row["at"]))
    return {address: found[address] for address in first}


def _facts(row: Claimed, now: float, sure: bool) -> Facts:
    return Facts(
        class_=row.class_,
        now=now,
        expires_at=row.expires_at,
        consent=row.consent or "none",
        consent_at=row.consent_at,
        asked_at=row.asked_at,
        paused=row.paused_at is not None,
        alert_state=row.alert_state,
        superseded=bool(row.superseded),
        exercise=bool(row.exercise),
        in_exercise=bool(row.in_exercise),
        clock_trusted=sure,
        by_staff=row.feedback is not None,
        forced=bool(row.forced),
    )
