"""The ceiling of a call that comes in: the same web server, Flask and writer, and one row."""

import os
import sys
from pathlib import Path

from flask import Flask, Response, request

from gateway.settings import Settings
from gateway.store import connect
from gateway.store.writer import Writer

ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def make_app() -> Flask:
    """Return an application that keeps the body of each call, durably, and says so."""
    db = connect(Path(os.environ["BARE_FILE"]))
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    writer = Writer(db)
    app = Flask("bare")

    @app.route("/", methods=["GET", "POST"])
    def keep() -> Response:
        body = request.get_data()
        writer.write(lambda db: db.execute("INSERT INTO kept (body) VALUES (?)", (body,)).rowcount)
        return Response(ANSWER, content_type="text/xml; charset=utf-8")

    return app


def main(port: int, file: str) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ["BARE_FILE"] = file
    Granian(
        "bench.bare_server:make_app",
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=int(Settings.load({})["THREADS"]),
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
