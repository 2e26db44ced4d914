"""The benchmark measures: one case in tiny numbers. How fast is not a test's business."""

import doctest
import os
import subprocess
import sys

import pytest

from bench import behind, calls, carriers, figures, group_commit, large, report, soaked, wear
from bench.__main__ import CASES, main
from bench.figures import Line, Spread, Target, markdown
from bench.loading import BadAnswers, run
from bench.plan import Plan
from bench.served import bare_server
from bench.size import TINY

SPREAD = Spread(30.0, 20.0, 40.0)


@pytest.mark.parametrize("module", [calls, figures, report, soaked])
def test_the_examples_hold(module):
    assert doctest.testmod(module).failed == 0


def test_sixteen_writers_are_measured_and_failing_units_spoil_nobody(tmp_path):
    lines = list(group_commit.measure(tmp_path, TINY))
    assert [line.unit for line in lines] == ["a second", lines[1].unit, ""]
    assert lines[0].ours.middle > 0 < lines[0].ceiling.middle
    assert lines[2].said == "54 of 54 kept, 0 of 6 failed ones"


def test_without_a_compiler_the_slow_disk_is_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    lines = list(group_commit.measure(tmp_path, TINY))
    assert lines[1].said.startswith("not measured here: ")


def test_what_messages_cost_a_card_is_measured_through_the_doors(tmp_path):
    lines = list(wear.measure(tmp_path, TINY))
    assert [line.unit for line in lines] == ["MB"] * 4
    for card, fast in (lines[:2], lines[2:]):
        assert 0 <= card.ours.middle <= fast.ours.middle


def test_workers_are_measured_beside_threads(tmp_path, monkeypatch, redis_server):
    monkeypatch.setattr(carriers, "CASES", carriers.CASES[-1:])
    [line] = carriers.measure(tmp_path, TINY)
    assert line.what == "sending by 2 workers over Redis, 50 ms latency"
    assert line.ours.middle > 0 < line.ceiling.middle
    assert line.target.ratio


def test_an_emergency_goes_before_what_waits(tmp_path):
    claim, emergency = behind.measure(tmp_path, TINY)
    assert "300 queued" in claim.what
    assert claim.ours.middle > 0
    assert 0 < emergency.ours.middle < behind.PATIENCE


def test_calls_come_in_and_are_counted(tmp_path):
    with bare_server(tmp_path / "bare.db") as server:
        seen = run(Plan(server.port, "bare", count=40, connections=4))
        paced = run(Plan(server.port, "bare", count=20, rate=200.0))
        with pytest.raises(BadAnswers):
            run(Plan(server.port, "simulator", count=1))
    assert len(seen.times) == 40
    assert paced.seconds >= 19 / 200.0


def test_a_file_of_many_messages_is_made_and_asked(tmp_path):
    lines = list(large.measure(tmp_path / "store", 5000, 8000))
    assert "5,000 people and 8,000 messages" in lines[0].what
    assert {line.unit for line in lines} == {"GB", "ms", "seconds"}
    assert min(line.ours.middle for line in lines) > 0


VERDICTS = [
    (Target(25), "met"),
    (Target(31), "missed"),
    (Target(29, at_least=False), "missed"),
    (Target(2, ratio=True), "met"),
    (Target(4, ratio=True), "missed"),
]


@pytest.mark.parametrize("target,verdict", VERDICTS)
def test_a_target_is_met_or_missed(target, verdict):
    assert Line("x", "a second", SPREAD, Spread(10.0, 10.0, 10.0), target).verdict == verdict


def test_the_table_lines_up():
    table = markdown([Line("one", "ms", SPREAD), Line("another", said="not measured here")])
    assert len({len(row) for row in table.splitlines()}) == 1
    assert "30 (20–40)" in table


@pytest.mark.parametrize("mark", ["measured", "soak", "large"])
def test_the_page_has_room_for_the_table(mark):
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.between(page, "| table |", mark).count("| table |")


def test_what_a_soak_came_to_is_added_up_by_family():
    lines = ['{"family": "cuts", "faults": 999}', '{"family": "cuts", "faults": 1, "torn": 3}']
    table = soaked.written(soaked.added([*lines, '{"family": "away", "faults": 2}']))
    assert [[cell.strip() for cell in row.split("|")[1:5]] for row in table.splitlines()[2:]] == [
        ["away", "2", "", ""],
        ["cuts", "1,000", "", "3"],
    ]


def test_only_known_cases_are_taken(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    told = capsys.readouterr().err
    assert [name for name in CASES if name not in told] == []


def test_it_starts_from_the_command_line():
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], check=True, capture_output=True, env=os.environ
    ).stdout
    assert b"--quick" in told
