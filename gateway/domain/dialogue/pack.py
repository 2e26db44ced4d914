"""A content pack: the structure of topics, menus and forms; the words are in locales/."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

KINDS = ("choice", "number", "text", "yesno", "area")
Read = TypeVar("Read")


class PackError(ValueError):
    """A pack cannot be used; the text names the wrong entry."""


@dataclass(frozen=True, slots=True)
class Option:
    """One numbered line. Exactly one of `label` (a content key) and `name` (as written) is set."""

    number: str
    label: str = ""
    name: str = ""
    go: str = ""
    language: str = ""
    files: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form; `ask` is the content key of its words."""

    name: str
    kind: str
    ask: str
    skip: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in order. `files` is a feedback type; a form with `joins` files nothing."""

    fields: tuple[Field, ...]
    close: str
    files: str = ""
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """Numbered messages about one hazard; `words` is the content key of its keywords."""

    title: str
    words: str
    messages: tuple[str, ...]
    hazard: str
    stage: str
    audience: str
    version: str
    review: date
    approver: str


@dataclass(frozen=True, slots=True)
class Pack:
    topics: Mapping[str, Topic] = field(default_factory=dict)
    menus: Mapping[str, Menu] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every dialogue that can be started, as menus.x, forms.x or topics.x."""
        rooms = {"menus": self.menus, "forms": self.forms, "topics": self.topics}
        return frozenset(f"{room}.{name}" for room, held in rooms.items() for name in held)

    @property
    def keys(self) -> frozenset[str]:
        """Every content key the pack names."""
        return frozenset(_keys(self))


def load(mapping: Mapping[str, Any]) -> Pack:
    """Read a pack from a mapping such as a TOML file gives; PackError names a wrong entry.

    >>> load({"menus": {"home": {"title": "m", "options": [{"number": 1, "go": "forms.x"}]}}})
    Traceback (most recent call last):
    ...
    gateway.domain.dialogue.pack.PackError: menus.home option 1: needs either label or name
    """
    menus = _each(mapping, "menus", _menu)
    pack = Pack(
        topics=_each(mapping, "topics", _topic),
        menus=menus,
        forms={
            name: _form(f"forms.{name}", raw, menus)
            for name, raw in _table(mapping, "forms").items()
        },
    )
    for where, option in _options(pack):
        _leads_somewhere(where, option, pack)
    return pack


def _each(
    mapping: Mapping[str, Any], room: str, read: Callable[[str, Mapping[str, Any]], Read]
) -> dict[str, Read]:
    return {name: read(f"{room}.{name}", raw) for name, raw in _table(mapping, room).items()}


def _table(mapping: Mapping[str, Any], room: str) -> Mapping[str, Any]:
    table = mapping.get(room, {})
    if not isinstance(table, Mapping):
        raise PackError(f"{room}: must be a table")
    for name, raw in table.items():
        if not isinstance(raw, Mapping):
            raise PackError(f"{room}.{name}: must be a table")
    return table


def _topic(where: str, raw: Mapping[str, Any]) -> Topic:
    code = where.removeprefix("topics.")
    review = raw.get("review")
    if not isinstance(review, date):
        raise PackError(f"{where}: review must be a date such as 2027-06-30")
    messages = raw.get("messages", ())
    if not messages or not all(isinstance(key, str) for key in messages):
        raise PackError(f"{where}: messages must be a list of content keys")
    facts = {name: _text(where, raw, name) for name in _FACTS}
    return Topic(f"topic.{code}", f"keyword.{code}", tuple(messages), review=review, **facts)


_FACTS = ("hazard", "stage", "audience", "version", "approver")


def _menu(where: str, raw: Mapping[str, Any]) -> Menu:
    return Menu(_text(where, raw, "title"), _option_list(where, raw.get("options", ())))


def _option_list(where: str, raw: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    if not raw:
        raise PackError(f"{where}: options must not be empty")
    options = tuple(_option(where, one) for one in raw)
    numbers = [option.number for option in options]
    if len(set(numbers)) < len(numbers):
        raise PackError(f"{where}: two options have the same number")
    return options


def _option(where: str, raw: Mapping[str, Any]) -> Option:
    number = raw.get("number")
    if not isinstance(number, int) or not 1 <= number <= 97:
        raise PackError(f"{where}: an option's number must be from 1 to 97, not {number!r}")
    here = f"{where} option {number}"
    _only(here, raw, {"number", "label", "name", "go", "language", "files"})
    if bool(raw.get("label")) == bool(raw.get("name")):
        raise PackError(f"{here}: needs either label or name")
    return Option(str(number), **{key: value for key, value in raw.items() if key != "number"})


def _form(where: str, raw: Mapping[str, Any], menus: Mapping[str, Menu]) -> Form:
    _only(where, raw, {"fields", "close", "files", "joins"})
    fields = tuple(_field(where, one, menus) for one in raw.get("fields", ()))
    if not fields or len({one.name for one in fields}) < len(fields):
        raise PackError(f"{where}: fields must be there, each with its own name")
    form = Form(fields, _text(where, raw, "close"), raw.get("files", ""), raw.get("joins", False))
    if bool(form.files) == form.joins:
        raise PackError(f"{where}: needs either files = a feedback type or joins = true")
    return form


def _field(form: str, raw: Mapping[str, Any], menus: Mapping[str, Menu]) -> Field:
    where = f"{form} field {raw.get('name', '?')}"
    _only(where, raw, {"name", "kind", "ask", "skip", "options", "menu"})
    kind = _text(where, raw, "kind")
    if kind not in KINDS:
        raise PackError(f"{where}: kind must be one of {', '.join(KINDS)}, not {kind!r}")
    options: tuple[Option, ...] = ()
    if "menu" in raw:
        if raw["menu"] not in menus:
            raise PackError(f"{where}: there is no menu {raw['menu']!r}")
        options = menus[raw["menu"]].options
    elif kind == "choice":
        options = _option_list(where, raw.get("options", ()))
    name, ask = _text(where, raw, "name"), _text(where, raw, "ask")
    return Field(name, kind, ask, raw.get("skip", False) is True, options)


def _text(where: str, raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise PackError(f"{where}: {name} is missing")
    return value


def _only(where: str, raw: Mapping[str, Any], known: set[str]) -> None:
    if strange := sorted(set(raw) - known):
        raise PackError(f"{where}: does not know {', '.join(strange)}")


def _options(pack: Pack) -> Iterator[tuple[str, Option]]:
    for name, menu in pack.menus.items():
        for option in menu.options:
            yield f"menus.{name} option {option.number}", option


def _leads_somewhere(where: str, option: Option, pack: Pack) -> None:
    if bool(option.go) == bool(option.language):
        raise PackError(f"{where}: needs either go or language")
    if option.go and option.go not in pack.names:
        raise PackError(f"{where}: goes to {option.go}, which is not in the pack")


def _keys(pack: Pack) -> Iterator[str]:
    for topic in pack.topics.values():
        yield from (topic.title, topic.words, *topic.messages)
    for menu in pack.menus.values():
        yield menu.title
        yield from (option.label for option in menu.options if option.label)
    for form in pack.forms.values():
        yield form.close
        for one in form.fields:
            yield one.ask
            yield from (option.label for option in one.options if option.label)
