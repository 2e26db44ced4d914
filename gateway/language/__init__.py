"""The words people read: catalogues, fallback, numbers, dates, digits, right-to-left."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Literal

from gateway.language import figures, spoken, times
from gateway.language.catalogue import (
    Catalogue,
    Entry,
    MissingValue,
    Unreadable,
    fill,
    listed,
    read,
    same_places,
    same_printf,
)
from gateway.language.known import is_language
from gateway.language.table import Language, direction, ladder, may_be, nearest, normal, table

__all__ = [
    "Language",
    "Languages",
    "MissingEntry",
    "MissingValue",
    "Said",
    "Unreadable",
    "direction",
    "ladder",
    "may_be",
    "nearest",
    "normal",
    "table",
]

Which = Literal["content", "console"]
Catalogues = Mapping[str, Catalogue]


class MissingEntry(LookupError):
    """No language of the chain, nor English, has a sentence with this key."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence ready to send, and the language it is in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Languages:
    """Every catalogue, read once and never changed; to reload, make a new one."""

    default: str
    contents: Catalogues = field(default_factory=dict, repr=False)
    consoles: Catalogues = field(default_factory=dict, repr=False)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    keyword_files: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, folders: Sequence[Path], default: str = "en") -> "Languages":
        """Read <folder>/<language>/LC_MESSAGES/{content,console}.po and <folder>/keywords.json.

        A later folder wins; a folder need not exist. Entries that lack a plural form, or have
        placeholders other than the English ones, are left out. Unreadable if a file is broken.
        """
        read_in = _laid(folders, "content")
        english = read_in.get("en", Catalogue("en")).entries
        contents, left = {}, {}
        for tag, one in read_in.items():
            contents[tag] = one.only(lambda e: same_places(e, english.get(e.key, e)))
            left[tag] = tuple(sorted(one.entries.keys() - contents[tag].entries.keys()))
        consoles = {t: one.only(same_printf) for t, one in _laid(folders, "console").items()}
        return cls(normal(default), contents, consoles, left, spoken.keyword_files(folders))

    def languages(self) -> list[str]:
        """Return the languages the public can be written to in."""
        return sorted(self.contents)

    def console(self) -> list[str]:
        """Return the languages staff can read; English is in the pages themselves."""
        return sorted({"en", *self.consoles})

    def chain(
        self, person: str | None, area: Sequence[str] = (), default: str | None = None
    ) -> list[str]:
        """Return the languages to try for a person, best first, ending in English."""
        wanted = [person or "", *area, default or self.default, "en"]
        return list(dict.fromkeys(step for tag in wanted for step in ladder(tag)))

    def knows(self, tag: str) -> bool:
        """Whether a tag is of a language, or of what this deployment calls one: it has words."""
        return is_language(tag) or normal(tag) in self.contents

    def has(self, language: str, key: str) -> bool:
        """Whether exactly this language has the sentence, with no fallback."""
        return self._entry(language, key) is not None

    def choose(self, chain: str | Sequence[str], key: str) -> str:
        """Return the first language of the chain that has the sentence; MissingEntry if none."""
        steps = self.chain(chain) if isinstance(chain, str) else [*chain, "en"]
        for tag in steps:
            if self.has(tag, key):
                return normal(tag)
        raise MissingEntry(key)

    def say(
        self, chain: str | Sequence[str], key: str, /, n: int | None = None, **values: object
    ) -> Said:
        """Return the sentence in the first language of the chain that has it, filled in.

        A whole number is written with the language's digits, everything else as it is, so
        references and menu numbers are given as text. `n` chooses the plural form and fills
        {n}. MissingValue if a placeholder has no value, MissingEntry if the key is unknown.
        """
        tag = self.choose(chain, key)
        if n is not None:
            values = {"n": n, **values}
        written = {name: self._written(tag, value) for name, value in values.items()}
        return Said(fill(self.contents[tag].entries[key].form(n), written), tag)

    def words(self, language: str, key: str) -> list[str]:
        """Return the words of a comma-separated entry of exactly this language.

        Arabic, Chinese, Japanese and Ethiopic commas separate too.
        """
        entry = self._entry(language, key)
        return listed(entry.form(None)) if entry else []

    def keywords(self, drafts: Container[str] = ()) -> spoken.Words:
        """Return the words people may send, for domain.keywords.Keywords.

        From keywords.json (languages that need a native check only if in `drafts`), every
        keyword.<topic> and word.<name> entry, and the names of the languages themselves.
        """
        return spoken.keywords(self.keyword_files, self.contents, drafts)

    def draft(self, language: str, which: Which = "content", key: str | None = None) -> bool:
        """Whether a catalogue, or one sentence of it, still waits for its second reader."""
        held = (self.contents if which == "content" else self.consoles).get(normal(language))
        entries = held.entries if held else {}
        asked = entries.values() if key is None else [entries[key]] if key in entries else []
        return any(entry.draft for entry in asked)

    def stale(self, language: str) -> list[str]:
        """Return the keys whose English has changed since the translator saw it."""
        english = self.contents.get("en", Catalogue("en")).entries
        held = self.contents.get(normal(language), Catalogue(language)).entries
        return [k for k, e in held.items() if k in english and e.sources != english[k].sources]

    def broken(self, language: str) -> list[str]:
        """Return the keys left out because the translation could not be filled in."""
        return list(self.left_out.get(normal(language), ()))

    def gettext(self, language: str) -> Callable[[str], str]:
        """Return a console translator: English sentence in, the reader's sentence out."""
        return partial(self._gettext, ladder(language))

    def ngettext(self, language: str) -> Callable[[str, str, int], str]:
        """Return a console translator for sentences with a number."""
        return partial(self._ngettext, ladder(language))

    def direction(self, tag: str) -> str:
        """Return rtl or ltr."""
        return direction(tag)

    def number(self, tag: str, n: int | float) -> str:
        """Return a number in the language's digits, grouped as it groups."""
        return figures.number(tag, n)

    def codes(self, text: str) -> str:
        """Return references, menu numbers and phone numbers in Latin digits, always."""
        return figures.codes(text)

    def date(self, tag: str, at: datetime) -> str:
        """Return weekday, day, month, year; in figures where the names are not known."""
        return times.date(tag, at, self._names(tag))

    def weekday(self, tag: str, at: datetime) -> str:
        """Return the name of the day; its date where the names are not known."""
        return times.weekday(tag, at, self._names(tag))

    def time(self, tag: str, at: datetime) -> str:
        """Return the time of day: 8 am in English, 08:00 elsewhere (see times.py for why)."""
        return times.time(tag, at)

    def until(self, tag: str, at: datetime, now: datetime, zone: tzinfo) -> str:
        """Return when something ends, in the zone's time: Sun 8 am."""
        return times.until(tag, at, now, zone, self._names(tag))

    def _entry(self, language: str, key: str) -> Entry | None:
        held = self.contents.get(normal(language))
        return held.entries.get(key) if held else None

    def _written(self, tag: str, value: object) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return figures.number(tag, value) if whole else str(value)  # type: ignore[arg-type]

    def _gettext(self, steps: Sequence[str], sentence: str) -> str:
        return self._ngettext(steps, sentence, sentence, None)

    def _ngettext(self, steps: Sequence[str], one: str, many: str, n: int | None) -> str:
        for tag in steps:
            held = self.consoles.get(tag)
            if held and one in held.entries:
                return held.entries[one].form(n)
        return one if n is None or n == 1 else many

    def _names(self, tag: str) -> times.Names:
        known = times.cldr_names(normal(tag))
        days = self._list(tag, "names.weekdays", 7)
        short = self._list(tag, "names.weekdays.short", 7) or days
        months = self._list(tag, "names.months", 12)
        return times.Names(days or known.weekdays, short or known.short, months or known.months)

    def _list(self, tag: str, key: str, size: int) -> tuple[str, ...]:
        found = (self.words(step, key) for step in ladder(tag))
        return next((tuple(words) for words in found if len(words) == size), ())


def _laid(folders: Sequence[Path], which: Which) -> dict[str, Catalogue]:
    laid: dict[str, Catalogue] = {}
    for folder in folders:
        for file in sorted(folder.glob(f"*/LC_MESSAGES/{which}.po")):
            one = read(file, file.parts[-3])
            laid[one.language] = one.over(laid.get(one.language, Catalogue(one.language)))
    return laid
