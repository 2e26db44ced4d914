"""A small computer without a battery clock: what it shows, and what it says about itself."""

import threading

from gateway.clock import Clock, Machine, keeping
from gateway.engine.sweeper import Sweeper
from gateway.queue.threads import ThreadCarrier
from tests.core.field import NOW, Field
from tests.queue.stage import Paper

EPOCH = 40.0  # what it shows when it wakes up


class Box:
    """The machine a field gateway runs on. Time passes by hand, and so do the sweeps."""

    def __init__(self, field: Field, shows: float = NOW, sync: bool | None = True) -> None:
        self.field, self.shows, self.up = field, shows, 100.0
        self.sync, self.run, self.battery = sync, 1, False
        self.start()

    def start(self) -> None:
        """Start a gateway's process."""
        machine = Machine(
            shows=lambda: self.shows,
            steady=lambda: self.up,
            synchronised=lambda: self.sync,
            battery=lambda: self.battery,
            boot=lambda: f"run {self.run}",
        )
        gw = self.field.gw
        gw.time = Clock(machine)
        keeping.begin(gw.store, gw.time)
        gw.clock = gw.time.now
        self.sweeper = Sweeper(gw, ThreadCarrier(lambda batch: [], Paper()), threading.Event())
        self.sweep()

    def power_cut(self, shows: float = EPOCH) -> None:
        """The power goes and comes: nobody tells this machine the time any more."""
        self.run, self.shows, self.up, self.sync = self.run + 1, shows, 10.0, False
        self.start()

    def wait(self, seconds: float) -> None:
        self.shows, self.up = self.shows + seconds, self.up + seconds
        self.sweep()

    def sweep(self) -> None:
        self.sweeper.round()

    @property
    def now(self) -> float:
        return self.field.gw.clock()

    @property
    def trusted(self) -> bool:
        return self.field.gw.clock_trusted()
