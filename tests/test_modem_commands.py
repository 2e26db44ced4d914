"""A modem on the command line: added, tried, shown, checked; and where Gammu is not installed."""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.context import open_gateway
from gateway.engine.poller import Poller
from gateway.providers.modem import Modem
from gateway.settings import Settings
from tests.providers.modems import Dummy

Call = Callable[..., Result]
TO = "+447700900123"


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "data"))
    runner = CliRunner()

    def call(*words: str) -> Result:
        return runner.invoke(main, list(words))

    assert call("init").exit_code == 0
    return call


@pytest.fixture
def dummy(tmp_path: Path) -> Dummy:
    return Dummy(tmp_path)


def words(dummy: Dummy, **more: str) -> list[str]:
    given = dummy.settings | more
    return [word for name, value in given.items() for word in ("--set", f"{name}={value}")]


def add(call: Call, dummy: Dummy, **more: str) -> Result:
    return call("channel", "add", "sim", "--provider", "modem", *words(dummy, **more))


def said(call: Call) -> tuple[str, str]:
    lines = json.loads(call("check", "--json").output)
    return next((one["state"], one["say"]) for one in lines if one["what"] == "channel sim")


def test_a_modem_is_added_tried_and_shown(call: Call, dummy: Dummy) -> None:
    added = add(call, dummy, country="GB", pin="1234")
    assert added.exit_code == 0, added.output
    assert (added.exit_code, "Nobody has to call it" in added.output) == (0, True)
    tried = call("channel", "test", "sim")
    assert tried.exit_code == 0
    assert "network   registered" in tried.output
    sent = call("channel", "test", "sim", "--to", TO)
    assert (sent.exit_code, sent.output.startswith("accepted: ")) == (0, True)
    shown = json.loads(call("channel", "show", "sim", "--json").output)
    assert shown["settings"]["pin"] == "(set)"
    assert said(call) == ("well", "modem, 0.133333 parts a second")


@pytest.mark.parametrize(
    "name, value",
    [
        ("pin", "12"),
        ("smsc", "centre"),
        ("balance_code", "144"),
        ("balance_pattern", "("),
        ("balance_pattern", "no group"),
        ("balance_hours", "0"),
    ],
)
def test_a_wrong_setting_is_named(call: Call, dummy: Dummy, name: str, value: str) -> None:
    refused = add(call, dummy, **{name: value})
    assert refused.exit_code == 1
    assert f"{name} is not of the right form" in refused.output


def test_a_modem_that_is_not_there_is_told_in_words(call: Call, dummy: Dummy) -> None:
    assert add(call, dummy, device="/dev/no-such-modem", connection="at", model="").exit_code == 0
    tried = call("channel", "test", "sim")
    assert tried.exit_code == 1
    assert "The modem is not there: look at plug and power." in tried.output


def test_one_that_the_gateway_uses_is_told_in_words(call: Call, dummy: Dummy) -> None:
    add(call, dummy)
    holder = Modem("", dummy.settings)
    holder.check()
    tried = call("channel", "test", "sim")
    assert "Another program uses the modem: the running gateway, perhaps." in tried.output
    holder.close()


def test_check_and_show_say_what_the_running_gateway_found(call: Call, dummy: Dummy) -> None:
    add(call, dummy, device="/dev/no-such-modem", connection="at", model="")
    gw = open_gateway(Settings.load())
    channel = gw.channels.get("sim")
    assert channel is not None
    Poller(gw, channel.id, threading.Event()).round()
    gw.store.close()
    shown = json.loads(call("channel", "show", "sim", "--json").output)
    assert shown["condition"] == {"device": "ERR_DEVICENOTEXIST"}
    state, say = said(call)
    assert (state, say.startswith("The modem is not there")) == ("wrong", True)


def test_where_gammu_is_missing_it_says_how_to_install_it(
    call: Call, dummy: Dummy, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = "python-gammu is not installed here. Run: pip install 'gateway-sms[modem]'"
    assert add(call, dummy).exit_code == 0
    monkeypatch.setitem(sys.modules, "gammu", None)
    assert how in call("channel", "test", "sim").output
    assert said(call) == ("wrong", how)
    refused = call("channel", "add", "two", "--provider", "modem", *words(dummy))
    assert (refused.exit_code, how in refused.output) == (1, True)
    assert "Traceback" not in refused.output
