"""A gateway as it is run: a process of its own, on a folder and a port of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil

from tests.journeys.calls import Reply, call
from tests.journeys.waiting import until
from tests.providers.twilio_server import NUMBER, TwilioServer

PASSWORD = "three rivers meet here"


class OnLoopback(Protocol):
    """A provider's stand-in on this machine, and the settings of a channel that sends to it."""

    def settings(self, **more: str) -> dict[str, str]: ...


@dataclass
class GatewayProcess:
    """The gateway of one data folder: its command line, its web address, its process."""

    data: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hook(self, channel: str, kind: str = "message") -> str:
        return f"{self.url}/hooks/{channel}/{kind}"

    # The command line

    def command(self, *words: str) -> str:
        """Run one command to its end; return what it printed, or fail with what it said."""
        done = self.try_command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def environment(self) -> dict[str, str]:
        ours = {"GATEWAY_DATA": str(self.data), "GATEWAY_PORT": str(self.port)}
        ours |= {"GATEWAY_QUIET_HOURS": ""}
        return dict(os.environ) | ours | dict(self.settings)

    def add_channel(self, name: str, provider: str, server: OnLoopback, address: str) -> None:
        pairs = [f"--set={key}={value}" for key, value in server.settings().items()]
        self.command("channel", "add", name, "--provider", provider, "--address", address, *pairs)

    def add_twilio(self, name: str, server: TwilioServer) -> None:
        self.add_channel(name, "twilio", server, NUMBER)

    def add_users(self, **roles: str) -> None:
        """Add staff by name and role, all with the one password of these tests."""
        file = self.data / "password.txt"
        file.write_text(PASSWORD + "\n", encoding="utf-8")
        for name, role in roles.items():
            self.command("user", "add", name, "--role", role, "--password-file", str(file))

    def add_token(self, name: str, role: str, *more: str) -> str:
        return self.command("token", "add", name, "--role", role, *more).strip()

    # The process

    def start(self) -> None:
        """Start, and come back when it serves; AssertionError with its log if it does not."""
        with (self.data / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run"],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.serves, "the gateway serves", 20, self.log)

    def serves(self) -> bool:
        return call(f"{self.url}/healthz").status == 200

    def log(self) -> str:
        return (self.data / "run.log").read_text(encoding="utf-8")

    def worker(self) -> psutil.Process:
        """Return the process that serves, beside the supervisor."""
        assert self.process is not None
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def kill(self) -> None:
        """Pull the plug: every process of it ends at once and writes nothing more."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_supervisor(self) -> None:
        assert self.process is not None
        worker = self.worker()
        self.process.kill()
        self.process.wait()
        until(lambda: _gone(worker), "the orphan ends by itself")

    def kill_worker(self) -> None:
        """Kill the process that serves; the supervisor starts another one by itself."""
        worker = self.worker()
        worker.kill()
        until(lambda: _gone(worker), "it is killed")

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does, and see that it does."""
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(30) == 0

    def end(self) -> None:
        """Leave nothing running."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # What a person with the file could see

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Read the store as it is on disk now."""
        uri = f"file:{self.data / 'gateway.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    def value(self, sql: str, *values: object) -> Any:
        (row,) = self.rows(sql, *values)
        (found,) = row.values()
        return found

    @contextmanager
    def long_ago(self) -> Iterator[sqlite3.Connection]:
        """Change the file by hand, as if time had passed: there is no other way to."""
        with closing(sqlite3.connect(self.data / "gateway.db", timeout=10)) as db, db:
            yield db

    # Programs

    def api(
        self, token: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Reply:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = json.dumps(body).encode() if body is not None else None
        return call(f"{self.url}/api/v1{path}", sent, headers, method)


def _gone(process: psutil.Process) -> bool:
    """Whether a process does nothing any more; its remains may wait to be taken note of."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
