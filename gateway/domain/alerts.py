"""What an alert is, which moves it may make, and what an approval is bound to."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.messages import Class
from gateway.domain.sms import measure

MOST_PARTS = 4

MOVES = {
    "submit": ({"draft"}, "submitted"),
    "approve": ({"submitted"}, "approved"),
    "reject": ({"submitted"}, "rejected"),
    "run": ({"approved"}, "running"),
    "finish": ({"running"}, "done"),
    "stop": ({"submitted", "approved", "running"}, "stopped"),
    "resume": ({"stopped"}, "submitted"),
    "edit": ({"draft", "submitted", "rejected"}, "draft"),
    "lapse": ({"submitted", "approved"}, "draft"),
}


class Refused(Exception):
    """This may not be done; the text says why and what to do. `field` is what to mend."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: in any of the areas, and in any of the groups, and of any of the languages.

    An empty list leaves that question out; three empty lists mean everyone who joined.
    """

    areas: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]]) -> "Audience":
        """Read {"areas": [...], "groups": [...], "languages": [...]}; Refused if otherwise."""
        unknown = set(given) - set(cls.__slots__)
        if unknown:
            raise Refused(f"audience has unknown parts: {', '.join(sorted(unknown))}", "audience")
        lists = {name: tuple(sorted(set(given.get(name) or ()))) for name in cls.__slots__}
        return cls(**lists)

    def to_json(self) -> str:
        return json.dumps({name: list(getattr(self, name)) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Draft:
    """What an operator writes: words per language, for whom, how urgent, until when."""

    texts: Mapping[str, str]
    audience: Audience
    class_: Class
    expires_at: float
    exercise: bool = False
    channel: int | None = None
    supersedes: int | None = None


def move(act: str, state: str) -> str:
    """Return the state an act leads to; Refused if it is not allowed from here.

    >>> move("approve", "submitted")
    'approved'
    >>> move("approve", "draft")
    Traceback (most recent call last):
    gateway.domain.alerts.Refused: This alert is draft: only a submitted one can be approved.
    """
    allowed, new = MOVES[act]
    if state not in allowed:
        words = " or ".join(sorted(allowed))
        raise Refused(f"This alert is {state}: only a {words} one can be {_done(act)}.", "state")
    return new


def _done(act: str) -> str:
    """
    >>> _done("approve"), _done("submit"), _done("stop"), _done("edit")
    ('approved', 'submitted', 'stopped', 'edited')
    """
    irregular = {"submit": "submitted", "stop": "stopped", "run": "run"}
    return irregular.get(act) or (act + "d" if act.endswith("e") else act + "ed")


def content_hash(draft: Draft) -> str:
    """Return what an approval is bound to: any other letter, place or time gives another one."""
    content: dict[str, Any] = {
        "texts": dict(sorted(draft.texts.items())),
        "audience": json.loads(draft.audience.to_json()),
        "class": int(draft.class_),
        "expires": draft.expires_at,
        "exercise": draft.exercise,
        "channel": draft.channel,
        "supersedes": draft.supersedes,
    }
    line = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(line.encode()).hexdigest()


def check(draft: Draft, now: float) -> None:
    """Raise Refused, naming the field, unless the draft could be sent."""
    if not draft.texts:
        raise Refused("An alert needs a text in at least one language.", "texts")
    if draft.expires_at <= now:
        raise Refused("The alert would be over before it is sent: set a later end.", "expires")
    for language, text in draft.texts.items():
        check_text(text, f"texts.{language}")


def check_text(text: str, field: str, most_parts: int = MOST_PARTS) -> None:
    """Raise Refused if no channel can carry a text; a letter at fault is named."""
    if not text.strip():
        raise Refused("The text is empty.", field)
    for letter in text:
        if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs", "Cn"):
            name = unicodedata.name(letter, f"U+{ord(letter):04X}")
            raise Refused(f"No phone network can carry the letter {name}. Take it out.", field)
    parts = measure(text).parts
    if parts > most_parts:
        raise Refused(f"The text needs {parts} parts; at most {most_parts} can be sent.", field)


def usual_parts(class_: Class) -> int:
    """How many parts an alert should have at most, by custom: two if lives are at risk."""
    return 2 if class_ == Class.EMERGENCY else 1


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """People who get one text. `falls_back_to` is set where it is not their own language."""

    language: str
    people: int
    parts: int
    alphabet: str
    falls_back_to: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a second person sees before approving. `finish` is in seconds since 1970."""

    people: int
    by_language: tuple[LanguageCount, ...]
    parts: int
    cost: float | None
    finish: float
    warnings: tuple[str, ...] = field(default=())
