"""What a provider can tell of the device behind it, and of what is left to pay with."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Protocol, runtime_checkable

WELL = "well"  # the value of "device" where it works; else a code
# What a provider needs that is not installed with the gateway: a module, and who brings it.
EXTRAS = {"modem": ("gammu", "python-gammu", "gateway-sms[modem]")}


@runtime_checkable
class Conditioned(Protocol):
    """A provider that can say how it is: a few names and values that seldom change.

    It may take its time: the thread that polls the channel asks, every few minutes.
    """

    def condition(self) -> Mapping[str, str]:
        """Return how it is, by name; what cannot be told is left out."""


@runtime_checkable
class Credited(Protocol):
    """A provider that hears what is left to pay with."""

    def credit(self) -> float | None:
        """Return what is left, if it was told since this was last asked."""


@runtime_checkable
class Explains(Protocol):
    """A provider that can say what its codes mean."""

    def explain(self, code: str) -> str:
        """Return a sentence for a person who can mend it, or an empty string."""


def explained(provider: object, code: str | None) -> str:
    """Return what a code of a provider means, or an empty string where it does not say.

    >>> explained(object(), "x")
    ''
    """
    return provider.explain(code) if code and isinstance(provider, Explains) else ""


def missing(provider: str) -> str | None:
    """Return how to install what a provider needs, or None if it is there.

    >>> missing("simulator") is None
    True
    """
    if provider not in EXTRAS:
        return None
    module, name, extra = EXTRAS[provider]
    if find_spec(module):
        return None
    return f"{name} is not installed here. Run: pip install '{extra}'"
