"""Programs of others, run in a folder of their own and ended whatever happens."""

import json
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

PATIENCE = 10.0  # seconds to end, and to answer


def listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Program:
    """One running program: what it said, line by line, and a way to tell it something."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    answers: "Queue[dict[str, Any]]" = field(default_factory=Queue)

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if line.startswith("{"):
                self.answers.put(json.loads(line))

    def ask(self, **wish: Any) -> dict[str, Any]:
        """Tell it a wish in JSON and wait for its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        try:
            return self.answers.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"no answer from it; it said:\n{self.log()}") from None

    def log(self) -> str:
        return "\n".join(self.said[-40:])

    def end(self) -> None:
        """Ask it to end, and kill it if it does not."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Programs:
    """All that one module started."""

    folder: Path
    running: list[Program] = field(default_factory=list)

    def __enter__(self) -> "Programs":
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self.running):
            program.end()
            for pipe in (program.process.stdin, program.process.stdout):
                if pipe is not None:
                    pipe.close()

    def start(self, words: Sequence[str], env: Mapping[str, str] | None = None) -> Program:
        """Start a program; it ends with the module at the latest."""
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        program = Program(process)
        self.running.append(program)
        Thread(target=program.listen, daemon=True).start()
        return program
