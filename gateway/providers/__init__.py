"""Who carries our messages: the contract every provider keeps, and their register.

A provider is a translation: it verifies a call, reads it into events, answers it, and
sends. It knows no SQL, no Flask, no Redis. One file and one line in PROVIDERS each.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import ClassVar, Protocol

from gateway.domain.messages import Event, Outcome, Outgoing, Result, Screen
from gateway.domain.pace import Quota

PROVIDERS = {
    "simulator": "gateway.providers.simulator:Simulator",
    "twilio": "gateway.providers.twilio:Twilio",
    "africastalking": "gateway.providers.africastalking:AfricasTalking",
    "infobip": "gateway.providers.infobip:Infobip",
    "vonage": "gateway.providers.vonage:Vonage",
    "kannel": "gateway.providers.kannel:Kannel",
    "jasmin": "gateway.providers.jasmin:Jasmin",
    "httpsms": "gateway.providers.httpsms:HttpSms",
    "smssync": "gateway.providers.smssync:SmsSync",
    "android": "gateway.providers.android:Android",
    "ussd": "gateway.providers.ussd:Ussd",
    "spool": "gateway.providers.spool:Spool",
    "gammusmsd": "gateway.providers.gammusmsd:GammuSmsd",
    "http": "gateway.providers.external:External",
    "smpp": "gateway.providers.smpp:Smpp",
    "modem": "gateway.providers.modem:Modem",
}

Pairs = tuple[tuple[str, str], ...]
N_ = str  # marks a sentence for translators: staff read a setting's meaning in their language


@dataclass(frozen=True, slots=True)
class Hook:
    """One call from a provider, as it reached the public address.

    `kind` is the address called: message, receipt or ussd. `url` is the public URL with
    its query; `form` keeps order and empty values, and is empty for other bodies.
    """

    kind: str
    method: str
    url: str
    headers: Mapping[str, str]
    query: Pairs
    form: Pairs
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider gets back."""

    status: int = 200
    type: str = "text/plain; charset=utf-8"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Need:
    """One setting a provider needs: its name, meaning, and what makes it wrong."""

    name: str
    meaning: str
    secret: bool = False
    default: str | None = None  # None: must be given
    pattern: str = ""  # a regular expression the whole value must match
    hidden: bool = False  # not asked for in ordinary use

    def wrong(self, value: str | None) -> str | None:
        """Return what is wrong with a value (None: not given), or None; never the value.

        >>> Need("reply", "How.", default="rest", pattern="rest|twiml").wrong("fax")
        'reply is not of the right form. How.'
        >>> Need("api_key", "Where.").wrong(None)
        'api_key must be given. Where.'
        """
        if value is None:
            return f"{self.name} must be given. {self.meaning}" if self.default is None else None
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"{self.name} is not of the right form. {self.meaning}"
        return None


@dataclass(frozen=True, slots=True)
class Can:
    """What a provider can do; limits are per message, per call, per second."""

    ussd: bool = False
    sms: bool = True
    receipts: bool = True
    batch: int = 1
    connections: int = 8
    together: int = 96  # begun at a time, and in doubt after a crash: rounds of all connections
    parts: int = 10
    characters: int | None = None
    ucs2: bool = True  # carries letters outside the basic alphabet
    rate: float = 10.0  # parts a second, until the channel says otherwise
    quota: Quota | None = None  # parts in a time, until the channel says otherwise
    screen_gsm7: int = 160
    screen_ucs2: int = 70
    pushes: bool = False  # `screen` makes a call of its own, and takes as long as they do
    replies: bool = False  # texts handed to `answer` travel back in the call itself
    once: bool = False  # told again, a message is not sent again: asking again is safe
    asked: bool = False  # `became` says where messages stand: see fetching.py
    polled: bool = False  # nothing can be pushed to it, it comes to fetch: see fetching.py
    polls: bool = False  # it calls nobody, we look what came: see fetching.py
    here: bool = False  # sends from the process that polls it: only one may open its device
    links: bool = False  # it keeps a line open: see linking.py
    retells: bool = False  # may tell one message twice under two references


class HookError(Exception):
    """A provider's call is not taken; `reason` is a word, `field` where it was."""

    status = 400

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(f"{reason}: {field}" if field else reason)
        self.reason = reason
        self.field = field


class Forged(HookError):
    """Not from the provider, or not for this account."""

    status = 403


class Garbled(HookError):
    """From the provider, but something needed is missing or unusable."""


class SendError(Exception):
    """The message did not go out; `retry` says whether asking again can help."""

    retry = False
    elsewhere: ClassVar[bool] = False
    outcome: ClassVar[Outcome] = Outcome.UNKNOWN

    def __init__(self, code: str = "", wait: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait

    def result(self, id: int) -> Result:
        """Return this failure as the result of the message with that id."""
        code = self.code or None
        return Result(id, self.outcome, None, code, self.wait, elsewhere=self.elsewhere)


class Unreachable(SendError):
    """It surely never reached them."""

    retry = True
    outcome = Outcome.TRANSIENT


class Busy(SendError):
    """They ask us to slow down; `wait` seconds where they said."""

    retry = True
    outcome = Outcome.THROTTLED


class MaybeSent(SendError):
    """The line broke after the request was written: nobody knows."""


class Rejected(SendError):
    """They will never take this message."""

    outcome = Outcome.REJECTED


class Elsewhere(Rejected):
    """They will never take it, but another channel may: it is about the sender or the route."""

    elsewhere = True


class Stopped(Rejected):
    """The person asked their network for silence; take them off every list."""

    outcome = Outcome.LEFT


class Account(SendError):
    """Nothing will go out on this channel until someone mends it: sign-in, credit, sender."""

    outcome = Outcome.ACCOUNT


class Provider(Protocol):
    """What a channel needs of its provider; made with the channel's address and settings."""

    name: str
    can: Can
    needs: tuple[Need, ...]

    def __init__(self, address: str, settings: Mapping[str, str]) -> None: ...

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call is from the provider, for this channel."""

    def read(self, hook: Hook) -> Iterable[Event]:
        """Yield what the call tells; raise Garbled where something needed is missing."""

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return what they must hear once it is on disk; `texts` are replies to hand back."""

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return one USSD page in their form."""

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return what they must hear when the call is not taken."""

    def send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        """Hand messages over, at most `can.batch` a call; one Result each, in any order."""

    def check(self) -> None:
        """Sign in and send nothing; raise the SendError that sending would meet."""


def wrong(needs: Iterable[Need], settings: Mapping[str, str]) -> list[str]:
    """Return one sentence for each setting that is missing, misshapen or unknown."""
    known = {need.name: need for need in needs}
    told = [need.wrong(settings.get(name)) for name, need in known.items()]
    unknown = [f"{name} is not a setting of this provider." for name in settings.keys() - known]
    return [sentence for sentence in told if sentence] + sorted(unknown)


def load(name: str) -> type[Provider]:
    """Return the provider class of that name; KeyError if there is none."""
    module, _, cls = PROVIDERS[name].partition(":")
    found: type[Provider] = getattr(import_module(module), cls)
    return found
