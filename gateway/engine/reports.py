"""What carriers bring back, written down and only then acknowledged."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from functools import partial

from gateway.context import Gateway
from gateway.domain.messages import Outcome
from gateway.engine.absence import Absence
from gateway.queue import Carrier, Report
from gateway.queue.whole import lines
from gateway.send import settle
from gateway.send.back import take_up
from gateway.store import unbegun

log = logging.getLogger(__name__)

WAIT = 0.5
PAUSE = 0.01  # seconds between commits: what comes back meanwhile shares the next
BROKEN = 2.0


class ReportReader(threading.Thread):
    """Reads reports in groups: one commit for all that came together."""

    def __init__(
        self,
        gw: Gateway,
        carrier: Carrier,
        stopping: threading.Event,
        wake: Callable[..., None],
        absence: Absence,
    ) -> None:
        super().__init__(name="reports", daemon=True)
        self._absence = absence
        self._gw, self._carrier, self._stopping, self._wake = gw, carrier, stopping, wake
        self._unwritten: list[Report] = []

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take(self._unwritten or self._carrier.reports(WAIT))
                self._stopping.wait(PAUSE)
            except Exception as error:
                # Unacknowledged reports come again: rest, and write them then.
                log.error("reports: %s", lines(error))
                self._stopping.wait(BROKEN)

    def finish(self) -> None:
        """Write down what is still there, after the carrier was closed."""
        self.join(WAIT + BROKEN)
        while reports := self._unwritten or self._carrier.reports(0.0):
            self._take(reports)

    def _take(self, reports: list[Report]) -> None:
        if not reports:
            return
        self._unwritten = []
        try:
            settle(self._gw, [(r.channel, r.batch, r.results) for r in reports])
            self._take_up({report.batch for report in reports if report.done})
        except sqlite3.OperationalError:
            # The disk is full: nothing else can be written either, and a stop may come before
            # the carrier tells them again.
            self._unwritten = reports
            raise
        self._carrier.acknowledge(reports)
        for report in reports:
            self._absence.note(report.channel, report.results)
        self._rouse(reports)

    def _take_up(self, done: set[str]) -> None:
        """Queue again what a worker that stopped, or was refused, did not begin of its batch."""
        if noted := done.intersection(unbegun.batches(self._gw.store.read) if done else ()):
            self._gw.store.write(partial(take_up, batches=noted, now=self._gw.clock()))

    def _rouse(self, reports: list[Report]) -> None:
        """There is room for more on these channels; what was not taken may go on any."""
        outcomes = {result.outcome for report in reports for result in report.results}
        found = map(self._gw.channels.get, {report.channel for report in reports})
        ids = [channel.id for channel in found if channel]
        self._wake(*(ids if outcomes <= {Outcome.ACCEPTED} else ()))
