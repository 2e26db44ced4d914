"""USSD over the store: dropped sessions, repeated steps, stars, shortcuts."""

from dataclasses import replace
from functools import partial

import pytest

from gateway import receive
from gateway.domain.messages import Phase, Turn
from gateway.receive import turns
from gateway.store import sessions
from tests.core.field import AMINA, Field


def typed(field: Field, session: str = "s1") -> None:
    """Go as far as the last look before sending."""
    for path in ("", "2", "2*Lower Bank", "2*Lower Bank*maji hakuna * tangu jana"):
        field.dial(path, session)


def test_a_form_is_filed_with_place_and_words_stars_and_all(field: Field) -> None:
    typed(field)
    last = field.dial("2*Lower Bank*maji hakuna * tangu jana*1")
    item = field.items()[0]
    assert (item["type"], item["text"]) == ("request", "maji hakuna * tangu jana")
    assert item["area"] == field.one("SELECT id FROM area WHERE pcode = 'ZZ0102'")
    assert not last.goes_on
    assert item["reference"] in last.text


def test_the_reference_comes_by_sms_too(field: Field) -> None:
    typed(field)
    field.dial("2*Lower Bank*maji hakuna * tangu jana*1")
    row = field.rows("SELECT * FROM outbox")[0]
    assert row["recipient"] == AMINA
    assert field.items()[0]["reference"] in row["text"]


def test_a_repeated_step_gets_the_same_screen_and_nothing_twice(field: Field) -> None:
    typed(field)
    last = field.dial("2*Lower Bank*maji hakuna * tangu jana*1")
    assert field.dial("2*Lower Bank*maji hakuna * tangu jana*1") == last
    assert field.dial("2*Lower Bank") == last
    assert len(field.items()) == 1
    assert field.one("SELECT count(*) FROM outbox") == 1


def test_every_screen_fits_what_the_channel_shows(field: Field) -> None:
    field.dial("")
    for language in range(1, 6):
        screen = field.dial(f"5*6*{language}", f"lang{language}")
        assert len(screen.text) <= (70 if any(ord(c) > 0x2FF for c in screen.text) else 160)


def test_a_dropped_session_is_taken_up_again_within_ten_minutes(field: Field) -> None:
    typed(field)
    field.clock.now += 4 * 60
    offered = field.dial("", "s2")
    assert offered.text.splitlines()[1].startswith("1 ")
    field.dial("1", "s2")
    last = field.dial("1*1", "s2")
    assert [item["text"] for item in field.items()] == ["maji hakuna * tangu jana"]
    assert field.items()[0]["reference"] in last.text


def test_starting_again_keeps_what_was_typed_as_partial(field: Field) -> None:
    typed(field)
    field.dial("", "s2")
    menu = field.dial("2", "s2")
    assert menu.text == field.dial("", "s3", sender="+15550199").text
    assert [item["partial"] for item in field.items()] == [1]


def test_after_ten_minutes_it_is_a_partial_item_and_a_fresh_menu(field: Field) -> None:
    typed(field)
    field.clock.now += 11 * 60
    screen = field.dial("", "s2")
    assert "1 " in screen.text
    assert [(item["partial"], item["text"]) for item in field.items()] == [
        (1, "maji hakuna * tangu jana")
    ]


def test_the_sweep_files_a_session_nobody_took_up_again(field: Field) -> None:
    typed(field)
    field.clock.now += 11 * 60
    now = field.clock.now
    for row in sessions.stale(field.gw.store.read, "ussd", now - turns.PATIENCE):
        field.gw.store.write(partial(turns.expire, field.gw, row=row, now=now))
    assert [item["partial"] for item in field.items()] == [1]
    assert sessions.stale(field.gw.store.read, "ussd", now) == []


def test_inputs_dialled_with_the_code_are_followed(field: Field) -> None:
    field.dial("", "walked", sender="+15550199")
    assert field.dial("1", "new") == field.dial("1", "walked", sender="+15550199")


def test_a_star_dialled_into_words_stays_in_them(field: Field) -> None:
    field.dial("1*when * where*1", "new")
    field.dial("1*when * where*1*1", "new")
    assert [item["text"] for item in field.items()] == ["when * where*1"]


def test_another_language_is_used_at_once_and_remembered(field: Field) -> None:
    field.dial("", "s1")
    field.dial("5", "s1")
    field.dial("5*6", "s1")
    screen = field.dial("5*6*3", "s1")
    assert "Uliza swali" in screen.text
    assert "Uliza swali" in field.dial("", "s2").text


def test_last_input_protocols_work_too(field: Field) -> None:
    def press(said: str, step: int, phase: Phase = Phase.INPUT) -> str:
        turn = Turn(AMINA, "*404#", "L1", phase, said, hops=step)
        screen = receive.turn(field.gw, field.channel, turn)
        assert screen is not None
        return screen.text

    press("", 1, Phase.START)
    question = press("1", 2)
    assert press("1", 2) == question
    press("where is the clinic", 3)
    press("1", 4)
    assert [item["text"] for item in field.items()] == ["where is the clinic"]


def test_a_step_under_the_name_it_had_is_told_again(field: Field) -> None:
    def press(said: str, reference: str, phase: Phase = Phase.INPUT) -> str:
        turn = Turn(AMINA, "*404#", "L1", phase, said, reference=reference)
        screen = receive.turn(field.gw, field.channel, turn)
        assert screen is not None
        return screen.text

    press("", "a", Phase.START)
    question = press("1", "b")
    assert press("1", "b") == question
    assert press("1", "c") != question  # one sign of text: the very same key, pressed once more
    press("1", "d")
    assert [item["text"] for item in field.items()] == ["1"]


def test_the_end_of_a_session_shows_nothing_and_loses_nothing(field: Field) -> None:
    typed(field)
    end = Turn(AMINA, "*404#", "s1", Phase.END, "", path="2")
    assert receive.turn(field.gw, field.channel, end) is None
    assert "1 " in field.dial("", "s2").text


def test_what_is_sensitive_is_never_confirmed_on_the_phone(field: Field) -> None:
    form = replace(field.gw.pack.forms["request"], files="sensitive")
    forms = {**field.gw.pack.forms, "request": form}
    field.gw.pack = replace(field.gw.pack, forms=forms)
    typed(field)
    field.dial("2*Lower Bank*maji hakuna * tangu jana*1")
    assert [item["sensitive"] for item in field.items()] == [1]
    assert field.rows("SELECT * FROM outbox") == []


@pytest.mark.parametrize("keys", ["0", "00", "98", "99", "*", "#", "x" * 500, "\u202e", "١"])
def test_no_key_breaks_any_step(field: Field, keys: str) -> None:
    walks = ("", "1", "2", "2*Lower Bank", "2*Lower Bank*water", "3", "5", "5*1", "5*6", "4*dam")
    for number, walk in enumerate(walks):
        path, session = "", f"s{number}"
        field.dial("", session, sender=f"+155501{number:02}")
        for key in [*filter(None, walk.split("*")), keys, keys]:
            path = f"{path}*{key}" if path else key
            screen = field.dial(path, session, sender=f"+155501{number:02}")
            assert screen.text.strip()
            assert "{" not in screen.text
            assert len(screen.text) <= 160
