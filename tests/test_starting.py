"""What cannot run is refused in a sentence, before anything is served."""

import os
import subprocess
import sys
from pathlib import Path
from socket import socket

import psutil
import pytest

from tests.journeys.waiting import until


def gateway(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words],
        env=ours | {"GATEWAY_DATA": str(folder)} | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("made") / "data"
    assert gateway(made, "init", "--demo").returncode == 0
    return made


def refused(answer: subprocess.CompletedProcess[str]) -> str:
    """Return the sentence a command was refused with; there is nothing else on its lines."""
    assert answer.returncode == 1
    assert answer.stdout == ""
    said = answer.stderr.splitlines()
    assert len(said) == 1
    return said[0]


def test_a_port_that_another_program_has_is_refused_by_name(folder):
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(gateway(folder, "run", GATEWAY_PORT=str(port)))
    assert said.startswith(f"Error: Another program has port {port}.")


def test_an_address_that_is_not_here_is_refused(folder):
    # 192.0.2.1 is kept for examples: no machine has it.
    said = refused(gateway(folder, "run", GATEWAY_HOST="192.0.2.1"))
    assert said.startswith("Error: Cannot listen on 192.0.2.1, port 8080:")


@pytest.mark.parametrize("words", ["run", "channel show simulator", "channel set simulator --on"])
def test_a_store_with_the_key_of_another_is_refused(folder, words):
    answer = gateway(folder, *words.split(), GATEWAY_SECRET="the key of another store")
    assert refused(answer).startswith("Error: The key file is not the one of this store")


def test_a_check_with_the_key_of_another_store_names_the_channel(folder):
    answer = gateway(folder, "check", GATEWAY_SECRET="the key of another store")
    assert answer.returncode == 1
    assert "WRONG channel simulator its settings cannot be opened" in answer.stdout


def test_a_folder_without_a_store_is_told_what_to_do(tmp_path):
    said = refused(gateway(tmp_path, "run"))
    assert "gateway init" in said


def test_who_ends_is_started_again_and_a_stop_is_heard_at_any_moment(folder, tmp_path, free_port):
    """Ends the process that serves twice, the second time at once; then asks to stop."""
    environ = os.environ | {"GATEWAY_DATA": str(folder), "GATEWAY_PORT": str(free_port)}
    command = [sys.executable, "-m", "gateway", "run"]
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            supervisor = psutil.Process(process.pid)
            seen: set[int] = set()
            for _ in range(2):
                until(lambda: {one.pid for one in supervisor.children()} - seen, "one serves", 20)
                (child,) = supervisor.children()
                seen.add(child.pid)
                child.kill()
                child.wait(10)
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
        log.seek(0)
        said = log.read()
    assert "the gateway stopped by itself" in said
    assert said.count("Sign in:") <= 1


def test_an_empty_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert gateway(data, "init").returncode == 0
    (data / "key").write_text("\n")
    assert "is empty" in refused(gateway(data, "run"))
    assert gateway(data, "init").returncode == 1
    assert (data / "key").read_text() == "\n"


def test_links_of_commands_lead_where_the_gateway_is_served(folder, tmp_path, free_port):
    environ = os.environ | {"GATEWAY_DATA": str(folder), "GATEWAY_PORT": str(free_port)}
    log = tmp_path / "log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "run"], env=environ, stdout=said, stderr=said
        )
    try:
        until(lambda: "Stop:" in log.read_text(), "it says where it is", 20)
    finally:
        process.terminate()
        process.wait(30)
    here, set_one = f"http://127.0.0.1:{free_port}/", "https://gateway.example.org/"
    assert f"{here}password/" in gateway(folder, "user", "add", "sita", "--role", "operator").stdout
    assert f"{here}hooks/" in gateway(folder, "channel", "show", "simulator").stdout
    link = gateway(folder, "user", "reset", "sita", GATEWAY_PUBLIC_URL=set_one).stdout
    assert f"{set_one}password/" in link
