"""Long work in the background, one job at a time, taken up again after a cut."""

import logging
import threading

from gateway import imports
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

    def round(self) -> float:
        for job in jobs.waiting(self._gw.store.read, imports.KINDS):
            if not self._do(job):
                break
        return ROUND

    def _do(self, job: int) -> bool:
        """Do one job, True at its end; what nobody foresaw ends it, so that it ends at all."""
        try:
            imports.run(self._gw, job, self._look_up)
        except _Stopped:
            return False
        except StoreClosed:
            raise
        except Exception as error:
            log.error("job %s broke off: %s", job, type(error).__name__)
            self._gw.store.write(lambda db: jobs.finish(db, job, self._gw.clock(), "failed"))
        return True

    def _look_up(self, done: int, total: int) -> None:
        """Break off between two chunks when the gateway stops; the job goes on next time."""
        if self.stopping.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The gateway stops in the middle of a job."""
