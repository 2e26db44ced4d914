"""What cannot run here is named at the end; nothing is skipped in silence."""

import os
from collections.abc import Callable
from typing import NoReturn

import pytest

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.fixture
def not_run() -> Callable[[str, str], NoReturn]:
    """Say that a part cannot run on this machine, and why; with CI=true the run then fails."""
    return cannot_run


def cannot_run(part: str, why: str) -> NoReturn:
    """Leave the test; the part is named in the summary."""
    pytest.skip(f"{part}: {why}")


def _skipped(config: pytest.Config) -> list[str]:
    """Name every part that did not run, each once, with the number of tests in it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons: dict[str, int] = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = str(report.longrepr[-1]).removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    return [f"{reason} ({count} not run)" for reason, count in sorted(reasons.items())]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if CI and session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    parts = _skipped(config)
    if not parts:
        return
    terminalreporter.section("Not run on this machine", red=CI, yellow=not CI)
    for part in parts:
        terminalreporter.line(f"- {part}")
    if CI:
        terminalreporter.line("CI=true asks for every part, so this run has failed.", red=True)
