"""Reading .po files: the file the translator edits is the file the program reads."""

import gettext
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.language.table import normal, plural_header

if TYPE_CHECKING:
    from babel.messages.catalog import Message

Plural = Callable[[int], int]

_HEADER = re.compile(r'^msgid ""\nmsgstr ""\n', re.MULTILINE)
_REVIEWED = re.compile(r'^"X-Review: *reviewed *\\n"', re.MULTILINE | re.IGNORECASE)
_PRINTF = re.compile(r"%\(\w+\)[a-z]|%%|%|\{\w+\}")
_COMMA = re.compile("[,،、，፣]")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\w+)\}|([{}])")


class Unreadable(ValueError):
    """A catalogue cannot be read; says which file and why."""


class MissingValue(LookupError):
    """A sentence has a placeholder for which the program gave no value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence in one language; `forms` has as many as the language has plurals.

    `source` and `sources` are the English the translator saw (`sources[1]` the plural).
    """

    key: str
    sources: tuple[str, ...]
    forms: tuple[str, ...]
    plural: Plural
    draft: bool = False
    comments: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        return self.sources[0]

    @property
    def complete(self) -> bool:
        return bool(self.forms) and all(self.forms)

    def form(self, n: int | None) -> str:
        """Return the form for a number, or the only one."""
        if n is None or len(self.forms) == 1:
            return self.forms[0]
        return self.forms[min(self.plural(n), len(self.forms) - 1)]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language in one file, or in several laid over each other."""

    language: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    count: int = 0  # of plural forms, as the header says

    def over(self, below: "Catalogue") -> "Catalogue":
        """Return both, with this one's entries where both have them."""
        return Catalogue(self.language, {**below.entries, **self.entries}, self.count)

    def only(self, wanted: Callable[[Entry], bool]) -> "Catalogue":
        """Return the entries that have all their forms and are wanted."""
        kept = {key: one for key, one in self.entries.items() if one.complete and wanted(one)}
        return Catalogue(self.language, kept, self.count)


def read(file: Path, language: str) -> Catalogue:
    """Read a .po file whole, fuzzy and empty entries left out; Unreadable if it is broken.

    Entries with a msgctxt are keyed by it, others by their English.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        text = _with_plurals(file.read_text(encoding="utf-8-sig"), language)
        po = read_po(BytesIO(text.encode()), abort_invalid=True)
        plural = gettext.c2py(po.plural_expr)
    except (PoFileError, ValueError) as error:
        raise Unreadable(f"{file}: {error}") from error
    draft = not _REVIEWED.search(text)
    source = normal(language) == "en"
    entries = _entries(po, plural, draft, source)
    return Catalogue(normal(language), {one.key: one for one in entries}, po.num_plurals)


def _with_plurals(text: str, language: str) -> str:
    """Give a file without a Plural-Forms header the one from our table."""
    if '"Plural-Forms:' in text:
        return text
    header = f'msgid ""\nmsgstr ""\n"Plural-Forms: {plural_header(language)}\\n"\n'
    if not _HEADER.search(text):
        return f"{header}\n{text}"
    return _HEADER.sub(lambda _: header, text, count=1)


def _entries(po: "Iterable[Message]", plural: Plural, draft: bool, source: bool) -> Iterable[Entry]:
    for message in po:
        if not message.id or message.fuzzy:
            continue
        sources, forms = _strings(message.id), _strings(message.string or "")
        if source and not any(forms):
            forms = sources
        if any(forms):
            comments = tuple(message.auto_comments)
            flags = frozenset(message.flags)
            yield Entry(
                message.context or sources[0], sources, forms, plural, draft, comments, flags
            )


def _strings(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def names(text: str) -> set[str]:
    """Return the names of a sentence's placeholders; ValueError at a stray brace.

    >>> sorted(names("{{x}} {a} of {b}"))
    ['a', 'b']
    """
    found = set()
    for match in _PLACEHOLDER.finditer(text):
        if match[2]:
            raise ValueError(f"stray {match[2]} at {match.start()}")
        if match[1]:
            found.add(match[1])
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into a sentence's placeholders; MissingValue where one is not given.

    >>> fill("Ref {reference}", {"reference": "A7K2"})
    'Ref A7K2'
    """

    try:
        return _form(text) % values
    except KeyError as error:
        raise MissingValue(*error.args) from None


@lru_cache(maxsize=1024)
def _form(text: str) -> str:
    """Return a sentence as Python's own % fills it: sentences are few, and said often.

    >>> _form("{{x}} {a} is 50%")
    '{x} %(a)s is 50%%'
    """

    def place(match: re.Match[str]) -> str:
        return match[0][0] if match[1] is None else f"%({match[1]})s"

    return _PLACEHOLDER.sub(place, text.replace("%", "%%"))


def same_places(entry: Entry, english: Entry) -> bool:
    """Whether every placeholder of a translation is also one of the English sentence's."""
    try:
        known = names(" ".join(english.forms)) | names(" ".join(english.sources))
        return names(" ".join(entry.forms)) <= known
    except ValueError:
        return False


def same_printf(entry: Entry) -> bool:
    """Whether a console translation asks for nothing its English does not: %(name)s, {name}, %.

    >>> one = Entry("k", ("%(n)d of {all}",), ("{all}: %(n)d",), int)
    >>> same_printf(one), same_printf(Entry("k", ("Half",), ("50 %",), int))
    (True, False)
    """
    known = printf_places("".join(entry.sources))
    return printf_places("".join(entry.forms)) <= known


def printf_places(text: str) -> set[str]:
    """Return every %(name)s, {name} and % sign of a console sentence."""
    return set(_PRINTF.findall(text))


def listed(text: str) -> list[str]:
    """Return the words of a comma-separated text, with the commas of any script.

    >>> listed("flood, floods"), listed("فيضان، سيل")
    (['flood', 'floods'], ['فيضان', 'سيل'])
    """
    return [word for part in _COMMA.split(text) if (word := part.strip())]
