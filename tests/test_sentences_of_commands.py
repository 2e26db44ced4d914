"""What a command refuses, it says with what to do next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.opening import gateway
from gateway.store import jobs

Call = Callable[..., Result]

SEE_USERS = "There is no such user. See: gateway user list"
COUNTRY = "not a possible phone number: write it with + and the country code"
OFF = "No channel that is on carries SMS. Turn one on, or add one: gateway channel add."
REFUSED = [
    ("user reset nobody", SEE_USERS),
    ("user disable nobody", SEE_USERS),
    ("token add map --role operator --user nobody", SEE_USERS),
    ("user add a --role operator", "A name has 2 to 32 letters or digits"),
    ("send 07700900123 hello", f"Not queued: {COUNTRY}"),
    ("send abc hello", "Not queued: not a phone number"),
    ("channel test simulator --to 12", "Write it with + and the country code."),
]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path))

    def call(words: str, **settings: str) -> Result:
        return CliRunner().invoke(main, words.split(), env=settings)

    assert call("init --demo").exit_code == 0
    return call


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_a_refusal_says_what_to_do(call: Call, words: str, told: str) -> None:
    answer = call(words)
    assert answer.exit_code == 1
    assert told in answer.output


def test_words_of_no_language_are_not_taken_in(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.po"
    file.write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    answer = call(f"content import {file} --language xx")
    assert answer.exit_code == 1
    assert "content.po: No language has this tag. Write the code of one" in answer.output
    assert call(f"content import {file} --language lgg").exit_code == 0


def test_where_the_only_channel_is_off_it_says_so(call: Call) -> None:
    assert call("channel set simulator --off").exit_code == 0
    assert OFF in call("send +15550100 hello").output


def test_what_went_to_a_channel_for_practice_is_told_as_such(call: Call) -> None:
    said = call("send +15550100 hello --wait 0").output
    assert "1 part, gsm7" in said
    assert "This channel is for practice: no network carries it." in said


@pytest.mark.parametrize("provider", ["spool", "gammusmsd"])
def test_a_folder_that_is_not_there_is_named_as_the_fault(
    call: Call, tmp_path: Path, provider: str
) -> None:
    added = call(f"channel add box --provider {provider} --set folder={tmp_path}/smsd")
    assert "Try it: gateway channel test box" in added.output
    assert "The folder is not there" in call("channel test box").output


@pytest.mark.parametrize("url", ["localhost", "127.0.0.1:6379", "http://127.0.0.1:6379"])
def test_a_redis_that_is_no_address_is_told_before_it_is_called(call: Call, url: str) -> None:
    assert "GATEWAY_REDIS must begin with redis://" in call("check", GATEWAY_REDIS=url).output


@pytest.mark.parametrize(("state", "pointed"), [("running", True), ("done", False)])
def test_only_an_alert_that_is_being_sent_is_said_to_be_stopped_elsewhere(
    call: Call, state: str, pointed: bool
) -> None:
    with gateway() as gw:
        job = gw.store.write(lambda db: jobs.add(db, "alert", "user:sita", 1.0, None, 1, "7"))
        gw.store.write(lambda db: db.execute("UPDATE job SET state = ?", (state,)))
    answer = call(f"jobs stop {job}")
    assert answer.exit_code == 1
    assert ("gateway alert stop 7" in answer.output) == pointed
