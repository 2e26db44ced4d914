"""Sentences: which language a person gets, filled in, in the right form."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.files import folder
from gateway.language import Languages, MissingEntry, MissingValue, Unreadable, table

ARABIC = (
    '"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && '
    'n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5);\\n"\n'
)  # forms 4 and 5 the way Babel has them
REVIEWED = '"X-Review: reviewed\\n"\n'
WAITING = ("waiting", ("{n} waits", "{n} wait"))


@pytest.mark.parametrize("person, area, default, chain", [
    ("sw-CD", ["fr"], "fr", ["sw-CD", "sw", "fr", "en"]),
    ("sw_CD", ["ln", "fr-CD"], "fr", ["sw-CD", "sw", "ln", "fr-CD", "fr", "en"]),
    ("seh", ["seh", "ndc", "pt"], "pt-MZ", ["seh", "ndc", "pt", "pt-MZ", "en"]),
    ("fa-AF", [], "ps", ["fa-AF", "ps", "en"]),
    (None, ["bi"], "fr", ["bi", "fr", "en"]),
    ("", [], "en", ["en"]),
    (None, [], None, ["ne", "en"]),
])  # fmt: skip
def test_a_chain_goes_by_declared_steps(person, area, default, chain) -> None:
    assert Languages("ne").chain(person, area, default) == chain


@pytest.mark.parametrize("tag", ["ne", "nep", "npi", "sw_CD", "lgg", "shu-Latn", "en-001", "tl"])
def test_a_language_is_known_though_nobody_has_written_in_it(tag) -> None:
    assert Languages("en").knows(tag)


@pytest.mark.parametrize("tag", ["", "xx", "qqq", "und", "mul-Latn", "nepali", "ne please", "ne-!"])
def test_what_is_no_language_is_not_known(tag) -> None:
    assert not Languages("en").knows(tag)


def test_every_tag_of_the_table_is_known() -> None:
    assert [tag for tag in table().languages if not Languages("en").knows(tag)] == []


def test_what_a_deployment_has_words_in_is_known_there(write, load) -> None:
    write("en", ("help", "Help", ""))
    write("qaa", ("help", "Help", "Hilf"))
    assert load().knows("qaa")
    assert not Languages("en").knows("qaa")


def test_the_first_language_that_has_the_sentence_says_all_of_it(write, load) -> None:
    write("en", ("help", "Help: {menu}", ""), ("bye", "Goodbye", ""))
    write("sw", ("help", "Help: {menu}", "Msaada: {menu}"))
    languages = load()
    chain = languages.chain("sw-CD")
    help_, bye = languages.say(chain, "help", menu="*384#"), languages.say(chain, "bye")
    assert (help_.text, help_.language) == ("Msaada: *384#", "sw")
    assert (bye.text, bye.language) == ("Goodbye", "en")
    assert languages.say("sw-CD", "help", menu="1").language == "sw"


def test_a_forgotten_value_or_key_is_named(write, load) -> None:
    write("en", ("help", "Help: {menu}", ""))
    languages = load()
    with pytest.raises(MissingValue, match="menu"):
        languages.say("en", "help")
    with pytest.raises(MissingEntry, match="halp"):
        languages.say("fr", "halp")


def test_values_cannot_reach_into_the_program(write, load) -> None:
    write("en", ("hello", "Hello {name} {{x}}", ""))
    assert load().say("en", "hello", name="{name.__class__}").text == "Hello {name.__class__} {x}"


def test_a_translation_that_asks_for_what_nobody_gives_is_left_out(write, load) -> None:
    write("en", ("help", "Help: {menu}", ""), ("bye", "Bye", ""))
    write("sw", ("help", "Help: {menu}", "Msaada: {orodha}"), ("bye", "Bye", "Kwaheri {"))
    languages = load()
    assert languages.broken("sw") == ["bye", "help"]
    assert not languages.has("sw", "help")
    assert languages.say("sw", "help", menu="1").language == "en"


def test_bislama_has_one_form_whatever_the_number(write, load) -> None:
    write("en", (*WAITING, ""))
    write("bi", (*WAITING, ("{n} mesej i stap wet",)))
    languages = load()
    said = {n: languages.say("bi", "waiting", n=n) for n in (0, 1, 2, 250)}
    assert {s.language for s in said.values()} == {"bi"}
    assert said[0].text == "0 mesej i stap wet"
    assert said[250].text == "250 mesej i stap wet"


def test_arabic_obeys_the_header_in_its_file(write, load) -> None:
    write("en", (*WAITING, ""))
    write("ar", (*WAITING, ("zero", "one", "two", "few", "hundred", "many")), header=ARABIC)
    say = load().say
    forms = [say("ar", "waiting", n=n).text for n in (0, 1, 2, 3, 11, 100, 102)]
    assert forms == ["zero", "one", "two", "few", "many", "hundred", "hundred"]


def test_arabic_without_a_header_counts_as_our_table_says(write, load) -> None:
    write("en", (*WAITING, ""))
    write("ar", (*WAITING, ("zero", "one", "two", "few", "many", "hundred")))
    say = load().say
    forms = [say("ar", "waiting", n=n).text for n in (0, 1, 2, 3, 11, 100, 102)]
    assert forms == ["zero", "one", "two", "few", "many", "hundred", "hundred"]


@pytest.mark.parametrize("language, n, said", [
    ("fr", 0, "0 un"), ("fr", 1, "1 un"), ("fr", 2, "2 plusieurs"), ("fr", 1500, "1 500 plusieurs"),
    ("ne", 0, "० plusieurs"), ("ne", 1, "१ un"), ("ne", 25, "२५ plusieurs"),
])  # fmt: skip
def test_a_number_chooses_its_form_and_its_digits(write, load, language, n, said) -> None:
    write("en", (*WAITING, ""))
    write(language, (*WAITING, ("{n} un", "{n} plusieurs")))
    assert load().say(language, "waiting", n=n).text == said


def test_a_reference_keeps_its_latin_digits(write, load) -> None:
    write("en", ("thanks", "Thank you. Ref {reference}, place {place}", ""))
    write("ne", ("thanks", "Thank you. Ref {reference}, place {place}", "{reference} {place}"))
    assert load().say("ne", "thanks", reference="A7K2", place=3).text == "A7K2 ३"


def test_a_plural_with_a_form_missing_is_not_used(write, load) -> None:
    write("en", (*WAITING, ""))
    write("fr", (*WAITING, ("{n} message", "")))
    languages = load()
    assert languages.say("fr", "waiting", n=2).text == "2 wait"
    assert languages.broken("fr") == ["waiting"]


def test_a_later_folder_wins_sentence_by_sentence(write, tmp_path: Path) -> None:
    shipped, data = tmp_path / "shipped", tmp_path / "data"
    write("en", ("help", "Help", ""), ("bye", "Bye", ""), folder=shipped)
    write("sw", ("help", "Help", "Msaada"), ("bye", "Bye", "Kwaheri"), folder=shipped)
    write("sw", ("bye", "Bye", "Tutaonana"), folder=data, header=REVIEWED)
    write("bi", ("bye", "Bye", "Tata"), folder=data)
    languages = Languages.load([shipped, data, tmp_path / "nowhere"], default="en")
    assert languages.say("sw", "help").text == "Msaada"
    assert languages.say("sw", "bye").text == "Tutaonana"
    assert languages.languages() == ["bi", "en", "sw"]
    assert languages.draft("sw", "content", "help")
    assert not languages.draft("sw", "content", "bye")


def test_what_the_translator_was_unsure_of_is_not_said(write, load) -> None:
    write("en", ("help", "Help", ""))
    file = write("sw", ("help", "Help", "Msaada"))
    unsure = file.read_text(encoding="utf-8").replace("msgctxt", "#, fuzzy\nmsgctxt")
    file.write_text(unsure, encoding="utf-8")
    assert load().say("sw", "help").language == "en"


@pytest.mark.parametrize("header, draft", [
    ("", True),
    ('"X-Review: draft\\n"\n', True),
    ('"X-Review: reviewed\\n"\n', False),
])  # fmt: skip
def test_a_catalogue_is_a_draft_until_it_says_it_was_reviewed(write, load, header, draft) -> None:
    write("sw", ("help", "Help", "Msaada"), header=header)
    write("sw", ("", "Inbox", "Sanduku"), header=header, which="console")
    languages = load()
    assert languages.draft("sw") is draft
    assert languages.draft("sw", "console") is draft
    assert not languages.draft("fr")


def test_a_translation_of_older_english_is_used_and_reported(write, load) -> None:
    write("en", ("help", "Help now", ""), ("bye", "Bye", ""))
    write("sw", ("help", "Help", "Msaada"), ("bye", "Bye", "Kwaheri"))
    languages = load()
    assert languages.say("sw", "help").text == "Msaada"
    assert languages.stale("sw") == ["help"]
    assert languages.stale("fr") == []


def test_the_english_file_may_say_it_otherwise(write, load) -> None:
    write("en", ("help", "Help", "Help us"))
    assert load().say("en", "help").text == "Help us"


@pytest.mark.parametrize("language, entry, words", [
    ("en", "flood, floods ,", ["flood", "floods"]),
    ("ar", "فيضان، سيل", ["فيضان", "سيل"]),
    ("am", "ጎርፍ፣ ውሃ", ["ጎርፍ", "ውሃ"]),
])  # fmt: skip
def test_words_are_parted_by_the_commas_of_their_script(
    write, load, language, entry, words
) -> None:
    write(language, ("keyword.flood", "flood", entry))
    assert load().words(language, "keyword.flood") == words
    assert load().words("fr", "keyword.flood") == []


@pytest.mark.parametrize("broken", [
    '"Plural-Forms: nplurals=2; plural=(n $ 1);\\n"\n',
    '"Content-Type: text/plain; charset=utf-8\\n"\nmsgid "a"\n',
])  # fmt: skip
def test_a_broken_file_is_named(write, load, broken: str) -> None:
    write("sw", ("help", "Help", "Msaada"), header=broken)
    with pytest.raises(Unreadable, match=r"sw.+content\.po"):
        load()


def test_a_file_without_any_header_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bi" / "LC_MESSAGES" / "content.po"
    file.parent.mkdir(parents=True)
    file.write_text('msgctxt "help"\nmsgid "Help"\nmsgstr "Halp"\n', encoding="utf-8-sig")
    assert Languages.load([tmp_path]).say("bi", "help").text == "Halp"


def test_a_language_unknown_to_babel_works_from_end_to_end(write, load) -> None:
    write("en", ("until", "Stay until {until}", ""), (*WAITING, ""))
    write("bi",
          ("until", "Stay until {until}", "Stap kasem {until}"),
          (*WAITING, ("{n} mesej",)),
          ("keyword.flood", "flood", "bigwota, flad"))  # fmt: skip
    languages = load()
    now, end = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 22, 8, tzinfo=UTC)
    until = languages.until("bi", end, now, UTC)
    assert languages.say("bi", "until", until=until).text == "Stap kasem 2026-11-22 08:00"
    assert languages.say("bi-VU", "waiting", n=1200).text == "1200 mesej"
    assert languages.direction("bi") == "ltr"
    assert languages.words("bi", "keyword.flood") == ["bigwota", "flad"]


def test_a_translator_can_name_the_days(write, load) -> None:
    days = "Mande, Tusde, Wenesde, Tosde, Fraede, Sarede, Sande"
    months = "Jenuware, Februare, Maj, Epril, Mei, Jun, Julae, Ogis, Septemba, Oktoba, Novemba, "
    write("bi", ("names.weekdays", "Monday, ...", days),
          ("names.months", "January, ...", months + "Disemba"))  # fmt: skip
    languages = load()
    end, now = datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    assert languages.date("bi", end) == "Sande 22 Novemba 2026"
    assert languages.weekday("bi", end) == "Sande"
    assert languages.until("bi", end, now, UTC) == "Sande 08:00"
    assert languages.until("bi", end, now.replace(month=10), UTC) == "Sande 22 Novemba 08:00"


def test_staff_read_their_language_or_english(write, load) -> None:
    write("fr", ("", "Inbox", "Réception"), ("", ("%(n)d new", "%(n)d new ones"), ("un", "des")),
          ("", "Half", "50 %"), which="console")  # fmt: skip
    languages = load()
    read, count = languages.gettext("fr-CD"), languages.ngettext("fr-CD")
    assert read("Inbox") == "Réception"
    assert read("Outbox") == "Outbox"
    assert read("Half") == "Half"
    assert [count("%(n)d new", "%(n)d new ones", n) for n in (0, 1, 2)] == ["un", "un", "des"]
    assert [count("a", "b", n) for n in (0, 1, 2)] == ["b", "a", "b"]
    assert languages.console() == ["en", "fr"]


def test_many_threads_read_the_same_languages(write, load) -> None:
    write("en", (*WAITING, ""))
    write("ne", (*WAITING, ("{n} a", "{n} b")))
    languages = load()
    said: list[str] = []

    def talk() -> None:
        said.extend(languages.say("ne", "waiting", n=n).text for n in range(200))

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 800
    assert set(said) == {languages.say("ne", "waiting", n=n).text for n in range(200)}


def test_the_folders_beside_the_package_are_found() -> None:
    assert (folder("locales") / "languages.json").is_file()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        folder("nowhere")
