"""Machine checks over catalogues, for translators and for the suite.

They find what a second reader should not have to: they do not say that a text is good.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from gateway.domain.keywords import normal as spelling
from gateway.domain.sms import explain, measure
from gateway.language.catalogue import (
    Catalogue,
    Entry,
    Unreadable,
    fill,
    listed,
    names,
    printf_places,
    read,
)
from gateway.language.figures import in_digits
from gateway.language.table import nearest, normal

# The longest real value each placeholder is likely to get; an entry's own Sample: comes first.
SAMPLES = {
    "n": "999",
    "org": "Red Cross Society",
    "emergency": "112",
    "reference": "A7K2QX",
    "topic": "EARTHQUAKE",
    "keyword": "EARTHQUAKE",
    "place": "Solukhumbu",
    "area": "Solukhumbu",
    "language": "Kinyarwanda",
    "until": "Wednesday 08:00",
}
_UNKNOWN = "wwwwwwwwwwww"
_BUDGET = re.compile(r"\bBudget: *(\d+) *(SMS|screen)", re.IGNORECASE)
_SAMPLE = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')
_HTML = re.compile(r"</?[a-zA-Z][^>]*>|&(?:[a-zA-Z]+|#\w+);")
_LIFE_SAFETY = ("topic.", "alert.")
_SOUGHT = "alert.words."  # lists the console looks for in an alert; nobody is sent them
_WORDS = ("keyword.", "word.")
_SCREEN = {"gsm7": 160, "ucs2": 70}
_JOINERS = "\u200c\u200d"  # part of correct spelling in Persian and Indic scripts


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one sentence; `key` is empty where it is the whole file."""

    language: str
    key: str
    problem: str

    @property
    def life_safety(self) -> bool:
        """Whether people may be harmed by what is wrong: it is put right first."""
        return _life_safety(self.key)

    def __str__(self) -> str:
        named = " (life-safety)" if self.life_safety else ""
        return f"{self.language} {self.key or 'file'}{named}: {self.problem}"


def check(folders: Sequence[Path], real: Mapping[str, str] | None = None) -> list[Finding]:
    """Return what is wrong in every catalogue of some folders, laid over each other.

    `real` are a deployment's own values, such as its name; they go before all samples.
    """
    findings: list[Finding] = []
    read_in: dict[str, Catalogue] = {}
    for file in _files(folders, "content"):
        try:
            one = read(file, file.parts[-3])
        except Unreadable as error:
            findings.append(Finding(normal(file.parts[-3]), "", str(error)))
        else:
            read_in[one.language] = one.over(read_in.get(one.language, Catalogue(one.language)))
    for one in read_in.values():
        findings += check_content(one, read_in.get("en", Catalogue("en")), real)
    for file in _files(folders, "console"):
        findings += _console_file(file)
    return findings


