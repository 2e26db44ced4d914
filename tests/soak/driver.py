"""A gateway in a process that may die at any write, and the world around it, which does not."""

import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random

import msgspec

from bench.served import environment
from gateway import setup
from gateway.cli import keeping as keeping_copies
from gateway.clock import Clock, Machine, keeping, system
from gateway.context import Channels, Gateway, open_gateway
from gateway.send.back import put_back
from gateway.settings import Settings
from gateway.store import Store, copies, outbox
from tests.soak import acts, world

CUT = 137  # how a process ends that is cut
FEW = 6  # acts before a stop or a checkpoint
PATIENCE = 60  # seconds for one run, whatever it does
LONGEST = 6 * 3600.0  # seconds that may be skipped until all has ended
QUIET = 0.3  # seconds in which a worker would have got further
STEP = 3.0  # seconds by which a run is later than the one before
NO_CAPS = {"GATEWAY_CAP_DAY": "1000", "GATEWAY_CAP_WEEK": "1000"}
OPEN = """
SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed'))
     + (SELECT count(*) FROM alert WHERE state IN ('approved', 'running'))
"""
LEFT = """
SELECT 'outbox', id, class, state, batch, due_at, reason FROM outbox
 WHERE state IN ('queued', 'claimed')
 UNION ALL SELECT 'alert', id, class, state, null, null, null FROM alert
 WHERE state IN ('approved', 'running')
"""
CLAIMED = "SELECT count(*) FROM outbox WHERE state = 'claimed'"


class Order(msgspec.Struct):
    """What one run is to do: `stop` is the write it dies at, counted from `when`; 0: none.

    `fault` breaks it on purpose, so that what looks for faults can be seen to find one.
    """

    folder: str
    run: int
    seed: int
    stop: int
    when: str = "start"
    fault: str = ""
    redis: str = ""


class Warm:
    """What has nothing to do with a store, read once for all runs."""

    def __init__(self, data: Path) -> None:
        settings = Settings.load(environment(data, 0))
        setup.make(settings)  # it is made already; what that needs is read
        for module in ("either", "on_redis"):
            import_module(f"gateway.queue.{module}")
        self.gateway = open_gateway(settings)
        self.gateway.store.close()

    def open(self, data: Path, later: float, redis: str) -> Gateway:
        """Open a gateway as `open_gateway` does, at a time so much later."""
        settings = Settings.load(environment(data, 0) | NO_CAPS | {"GATEWAY_REDIS": redis})
        store = Store(settings.store)
        clock = Clock(
            Machine(
                shows=lambda: time.time() + later,
                steady=lambda: system.steady() + later,
                synchronised=lambda: True,
            )
        )
        keeping.begin(store, clock)
        return replace(
            self.gateway,
            settings=settings,
            store=store,
            channels=Channels(store, self.gateway.sealer, settings.public_url),
            time=clock,
            clock=clock.now,
        )


