"""What the machine finds in a catalogue, so that a second reader need not."""

import pytest

from gateway.language.catalogue import read
from gateway.language.check import Finding, check, check_console, missing, waiting

BUDGET = "#. Budget: 1 SMS\nmsgctxt"


def problems(tmp_path, language: str = "sw") -> list[str]:
    return [finding.problem for finding in check([tmp_path]) if finding.language == language]


@pytest.mark.parametrize("english, said, found", [
    ("Help", "Msaada", []),
    ("Help {menu}", "Msaada {menu}", []),
    ("Help {menu}", "Msaada", ["placeholder lost: menu"]),
    ("Help", "Msaada {menu}", ["placeholder unknown: menu"]),
    ("Help", "Msaada {", ["stray { at 7"]),
    ("Help", "<b>Msaada</b>", ["HTML in a text message"]),
    ("Help", "Msaada &amp; zaidi", ["HTML in a text message"]),
    ("1 < 2 > 0 & more", "1 < 2 > 0 & zaidi", []),
    ("Help", "Help", ["the same as the English; if that is right, flag it same-as-english"]),
    ("{menu}", "{menu}", []),
    (("{n} waits", "{n} wait"), ("{n} moja", "{n} nyingi"), []),
    (("{n} waits", "{n} wait"), ("moja", "{n} nyingi"), []),
    (("{n} waits", "{n} wait"), ("{n} moja", ""), ["1 of 2 plural forms"]),
    (("{n} of {area}", "{n} of {area}"), ("{n} za {area}", "{n}"), ["placeholder lost: area"]),
    ("Help", ("Msaada", "Misaada"), ["has plural forms where the English has none"]),
])  # fmt: skip
def test_a_translation_is_held_against_its_english(write, tmp_path, english, said, found) -> None:
    write("en", ("help", english, ""))
    shown = (english, english) if isinstance(said, tuple) and isinstance(english, str) else english
    write("sw", ("help", shown, said))
    assert problems(tmp_path) == found


@pytest.mark.parametrize("comment, text, found", [
    ("Budget: 1 SMS", "a" * 160, []),
    ("Budget: 1 SMS", "a" * 161, ["2 SMS, budget 1 (gsm7)"]),
    ("Budget: 2 SMS", "a" * 161, []),
    ("Budget: 1 SMS", "ن" * 71, ["2 SMS, budget 1 (ucs2)"]),
    ("Budget: 1 SMS", "a" * 153 + " {reference}", []),
    ("Budget: 1 SMS", "a" * 154 + " {reference}", ["2 SMS, budget 1 (gsm7)"]),
    ("Budget: 1 SMS\n#. Sample: reference=A7", "a" * 154 + " {reference}", []),
    ('Budget: 1 SMS\n#. Sample: reference="A7 K2 QX P"', "a" * 153 + " {reference}",
     ["2 SMS, budget 1 (gsm7)"]),
    ("Budget: 1 SMS", "l’eau", ["costs more for the sake of U+2019"]),
    ("Budget: 1 screen", "a" * 160, []),
    ("Budget: 1 screen", "a" * 161, ["161 letters, a screen shows 160"]),
    ("Budget: 1 screen", "ن" * 71, ["71 letters, a screen shows 70"]),
    ("Budget: 1 screen", "1 Eau\\n2 Riz", []),
    ("Budget: 1 screen", "آب می\u200cآید", []),
    ("Budget: 1 screen", "Eau 😀", ["not shown by phones on a USSD screen: U+1F600"]),
    ("Budget: 1 screen", "Eau ☎", ["not shown by phones on a USSD screen: U+260E"]),
    ("Budget: 1 screen", "ماء\u200f", ["not shown by phones on a USSD screen: U+200F"]),
    ("A sentence of context.", "a" * 500, []),
])  # fmt: skip
def test_a_budget_promised_in_english_is_held(write, tmp_path, comment, text, found) -> None:
    places = "".join(f"{{{name}}}" for name in ["reference"] if name in text)
    file = write("en", ("help", f"English {places}", ""))
    promised = file.read_text(encoding="utf-8").replace("msgctxt", f"#. {comment}\nmsgctxt")
    file.write_text(promised, encoding="utf-8")
    write("sw", ("help", f"English {places}", text))
    assert problems(tmp_path) == found


def test_english_itself_is_held_to_its_budget(write, tmp_path) -> None:
    file = write("en", ("help", "a" * 161, ""))
    file.write_text(file.read_text().replace("msgctxt", BUDGET), encoding="utf-8")
    assert problems(tmp_path, "en") == ["2 SMS, budget 1 (gsm7)"]