def check_content(
    one: Catalogue, english: Catalogue, real: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return what is wrong in what the public reads in one language."""
    problems = [*_header(one), *_shared_words(one)]
    for key, entry in one.entries.items():
        source = english.entries.get(key)
        found = _entry(one, entry, source, real or {}) if source else ["English has no such entry"]
        problems += [(key, problem) for problem in found]
    return [Finding(one.language, key, problem) for key, problem in problems]


def check_console(one: Catalogue) -> list[Finding]:
    """Return what is wrong in what staff read in one language."""
    problems = list(_header(one))
    for key, entry in one.entries.items():
        wanted = printf_places("".join(entry.sources))
        may_lack = {"%(n)d", "%(n)s", "%(num)d", "%(num)s"} if len(entry.sources) > 1 else set()
        if any(
            not wanted - may_lack <= printf_places(form) <= wanted for form in entry.forms if form
        ):
            problems.append((key, "placeholders differ from the English"))
        problems += [(key, problem) for problem in _plural(one, entry, entry)]
    return [Finding(one.language, key, problem) for key, problem in problems]


def missing(one: Catalogue, english: Catalogue) -> list[str]:
    """Return the keys English has and this language lacks; names of days may stay with CLDR."""
    return [k for k in english.entries if k not in one.entries and not k.startswith("names.")]


def waiting(one: Catalogue, english: Catalogue) -> list[Finding]:
    """Return the life-safety sentences of a language that a person must still see to."""
    findings = []
    for key, source in english.entries.items():
        entry = one.entries.get(key)
        if not _life_safety(key) or one.language == "en":
            continue
        if entry is None:
            findings.append(Finding(one.language, key, "not translated"))
        elif entry.sources != source.sources:
            findings.append(Finding(one.language, key, "translated from older English"))
        elif entry.draft:
            findings.append(Finding(one.language, key, "not reviewed by a second reader"))
    return findings


def _life_safety(key: str) -> bool:
    return key.startswith(_LIFE_SAFETY) and not key.startswith(_SOUGHT)


def _files(folders: Sequence[Path], which: str) -> list[Path]:
    return [f for folder in folders for f in sorted(folder.glob(f"*/LC_MESSAGES/{which}.po"))]


def _console_file(file: Path) -> list[Finding]:
    try:
        return check_console(read(file, file.parts[-3]))
    except Unreadable as error:
        return [Finding(normal(file.parts[-3]), "", str(error))]


def _header(one: Catalogue) -> Iterator[tuple[str, str]]:
    listed_one = nearest(one.language)
    if listed_one and one.count:
        count = int(listed_one.plural[len("nplurals=")])
        if one.count < count:
            yield "", f"Plural-Forms has {one.count} forms, the language {count}"


def _entry(one: Catalogue, entry: Entry, source: Entry, real: Mapping[str, str]) -> Iterator[str]:
    yield from _plural(one, entry, source)
    yield from _places(entry, source)
    comments = (*source.comments, *entry.comments)
    for form in filter(None, entry.forms):
        yield from _budget(form, comments, {**_samples(one.language, comments), **real})
        if _HTML.search(form):
            yield "HTML in a text message"
    if entry.key.startswith(_WORDS) and not listed(entry.forms[0]):
        yield "no words"
    if one.language.split("-")[0] != "en" and _same(entry, source):
        yield "the same as the English; if that is right, flag it same-as-english"
    if _life_safety(entry.key) and not _BUDGET.search(" ".join(comments)):
        yield "no budget; say how long it may be: Budget: 2 SMS"


def _plural(one: Catalogue, entry: Entry, source: Entry) -> Iterator[str]:
    if len(source.sources) > 1:
        if len(entry.forms) != one.count or not all(entry.forms):
            yield f"{sum(map(bool, entry.forms))} of {one.count} plural forms"
    elif len(entry.sources) > 1:
        yield "has plural forms where the English has none"


def _places(entry: Entry, source: Entry) -> Iterator[str]:
    try:
        wanted = set().union(*map(names, source.sources))
        may_lack = {"n"} if len(source.sources) > 1 else set()
        for form in filter(None, entry.forms):
            if lost := wanted - may_lack - names(form):
                yield f"placeholder lost: {', '.join(sorted(lost))}"
            if strange := names(form) - wanted:
                yield f"placeholder unknown: {', '.join(sorted(strange))}"
    except ValueError as error:
        yield str(error)


def _budget(form: str, comments: Sequence[str], samples: Mapping[str, str]) -> Iterator[str]:
    found = _BUDGET.search(" ".join(comments))
    if not found:
        return
    try:
        text = fill(form, {name: samples.get(name, _UNKNOWN) for name in names(form)})
    except ValueError:
        return  # a stray brace, which _places reports
    told, size = explain(text), measure(text)
    promised, screen = int(found[1]), found[2].lower() == "screen"
    if not screen and size.parts > promised:
        yield f"{size.parts} SMS, budget {promised} ({size.alphabet})"
    if screen and sum(size.units) > promised * _SCREEN[size.alphabet]:
        yield f"{sum(size.units)} letters, a screen shows {_SCREEN[size.alphabet]}"
    if screen and (odd := _not_on_a_phone(form)):
        yield f"not shown by phones on a USSD screen: {odd}"
    if told.suggestion is not None:
        yield f"costs more for the sake of {' '.join(f'U+{ord(c):04X}' for c in told.letters)}"


def _samples(language: str, comments: Sequence[str]) -> dict[str, str]:
    own = {name: quoted or plain for c in comments for name, quoted, plain in _sampled(c)}
    return SAMPLES | {"n": in_digits(language, SAMPLES["n"])} | own


def _sampled(comment: str) -> Iterable[tuple[str, str, str]]:
    _, sample, rest = comment.partition("Sample:")
    return _SAMPLE.findall(rest) if sample else []


def _not_on_a_phone(text: str) -> str:
    odd = dict.fromkeys(c for c in text if _odd(c))
    return " ".join(f"U+{ord(c):04X}" for c in odd)


def _odd(character: str) -> bool:
    hidden = category(character) in ("Cc", "Cf", "Co", "Cs", "Cn", "So", "Zl", "Zp")
    return (hidden and character not in "\n" + _JOINERS) or ord(character) > 0xFFFF


def _same(entry: Entry, source: Entry) -> bool:
    has_letters = any(c.isalpha() for c in re.sub(r"\{\w+\}", "", entry.forms[0]))
    same = has_letters and entry.forms[0] == source.forms[0]
    return same and "same-as-english" not in entry.flags


def _shared_words(one: Catalogue) -> Iterator[tuple[str, str]]:
    owner: dict[str, str] = {}
    for key, entry in one.entries.items():
        if key.startswith(_WORDS):
            for word in listed(entry.forms[0]):
                first = owner.setdefault(spelling(word), key)
                if first != key:
                    yield key, f"“{word}” is also a word of {first}"
