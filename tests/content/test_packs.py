"""The packs and their words agree, in every language that is shipped whole."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.dialogue import (
    HOME,
    Area,
    Pack,
    Prompt,
    State,
    load,
    prompt,
    sms,
    start,
    step,
    topic_text,
)
from gateway.domain.sms import measure
from gateway.domain.ussd import screens
from gateway.files import folder
from gateway.language import Languages
from gateway.language.catalogue import read

LANGUAGES = ("en", "fr", "sw", "ne", "ar")
TYPES = {"question", "request", "suggestion", "complaint", "rumour", "praise", "situation_report"}
TOPICS = ("flood", "cyclone", "earthquake", "cholera", "heat")
PACKS = sorted(folder("templates").glob("messages/*.toml"))
ALWAYS = {"emergency": "1155"}


@cache
def pack() -> Pack:
    return load(tomllib.loads((folder("templates") / "messages/main.toml").read_text("utf-8")))


@cache
def languages() -> Languages:
    return Languages.load([folder("locales")])


@dataclass(frozen=True)
class Reader:
    """A person who reads one language and lives where every place has a long name."""

    language: str
    screens: bool = False

    def say(self, key: str, **values: object) -> str:
        assert languages().has(self.language, key), f"{self.language} lacks {key}"
        org = "" if key == "org" else languages().say([self.language], "org").text
        given: dict[str, Any] = {"org": org, **ALWAYS, **values}
        return languages().say([self.language], key, **given).text

    def find_areas(self, text: str) -> Sequence[Area]:
        return [Area(f"NP{n}", f"Solukhumbu {n}") for n in (1, 2, 3)]

    def normal(self, text: str) -> str:
        return text.strip(" .!").casefold()

    def within(self, tag: str) -> "Reader":
        return replace(self, language=tag)


def shown(asked: Prompt, reader: Reader, depth: int = 2) -> list[str]:
    return screens(asked.with_reference("A7K2QX"), reader.say, depth=depth)


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)
def test_every_word_a_pack_names_is_there_in_english(file):
    english = read(folder("locales") / "en/LC_MESSAGES/content.po", "en")
    missing = load(tomllib.loads(file.read_text("utf-8"))).keys - english.entries.keys()
    assert not missing


def test_the_entries_stand_in_the_same_order_in_every_language():
    orders = {
        language: list(
            read(folder("locales") / language / "LC_MESSAGES/content.po", language).entries
        )
        for language in LANGUAGES
    }
    assert all(order == orders["en"] for order in orders.values())


def test_a_pack_has_its_topics_each_with_as_many_messages():
    assert set(pack().topics) == set(TOPICS)
    assert {len(topic.messages) for topic in pack().topics.values()} == {3}


def test_a_form_files_a_type_of_feedback_we_know():
    forms = pack().forms
    named = {form.files for form in forms.values() if form.files}
    named |= {o.files for f in forms.values() for one in f.fields for o in one.options if o.files}
    assert named == TYPES - {"praise", "situation_report"}


LISTS = (
    *(f"keyword.{topic}" for topic in TOPICS),
    *(f"word.{type}" for type in sorted(TYPES)),
    *(f"word.{verb}" for verb in ("more", "ok", "menu", "language", "join", "alert", "yes")),
    *("yes", "no", "skip", "back"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", LISTS)
def test_a_list_of_words_is_not_empty(language, key):
    assert languages().words(language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_we_tell_people_to_send_is_one_we_understand(language):
    told = {
        "more.hint": "word.more",
        "language.unknown": "word.language",
        "join.none": "word.join",
        "stopped": "word.alert",
        "invite": "word.yes",
    }
    reader = Reader(language)
    for key, words in told.items():
        text = reader.say(key)
        assert any(word in text for word in languages().words(language, words)), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", TOPICS)
def test_a_topic_message_is_one_sms_with_its_number_and_hint(language, code):
    topic, reader = pack().topics[code], Reader(language)
    texts = [topic_text(topic, number, reader) for number in (1, 2, 3)]
    assert [measure(text).parts for text in texts] == [1, 1, 1]
    assert [text[:4] for text in texts] == ["1/3 ", "2/3 ", "3/3 "]
    assert [text.endswith(reader.say("more.hint")) for text in texts] == [True, True, False]


@pytest.mark.parametrize("language", ["en", "fr", "sw"])
def test_the_home_menu_is_one_screen_where_the_alphabet_is_latin(language):
    (screen,) = shown(
        start(pack(), HOME, Reader(language, screens=True)).prompt, Reader(language), 0
    )
    assert measure(screen).alphabet == "gsm7"
    assert [line.split()[0] for line in screen.split("\n")[1:]] == ["1", "2", "3", "4", "5", "0"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(pack().menus))
def test_a_menu_is_at_most_three_screens_and_two_sms(language, name):
    asked = prompt(pack(), State(f"menus.{name}"), Reader(language))
    assert len(shown(asked, Reader(language))) <= 3
    assert measure(sms(asked)).parts <= 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["menu.empty", "more.none"])
def test_a_sentence_in_place_of_the_first_menus_title_costs_no_more_parts(language, key):
    asked = prompt(pack(), State(HOME), Reader(language))
    opened = replace(asked, text=Reader(language).say(key))
    assert measure(sms(opened)).parts == measure(sms(asked)).parts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(pack().forms))
def test_a_question_for_free_words_is_one_screen(language, name):
    reader = Reader(language, screens=True)
    for number, field in enumerate(pack().forms[name].fields):
        asked = prompt(pack(), State(f"forms.{name}", number, back=(HOME,)), reader)
        assert field.kind == "choice" or name == "join" or len(shown(asked, reader)) == 1
    last = State(f"forms.{name}", len(pack().forms[name].fields), back=(HOME,))
    assert len(shown(prompt(pack(), last, reader), reader)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(pack().forms))
@pytest.mark.parametrize("said", [["1", "Solukhumbu 2", "1", "1"], ["0", " ", "", ""]])
def test_the_last_screen_is_one_because_nobody_can_turn_it(language, name, said):
    reader = Reader(language, screens=True)
    move = start(pack(), f"forms.{name}", reader)
    for text in said:
        if move.state:
            move = step(pack(), move.state, text, reader)
    assert move.prompt.ends
    assert len(shown(move.prompt, reader)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_receipt_and_the_last_word_are_one_sms(language):
    reader = Reader(language)
    for key in ("ack", "stopped", "welcome", "cry", "correction"):
        assert measure(reader.say(key, reference="A7K2QX")).parts == 1


ANSWERS = st.sampled_from(["0", "00", "1", "2", "3", "4", "5", "6", "98", "99", "१", "", "maji *"])


@given(st.sampled_from(LANGUAGES), st.booleans(), st.lists(ANSWERS, max_size=12))
def test_whatever_is_answered_there_is_a_next_screen_within_its_limit(language, by_screen, said):
    reader, state = Reader(language, by_screen), None
    for text in ["", *said]:
        move = step(pack(), state, text, reader)
        assert move.prompt.ends == (move.state is None)
        for screen in shown(move.prompt, reader, move.state.depth if move.state else 0):
            size = measure(screen)
            assert sum(size.units) <= (160 if size.alphabet == "gsm7" else 70)
        state = move.state and State.from_json(move.state.to_json())
