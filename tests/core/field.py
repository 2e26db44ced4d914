"""A gateway in the field: a store of its own, a clock that is moved by hand, a simulator."""

import itertools
import sqlite3
from pathlib import Path
from typing import Any

from gateway import receive, setup
from gateway.context import Channel, Gateway, open_gateway
from gateway.domain.messages import Inbound, Phase, Screen, Turn
from gateway.settings import Settings

NOW = 1_795_000_000.0
MAYA = "+15550100"
AMINA = "+15550101"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Field:
    """Texts, dials, and reads back what is in the store."""

    def __init__(self, folder: Path, **settings: str) -> None:
        given = {f"GATEWAY_{name}": value for name, value in settings.items()}
        always = {"GATEWAY_DATA": str(folder), "GATEWAY_QUIET_HOURS": ""}
        self.settings = Settings.load({**always, **given})
        setup.make(self.settings)
        self.gw: Gateway = open_gateway(self.settings)
        setup.load_default(self.gw)
        setup.load_demo(self.gw)
        self.clock = Clock()
        self.gw.clock = self.clock
        self._numbers = itertools.count(1)

    @property
    def channel(self) -> Channel:
        found = self.gw.channels.get("simulator")
        assert found is not None
        return found

    def text(self, words: str, sender: str = MAYA, reference: str | None = None) -> list[str]:
        """Text the gateway; return its answers, oldest first."""
        last = self.one("SELECT coalesce(max(id), 0) FROM outbox")
        reference = reference or f"r{next(self._numbers)}"
        receive.take(self.gw, self.channel, [Inbound(sender, "4040", words, reference)])
        return [row["text"] for row in self.rows("SELECT * FROM outbox WHERE id > ?", last)]

    def dial(self, path: str, session: str = "s1", sender: str = AMINA) -> Screen:
        """Make one cumulative USSD step."""
        phase = Phase.START if path == "" else Phase.INPUT
        turn = Turn(sender, "*404#", session, phase, path, path=path)
        screen = receive.turn(self.gw, self.channel, turn)
        assert screen is not None
        return screen

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self.gw.store.read.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def do(self, sql: str, *values: Any) -> None:
        self.gw.store.write(lambda db: db.execute(sql, values))

    def decision(self) -> str:
        """What was decided of the last message."""
        return str(self.one("SELECT decision FROM inbound ORDER BY id DESC LIMIT 1"))

    def consent(self, number: str = MAYA) -> str:
        return str(self.one("SELECT consent FROM address WHERE value = ?", number))

    def items(self) -> list[sqlite3.Row]:
        return self.rows("SELECT * FROM feedback ORDER BY id")

    def close(self) -> None:
        self.gw.store.close()
