"""What lies with a carrier, is not begun, and must not go any more: it comes back to the gate."""

from functools import partial

from gateway.context import Gateway
from gateway.queue import Carrier
from gateway.send.back import UNBEGUN, put_back, take_up
from gateway.store import unbegun, unwanted

LATELY = 60.0  # seconds; what a carrier has not begun by then is brought back by others


def recall(gw: Gateway, carrier: Carrier) -> None:
    """Take back batches with rows of an alert that was stopped or replaced, or of who has left.

    The gate was asked when they were handed over, and is asked again: it ends those rows, and the
    others of their batches go on. Of a batch that is begun those come back which are noted as not.
    """
    now, db = gw.clock(), gw.store.read
    found = unwanted.batches(db, now - LATELY)
    noted = set(unbegun.batches(db)) if found else set()
    for batch, ids in found.items():
        if carrier.holds(batch) and carrier.take_back(batch):
            put_back(gw, ids, 0.0, UNBEGUN, batch)
        elif batch in noted:
            gw.store.write(partial(take_up, batches=[batch], now=now))
