"""What is left on a SIM: asked by USSD now and then, and found in the words of the answer."""

import re
from dataclasses import dataclass

from gateway.providers import Need

HOUR = 3600.0
DAY = 86400.0
PATIENCE = 120.0  # seconds until an answer is not waited for any more


@dataclass(frozen=True, slots=True)
class Expression(Need):
    """A setting that is a regular expression with one group, or empty."""

    def wrong(self, value: str | None) -> str | None:
        """Return what is wrong with an expression.

        >>> [Expression("p", "How.", default="").wrong(one) for one in ("", r"is ([\\d.]+)", "(")]
        [None, None, 'p is not of the right form. How.']
        """
        try:
            well = not value or re.compile(value).groups == 1
        except re.error:
            well = False
        return None if well else f"{self.name} is not of the right form. {self.meaning}"


def amount(words: str) -> float | None:
    """Return a number as people write it, or None.

    >>> [amount(one) for one in ("12", "1,250.00", "1.250,5", "12,50", "1 200", "-3.5", "x")]
    [12.0, 1250.0, 1250.5, 12.5, 1200.0, -3.5, None]
    """
    plain = re.sub(r"[\s\u00a0\u202f']", "", words).replace("\u2212", "-")
    if plain.rfind(",") > plain.rfind("."):
        whole, _, rest = plain.rpartition(",")
        plain = f"{whole.replace(',', '').replace('.', '')}{'' if len(rest) == 3 else '.'}{rest}"
    plain = plain.replace(",", "")
    return float(plain) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain) else None


class Balance:
    """When to ask, and what was answered; `code` is empty where nobody asks."""

    def __init__(self, code: str, pattern: str, hours: float) -> None:
        self.code = code
        self._pattern = re.compile(pattern) if pattern else None
        self._every = hours * HOUR
        self._asked: float | None = None
        self._waits = False
        self._used = True  # nobody knows what happened before the start
        self._left: float | None = None
        self.last: float | None = None

    def used(self) -> None:
        """Note that something was sent, which costs."""
        self._used = True

    def due(self, now: float) -> bool:
        """Whether to ask: the time is over and something was sent, or a day is over."""
        if not self.code or (self._waits and now - (self._asked or now) < PATIENCE):
            return False
        if self._asked is None:
            return True
        since = now - self._asked
        return since >= max(DAY, self._every) or (since >= self._every and self._used)

    def asked(self, now: float) -> None:
        self._asked, self._waits, self._used = now, True, False

    def heard(self, text: str) -> bool:
        """Whether a text of the network is the answer, or tells the balance unasked."""
        found = self._pattern.search(text) if self._pattern else None
        left = amount(found[1]) if found and found[1] else None
        if left is not None:
            self._left = self.last = left
        answer, self._waits = self._waits, False
        return answer or left is not None

    def told(self) -> float | None:
        """Return what was told since this was last asked."""
        left, self._left = self._left, None
        return left
