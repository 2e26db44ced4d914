"""What goes into a step of a dialogue and what comes out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class Area:
    """A place found for words; `exact` when they surely mean this one."""

    pcode: str
    name: str
    exact: bool = False


class Ask(Protocol):
    """What a dialogue may ask of its surroundings, in the person's one language."""

    @property
    def screens(self) -> bool:
        """True on USSD, where an answer comes at once and there is room for a last look."""
        ...

    def say(self, key: str, **values: object) -> str: ...

    def find_areas(self, text: str) -> Sequence[Area]: ...

    def normal(self, text: str) -> str: ...

    def within(self, tag: str) -> "Ask":
        """The same surroundings in another language."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """Where a person is. `dialogue` is menus.x, forms.x or topics.x; `back` the menus before it.

    `step` counts fields or messages from 0; `offered` holds P-codes and names to choose from.

    >>> State.from_json(State("forms.request", step=1, answers={"place": "NP0101"}).to_json())
    ... # doctest: +ELLIPSIS
    State(dialogue='forms.request', step=1, answers={'place': 'NP0101'}, page=0, tries=0, ...)
    """

    dialogue: str
    step: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    page: int = 0
    tries: int = 0
    back: tuple[str, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    resuming: bool = False

    @property
    def depth(self) -> int:
        """How many screens lie between here and home; whether to go on is asked before any."""
        return 0 if self.resuming else len(self.back) + self.step

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "State":
        raw = json.loads(text)
        raw["back"] = tuple(raw["back"])
        raw["offered"] = tuple((pcode, name) for pcode, name in raw["offered"])
        return cls(**{name: raw[name] for name in cls.__slots__ if name in raw})


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person reads: words, then options as (key, label). `free` = any words may come."""

    text: str
    options: tuple[tuple[str, str], ...] = ()
    ends: bool = False
    free: bool = False

    def with_reference(self, reference: str) -> "Prompt":
        """Put the reference of the filed item where the closing words want it.

        >>> Prompt("Thank you. Ref {reference}.").with_reference("A7K2").text
        'Thank you. Ref A7K2.'
        """
        return replace(self, text=self.text.replace(REFERENCE, reference))


REFERENCE = "{reference}"


@dataclass(frozen=True, slots=True)
class FileItem:
    """Keep this as a feedback item. A place answered is a P-code; what was typed is in _words."""

    type: str
    text: str
    answers: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ShowTopic:
    """A topic's message was shown; `number` counts from 1."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class SetLanguage:
    tag: str


@dataclass(frozen=True, slots=True)
class SetArea:
    pcode: str


@dataclass(frozen=True, slots=True)
class Join:
    """The person answered the invitation: they are in."""


Effect = FileItem | ShowTopic | SetLanguage | SetArea | Join


@dataclass(frozen=True, slots=True)
class Move:
    """A step's outcome. `understood` is false when a menu had no such option:
    then an SMS may be a new message and not an answer."""

    state: State | None
    prompt: Prompt
    effects: tuple[Effect, ...] = ()
    understood: bool = True


def sms(prompt: Prompt) -> str:
    """Write a prompt as one SMS text, an option on each line.

    >>> sms(Prompt("Place?", (("1", "Sunsari"), ("0", "Skip"))))
    'Place?\\n1 Sunsari\\n0 Skip'
    """
    return "\n".join([prompt.text, *(f"{key} {label}" for key, label in prompt.options)])
