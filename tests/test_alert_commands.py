"""An alert on the command line: what is approved is what was shown."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway import broadcast
from gateway.cli import main
from gateway.context import Gateway
from gateway.store import alerts, users
from tests.test_broadcast import RAM, SITA, clock, draft, gw, run, state
from tests.web.people import PASSWORD

__all__ = ["clock", "gw"]


@pytest.fixture
def waiting(gw: Gateway, clock, monkeypatch) -> int:
    """An alert that waits for ram."""
    gw.store.write(lambda db: users.add_user(db, "ram", "approver", PASSWORD, 0))
    monkeypatch.setattr("gateway.cli.alerts.gateway", lambda: _Held(gw))
    alert = broadcast.create(gw, SITA, draft())
    broadcast.submit(gw, SITA, alert)
    return alert


class _Held:
    def __init__(self, gw: Gateway) -> None:
        self.gw = gw

    def __enter__(self) -> Gateway:
        return self.gw

    def __exit__(self, *what: object) -> None:
        return None


def approve(folder: Path, alert: int, *more: str, typed: str = "") -> Result:
    file = folder / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    words = ["alert", "approve", str(alert), "--as", "ram", "--password-file", str(file), *more]
    return CliRunner().invoke(main, words, input=typed)


def test_who_approves_sees_the_words_and_types_the_number(gw, waiting, tmp_path) -> None:
    found = approve(tmp_path, waiting, typed="60\n")
    assert found.exit_code == 0
    assert found.output.index("Go to high ground now.") < found.output.index("Type the number")
    assert state(gw, waiting) == "approved"
    assert alerts.decisions(gw.store.read, waiting)[-1]["by"] == RAM


@pytest.mark.parametrize("more, typed", [(("--people", "59"), ""), ((), "59\n"), ((), "")])
def test_another_number_or_none_approves_nothing(gw, waiting, tmp_path, more, typed) -> None:
    assert approve(tmp_path, waiting, *more, typed=typed).exit_code == 1
    assert state(gw, waiting) == "submitted"


def test_words_changed_while_they_were_read_are_not_approved(
    gw, waiting, tmp_path, monkeypatch
) -> None:
    def reread(*asked: object, **more: object) -> int:
        broadcast.edit(gw, SITA, waiting, draft(texts={"en": "Something else altogether"}))
        broadcast.submit(gw, SITA, waiting)
        return 60

    monkeypatch.setattr("click.prompt", reread)
    found = approve(tmp_path, waiting)
    assert (found.exit_code, "changed meanwhile" in found.output) == (1, True)
    assert state(gw, waiting) == "submitted"


def test_why_messages_did_not_go_is_shown(gw, waiting) -> None:
    broadcast.approve(gw, RAM, waiting, 60)
    run(gw)
    broadcast.stop(gw, SITA, waiting)
    found = CliRunner().invoke(main, ["alert", "show", str(waiting)])
    assert "60 withdrawn\n    60 not sent: alert stopped\n" in found.output
