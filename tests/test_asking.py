"""`gateway channel add` at a terminal asks for exactly what its provider must have."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gateway import providers
from gateway.providers import load
from tests.surroundings.reports import cannot_run
from tests.test_starting import gateway

SECRET = "0" * 32
Add = Callable[..., tuple[int, str]]


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Run the command at a terminal, where these lines are typed."""
    if sys.platform == "win32":
        cannot_run("asking", "there are no pseudo-terminals here")
    data = tmp_path / "data"
    assert gateway(data, "init", "--empty").returncode == 0

    def add(*words: str, typed: Sequence[str] = ()) -> tuple[int, str]:
        here, there = os.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "gateway", "channel", "add", *words],
            env=dict(os.environ) | {"GATEWAY_DATA": str(data)},
            stdin=there,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it finds this terminal and no other
        ) as asking:
            said = "".join(_answered(asking, here, list(typed)))
        os.close(there)
        os.close(here)
        return asking.returncode, said

    return add


def _answered(asking: "subprocess.Popen[bytes]", here: int, typed: list[str]) -> Iterator[str]:
    """Yield what it says, and type one line for each question, once it is asked."""
    assert asking.stdout is not None
    line = b""
    while octet := asking.stdout.read(1):
        line = b"" if octet == b"\n" else line + octet
        yield octet.decode("latin-1")
        if line.endswith(b": ") and line.count(b" ") == 1:
            os.write(here, typed.pop(0).encode() + b"\n")


def test_it_asks_for_what_is_missing_and_again_for_what_is_wrong(add: Add) -> None:
    words = ("water", "--provider", "twilio", "--address", "+15550199")
    code, said = add(*words, typed=("AC12", "AC" + "1" * 32, SECRET))
    assert code == 0, said
    assert "account_sid is not of the right form." in said
    assert "auth_token" in said
    assert SECRET not in said
    assert "/hooks/water/message#rc=3" in said
    assert "status_callback" not in said  # what has a default is not asked for


def test_what_was_given_is_not_asked_for(add: Add) -> None:
    given = ("--set", f"account_sid=AC{'1' * 32}", "--set", f"auth_token={SECRET}")
    code, said = add("water", "--provider", "twilio", *given)
    assert (code, "account_sid" in said) == (0, False)


@pytest.mark.parametrize("provider", providers.PROVIDERS)
def test_where_nobody_can_be_asked_all_that_is_missing_is_named(
    provider: str, tmp_path: Path
) -> None:
    needed = [need.name for need in load(provider).needs if need.default is None]
    if not needed:
        return
    gateway(tmp_path / "data", "init", "--empty")
    refused = gateway(tmp_path / "data", "channel", "add", "x", "--provider", provider)
    assert refused.returncode == 1
    told = refused.stdout + refused.stderr
    assert [name for name in needed if f"{name} must be given." not in told] == []
