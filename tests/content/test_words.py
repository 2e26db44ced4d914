"""A word we tell people to send does what the sentence says, in every language."""

from functools import cache

import pytest

from gateway.domain.keywords import Keywords
from gateway.files import folder
from gateway.language import Languages

LANGUAGES = ("en", "fr", "sw", "ne", "ar")
MEANS = {
    **{
        f"keyword.{topic}": topic for topic in ("flood", "cyclone", "earthquake", "cholera", "heat")
    },
    **{f"word.{type}": f"type:{type}" for type in ("question", "request", "suggestion")},
    **{f"word.{type}": f"type:{type}" for type in ("complaint", "rumour", "praise")},
    "word.situation_report": "type:situation_report",
    "word.more": "more",
    "word.menu": "menu",
    "word.language": "language",
    "word.join": "opt_in",
    "word.yes": "opt_in",  # from a person who was invited
}
TOLD = [
    ("en", "STOP", "opt_out"),
    ("fr", "ARRET", "opt_out"),
    ("sw", "ONDOA", "opt_out"),
    ("ne", "बन्द।", "opt_out"),
    ("ar", "توقف.", "opt_out"),
    ("en", "HELP", "help"),
    ("fr", "AIDE", "help"),
    ("sw", "MSAADA", "help"),
    ("ne", "मद्दत", "help"),
    ("ar", "مساعدة", "help"),
    ("en", "START ALERT", "join:alert"),
    ("fr", "DEBUT ALERTE", "join:alert"),
    ("sw", "ANZA TAHADHARI", "join:alert"),
    ("ne", "सुरु चेतावनी", "join:alert"),
    ("ar", "ابدأ إنذار", "join:alert"),
]


@cache
def languages() -> Languages:
    return Languages.load([folder("locales")])


def intent(text: str, language: str) -> str | None:
    found = Keywords(languages().keywords()).match(text, language, LANGUAGES, pending=True)
    return found.intent if found else None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key, wanted", MEANS.items(), ids=MEANS)
def test_each_word_of_a_list_means_what_its_list_says(language, key, wanted):
    words = languages().words(language, key)
    assert words
    assert {word: intent(word, language) for word in words} == dict.fromkeys(words, wanted)


@pytest.mark.parametrize("language, text, wanted", TOLD)
def test_a_command_in_our_sentences_works(language, text, wanted):
    assert intent(text, language) == wanted
    keys = ("stopped", "welcome", "stop.which", "alerts.only", "help")
    said = " ".join(languages().contents[language].entries[key].form(None) for key in keys)
    assert text.rstrip("।.") in said
