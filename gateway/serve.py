"""One process serves: the web server and the engine beside it; a supervisor restarts it."""

import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing import connection, parent_process
from multiprocessing.util import Finalize
from typing import Any

from gateway.settings import Settings

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
# A process that was told to stop in its first moments may never have heard it. Ended hard, it
# loses nothing: what it had begun is in the store.
LONGEST_STOP = 30

_held: list[sqlite3.Connection] = []


def run(settings: Settings) -> None:
    """Serve until told to stop; a process that dies is started again, at most once a minute."""
    pause = 1.0
    while not _serve(settings):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        log.error("the gateway stopped by itself: it is started again in %.0f s", pause)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _serve(settings: Settings) -> bool:
    """Serve with one process beside this one; True when someone asked to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "gateway.serve:application",
        address=settings["HOST"],
        port=int(settings["PORT"]),
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=int(settings["THREADS"]),
        respawn_failed_workers=True,
        workers_kill_timeout=LONGEST_STOP,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    )
    try:
        server.serve()
    except SystemExit:
        if server.interrupt_signal:
            raise
    return bool(server.interrupt_signal)


def application() -> Wsgi:
    """Open the gateway in this process and return what answers requests.

    What it needs is imported here: the supervisor stays small.
    """
    from gateway.app import make_app
    from gateway.context import open_gateway
    from gateway.engine import Engine
    from gateway.store.lock import only_one

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    settings = Settings.load()
    _held.append(only_one(settings.data))
    gw = open_gateway(settings)
    engine = Engine(gw)
    app = make_app(gw)
    app.extensions["engine"] = engine
    engine.start()

    def close() -> None:
        engine.stop()
        gw.store.close()

    Finalize(None, close, exitpriority=100)
    _end_with_the_supervisor()
    return app.wsgi_app


def _end_with_the_supervisor() -> None:
    """A supervisor that was killed leaves nobody behind to hold its port and its store."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="supervisor", daemon=True).start()
