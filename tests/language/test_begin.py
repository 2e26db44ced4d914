"""A translator begins: a catalogue with everything in it but the translation."""

import pytest

from gateway.language import Languages
from gateway.language.begin import begin
from gateway.language.catalogue import read


def english(write) -> str:
    file = write("en", ("help", "Help {menu}", "Help {menu}"), ("waiting", ("{n} a", "{n} b"), ""))
    text = file.read_text(encoding="utf-8")
    return text.replace('msgctxt "help"', '#. Budget: 1 SMS\n#, fuzzy\nmsgctxt "help"')


@pytest.mark.parametrize("language, forms", [("bi", 1), ("sw-CD", 2), ("ar", 6)])
def test_a_new_catalogue_has_a_place_for_every_form(write, tmp_path, language, forms) -> None:
    text = begin(english(write), language)
    assert text.count("msgstr[") == forms
    assert "#. Budget: 1 SMS\nmsgctxt" in text
    assert f"nplurals={forms};" in text
    assert f'"Language: {language}\\n"' in text


def test_a_catalogue_begun_and_filled_in_is_read(write, tmp_path) -> None:
    text = begin(english(write), "bi")
    file = tmp_path / "bi" / "LC_MESSAGES" / "content.po"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert not read(file, "bi").entries
    filled = text.replace('msgstr ""\n\n', 'msgstr "Halp {menu}"\n\n')
    file.write_text(filled.replace('[0] ""', '[0] "{n} mesej"'), encoding="utf-8")
    languages = Languages.load([tmp_path])
    assert languages.say("bi", "help", menu="1").text == "Halp 1"
    assert languages.say("bi", "waiting", n=5).text == "5 mesej"
    assert languages.draft("bi")
