"""Every catalogue that is shipped: whole, sound, and within the budgets it promises."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from gateway.files import folder
from gateway.language import Languages, direction, normal, table
from gateway.language.catalogue import Catalogue, read
from gateway.language.check import check, missing

ROOT = Path(__file__).parents[2]
LOCALES = folder("locales")
CONTENT = ("en", "fr", "sw", "ne", "ar")  # whole at every release
CONSOLE = ("fr", "ar")  # English stands in the pages themselves


def shipped(which: str) -> list[str]:
    return sorted(file.parts[-3] for file in LOCALES.glob(f"*/LC_MESSAGES/{which}.po"))


@cache
def catalogue(language: str, which: str = "content") -> Catalogue:
    return read(LOCALES / language / "LC_MESSAGES" / f"{which}.po", language)


@cache
def findings() -> list:
    return check([LOCALES])


@cache
def console_sentences() -> frozenset[str]:
    return frozenset(_extracted())


def _extracted() -> Iterator[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)
    for top in ("gateway", "templates"):
        for _, _, message, _, _ in _of(top, methods, options):
            yield message if isinstance(message, str) else message[0]


def _of(top: str, methods, options):
    wanted = [(pattern.removeprefix(f"{top}/"), method) for pattern, method in methods
              if pattern.startswith(f"{top}/")]  # fmt: skip
    chosen = {pattern.removeprefix(f"{top}/"): value for pattern, value in options.items()}
    return extract_from_dir(ROOT / top, wanted, chosen)


@pytest.mark.parametrize("language", sorted({*CONTENT, *shipped("content"), *shipped("console")}))
def test_the_machine_finds_nothing_wrong(language: str) -> None:
    assert language in {*shipped("content"), *shipped("console")}
    found = [str(one) for one in findings() if one.language == normal(language)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("language", CONTENT)
def test_everything_the_public_reads_is_there(language: str) -> None:
    english = catalogue("en")
    assert english.entries
    assert not missing(catalogue(language), english)


@pytest.mark.parametrize("language", CONTENT)
def test_no_translation_is_of_older_english(language: str) -> None:
    languages = Languages.load([LOCALES])
    assert language in languages.languages()
    assert languages.stale(language) == []


@pytest.mark.parametrize("language", CONSOLE)
def test_everything_staff_read_is_there(language: str) -> None:
    wanted = console_sentences()
    assert wanted, "no sentences were found in templates/web and gateway"
    held = Languages.load([LOCALES]).consoles
    assert language in held, f"no console.po for {language}"
    assert not sorted(wanted - held[language].entries.keys())


@pytest.mark.parametrize("which", ["content", "console"])
def test_no_catalogue_is_for_a_language_we_do_not_know(which: str) -> None:
    assert set(shipped(which)) <= set(table().languages)


@pytest.mark.parametrize("language", shipped("content") or CONTENT)
def test_every_shipped_language_can_be_loaded_and_says_help(language: str) -> None:
    languages = Languages.load([LOCALES])
    assert languages.broken(language) == []
    assert languages.has(language, "help")
    assert direction(language) in ("ltr", "rtl")
