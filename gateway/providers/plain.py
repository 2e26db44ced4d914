"""What most providers hear back: a status, a word at most, and no screens."""

from collections.abc import Sequence

from gateway.domain.messages import Screen
from gateway.providers import Answer, Hook, HookError


class Plain:
    """The answers that fit most providers; one that wants others gives its own."""

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return 200, and nothing to read."""
        return Answer()

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return that there is nothing here: no USSD comes this way."""
        return Answer(404)

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason, for whoever reads their log."""
        return Answer(error.status, body=str(error))
