"""A provider as most are: what it is given, and what they hear back."""

import time
from collections.abc import Callable, Mapping, Sequence

from gateway.domain.messages import Screen
from gateway.providers import Answer, Can, Hook, HookError, Need

Now = Callable[[], float]  # tells seconds since 1970


class Plain:
    """Its address and settings, and the answers that fit most; one that wants others gives its own.

    A setting that is not given has the default of its Need.
    """

    name: str
    can: Can
    needs: tuple[Need, ...]

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        self.address = address
        self.settings = {need.name: need.default or "" for need in self.needs} | dict(settings)
        self.country = self.settings["country"]
        self.clock = clock

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return 200, and nothing to read."""
        return Answer()

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return that there is nothing here: no USSD comes this way."""
        return Answer(404)

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason, for whoever reads their log."""
        return Answer(error.status, body=str(error))
