"""What an alert is, which moves it may make, and what an approval is bound to."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.messages import Class
from gateway.domain.sms import Measure, measure

MOST_PARTS = 4
CENTURY = 36525 * 86400.0  # seconds; beyond the year 9999 no calendar can show a time

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


N_ = str  # marks a sentence for translators

NOT_NOW = {
    "submit": N_("Only a draft can be submitted for approval."),
    "approve": N_("Only an alert that was submitted can be approved."),
    "reject": N_("Only an alert that was submitted can be rejected."),
    "stop": N_("Only an alert that waits or is being sent can be stopped."),
    "resume": N_("Only a stopped alert can be resumed."),
    "edit": N_("Only a draft, or an alert that waits or was rejected, can be changed."),
    "run": N_("Only an approved alert can be sent."),
    "finish": N_("Only an alert that is being sent can be done."),
    "lapse": N_("Only an alert that waits can lapse."),
}
NO_TEXT = N_("An alert needs a text in at least one language.")
FAR_START = N_("The start is more than a hundred years away. Write the year again.")
FAR = N_("The end is more than a hundred years away. Write the year again.")
OVER = N_("The alert would be over before it is sent: set a later end.")
EMPTY = N_("The text is empty.")
LETTER = N_("No phone network can carry the letter %(letter)s. Take it out.")
PARTS = N_("The text needs %(parts)s parts; at most %(most)s can be sent.")
AUDIENCE = N_("The audience has parts we do not know: %(parts)s.")
LISTS = ("areas", "groups", "languages")


class Refused(Exception):
    """This may not be done; the text says why and what to do. `field` is what to mend.

    `sentence` is the text before its %(places)s were filled with `values`, for translators.
    """

    def __init__(self, sentence: str, field: str | None = None, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.field, self.values = sentence, field, values


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: in any of the areas, and in any of the groups, and of any of the languages.

    An empty list leaves that question out; three empty lists mean everyone who joined.
    `received` narrows it to those an earlier alert went to, by that alert's id.
    """

    areas: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    received: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Audience":
        """Read {"areas": [...], "groups": [...], "languages": [...]}; Refused if otherwise."""
        unknown = set(given) - {*LISTS, "received"}
        if unknown:
            raise Refused(AUDIENCE, "audience", parts=", ".join(sorted(unknown)))
        lists = {name: tuple(sorted(set(given.get(name) or ()))) for name in LISTS}
        return cls(**lists, received=given.get("received"))

    def to_json(self) -> str:
        """Return what `of` reads; an alert that names no earlier one does not mention it."""
        told: dict[str, Any] = {name: list(getattr(self, name)) for name in LISTS}
        return json.dumps(told | ({"received": self.received} if self.received else {}))


@dataclass(frozen=True, slots=True)
class Wording:
    """Which text of an alert people get, by its id: their language's, else their area's, else
    the one for all `other` people.

    >>> both = Wording({"sw": 1}, {7: 2}, 3)
    >>> both.of("sw", 7), both.of("ne", 7), both.of(None, None)
    (1, 2, 3)
    """

    by_language: Mapping[str, int]
    by_area: Mapping[int, int]
    other: int

    def of(self, language: str | None, area: int | None) -> int:
        return self.by_language.get(language or "") or self.by_area.get(area or 0) or self.other


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
    gateway.domain.alerts.Refused: Only an alert that was submitted can be approved.
    """
    allowed, new = MOVES[act]
    if state not in allowed:
        raise Refused(NOT_NOW[act], "state")
    return new


def back_to(state: str, begun: bool) -> str:
    """Return where an alert goes that was not approved: what is partly sent stays stopped.

    >>> back_to("draft", begun=False), back_to("draft", begun=True)
    ('draft', 'stopped')
    """
    return "stopped" if begun else state


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
        raise Refused(NO_TEXT, "texts")
    if draft.expires_at <= now:
        raise Refused(OVER, "expires")
    if draft.expires_at > now + CENTURY:
        raise Refused(FAR, "expires")
    for language, text in draft.texts.items():
        check_text(text, f"texts.{language}")


def check_text(text: str, field: str, most_parts: int = MOST_PARTS) -> Measure:
    """Return the size of a text; raise Refused if no channel can carry it, naming the letter."""
    if not text.strip():
        raise Refused(EMPTY, field)
    if not text.isprintable():
        _check_letters(text, field)
    size = measure(text)
    if size.parts > most_parts:
        raise Refused(PARTS, field, parts=size.parts, most=most_parts)
    return size


def _check_letters(text: str, field: str) -> None:
    for letter in text:
        if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs", "Cn"):
            name = unicodedata.name(letter, f"U+{ord(letter):04X}")
            raise Refused(LETTER, field, letter=name)


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
