"""Who goes by which channel, and what does not work, on the command line."""

import json

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.checking import _channel
from gateway.context import Gateway
from gateway.store import channels
from tests.core.field import NOW, Field


class _Held:
    def __init__(self, gw: Gateway) -> None:
        self.gw = gw

    def __enter__(self) -> Gateway:
        return self.gw

    def __exit__(self, *what: object) -> None:
        return None


@pytest.fixture(autouse=True)
def held(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on this gateway, and leave it open."""
    for module in ("channels", "routes"):
        monkeypatch.setattr(f"gateway.cli.{module}.gateway", lambda: _Held(field.gw))


def route(*words: str) -> Result:
    return CliRunner().invoke(main, ["channel", "route", *words])


def rules(*words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(route(*words, "--json").output)
    return found


def test_a_rule_is_kept_listed_and_dropped() -> None:
    kept = route("simulator", "--prefix", "KE", "--class", "bulk", "--never")
    assert (kept.exit_code, kept.output) == (0, "The rule is kept.\n")
    wanted = {"prefix": "+254", "area": "", "class": "bulk", "channel": "simulator"}
    assert rules() == rules("simulator") == [wanted | {"rank": "never"}]
    assert route("simulator", "--prefix", "+254", "--class", "bulk", "--drop").exit_code == 0
    assert rules() == []


WRONG = {
    "two at once": (["simulator", "--rank", "1", "--never"], "Give one of"),
    "no channel": (["--never"], "Name the channel"),
    "nobody's": (["nobody", "--rank", "1"], "no channel of this name"),
    "no such rule": (["simulator", "--drop"], "no such rule"),
    "no prefix": (["simulator", "--prefix", "254", "--never"], "A prefix is +"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_a_rule_is_refused_with_a_sentence(case: str) -> None:
    words, said = WRONG[case]
    found = route(*words)
    assert found.exit_code == 1
    assert said in found.output


def test_lists_and_checks_say_what_does_not_work(field: Field) -> None:
    field.gw.store.write(lambda db: channels.down(db, 1, NOW - 60, NOW + 5, 0, "unreachable"))
    listed = CliRunner().invoke(main, ["channel", "list", "--json"])
    (row,) = json.loads(listed.output)
    assert (row["state"], row["share"]) == ("down: unreachable", "0%")
    shown = json.loads(CliRunner().invoke(main, ["channel", "show", "simulator", "--json"]).output)
    assert (shown["state"], shown["routes"]) == ("down: unreachable", [])
    what, state, say = _channel(field.gw, "simulator")
    assert (what, state) == ("channel simulator", "look")
    assert say.startswith("does not work since")
    assert "unreachable" in say