class Run:
    """One life of a gateway, from its start to its end or to the cut."""

    def __init__(self, warm: Warm, order: Order) -> None:
        self.order, self.chance = order, Random(f"{order.seed} {order.run}")
        folder = Path(order.folder)
        if order.when == "start":
            stop_after(order.stop)
        self.gw = warm.open(folder / "data", order.run * STEP, order.redis)
        self.around = world.World(folder / "notes", self.chance)
        self.skipped = 0.0
        self.gw.clock = lambda: self.gw.time.now() + self.skipped
        if order.fault in ("OFF", "NORMAL"):
            self.gw.store.writer._db.execute(f"PRAGMA synchronous = {order.fault}")
        if order.fault == "resume":
            put_back(self.gw, outbox.claimed_before(self.gw.store.read, ()), 0.0, "resumed")
        self.engine = acts.Provided(self.gw, self.around)
        self.engine.start()
        found = self.gw.channels.get("simulator")
        assert found is not None
        self.channel = found

    def go(self) -> None:
        """Do this and that until the power goes: at any write, or in what is done last."""
        for _ in range(FEW if self.order.when != "start" else 10**9):
            self._act()
        if self.order.when == "checkpoint":
            stop_after(self.order.stop)
            self.gw.store.truncate()
            while True:
                self._act()
        self._stop()
        os._exit(CUT)  # it stopped in good order, and a moment later the power went

    def end(self) -> None:
        """Let everything come to its end, undisturbed."""
        while self._is_unfinished():
            acts.write(self.gw, self.channel, self.around, 1000, fresh=False)
            acts.ask(self.gw, self.around, 0, fresh=False)
            acts.tell(self.gw, self.channel, self.around, 20)
            if self._is_quiet():
                self._skip(60.0)
            self.gw.wake()
            time.sleep(0.01)
        self._stop()

    def _is_unfinished(self) -> bool:
        left = self.gw.store.read.execute(OPEN).fetchone()[0]
        if self.order.redis:
            self.around.listen()  # what has a result by now was noted before
        return bool(left or self.around.due or self.around.again or self.around.ask_again)

    def _is_quiet(self) -> bool:
        """Whether nothing is on its way; what a worker elsewhere has comes within a moment."""
        claimed = self.gw.store.read.execute(CLAIMED).fetchone()[0]
        if self.order.redis and claimed:
            self.around.listen()
            before = self.around.tries, claimed
            time.sleep(QUIET)
            self.around.listen()
            claimed = self.gw.store.read.execute(CLAIMED).fetchone()[0]
            self.engine._sweeper.wake()
            return before == (self.around.tries, claimed)
        return not claimed

    def _skip(self, seconds: float) -> None:
        self.skipped += seconds
        assert self.skipped < LONGEST, [tuple(row) for row in self.gw.store.read.execute(LEFT)]

    def _act(self) -> None:
        if self.order.redis:
            self.around.listen()
        most = self.chance.randint(1, 4)
        match self.chance.randrange(18):
            case 0:
                acts.warn(self.gw, self.around)
            case act if act % 3 == 0:
                acts.write(self.gw, self.channel, self.around, most, fresh=True)
            case act if act % 3 == 1:
                acts.ask(self.gw, self.around, most, fresh=True)
            case _:
                acts.tell(self.gw, self.channel, self.around, 2 * most)

    def _stop(self) -> None:
        self.engine.stop()
        if self.order.when == "stop":
            stop_after(self.order.stop)
        self.gw.store.close()
        gc.collect()  # as Python does at its end: what threads read with is closed too


def stop_after(calls: int) -> None:
    ctypes.CDLL(os.environ["LD_PRELOAD"]).stop_after(ctypes.c_long(calls))


def do(warm: Warm, order: Order) -> None:
    """Do what was ordered, on the disk that forgets."""
    folder = Path(order.folder)
    os.environ["SOAK_DATA"] = os.path.realpath(folder / "data")
    os.environ["SOAK_JOURNALS"] = str(folder / "journals")
    if order.when == "make":
        stop_after(order.stop)
        setup.make(Settings.load(environment(folder / "data", 0)))
    elif order.when == "backup":
        stop_after(order.stop)
        copies.backup(folder / "data" / "gateway.db", folder / "data" / "copy.db")
    elif order.when in ("restore", "swap"):
        restore(folder, order)
    elif order.stop:
        Run(warm, order).go()
    else:
        Run(warm, order).end()


def restore(folder: Path, order: Order) -> None:
    """Restore the backup beside the data; calls count from its start, or from its last steps."""
    swap = copies._swap

    def swapped(store: Path, fresh: Path) -> None:
        stop_after(order.stop)
        swap(store, fresh)

    if order.when == "swap":
        copies._swap = swapped
    else:
        stop_after(order.stop)
    keeping_copies.restore(Settings.load(environment(folder / "data", 0)), folder / "backup.db")


def one(warm: Warm, line: str) -> int:
    """Run in a child, so that nothing is read twice; return how it ended."""
    order = msgspec.json.decode(line, type=Order)
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        signal.alarm(PATIENCE)
        do(warm, order)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    ready = Warm(Path(sys.argv[1]))
    for told in sys.stdin:
        print(one(ready, told), flush=True)
