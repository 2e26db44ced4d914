"""The time: counted on without a jump, and trusted or not.

The count stands on a clock that only goes forward. What the machine shows is believed as long as
nothing speaks against it (`domain.clock`); what networks and people say is heard while it is not.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clock import system
from gateway.domain.clock import AGREES, LONGEST, RELEASED, Evidence, Verdict, Why, weigh

__all__ = ["Clock", "Machine"]

Line = Mapping[str, Any]
Spans = list[tuple[float, float]]

# What holds until the machine is started anew; all else is found again by looking.
LASTING = set(Why) - {Why.SYNCHRONISED, Why.BATTERY, Why.USUAL}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine can be asked about time."""

    shows: Callable[[], float] = time.time
    steady: Callable[[], float] = system.steady
    synchronised: Callable[[], bool | None] = system.synchronised
    battery: Callable[[], bool | None] = system.battery
    boot: Callable[[], str] = system.boot


class Clock:
    """`now` is the time as we count it; `trusted` whether anything may be decided by it.

    Inside, every time is kept as its distance from the steady clock, so that it goes on by itself.
    """

    def __init__(self, machine: Machine | None = None) -> None:
        self.machine = machine or Machine()
        self.lock = threading.RLock()
        self.trusted, self.why = True, Why.USUAL
        self.seen, self.doubts = 0.0, Spans()
        self.begun = self.machine.steady()
        self._shown = self._base = self.machine.shows() - self.begun
        self._counts = self._jumped = False
        self._moves: list[tuple[float, float]] = []  # when, by the steady clock, and how far
        self._confirmed: float | None = None
        self._told: float | None = None
        self._at_least: float | None = None

    def now(self) -> float:
        """Return seconds since 1970."""
        return self.machine.steady() + self._base

    def shows(self) -> float:
        """Return what the machine shows."""
        return self.machine.shows()

    def skew(self) -> float:
        """Return how far we are ahead of what the machine shows, for those who look at that."""
        return 0.0 if self._base == self._shown else self._base - self._shown

    @property
    def started(self) -> float:
        """When this process began, as we count now."""
        return self.begun + self._base

    @property
    def doubting(self) -> bool:
        """Whether the store says that times are uncertain just now."""
        return bool(self.doubts) and self.doubts[0][1] == float("inf")

    def is_doubted(self, at: float) -> bool:
        """Whether a time was written down when nobody vouched for the clock."""
        return any(since <= at <= until for since, until in self.doubts)

    # What others say

    @property
    def listens(self) -> bool:
        """Whether the word of a network could change anything."""
        return not self.trusted or self.why is Why.NETWORK

    def tell(self, at: float) -> None:
        """Hear from a network what time it is now."""
        if self.listens:
            self._told = at - self.machine.steady()

    def stamped(self, at: float) -> None:
        """Hear when a network got a message: it is that late at least."""
        since = at - self.machine.steady()
        if self.listens and (self._at_least is None or since > self._at_least):
            self._at_least = since

    def is_slip(self, at: float) -> bool:
        """Whether a time is so far after all that is known that somebody mistook the year."""
        return at > max(RELEASED, self.seen, self.shows()) + LONGEST

    def confirm(self, at: float | None = None) -> None:
        """A person says that it is `at`, or that what the machine shows is right."""
        self._confirmed = (self.shows() if at is None else at) - self.machine.steady()

    # Where the count goes on

    def begin(self, line: Line | None, seen: float, doubts: Spans) -> None:
        """Start to count; go on where another process of this run of the machine left off."""
        self.seen, self.doubts = seen, doubts
        if line is not None and self._is_of_now(line):
            self._counts, self._base = True, float(line["base"])
            self._confirmed = self._base if line["why"] == Why.PERSON else None
            self._told = self._base if line["why"] == Why.NETWORK else None
            moved = abs(float(line["shown"]) - self._shown) > AGREES
            apart = abs(self._base - self._shown) > AGREES
            self._jumped = moved or line["why"] == Why.JUMPED
            self._jumped |= line["why"] == Why.NETWORK and apart
        self.take(self.look(again=True))

    def _is_of_now(self, line: Line) -> bool:
        """Whether a count was begun in this run of the machine: its steady clock is ours."""
        boot = self.machine.boot()
        near = abs(float(line["shown"]) - self._shown) <= AGREES
        return bool(line["why"] in LASTING and line["boot"] == boot and (boot or near))

    def line(self) -> dict[str, Any]:
        """Return what another process needs to count as we do."""
        told = {"boot": self.machine.boot(), "base": self._base, "shown": self._shown}
        return told | {"why": self.why.value}

    def follow(self, line: Line | None) -> bool:
        """Take over what a person told another process; True if that is something new."""
        if line is None or line["why"] != Why.PERSON or not self._is_of_now(line):
            return False
        base = float(line["base"])
        if self.why is Why.PERSON and abs(base - self._base) < 1.0:
            return False
        self._confirmed = base
        self.take(Verdict(True, Why.PERSON, self.machine.steady() + base))
        return True

    def look(self, again: bool = False) -> Verdict:
        """Compare the machine's clock with the count; weigh all anew if there is a reason to."""
        steady, shows = self.machine.steady(), self.machine.shows()
        shown, in_step = shows - steady, self._base == self._shown
        if abs(shown - self._shown) > AGREES:
            self._jumped = again = True
        elif in_step:
            self._base = shown  # a small correction: go along
        self._shown = shown
        if self._jumped and abs(shown - self._base) <= AGREES and self._counts:
            self._jumped = False  # and back again
        if again or self.listens or self._confirmed is not None:
            return weigh(self._evidence(steady, shows))
        return Verdict(self.trusted, self.why, steady + self._base)

    def _evidence(self, steady: float, shows: float) -> Evidence:
        def now(since: float | None) -> float | None:
            return None if since is None else steady + since

        return Evidence(
            system=shows,
            seen=self.seen,
            synchronised=self.machine.synchronised(),
            battery=self.machine.battery(),
            counted=steady + self._base if self._counts else None,
            jumped=self._jumped,
            confirmed=now(self._confirmed),
            told=now(self._told),
            at_least=now(self._at_least),
        )

    def moves(self, verdict: Verdict) -> float:
        """Return by how many seconds a verdict moves the count; small ones are none."""
        moved = verdict.time - self.now()
        return moved if abs(moved) > AGREES else 0.0

    def is_news(self, verdict: Verdict, line: Line | None) -> bool:
        """Whether a verdict has to be written down."""
        kept = line["why"] if line is not None and self._is_of_now(line) else None
        lasting = verdict.why.value if verdict.why in LASTING else None
        doubted = self.doubting != (not verdict.trusted)
        return doubted or bool(self.moves(verdict)) or kept != lasting

    def moved(self, lately: float) -> float:
        """Return by how many seconds the count was moved on within so many seconds."""
        since = self.machine.steady() - lately
        return max(0.0, sum(moved for at, moved in self._moves if at > since))

    def take(self, verdict: Verdict) -> None:
        """Go on from what was decided."""
        steady, shows = self.machine.steady(), self.machine.shows()
        if self._counts and (moved := self.moves(verdict)):
            self._moves = [*self._moves[-9:], (steady, moved)]
        in_step = abs(verdict.time - shows) < 1.0
        self._shown = shows - steady
        self._base = self._shown if in_step else verdict.time - steady
        self.trusted, self.why, self._counts = verdict.trusted, verdict.why, True
        # A network that vouches for our count does not vouch for a clock that was moved from it.
        if verdict.trusted and (in_step or verdict.why is not Why.NETWORK):
            self._jumped = False
        if verdict.why is Why.SYNCHRONISED:
            self._confirmed = self._told = self._at_least = None
