"""What a channel may still use of its quotas and its credit, and what is kept for emergencies."""

from dataclasses import dataclass
from enum import IntEnum
from math import inf

from gateway.domain.pace import Flow, Quota, portion

RESERVE = 0.1  # of quotas and credit, until the channel says otherwise
MOST_RESERVE = 0.5
LEAST_QUOTA = 20  # parts: half of it kept, the longest message still fits
LOW = 0.2  # of credit, of a quota of a day: what is left when we begin to warn
TOP_UP = 0.1  # a balance that rises by more than this share was filled up
DAY = 86400.0


class Standing(IntEnum):
    """How a limit stands, from nothing to say to nothing goes."""

    WELL = 0
    LOW = 1
    RESERVE = 2
    GONE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left to pay with, what it was when full, and the price of one part in it."""

    left: float
    full: float
    price: float = 1.0
    warn_at: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """All that limits a channel now: its quotas with the parts used of each, and its credit."""

    quotas: tuple[tuple[Quota, int], ...] = ()
    credit: Credit | None = None
    reserve: float = RESERVE

    @property
    def counted(self) -> bool:
        """Whether what goes must be counted at all."""
        return bool(self.quotas) or self.credit is not None

    def parts(self, urgent: bool) -> float:
        """Return the parts that may go; only what is urgent may use the reserve.

        >>> limits = Limits(((Quota(30, 1800.0), 25),), Credit(left=15.0, full=100.0))
        >>> limits.parts(urgent=False), limits.parts(urgent=True)
        (2, 5)
        """
        return min(self.of_quotas(urgent), self.of_credit(urgent))

    def of_quotas(self, urgent: bool) -> float:
        kept = 0.0 if urgent else self.reserve
        quotas = portion([quota for quota, _ in self.quotas], kept)
        pairs = zip(quotas, self.quotas, strict=True)
        return max(0, min((quota.parts - used for quota, (_, used) in pairs), default=inf))

    def of_credit(self, urgent: bool) -> float:
        """Return the whole parts that the credit pays.

        >>> Limits(credit=Credit(left=0.3, full=2.0, price=0.1)).of_credit(urgent=True)
        3
        """
        if self.credit is None:
            return inf
        kept = 0.0 if urgent else self.reserve * self.credit.full
        # A price in money is no binary fraction: three times 0.1 must still pay three parts.
        return max(0, int((self.credit.left - kept) / self.credit.price + 1e-6))

    def credit_stands(self) -> Standing:
        """Say how the credit stands.

        >>> Limits(credit=Credit(left=15.0, full=100.0)).credit_stands().word
        'low'
        """
        if self.credit is None:
            return Standing.WELL
        if self.of_credit(urgent=False) < 1:
            return Standing.RESERVE if self.of_credit(urgent=True) >= 1 else Standing.GONE
        warn_at = self.credit.warn_at
        warned = self.credit.left <= (self.credit.full * LOW if warn_at is None else warn_at)
        return Standing.LOW if warned else Standing.WELL

    def quota_stands(self) -> Standing:
        """Say how the quotas stand; those of less than a day come and go, and are not low."""
        if self.of_quotas(urgent=False) < 1:
            return Standing.RESERVE if self.of_quotas(urgent=True) >= 1 else Standing.GONE
        for quota, used in self.quotas:
            if quota.seconds >= DAY and used > quota.parts * (1 - self.reserve) * (1 - LOW):
                return Standing.LOW
        return Standing.WELL

    def flow(self, rate: float, urgent: bool) -> Flow:
        """Return how the channel sends, for the time that many parts take."""
        quotas = portion([quota for quota, _ in self.quotas], 0.0 if urgent else self.reserve)
        pairs = zip(quotas, self.quotas, strict=True)
        return Flow(rate, tuple((quota, quota.parts - used) for quota, (_, used) in pairs))


def filled_up(full: float | None, before: float | None, now: float) -> float:
    """Return what counts as full after somebody told what is left.

    What they tell is seldom quite what we counted: only a clear rise is a new filling.

    >>> filled_up(None, None, 50.0), filled_up(100.0, 60.0, 64.0), filled_up(100.0, 5.0, 55.0)
    (50.0, 100.0, 55.0)
    """
    if full is None or before is None:
        return now
    return now if now - before > TOP_UP * full or now > full else full
