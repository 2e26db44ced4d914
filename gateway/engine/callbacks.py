"""Webhooks are told what happened, as often as it takes; lanes never wait for them."""

import hmac
import logging
import sqlite3
import threading
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from gateway.context import Gateway
from gateway.engine.rounds import Rounds
from gateway.providers import SendError
from gateway.providers.http import Door
from gateway.store import webhooks

log = logging.getLogger(__name__)

PATIENCE = 3 * 86400.0  # seconds after which a delivery is given up
LONGEST = 6 * 3600.0
FEW = 20  # deliveries between two looks at what else there is
ROUND = 30.0


def pause(attempts: int) -> float:
    """Return the seconds to wait after so many tries that failed.

    >>> [pause(n) for n in (1, 2, 3, 8, 50)]
    [10.0, 30.0, 90.0, 21600.0, 21600.0]
    """
    return min(LONGEST, 10.0 * 3.0 ** min(attempts - 1, 20))


def sign(secret: str, body: bytes) -> str:
    """Return what proves to a program that a delivery is ours.

    >>> sign("s", b"{}")[:15]
    'sha256=143ca8d5'
    """
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one delivery."""

    row: sqlite3.Row
    taken: bool


class Callbacks(Rounds):
    """Tells webhooks in the order of events; one that does not answer rests, the others go on."""

    def __init__(self, gw: Gateway, stopping: threading.Event) -> None:
        super().__init__("callbacks", stopping)
        self._gw = gw
        self._doors: dict[str, Door] = {}
        self._resting: dict[int, float] = {}

    def round(self) -> float:
        """Tell what is due; return the seconds until something else is."""
        now, db = self._gw.clock(), self._gw.store.read
        self._resting = {id: until for id, until in self._resting.items() if until > now}
        rows = webhooks.waiting(db, now, list(self._resting), FEW)
        told = [self._tell(row) for row in rows if self._may(row)]
        if told:
            self._gw.store.write(partial(self._write, told=told))
        return self._until(self._gw.clock())

    def _may(self, row: sqlite3.Row) -> bool:
        return row["webhook"] not in self._resting and not self.stopping.is_set()

    def _until(self, now: float) -> float:
        due = webhooks.next_due(self._gw.store.read, list(self._resting))
        times = [*self._resting.values(), *([] if due is None else [due])]
        return max(0.0, min([ROUND, *(at - now for at in times)]))

    def _tell(self, row: sqlite3.Row) -> Told:
        """Post one delivery; a webhook that does not take it rests until its next try."""
        try:
            taken = self._post(row)
        except SendError:
            taken = False
        except ValueError as error:
            # Sealed with another key, or an address nothing can call: the others go on.
            log.error("webhook %s: %s", row["webhook"], type(error).__name__)
            taken = False
        if not taken:
            self._resting[row["webhook"]] = self._gw.clock() + pause(row["attempts"] + 1)
        return Told(row, taken)

    def _post(self, row: sqlite3.Row) -> bool:
        body = row["body"].encode()
        secret = self._gw.sealer.open(row["secret"])["secret"]
        headers = {
            "Content-Type": "application/json",
            "X-Gateway-Signature": sign(secret, body),
            "X-Gateway-Event": row["event"],
            "X-Gateway-Delivery": str(row["id"]),
        }
        parts = urlsplit(row["url"])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        base = f"{parts.scheme}://{parts.netloc}"
        door = self._doors.setdefault(base, Door(base, connections=1))
        return 200 <= door.hand(path, body, headers).status < 300

    def _write(self, db: sqlite3.Connection, told: list[Told]) -> None:
        """Write down what came of deliveries; one told twice for a crash has the same id."""
        now = self._gw.clock()
        for one in told:
            id = one.row["id"]
            if one.taken:
                webhooks.done(db, id)
            elif now - one.row["created_at"] >= PATIENCE and self._gw.clock_trusted():
                webhooks.give_up(db, id)
            else:
                webhooks.again(db, id, now + pause(one.row["attempts"] + 1))
