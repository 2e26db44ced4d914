"""What the gateway knows of each of its languages."""

import gettext
import re

import pytest
from babel import Locale

from gateway.language import ladder, normal, table
from gateway.language.figures import locale
from gateway.language.table import digits, direction, nearest, plural_header

LANGUAGES = list(table().languages.values())


def forms(tag: str) -> tuple[int, list[int]]:
    header = plural_header(tag)
    found = re.fullmatch(r"nplurals=(\d); plural=(.+);", header)
    assert found, header
    plural = gettext.c2py(found[2])
    return int(found[1]), [plural(n) for n in (0, 1, 2, 3, 4, 11, 21, 100)]


@pytest.mark.parametrize("tag, count, chosen", [
    ("bi", 1, [0, 0, 0, 0, 0, 0, 0, 0]),
    ("my", 1, [0, 0, 0, 0, 0, 0, 0, 0]),
    ("en", 2, [1, 0, 1, 1, 1, 1, 1, 1]),
    ("fr", 2, [0, 0, 1, 1, 1, 1, 1, 1]),
    ("pt", 2, [1, 0, 1, 1, 1, 1, 1, 1]),
    ("sw", 2, [1, 0, 1, 1, 1, 1, 1, 1]),
    ("ne", 2, [1, 0, 1, 1, 1, 1, 1, 1]),
    ("hi", 2, [0, 0, 1, 1, 1, 1, 1, 1]),
    ("am", 2, [0, 0, 1, 1, 1, 1, 1, 1]),
    ("fil", 2, [0, 0, 0, 0, 1, 0, 0, 0]),
    ("ar", 6, [0, 1, 2, 3, 3, 4, 4, 5]),
    ("ru", 3, [2, 0, 1, 1, 1, 2, 0, 2]),
    ("xx", 2, [1, 0, 1, 1, 1, 1, 1, 1]),
])  # fmt: skip
def test_each_language_counts_in_its_own_forms(tag: str, count: int, chosen: list[int]) -> None:
    assert forms(tag) == (count, chosen)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.tag)
def test_every_line_of_the_table_can_be_used(language) -> None:
    count, chosen = forms(language.tag)
    assert set(chosen) <= set(range(count))
    assert language.direction in ("ltr", "rtl")
    assert language.gsm7 in ("full", "partial", "none")
    assert len(digits(language.tag)) == 10
    assert normal(language.iso3) == language.tag or language.tag.startswith("zh")


@pytest.mark.parametrize(
    "language", [one for one in LANGUAGES if one.cldr], ids=lambda one: one.tag
)
def test_one_and_other_are_where_cldr_has_them(language) -> None:
    if language.tag == "pt":  # Babel's pt is Brazil's, where nothing is one
        return
    known = Locale.parse(language.tag, sep="-")
    plural = gettext.c2py(language.plural.partition("plural=")[2].rstrip(";"))
    ours = [plural(n) for n in range(200)]
    theirs = [known.plural_form(n) for n in range(200)]
    assert len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))


def test_a_quarter_of_the_languages_is_unknown_to_babel() -> None:
    unknown = [one.tag for one in LANGUAGES if locale(one.tag) is None]
    assert len(LANGUAGES) == 121
    assert len(unknown) == 29
    assert {"bi", "fj", "sm", "tet", "ilo", "kr", "mos", "lua"} <= set(unknown)


@pytest.mark.parametrize("said, meant", [
    ("sw_CD", "sw-CD"),
    ("SWC", "sw-CD"),
    ("tl", "fil"),
    ("in", "id"),
    ("prs", "fa-AF"),
    ("zh_TW", "zh-Hant"),
    ("zho", "zh-Hans"),
    ("nep", "ne"),
    ("arb-sd", "arb-SD"),
    ("ara-sd", "ar-SD"),
    ("pa_arab", "pa-Arab"),
    (" fr ", "fr"),
    ("", ""),
])  # fmt: skip
def test_a_language_has_one_name(said: str, meant: str) -> None:
    assert normal(said) == meant


@pytest.mark.parametrize("tag, steps", [
    ("sw-CD", ["sw-CD", "sw"]),
    ("ar-SD", ["ar-SD", "ar"]),
    ("prs", ["fa-AF"]),
    ("pa-Arab", ["pa-Arab"]),
    ("pa-Arab-PK", ["pa-Arab-PK", "pa-Arab"]),
    ("ff-Adlm-GN", ["ff-Adlm-GN", "ff-Adlm"]),
    ("zh-Hant", ["zh-Hant"]),
    ("bi", ["bi"]),
    ("", []),
])  # fmt: skip
def test_a_language_falls_back_only_to_one_its_readers_read(tag: str, steps: list[str]) -> None:
    assert ladder(tag) == steps


@pytest.mark.parametrize("tag, side", [
    ("ar", "rtl"), ("ar-SD", "rtl"), ("ur", "rtl"), ("fa-AF", "rtl"), ("dv", "rtl"),
    ("apd", "rtl"), ("ff-Adlm", "rtl"), ("rhg-Arab", "rtl"), ("rhg", "ltr"), ("en", "ltr"),
    ("bi", "ltr"), ("xx", "ltr"),
])  # fmt: skip
def test_writing_runs_the_way_its_script_runs(tag: str, side: str) -> None:
    assert direction(tag) == side


def test_a_variant_is_described_by_its_language() -> None:
    found = nearest("ar-SD")
    assert found is not None
    assert found.tag == "ar"
    assert nearest("xx-YY") is None
