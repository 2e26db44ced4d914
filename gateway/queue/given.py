"""Reports that were given to the engine and are not acknowledged yet."""

import time
from collections.abc import Sequence
from threading import Lock

from gateway.queue import Report


class Given:
    """Remembers what was given; after `again` seconds without a word it is due once more."""

    def __init__(self, again: float) -> None:
        self._again = again
        self._lock = Lock()
        self._reports: dict[str, tuple[float, Report]] = {}

    def give(self, reports: Sequence[Report]) -> list[Report]:
        """Note reports as given now, and return them."""
        due = time.monotonic() + self._again
        with self._lock:
            self._reports.update((report.token, (due, report)) for report in reports)
        return list(reports)

    def overdue(self) -> list[Report]:
        """Return what was given and not acknowledged in time, oldest first."""
        now = time.monotonic()
        with self._lock:
            return [report for due, report in self._reports.values() if due <= now]

    def forget(self, reports: Sequence[Report]) -> None:
        """Drop what is acknowledged."""
        with self._lock:
            for report in reports:
                self._reports.pop(report.token, None)
