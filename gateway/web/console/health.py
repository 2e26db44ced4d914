"""How each channel does, in words a person can act on."""

import sqlite3
from dataclasses import dataclass, field

from gateway.domain.messages import Outcome
from gateway.store import channels, figures
from gateway.web.console.channel_limits import Stand, stand
from gateway.web.words import N_, gateway, local

SLOWED = 600.0  # seconds; a longer hold is not about speed

DO = {
    "off": N_("Nothing goes out. What comes in is kept, and answers wait until you turn it on."),
    "slow": N_("The provider asks us to slow down. Sending goes on by itself in a moment."),
    "account": N_(
        "The provider does not let us send: the sign-in, the credit or the sender is wrong. "
        "Mend it at the provider or in the settings here, then release the channel. "
        "What waits is kept."
    ),
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
    counts: dict[str, float] = field(default_factory=dict)

    def count(self, *words: str) -> int:
        return int(sum(self.counts.get(word, 0) for word in words))

    @property
    def bad(self) -> bool:
        """Whether something waits until a person does something."""
        return self.state == "held" or bool(self.stand and self.stand.bad)

    @property
    def last_in(self) -> float | None:
        return self.counts.get("last_in")

    @property
    def last_out(self) -> float | None:
        return self.counts.get("last_out")


def every() -> list[Health]:
    """Return the health of every channel, counted since midnight here."""
    gw = gateway()
    now = gw.clock()
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    counts = figures.channels(gw.store.read, midnight)
    return [one(row, counts.get(row["id"], {}), now) for row in channels.every(gw.store.read)]


def one(row: sqlite3.Row, counts: dict[str, float], now: float) -> Health:
    """Return the health of one channel from its row and its counts."""
    until = row["held_until"] or 0.0
    limits = stand(row, now)
    state, do = "on", limits.do
    if not row["enabled"]:
        state, do = "off", DO["off"]
    elif until > now:
        state, do = "held", DO["slow" if _slowed(row, until - now) else "account"]
    return Health(
        id=row["id"],
        name=row["name"],
        provider=row["provider"],
        address=row["address"],
        state=state,
        do=do,
        reason=row["held_reason"] or "" if state == "held" else "",
        link=row["link"] or "",
        held_until=until if state == "held" else None,
        stand=limits if limits.limits.counted else None,
        counts=counts,
    )


def _slowed(row: sqlite3.Row, left: float) -> bool:
    """Whether a hold is about speed; where nobody noted what it is about, a short one is."""
    if row["held_for"] is None:
        return left < SLOWED
    return bool(row["held_for"] == Outcome.THROTTLED)
