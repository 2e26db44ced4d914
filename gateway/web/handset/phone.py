"""What the phone remembers between two pages; the browser keeps it, in a signed cookie."""

from dataclasses import asdict, dataclass, field, fields

from flask import session

KEPT = "phone"
NUMBER = "+15550100"  # 555-0100 to 555-0199 are kept for fiction: they ring nowhere
LAST_SCREENS = 5
SAID_KEPT = 40  # letters of an answer that the list of last screens shows
LONGEST_PATH = 1000  # a browser keeps no cookie above 4 kB


@dataclass(slots=True)
class Shown:
    """One screen the phone has shown, and what was typed to get it."""

    said: str
    text: str
    goes_on: bool


@dataclass(slots=True)
class Phone:
    """`way` is how inputs reach the gateway, path or last; `session` is empty outside a call.

    `path` holds the inputs of the call so far, `last` the newest screens, oldest first.
    """

    number: str = NUMBER
    channel: str = ""
    way: str = ""
    code: str = "*404#"
    session: str = ""
    path: str = ""
    last: list[Shown] = field(default_factory=list)

    @property
    def screen(self) -> Shown | None:
        return self.last[-1] if self.last else None

    def show(self, said: str, text: str, goes_on: bool) -> None:
        """Put a screen up; the last one of a dialogue ends the call."""
        self.last = [*self.last, Shown(said[:SAID_KEPT], text, goes_on)][-LAST_SCREENS:]
        if not goes_on:
            self.hang_up()

    def hang_up(self) -> None:
        """Drop the call; the network tells the gateway nothing of it."""
        self.session = self.path = ""


def recall() -> Phone:
    """Return the phone of this browser, a new one if it has none yet."""
    known = {one.name for one in fields(Phone)}
    kept = {name: value for name, value in session.get(KEPT, {}).items() if name in known}
    return Phone(**{**kept, "last": [Shown(*one) for one in kept.get("last", [])]})


def remember(phone: Phone) -> None:
    last = [[one.said, one.text, one.goes_on] for one in phone.last]
    session[KEPT] = {**asdict(phone), "last": last}


def dialled(code: str, own: str) -> tuple[str, str]:
    """Split what was dialled into the service's code and the inputs behind it, as a path.

    The code is the channel's own where it has one, else the first number.

    >>> dialled("*404#", "4040"), dialled("*404*2*1#", "4040")
    (('*404#', ''), ('*404#', '2*1'))
    >>> dialled("*384*123*1#", "*384*123#")
    ('*384*123#', '1')
    """
    inside, stem = code.strip().removesuffix("#"), own.removesuffix("#")
    if own.startswith("*") and f"{inside}*".startswith(f"{stem}*"):
        return own, inside[len(stem) + 1 :]
    first, _, rest = inside.removeprefix("*").partition("*")
    return f"*{first}#", rest
