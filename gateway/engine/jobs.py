"""Long work in the background, one job at a time, taken up again after a cut."""

import logging
import threading

from gateway import imports
from gateway.context import Gateway
from gateway.store import StoreClosed, jobs

log = logging.getLogger(__name__)

ROUND = 30.0  # seconds between looks when nothing wakes it


class Jobs(threading.Thread):
    """Does what waits, oldest first; a look with nothing to do writes nothing."""

    def __init__(self, gw: Gateway, stopping: threading.Event) -> None:
        super().__init__(name="jobs", daemon=True)
        self._gw, self._stopping = gw, stopping
        self._awake = threading.Event()

    def wake(self) -> None:
        self._awake.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                for job in jobs.waiting(self._gw.store.read, imports.KINDS):
                    self._do(job)
            except (StoreClosed, _Stopped):
                return
            self._awake.wait(ROUND)

    def _do(self, job: int) -> None:
        """Do one job; what nobody foresaw ends it, so that it is not tried for ever."""
        try:
            imports.run(self._gw, job, self._look_up)
        except (StoreClosed, _Stopped):
            raise
        except Exception as error:
            log.error("job %s broke off: %s", job, type(error).__name__)
            self._gw.store.write(lambda db: jobs.finish(db, job, self._gw.clock(), "failed"))

    def _look_up(self, done: int, total: int) -> None:
        """Break off between two chunks when the gateway stops; the job goes on next time."""
        if self._stopping.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The gateway stops in the middle of a job."""
