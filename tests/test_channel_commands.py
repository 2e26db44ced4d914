"""The limits of a channel on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.opening import gateway

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line on a folder with a simulator."""
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path))
    runner = CliRunner()

    def call(*words: str) -> Result:
        return runner.invoke(main, list(words))

    assert call("init", "--demo").exit_code == 0
    return call


def shown(call: Call) -> dict[str, object]:
    found: dict[str, object] = json.loads(call("channel", "show", "simulator", "--json").output)
    return found


def check(call: Call) -> str:
    lines = json.loads(call("check", "--json").output)
    return next(str(line["say"]) for line in lines if line["what"].endswith("simulator"))


def test_limits_are_set_one_by_one_and_stay(call: Call) -> None:
    limits = ("--per-hour", "100", "--credit", "300", "--reserve", "20", "--warn-at", "50")
    assert call("channel", "set", "simulator", *limits).exit_code == 0
    assert call("channel", "set", "simulator", "--per-day", "500").exit_code == 0
    told = shown(call)
    names = ("per_hour", "per_day", "credit", "reserve", "warn_at")
    assert [told[name] for name in names] == [100, 500, 300.0, 20.0, 50.0]
    assert call("channel", "set", "simulator", "--per-hour", "0", "--no-credit").exit_code == 0
    told = shown(call)
    assert [told[name] for name in names] == [None, 500, None, 20.0, 50.0]


def test_a_channel_is_added_with_its_limits(call: Call) -> None:
    words = ("--provider", "simulator", "--per-day", "200", "--credit", "1000")
    assert call("channel", "add", "bundle", *words).exit_code == 0
    told = json.loads(call("channel", "show", "bundle", "--json").output)
    assert (told["per_day"], told["credit"]) == (200, 1000.0)


@pytest.mark.parametrize("words", [("--per-hour", "5"), ("--per-day", "19"), ("--reserve", "51")])
def test_a_limit_that_could_block_is_refused(call: Call, words: tuple[str, ...]) -> None:
    assert call("channel", "set", "simulator", *words).exit_code != 0
    assert shown(call)["per_hour"] is None


def test_what_waits_and_what_went_is_shown(call: Call) -> None:
    assert (shown(call)["waiting"], shown(call)["last_day"]) == (0, {})
    assert call("send", "+15550100", "hello").exit_code == 0
    assert (shown(call)["waiting"], shown(call)["last_day"]) == (1, {"queued": 1})


def test_when_it_last_sent_is_written_as_other_times_are(call: Call) -> None:
    assert call("send", "+15550100", "hello").exit_code == 0
    with gateway() as gw:
        gw.store.write(lambda db: db.execute("UPDATE outbox SET state='sent', sent_at=1795000000"))
    assert "last_out  2026-11-18 11:06:40+00:00" in call("channel", "show", "simulator").output


def test_what_was_paid_in_is_added(call: Call) -> None:
    call("channel", "set", "simulator", "--top-up", "300")
    call("channel", "set", "simulator", "--top-up", "200")
    assert shown(call)["credit"] == 500.0


def test_check_warns_before_the_credit_ends_and_says_what_to_do(call: Call) -> None:
    call("channel", "set", "simulator", "--credit", "500")
    assert "practice" in check(call)
    call("channel", "set", "simulator", "--credit", "60")
    assert check(call).startswith("runs out of credit: 60 left.")
    assert "gateway channel set simulator --top-up" in check(call)
    call("channel", "set", "simulator", "--credit", "40")
    assert check(call).startswith("has credit for emergencies only")
    call("channel", "set", "simulator", "--credit", "0")
    assert check(call).startswith("has no credit left")
    assert call("check").exit_code == 1
