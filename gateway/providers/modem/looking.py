"""What lies in a modem, and what becomes of it once the gateway has it on disk."""

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from gateway.providers import HookError, SendError, reading
from gateway.providers.fetching import Found
from gateway.providers.modem.balance import Balance
from gateway.providers.modem.hearing import REPORT, call
from gateway.providers.modem.machine import Driver, Machine, library
from gateway.providers.modem.texts import Said

LOOK = 3.0  # seconds between looks into the memory, where the modem says nothing by itself
GRACE = 120.0  # seconds a report may be ahead of our own note of the sending
MOST = 255  # looked at in one look; what is behind lies there until those before are gone
LONGEST = 4.0  # seconds for one look, so that who wants to send does not wait too long
NEAR = 60  # places looked through for one that cannot be read
ACTION = "ActionNeeded"  # the network waits for an answer to what it said by USSD

_NUMBERS = re.compile(r"[0-9a-f]+\.\d+-(\d{1,3}(?:\.\d{1,3})*)")

Place = tuple[int, int]  # how often the modem was opened, and where a message lies in it


def numbers(reference: str) -> list[str]:
    """Return the modem's numbers of the parts of a message.

    >>> numbers("6a3f12c0.7-254.255.0"), numbers("of-another-provider")
    (['254', '255', '0'], [])
    """
    found = _NUMBERS.fullmatch(reference)
    return found[1].split(".") if found else []


class Looking:
    """Looks into a modem; a message goes away only when `done` is called for it."""

    def __init__(
        self, machine: Machine, balance: Balance, country: str, clock: Callable[[], float]
    ) -> None:
        self._machine, self._balance = machine, balance
        self._country, self._clock = country, clock
        self._looked = -LOOK
        self._early: dict[str, float] = {}
        self._direct: list[Said] = []  # what the modem told and lies nowhere else
        self._taken: set[Place] = set()
        self.sent_to: Callable[[str], Sequence[str]] | None = None

    def found(self) -> Iterator[Found]:
        """Yield what came since; raise a SendError where nobody can look."""
        with self._machine.using() as driver:
            driver.ReadDevice(Wait=False)
        fresh = yield from self._heard()
        now = self._clock()
        if fresh or not 0 <= now - self._looked < LOOK:
            self._looked = now
            yield from self._stored()
        if self._balance.due(now):
            self._ask(now)

    def _heard(self) -> Generator[Found, None, bool]:
        """Yield what the modem told by itself; return whether it says that more lies there."""
        fresh, events = False, self._machine.events
        for _ in range(len(events)):
            kind, told = events.popleft()
            if kind == "USSD":
                yield from self._ussd(told)
            elif kind == "SMS" and "Number" in told:
                self._direct.append(told)
            fresh = fresh or kind == "SMS"
        for said in tuple(self._direct):
            yield from self._told(said, partial(self._dropped, said))
        return fresh

    def _dropped(self, said: Said, refused: HookError | None) -> None:
        self._direct.remove(said)

    def _ussd(self, told: Mapping[str, Any]) -> Iterator[Found]:
        if told.get("Status") == ACTION:
            # Where it cannot hang up, the network ends it by itself, after a minute or two.
            with suppress(SendError), self._machine.using() as driver:
                driver.CancelCall(0, True)
        if not self._balance.heard(str(told.get("Text", ""))):
            yield Found(call("ussd", told), _nothing)

    def _ask(self, now: float) -> None:
        self._balance.asked(now)
        with suppress(SendError), self._machine.using() as driver:
            driver.DialService(self._balance.code)

    def _stored(self) -> Iterator[Found]:
        """Yield what lies in SIM and modem; what could not be removed is not told twice."""
        with self._machine.using() as driver:
            there = list(_each(driver)) if _some(driver) else []
        opened = self._machine.opened
        places = {(opened, said["Location"]) for said in there}
        self._taken &= places
        for said in there:
            place = (opened, said["Location"])
            if place in self._taken:
                self._remove(place)
            else:
                yield from self._told(said, partial(self._done, place))

    def _told(self, said: Said, done: Callable[[HookError | None], None]) -> Iterator[Found]:
        """Yield a message or a report; wait a while with one whose message is not known yet."""
        if said.get("Type") != REPORT:
            yield Found(call("message", said), done)
            return
        known = self._whose(said)
        name = f"{said.get('Number')} {said.get('MessageReference')}"
        if known is None and self._waits(name):
            return
        self._early.pop(name, None)
        yield Found(call("receipt", said, known), done)

    def _whose(self, said: Said) -> dict[str, str] | None:
        """Return the newest message to this recipient of which a part had this number."""
        number = str(said.get("MessageReference", ""))
        to = reading.recipient({"n": str(said.get("Number", ""))}, "n", self._country)
        for reference in self.sent_to(to) if self.sent_to and to else ():
            found = numbers(reference)
            if number in found:
                return {"own": reference, "parts": str(len(found))}
        return None

    def _waits(self, name: str) -> bool:
        now = self._clock()
        return 0 <= now - self._early.setdefault(name, now) < GRACE

    def _done(self, place: Place, refused: HookError | None) -> None:
        self._taken.add(place)
        self._remove(place)

    def _remove(self, place: Place) -> None:
        """Take a message off the modem, unless it was opened anew: then it is found again."""
        with self._machine.using() as driver:
            if place[0] == self._machine.opened:
                try:
                    driver.DeleteSMS(Folder=0, Location=place[1])
                except (library().ERR_EMPTY, library().ERR_INVALIDLOCATION):
                    pass  # somebody else took it away
        self._taken.discard(place)


def _nothing(refused: HookError | None) -> None:
    """Nothing lies anywhere."""


def _some(driver: Driver) -> bool:
    """Whether anything is stored; a modem that cannot count is looked through."""
    try:
        status = driver.GetSMSStatus()
    except library().ERR_NOTSUPPORTED:
        return True
    return bool(status["SIMUsed"] or status["PhoneUsed"])


def _each(driver: Driver) -> Iterator[Said]:
    """Yield the messages that came; drafts and what was sent from elsewhere are left alone."""
    gammu, until = library(), time.monotonic() + LONGEST
    asked: dict[str, Any] = {"Start": True}
    for _ in range(MOST):
        try:
            (said, *_) = driver.GetNextSMS(Folder=0, **asked)
        except gammu.ERR_EMPTY:
            return
        except gammu.ERR_CORRUPTED:
            at = _broken(driver, asked.get("Location", 0))
            if at is None:
                return
            said = {"Location": at, "InboxFolder": 1}  # told as it is: there is nothing to read
        asked = {"Location": said["Location"]}
        if said.get("InboxFolder") or said.get("Type") == REPORT:
            yield said
            if time.monotonic() > until:
                return


def _broken(driver: Driver, after: int) -> int | None:
    """Return where the next message lies, which the library cannot read; None if not near."""
    gammu = library()
    for at in range(after + 1, after + NEAR):
        try:
            driver.GetSMS(Folder=0, Location=at)
        except gammu.ERR_CORRUPTED:
            return at
        except gammu.ERR_EMPTY:
            continue
        return None
    return None
