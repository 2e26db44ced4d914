"""Long work: lists that go out, a kill in the middle of them, and a person who stops a job."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import background, imports
from gateway.background import exports
from gateway.cli import main
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Refused
from gateway.settings import Settings
from gateway.store import audit, contacts, create, jobs

BY = "user:ada"
MANY = 2600


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    values = {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for a test"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.load(values)


@pytest.fixture
def gw(settings: Settings) -> Iterator[Gateway]:
    create(settings.store)
    made = open_gateway(settings)
    made.store.write(_people)
    yield made
    made.store.close()


def _people(db) -> None:
    db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO contact (id, created_at) SELECT i, 0 FROM n",
        (MANY,),
    )
    db.execute(
        "INSERT INTO address (contact, kind, value, consent)"
        " SELECT id, 'phone', '+4477009' || printf('%05d', id), 'in' FROM contact"
    )


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def want(gw: Gateway, job: int):
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    return row


def assert_whole(gw: Gateway, job: int) -> None:
    row = want(gw, job)
    assert (row["state"], row["done"], row["total"]) == ("done", MANY, MANY)
    found = [row["address"] for row in rows_of(exports.file_of(gw, job))]
    assert found == [f"'+4477009{n:05}" for n in range(1, MANY + 1)]


class PowerCut(Exception):
    pass


def cut_after(chunks: int):
    told = []

    def cut(done: int, total: int) -> None:
        told.append(done)
        if len(told) == chunks:
            raise PowerCut

    return cut


@pytest.mark.parametrize("chunks", range(1, 7))
def test_a_list_that_was_cut_goes_on_and_has_each_row_once(gw: Gateway, chunks: int) -> None:
    job = exports.start(gw, BY, "export_contacts")
    with pytest.raises(PowerCut):
        background.run(gw, job, cut_after(chunks))
    assert 0 < want(gw, job)["done"] <= MANY
    assert not exports.file_of(gw, job).exists()
    background.run(gw, job)
    assert_whole(gw, job)


def test_a_list_the_disk_did_not_keep_whole_is_begun_anew(gw: Gateway) -> None:
    job = exports.start(gw, BY, "export_contacts")
    with pytest.raises(PowerCut):
        background.run(gw, job, cut_after(3))
    part = exports.file_of(gw, job).with_suffix(".part")
    size = part.stat().st_size
    part.write_bytes(part.read_bytes()[: size // 2] + bytes(size - size // 2))
    background.run(gw, job)
    assert_whole(gw, job)


def test_two_who_write_one_list_write_each_row_once(gw: Gateway) -> None:
    job = exports.start(gw, BY, "export_contacts")

    def other(done: int, total: int) -> None:
        if done == 1000:
            background.run(gw, job)

    background.run(gw, job, other)
    assert_whole(gw, job)


KILLED = """
import sys
from gateway import background
from gateway.context import open_gateway
from gateway.settings import Settings

gw = open_gateway(Settings.load())
background.run(gw, int(sys.argv[1]), lambda done, total: print(done, flush=True))
"""


def test_a_process_that_is_killed_leaves_a_list_that_goes_on(gw: Gateway) -> None:
    job = exports.start(gw, BY, "export_contacts")
    command = [sys.executable, "-c", KILLED, str(job)]
    environ = {**os.environ, **gw.settings.values}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    background.run(gw, job)
    assert_whole(gw, job)


def test_nobody_else_may_read_a_list(gw: Gateway) -> None:
    job = exports.start(gw, BY, "export_contacts")
    background.run(gw, job)
    assert exports.file_of(gw, job).stat().st_mode & 0o077 == 0
    assert exports.file_of(gw, job).parent.stat().st_mode & 0o077 == 0


def test_whoever_stops_a_job_ends_it_between_two_chunks(gw: Gateway) -> None:
    job = exports.start(gw, BY, "export_contacts")

    def stop(done: int, total: int) -> None:
        background.stop(gw, BY, job)

    background.run(gw, job, stop)
    assert (want(gw, job)["state"], want(gw, job)["done"]) == ("stopped", 500)
    assert list((gw.settings.data / "exports").iterdir()) == []
    assert jobs.input_of(gw.store.read, job) == b""
    assert [row["subject"] for row in audit.page(gw.store.read, act="job.stop")] == [f"job:{job}"]
    background.run(gw, job)
    assert want(gw, job)["state"] == "stopped"
    with pytest.raises(Refused, match="nothing to stop"):
        background.stop(gw, BY, job)
    with pytest.raises(Refused, match="no job 99"):
        background.stop(gw, BY, 99)


def test_an_import_that_is_stopped_keeps_the_lines_before(gw: Gateway) -> None:
    lines = "".join(f"+44770090{n:04},in\n" for n in range(400))
    job = imports.start(gw, BY, "contacts", f"address,consent\n{lines}".encode())

    def stop(done: int, total: int) -> None:
        if done == 100:
            background.stop(gw, BY, job)

    before = contacts.count(gw.store.read)
    background.run(gw, job, stop)
    assert (want(gw, job)["state"], want(gw, job)["done"]) == ("stopped", 100)
    assert contacts.count(gw.store.read) <= before + 100


def command(*words: str, code: int = 0) -> str:
    found = CliRunner().invoke(main, words)
    assert found.exit_code == code, found.output
    return found.output


def test_the_commands_list_show_and_stop_jobs(gw: Gateway) -> None:
    assert "No job waits" in command("jobs", "list")
    job = exports.start(gw, BY, "export_contacts")
    assert "export_contacts" in command("jobs", "list")
    assert "state: waiting" in command("jobs", "show", str(job))
    assert "Stopped at 0 of 2600." in command("jobs", "stop", str(job))
    assert "nothing to stop" in command("jobs", "stop", str(job), code=1)
    assert '"state": "stopped"' in command("jobs", "list", "--all", "--json")
    assert "gateway jobs list --all" in command("jobs", "show", "99", code=1)


def test_the_command_tells_of_refused_lines_that_it_does_not_show(gw: Gateway) -> None:
    job = imports.start(gw, BY, "contacts", b"address\n" + b"nobody\n" * 130)
    imports.run(gw, job)
    said = command("jobs", "show", str(job))
    assert said.count("Line ") == 100
    assert "and 30 lines more\n" in said
    assert "refused: 130\n" in said
    assert '"refused_lines": 130' in command("jobs", "show", str(job), "--json")


def test_a_list_taken_out_by_command_tells_how_far_it_is_and_leaves_one_file(
    gw: Gateway, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    said = command("contacts", "export", str(file))
    assert "Exporting: 500 of 2600" in said
    assert "Exporting: 2600 of 2600" in said
    assert len(rows_of(file)) == MANY
    assert list((gw.settings.data / "exports").iterdir()) == []


def test_a_list_brought_in_by_command_tells_how_far_it_is(gw: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("address\n" + "".join(f"+4477009{n:05}\n" for n in range(100)))
    assert "Importing: 100 of 100" in command("contacts", "import", str(file))
