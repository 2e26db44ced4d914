"""`gateway channel test`: what a provider says, in words, with an exit code."""

from pathlib import Path

import pytest

from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN, TwilioServer
from tests.test_starting import gateway


@pytest.fixture(scope="module")
def twilio():
    with TwilioServer() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory, twilio) -> Path:
    made = tmp_path_factory.mktemp("made") / "data"
    assert gateway(made, "init", "--empty").returncode == 0
    for name, token in (("right", TOKEN), ("wrong", "0" * 32)):
        given = (f"account_sid={ACCOUNT}", f"auth_token={token}", f"base_url={twilio.url}")
        settings = [word for pair in given for word in ("--set", pair)]
        words = ("channel", "add", name, "--provider", "twilio", "--address", NUMBER, *settings)
        assert gateway(made, *words).returncode == 0
    return made


CASES = {
    "signs in and sends nothing": ("right", [], 0, "The provider knows us."),
    "texts a number": ("right", ["--to", "+15550100"], 0, "accepted:"),
    "is refused with a wrong token": ("wrong", [], 1, "account:"),
    "cannot text with a wrong token": ("wrong", ["--to", "+15550100"], 1, "account:"),
}


@pytest.mark.parametrize("name, words, code, begins", CASES.values(), ids=CASES)
def test_a_channel_is_tried_in_words(folder, name, words, code, begins):
    answer = gateway(folder, "channel", "test", name, *words)
    assert (answer.returncode, answer.stderr) == (code, "")
    assert answer.stdout.startswith(begins)


def test_signing_in_texts_nobody(folder, twilio):
    before = len(twilio.messages)
    gateway(folder, "channel", "test", "right")
    assert len(twilio.messages) == before


def test_what_to_paste_says_where_the_key_goes_and_does_not_show_it(folder):
    secret = "a-long-word-of-your-own"
    settings = (
        "--set",
        "username=sandbox",
        "--set",
        f"api_key={'0' * 32}",
        "--set",
        f"hook_key={secret}",
    )
    words = ("channel", "add", "relief", "--provider", "africastalking", "--address", "22384")
    answer = gateway(folder, *words, *settings)
    assert answer.returncode == 0
    assert "/hooks/relief/ussd?key=YOUR-HOOK-KEY" in answer.stdout
    assert secret not in answer.stdout