def test_a_budget_is_held_with_the_name_a_deployment_really_has(write, tmp_path) -> None:
    file = write("en", ("help", "a" * 140 + " {org}", ""))
    short = file.read_text().replace("msgctxt", "#. Sample: org=X\n" + BUDGET)
    file.write_text(short, encoding="utf-8")
    long = "Fiji Red Cross Society, Lautoka branch"
    assert check([tmp_path]) == []
    assert [one.problem for one in check([tmp_path], {"org": long})] == ["2 SMS, budget 1 (gsm7)"]


def test_every_plural_form_is_held_to_the_budget(write, tmp_path) -> None:
    file = write("en", ("help", ("{n} one", "{n} two"), ""))
    file.write_text(file.read_text().replace("msgctxt", BUDGET), encoding="utf-8")
    write("sw", ("help", ("{n} one", "{n} two"), ("{n}", "{n} " + "b" * 160)))
    assert problems(tmp_path) == ["2 SMS, budget 1 (gsm7)"]


def test_keywords_have_words_and_share_none(write, tmp_path) -> None:
    write("en", ("keyword.flood", "flood", ""), ("keyword.rain", "rain", ""))
    write("sw", ("keyword.flood", "flood", "mafuriko, maji"), ("keyword.rain", "rain", "Maji"),
          ("word.more", "more", ","))  # fmt: skip
    assert problems(tmp_path) == [
        "“Maji” is also a word of keyword.flood",
        "English has no such entry",
    ]
    write("en", ("word.more", "more", ""))
    assert "no words" in problems(tmp_path)


def test_the_same_word_in_both_languages_can_be_meant(write, tmp_path) -> None:
    write("en", ("keyword.covid", "covid", ""))
    file = write("sw", ("keyword.covid", "covid", "covid"))
    meant = file.read_text(encoding="utf-8").replace("msgctxt", "#, same-as-english\nmsgctxt")
    file.write_text(meant, encoding="utf-8")
    assert problems(tmp_path) == []


def test_what_may_cost_lives_is_named(write, tmp_path) -> None:
    write("en", ("topic.flood.1", "Go to high ground {place}", ""))
    write("sw", ("topic.flood.1", "Go to high ground {place}", "Nenda mlimani"))
    found = check([tmp_path])
    assert all(finding.life_safety for finding in found)
    assert [str(finding) for finding in found] == [
        "en topic.flood.1 (life-safety): no budget; say how long it may be: Budget: 2 SMS",
        "sw topic.flood.1 (life-safety): placeholder lost: place",
        "sw topic.flood.1 (life-safety): no budget; say how long it may be: Budget: 2 SMS",
    ]
    assert not Finding("sw", "help", "x").life_safety


def test_a_header_with_too_few_forms_is_found(write, tmp_path) -> None:
    few = '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    write("en", ("help", "Help", ""))
    write("sw", ("help", "Help", "Msaada"), header=few)
    assert problems(tmp_path) == ["Plural-Forms has 1 forms, the language 2"]


def test_a_broken_file_is_a_finding_too(write, tmp_path) -> None:
    write("en", ("help", "Help", ""))
    write("sw", ("help", "Help", "Msaada"), header='"Plural-Forms: nplurals=2; plural=n $;\\n"\n')
    write("fr", ("", "Inbox", "Boite"), header="oops\n", which="console")
    assert [finding.language for finding in check([tmp_path])] == ["sw", "fr"]
    assert {finding.key for finding in check([tmp_path])} == {""}


def test_what_is_missing_or_waits_for_a_reader_is_listed(write, tmp_path) -> None:
    keys = ("topic.flood.1", "topic.flood.2", "alert.flood", "help", "names.months")
    english = read(write("en", *((key, key, "") for key in keys)), "en")
    older, draft = ("topic.flood.1", "older", "x"), ("alert.flood", "alert.flood", "x")
    swahili = read(write("sw", older, draft), "sw")
    assert missing(swahili, english) == ["topic.flood.2", "help"]
    assert [(one.key, one.problem) for one in waiting(swahili, english)] == [
        ("topic.flood.1", "translated from older English"),
        ("topic.flood.2", "not translated"),
        ("alert.flood", "not reviewed by a second reader"),
    ]


@pytest.mark.parametrize("english, said, found", [
    ("Hello %(name)s", "Bonjour %(name)s", []),
    ("Hello %(name)s", "Bonjour", ["placeholders differ from the English"]),
    ("Hello {name}", "Bonjour {nom}", ["placeholders differ from the English"]),
    (("%(n)d new", "%(n)d new"), ("un nouveau", "%(n)d nouveaux"), []),
    (("%(n)d new", "%(n)d new"), ("", "%(n)d nouveaux"), ["1 of 2 plural forms"]),
])  # fmt: skip
def test_the_console_is_held_against_its_english(write, english, said, found) -> None:
    one = read(write("fr", ("", english, said), which="console"), "fr")
    assert [finding.problem for finding in check_console(one)] == found
