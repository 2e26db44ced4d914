"""The words people may send, gathered from every place that has some."""

import json
from pathlib import Path

import pytest

from gateway.domain.keywords import Keywords, normal
from gateway.files import folder
from gateway.language import Languages, Unreadable


@pytest.fixture(scope="module")
def shipped() -> Languages:
    return Languages.load([folder("locales")])


def write_words(place: Path, words: object) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "keywords.json").write_text(json.dumps(words), encoding="utf-8")


def test_content_adds_topics_types_and_commands(write, load) -> None:
    write("sw", ("keyword.flood", "flood", "mafuriko, gharika"), ("word.question", "ask", "uliza"),
          ("word.more", "more", "zaidi"), ("word.join", "join", "jiunge"),
          ("word.alert", "alert", "tahadhari"), ("word.ok", "ok", "sawa"))  # fmt: skip
    table = load().keywords()
    assert table["sw"] == {
        "flood": ["mafuriko", "gharika"],
        "type:question": ["uliza"],
        "more": ["zaidi"],
        "opt_in": ["jiunge"],
        "alert": ["tahadhari"],
    }
    assert table["always"] == {"language:sw": ["Kiswahili", "Swahili"]}


def test_a_deployment_adds_ways_to_leave_and_loses_none(write, tmp_path: Path) -> None:
    shipped, data = tmp_path / "shipped", tmp_path / "data"
    entry = {"status": "proposed", "words": {"opt_out": ["ACHA"], "more": ["ZAIDI"]}}
    write_words(shipped, {"always": {"opt_out": ["STOP"]}, "languages": {"sw": entry}})
    own = {"status": "documented", "words": {"opt_out": ["SITAKI"]}}
    write_words(data, {"languages": {"sw": own}})
    write("sw", ("word.more", "more", "zaidi"), folder=data)
    table = Languages.load([shipped, data, tmp_path / "none"]).keywords()
    assert table["sw"] == {"opt_out": ["ACHA", "SITAKI"], "more": ["ZAIDI", "zaidi"]}
    assert table["always"]["opt_out"] == ["STOP"]


def test_words_nobody_has_checked_wait_until_they_are_named(tmp_path: Path) -> None:
    entry = {"status": "needs_native_check", "words": {"opt_out": ["TAOFI"]}}
    write_words(tmp_path, {"always": {}, "languages": {"sm": entry}})
    languages = Languages.load([tmp_path])
    assert "sm" not in languages.keywords()
    assert languages.keywords(drafts={"sm"})["sm"] == {"opt_out": ["TAOFI"]}


@pytest.mark.parametrize("broken", ["{", "[]", "\ufeff"])
def test_a_broken_keyword_file_is_named(tmp_path: Path, broken: str) -> None:
    (tmp_path / "keywords.json").write_text(broken, encoding="utf-8")
    with pytest.raises(Unreadable, match=r"keywords\.json"):
        Languages.load([tmp_path])


@pytest.mark.parametrize("text, language, intent", [
    ("STOP", None, "opt_out"),
    ("stop", "ne", "opt_out"),
    ("arrêt", "fr", "opt_out"),
    ("FLOOD", "en", "flood"),
    ("mafuriko", "sw", "flood"),
    ("बाढी", "ne", "flood"),
    ("badhi", "ne", "flood"),
    ("فيضان", "ar", "flood"),
    ("inondation", "fr", "flood"),
    ("ASK when does the clinic open", "en", "type:question"),
    ("Kiswahili", None, "language:sw"),
    ("नेपाली", "en", "language:ne"),
])  # fmt: skip
def test_a_word_means_what_its_speakers_mean(shipped, text, language, intent) -> None:
    found = Keywords(shipped.keywords()).match(text, language, shipped.languages())
    assert found is not None
    assert found.intent == intent


@pytest.mark.parametrize("language", ["en", "fr", "sw", "ne", "ar"])
def test_every_shipped_language_can_leave_and_ask_for_each_topic(shipped, language) -> None:
    own, english = shipped.keywords()[language], shipped.keywords()["en"]
    assert own["opt_out"]
    topics = {intent for intent in english if shipped.has("en", f"keyword.{intent}")}
    assert topics
    assert topics <= own.keys()


def test_no_word_of_a_language_means_two_things_unless_it_is_a_cry(shipped) -> None:
    doubtful = set()
    for tag, intents in shipped.keywords().items():
        means: dict[str, set[str]] = {}
        for intent in intents.keys() - {"polite", "leaving"}:
            for word in intents[intent]:
                means.setdefault(normal(word), set()).add(intent)
        doubtful |= {(tag, *sorted(found)) for found in means.values() if len(found) > 1}
    assert {found[1:] for found in doubtful} <= {("cry", "help")}
