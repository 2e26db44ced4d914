"""One modem: opened, used by one thread at a time, closed when it is gone, and opened again."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gateway.providers import Account, SendError, Unreachable
from gateway.providers.modem.codes import DEVICE, STUCK, refusal
from gateway.providers.modem.overheard import Overheard

Driver = Any  # gammu.StateMachine, which ships no types
Event = tuple[str, dict[str, Any]]  # SMS, USSD, Call or CB, and what it tells

PAUSES = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0)  # seconds between tries to open it
TIMES_STUCK = 3
UNUSABLE = DEVICE | {"ERR_NOSIM", "ERR_SECURITYERROR", "ERR_TIMEOUT"}
PATIENCE = 8.0  # seconds to wait for others that use it; less than a stop of the gateway takes
PATIENCE_TO_CLOSE = 1.0
MISSING = "gammu_missing"
BUSY = "modem_busy"
PIN_REFUSED = "pin_refused"


def library() -> Any:
    """Return python-gammu; Account where it is not installed, or not whole."""
    try:
        import gammu
    except ImportError:
        raise Account(MISSING) from None
    return gammu


class Machine:
    """The device: a call to it may take minutes, and two at a time would end the process."""

    def __init__(self, config: dict[str, str], pin: str, clock: Callable[[], float]) -> None:
        self._config, self._pin, self._clock = config, pin, clock
        self._lock = threading.Lock()
        self._driver: Driver | None = None
        self._why: SendError | None = None  # it cannot be opened
        self._due, self._tries, self._stuck = 0.0, 0, 0
        self._pin_tried = False
        self.opened = 0  # how often: places in it mean nothing from one time to the next
        self.smsc = ""  # what the SIM has
        self.events: deque[Event] = deque(maxlen=100)

    @property
    def state(self) -> str:
        """Return why it is not open, as a code; an empty string if it is."""
        return self._why.code if self._why else ""

    @contextmanager
    def using(self, patience: float = PATIENCE) -> Iterator[Driver]:
        """Have the modem alone; raise the SendError that using it met."""
        if not self._lock.acquire(timeout=patience):
            raise Unreachable(BUSY)
        try:
            gammu = library()
            driver = self._open(gammu)
            try:
                yield driver
                self._stuck = 0
            except gammu.GSMError as error:
                raise self._trouble(refusal(named(error))) from None
        finally:
            self._lock.release()

    def send(self, part: dict[str, Any], validity: str, smsc: str) -> int:
        """Hand over one part; return the number that its report will bear."""
        with self.using() as driver:
            centre: dict[str, Any] = {"Validity": validity, "Format": "Text"}
            number = smsc or self.smsc
            centre |= {"Number": number} if number else {"Location": 1}
            overheard = Overheard()
            try:
                with overheard.of(driver):
                    return int(driver.SendSMS(part | {"SMSC": centre}))
            except library().GSMError as error:
                refused = refusal(named(error), overheard.code)
                raise self._trouble(refused) from None

    def close(self) -> None:
        """Let go of it; one that hangs is left to the end of the process."""
        if self._lock.acquire(timeout=PATIENCE_TO_CLOSE):
            try:
                self._close()
            finally:
                self._lock.release()

    def _trouble(self, error: SendError) -> SendError:
        """Note what a call met: a device that is gone or stuck is opened anew."""
        self._stuck = self._stuck + 1 if error.code in STUCK else 0
        if error.code in DEVICE or self._stuck >= TIMES_STUCK:
            self._close()
            self._rest(error)
        return error

    def _open(self, gammu: Any) -> Driver:
        if self._driver is not None:
            return self._driver
        left = self._due - self._clock()
        if self._why is not None and left > 0:
            raise type(self._why)(self._why.code, left)
        try:
            driver = self._begin(gammu)
        except gammu.GSMError as error:
            raise self._rest(refusal(named(error))) from None
        except SendError as error:
            raise self._rest(error) from None
        self._driver, self._why = driver, None
        self._tries = self._stuck = 0
        self.opened += 1
        return driver

    def _rest(self, error: SendError) -> SendError:
        """Leave it alone for a while, and the longer the more often it failed."""
        pause = PAUSES[min(self._tries, len(PAUSES) - 1)]
        self._tries += 1
        # Whatever it was, nothing was handed over; only what a person must mend is more.
        kind = type(error) if isinstance(error, Account) else Unreachable
        self._why, self._due = kind(error.code, pause), self._clock() + pause
        return self._why

    def _begin(self, gammu: Any) -> Driver:
        driver = gammu.StateMachine()
        driver.SetConfig(0, {**self._config, "DebugLevel": "", "StartInfo": "no"})
        try:
            driver.Init()
            self._unlock(gammu, driver)
        except BaseException:
            with suppress(gammu.GSMError):  # half open it would stay locked
                driver.Terminate()
            raise
        driver.SetIncomingCallback(self._hear)
        for listen in (driver.SetIncomingSMS, driver.SetIncomingUSSD):
            with suppress(gammu.GSMError):  # then it is only looked at
                listen(True)
        self.smsc = ""
        with suppress(gammu.GSMError):
            self.smsc = driver.GetSMSC(Location=1)["Number"]
        return driver

    def _unlock(self, gammu: Any, driver: Driver) -> None:
        """Enter the PIN, once: after three wrong ones a SIM asks for its PUK."""
        try:
            wanted = driver.GetSecurityStatus()
        except gammu.GSMError as error:
            if named(error) in UNUSABLE:
                raise
            return  # it does not say; sending will tell
        if wanted is None:
            return
        if wanted != "PIN" or not self._pin:
            raise Account(f"sim_asks_{wanted.lower()}")
        if self._pin_tried:
            raise Account(PIN_REFUSED)
        self._pin_tried = True
        try:
            driver.EnterSecurityCode("PIN", self._pin)
        except gammu.GSMError:
            raise Account(PIN_REFUSED) from None
        self._pin_tried = False

    def _close(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            with suppress(library().GSMError):
                driver.Terminate()

    def _hear(self, driver: Driver, kind: str, told: dict[str, Any]) -> None:
        self.events.append((kind, told))


def named(error: Any) -> str:
    """Return libgammu's name for what went wrong; its own sentence may hold anything."""
    return type(error).__name__
