"""Long work in the background, one job at a time, taken up again after a cut."""

import logging
import sqlite3
import threading
from functools import partial

from gateway import background
from gateway.background import retention
from gateway.context import Gateway
from gateway.engine.rounds import Rounds
from gateway.store import StoreClosed, jobs

log = logging.getLogger(__name__)

ROUND = 30.0  # seconds between looks when nothing wakes it


class Jobs(Rounds):
    """Does what waits, oldest first; a look with nothing to do writes nothing."""

    def __init__(self, gw: Gateway, stopping: threading.Event) -> None:
        super().__init__("jobs", stopping)
        self._gw = gw
        self._since = gw.clock()

    def round(self) -> float:
        retention.begin_if_due(self._gw, self._since)
        for job in jobs.waiting(self._gw.store.read, tuple(background.KINDS)):
            if not self._do(job):
                break
        return ROUND

    def _do(self, job: int) -> bool:
        """Do one job, True at its end; what nobody foresaw ends it, so that it ends at all."""
        try:
            background.run(self._gw, job, self._look_up)
        except _Stopped:
            return False
        except StoreClosed:
            raise
        except Exception as error:
            log.error("job %s broke off: %s", job, type(error).__name__)
            self._gw.store.write(partial(self._fail, job=job))
        return True

    def _fail(self, db: sqlite3.Connection, job: int) -> None:
        if jobs.still(db, job) is not None:
            jobs.finish(db, job, self._gw.clock(), "failed")

    def _look_up(self, done: int, total: int) -> None:
        """Break off between two chunks when the gateway stops; the job goes on next time."""
        if self.stopping.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The gateway stops in the middle of a job."""
