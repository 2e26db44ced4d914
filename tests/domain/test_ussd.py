"""Screens are cut to the phone, and a path gives up its newest input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.dialogue import Prompt
from gateway.domain.sms import measure
from gateway.domain.ussd import inputs, newest, page, screens

WORDS = {
    "ussd.more": "More",
    "ussd.back": "Back",
    "ussd.home": "Home",
    "ussd.previous": "Previous",
    "ussd.exit": "Exit",
}
say = WORDS.__getitem__
MENU = Prompt("Red Cross", (("1", "Ask"), ("2", "Help")))


def within(screen: str, gsm7: int = 160, ucs2: int = 70) -> bool:
    size = measure(screen)
    return sum(size.units) <= (gsm7 if size.alphabet == "gsm7" else ucs2)


FEET = [
    (MENU, 0, "Red Cross\n1 Ask\n2 Help\n0 Exit"),
    (MENU, 1, "Red Cross\n1 Ask\n2 Help\n0 Back"),
    (MENU, 2, "Red Cross\n1 Ask\n2 Help\n0 Back\n00 Home"),
    (Prompt("Place?", (("0", "Skip"),), free=True), 1, "Place?\n0 Skip"),
    (Prompt("Place?", (("0", "Skip"),), free=True), 2, "Place?\n0 Skip\n00 Home"),
    (Prompt("What do you need?", free=True), 1, "What do you need?\n0 Back"),
    (Prompt("Thank you.", ends=True), 3, "Thank you."),
]


@pytest.mark.parametrize("prompt, depth, wanted", FEET)
def test_a_screen_says_the_way_back(prompt, depth, wanted):
    assert screens(prompt, say, depth=depth) == [wanted]


def test_the_way_home_never_costs_a_screen():
    assert screens(MENU, say, depth=2, gsm7_limit=30) == ["Red Cross\n1 Ask\n2 Help\n0 Back"]


def test_a_long_menu_goes_on_behind_98_and_no_option_is_split():
    names = ("Flood", "Cyclone", "Earthquake", "Cholera", "Heat")
    options = tuple((str(n), name) for n, name in enumerate(names, 1))
    assert screens(Prompt("Information", options), say, gsm7_limit=45, depth=1) == [
        "Information\n1 Flood\n2 Cyclone\n98 More",
        "3 Earthquake\n4 Cholera\n5 Heat\n0 Back",
    ]


def test_a_long_text_is_cut_between_words():
    text = "Go to high ground now. Take water and medicine."
    first, second = screens(Prompt(text, ends=True), say, gsm7_limit=40)
    assert first == "Go to high ground now. Take\n98 More"
    assert second == "water and medicine.\n99 Previous"


def test_one_name_in_another_script_narrows_only_its_own_screen():
    options = (("1", "English"), ("2", "Kiswahili"), ("3", "Français"), ("4", "नेपाली"))
    text = "Choose the language in which we shall write to you from now on. Thank you."
    first, second = screens(Prompt(text, options), say)
    assert measure(first).alphabet == "gsm7"
    assert measure(second).alphabet == "ucs2"
    assert second.startswith("3 Français\n4 नेपाली")


def test_a_page_that_is_not_there_shows_the_last():
    assert page(MENU, 9, say).text == screens(MENU, say)[-1]
    assert page(MENU, -1, say).goes_on
    assert not page(Prompt("Bye", ends=True), 0, say).goes_on


letters = st.text(st.sampled_from("abc é€[😀नमस्ते مرحبا\n"), max_size=300)
labels = st.lists(st.text(st.sampled_from("abcé €नि😀"), min_size=1, max_size=30), max_size=9)


@given(letters, labels, st.integers(0, 3), st.booleans())
def test_every_screen_is_within_its_limit_and_every_option_within_reach(text, names, depth, ends):
    options = tuple((str(n), name) for n, name in enumerate(names, 1))
    cut = screens(Prompt(text, options, ends=ends), say, depth=depth)
    assert all(within(screen) for screen in cut)
    lines = [line.strip() for screen in cut for line in screen.split("\n")]
    assert all(f"{key} {label}".strip() in lines for key, label in options)
    assert all("\n98 More" in screen for screen in cut[:-1])
    assert "".join(text.split()) in "".join(_body(cut).split())


@given(st.text(st.sampled_from("ab न😀"), max_size=200), labels)
def test_small_screens_are_kept_too(text, names):
    options = tuple((str(n), name) for n, name in enumerate(names, 1))
    cut = screens(Prompt(text, options), say, gsm7_limit=40, ucs2_limit=24)
    assert all(within(screen, 40, 24) for screen in cut)


def _body(cut: list[str]) -> str:
    feet = ("98 More", "99 Previous", "0 Back", "0 Exit", "00 Home")
    return " ".join(line for screen in cut for line in screen.split("\n") if line not in feet)


PATHS = [
    ("", None, ""),
    ("5", None, "5"),
    ("2*1", None, "2*1"),
    ("", "", None),
    ("2", "", "2"),
    ("2", "2", None),
    ("2*2", "2", "2"),
    ("2*2", "2*2", None),
    ("2", "2*2", None),
    ("", "2", None),
    ("2*Garsen*maji * jana", "2*Garsen", "maji * jana"),
    ("2**", "2", "*"),
    ("2*", "2", ""),
    ("22", "2", "22"),
    ("1*3", "2", "3"),
]


@pytest.mark.parametrize("path, seen, wanted", PATHS)
def test_a_cumulative_path_gives_what_is_new_once(path, seen, wanted):
    assert newest(path, seen) == wanted


@given(st.lists(st.text(st.sampled_from("12ab* "), min_size=1, max_size=9), max_size=6))
def test_a_session_read_from_its_paths_gives_each_input(said):
    path, seen, read = "", None, []
    for text in ["", *said]:
        path = f"{path}*{text}" if path else text
        new = newest(path, seen)
        assert newest(path, path) is None
        seen = path
        read.append(new)
    assert read == ["", *said]


def test_inputs_dialled_at_once_are_a_list():
    assert (inputs(""), inputs("5"), inputs("2*1")) == ([], ["5"], ["2", "1"])
