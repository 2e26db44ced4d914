"""How each channel does, in words a person can act on."""

import sqlite3
from dataclasses import dataclass, field

from flask import current_app

from gateway import routes
from gateway.domain.messages import Outcome
from gateway.store import channels, figures
from gateway.web.console.channel_limits import Stand, stand
from gateway.web.words import N_, _, gateway, local

HOUR = 3600.0
SLOWED = 600.0  # seconds; a longer hold is not about speed

DO = {
    "off": N_("Nothing goes out. What comes in is kept, and answers wait until you turn it on."),
    "down": N_(
        "It cannot be reached. It is tried again by itself; what waits goes by another channel "
        "when its time has come, if there is one that can carry it."
    ),
    "no worker": N_(
        "No worker serves this channel. What waits goes by another channel when its time has "
        "come, if there is one that can carry it. Start one on the machine that sends: "
        "gateway worker --channel NAME"
    ),
    "slow": N_("The provider asks us to slow down. Sending goes on by itself in a moment."),
    "account": N_(
        "The provider does not let us send: the sign-in, the credit or the sender is wrong. "
        "Mend it at the provider or in the settings here, then release the channel. "
        "What waits is kept."
    ),
}


QUEUE = {
    "wait": N_(
        "The queue, Redis, is away or full: what is to go out waits. Start it, or make room in it."
    ),
    "threads": N_(
        "The queue, Redis, is away or full: what can be is sent from this machine meanwhile. "
        "Start it, or make room in it."
    ),
}

# Why a channel is down, or why a message went from it: what is not here is a provider's code.
REASONS = {
    "unreachable": N_("unreachable"),
    "account": N_("the account is refused"),
    "no worker": N_("no worker serves this channel"),
    "unbound": N_("the link is not bound"),
    "held": N_("held"),
    "back": N_("that one is tried again"),
    "spent": N_("its quota or credit is used up"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """One channel as a person sees it; `do` says what to do, empty when all is well."""

    id: int
    name: str
    provider: str
    address: str
    state: str
    do: str = ""
    reason: str = ""
    link: str = ""
    held_until: float | None = None
    stand: Stand | None = None
    down_since: float | None = None
    share: float = 0.0
    counts: dict[str, float] = field(default_factory=dict)

    def count(self, *words: str) -> int:
        return int(sum(self.counts.get(word, 0) for word in words))

    @property
    def bad(self) -> bool:
        """Whether something waits until a person does something."""
        return self.state in ("held", "down") or bool(self.stand and self.stand.bad)

    @property
    def last_in(self) -> float | None:
        return self.counts.get("last_in")

    @property
    def last_out(self) -> float | None:
        return self.counts.get("last_out")


def queue() -> str:
    """Return what it means that the queue is away, empty where it is not."""
    engine = current_app.extensions.get("engine")
    if engine is None or not engine.carrier.away():
        return ""
    sentence = QUEUE[gateway().settings["REDIS_AWAY"]]
    return _(sentence)


def every() -> list[Health]:
    """Return the health of every channel, counted since midnight here."""
    gw = gateway()
    now = gw.clock()
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    counts = figures.channels(gw.store.read, midnight)
    shares = figures.shares(gw.store.read, now - HOUR)
    return [
        one(row, counts.get(row["id"], {}), now, shares.get(row["id"], 0.0))
        for row in channels.every(gw.store.read)
    ]


def one(row: sqlite3.Row, counts: dict[str, float], now: float, share: float = 0.0) -> Health:
    """Return the health of one channel from its row and its counts."""
    fault, until = routes.down(row, now), row["held_until"] or 0.0
    limits = stand(row, now)
    state, word, reason = "on", "", ""
    if not row["enabled"]:
        state = word = "off"
    elif fault:
        state, word, reason = "down", "down", fault.reason
        if reason == routes.NO_WORKER:
            word = reason
        if reason == "account":
            state, word, reason = "held", "account", row["held_reason"] or reason
        until = fault.until or 0.0
    elif until > now:
        state, word = "held", "slow" if _slowed(row, until - now) else "account"
        reason = row["held_reason"] or ""
    return Health(
        id=row["id"],
        name=row["name"],
        provider=row["provider"],
        address=row["address"],
        state=state,
        do=DO[word] if word else limits.do,
        reason=reason,
        link=row["link"] or "",
        held_until=until if until > now else None,
        down_since=fault.since if fault and state != "off" else None,
        share=share,
        stand=limits if limits.limits.counted else None,
        counts=counts,
    )


def _slowed(row: sqlite3.Row, left: float) -> bool:
    """Whether a hold is about speed; where nobody noted what it is about, a short one is."""
    if row["held_for"] is None:
        return left < SLOWED
    return bool(row["held_for"] == Outcome.THROTTLED)
