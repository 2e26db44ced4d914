"""A dialogue goes on although the content pack was changed in the middle of it."""

from dataclasses import replace
from functools import partial

import pytest

from gateway.domain.dialogue import State
from gateway.receive import talk, turns
from gateway.store import sessions
from tests.core.field import AMINA, MAYA, Field


def without(field: Field, room: str, name: str) -> None:
    """Take an entry out of the pack, and the options that lead there."""
    pack = field.gw.pack
    menus = {
        key: replace(menu, options=tuple(o for o in menu.options if o.go != f"{room}.{name}"))
        for key, menu in pack.menus.items()
    }
    pack = replace(pack, menus=menus)
    left = {key: value for key, value in getattr(pack, room).items() if key != name}
    field.gw.pack = replace(pack, **{room: left})


def shortened(field: Field, room: str, name: str, part: str, size: int) -> None:
    entry = getattr(field.gw.pack, room)[name]
    entry = replace(entry, **{part: getattr(entry, part)[:size]})
    field.gw.pack = replace(field.gw.pack, **{room: {**getattr(field.gw.pack, room), name: entry}})


def test_words_typed_into_a_form_that_is_gone_are_kept(field: Field) -> None:
    for path in ("", "2", "2*Lower Bank", "2*Lower Bank*no water"):
        field.dial(path)
    without(field, "forms", "request")
    assert "1 " in field.dial("2*Lower Bank*no water*1").text
    item = field.items()[0]
    assert (item["type"], item["partial"]) == ("other", 1)
    assert "no water" in item["text"]


def test_a_form_that_became_shorter_loses_no_words(field: Field) -> None:
    for path in ("", "2", "2*Lower Bank", "2*Lower Bank*no water"):
        field.dial(path)
    shortened(field, "forms", "request", "fields", 1)
    assert field.dial("2*Lower Bank*no water*1").text
    assert "no water" in field.items()[0]["text"]


def test_a_topic_that_became_shorter_shows_the_menu(field: Field) -> None:
    home = field.dial("", "other", sender="+15550198")
    for path in ("", "5", "5*1", "5*1*1"):
        field.dial(path)
    shortened(field, "topics", "flood", "messages", 1)
    assert field.dial("5*1*1*1") == home


def test_a_menu_on_the_way_back_that_is_gone_does_no_harm(field: Field) -> None:
    home = field.dial("", "other", sender="+15550198")
    field.dial("")
    field.dial("2")
    row = field.rows("SELECT id, state FROM session WHERE seen = '2'")[0]
    lost = replace(State.from_json(row["state"]), back=("menus.gone",))
    field.do("UPDATE session SET state = ? WHERE id = ?", lost.to_json(), row["id"])
    assert field.dial("2*0") == home


@pytest.mark.parametrize("kind", ["ussd", "sms"])
def test_a_sweep_keeps_words_of_a_form_that_is_gone(field: Field, kind: str) -> None:
    if kind == "ussd":
        for path in ("", "2", "2*Lower Bank", "2*Lower Bank*no water"):
            field.dial(path)
    else:
        for words in ("MENU", "2", "nowhere at all"):
            field.text(words, sender=AMINA)
    without(field, "forms", "request")
    close = turns.expire if kind == "ussd" else talk.expire
    for row in sessions.stale(field.gw.store.read, kind, field.clock.now + 1):
        field.gw.store.write(partial(close, field.gw, row=row, now=field.clock.now))
    assert [item["partial"] for item in field.items()] == [1]


def test_a_yes_to_a_suggested_topic_that_is_gone_is_a_message(field: Field) -> None:
    field.text("FLUD")
    without(field, "topics", "flood")
    assert len(field.text("yes")) == 1


def test_a_state_with_a_note_nobody_knows_is_still_read() -> None:
    kept = State("menus.home").to_json().replace('"step"', '"mood": 1, "step"')
    assert State.from_json(kept) == State("menus.home")


def test_a_language_chosen_from_a_menu_outlasts_the_one_it_is_named_in(field: Field) -> None:
    menu = field.gw.pack.menus["language"]
    options = tuple(
        replace(one, name="ASK") if one.language == "ne" else one for one in menu.options
    )
    menus = {**field.gw.pack.menus, "language": replace(menu, options=options)}
    field.gw.pack = replace(field.gw.pack, menus=menus)
    field.text("LANGUAGE")
    field.do("UPDATE contact SET language = NULL")
    field.text("ASK")  # which is a keyword of English people
    assert field.one("SELECT decision FROM inbound ORDER BY id DESC") == "dialogue:menus.language"
    told = "SELECT language FROM contact JOIN address ON contact.id = contact WHERE value = ?"
    assert field.one(told, MAYA) == "ne"
