"""One process serves: the web server and the engine beside it; a supervisor restarts it.

The supervisor stays small: it imports nothing of the server, and speaks with the process that
serves over that one's standard input. A word there asks it to stop; the end of it means that the
supervisor is gone.
"""

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.settings import Settings
    from gateway.store import Store
    from gateway.web.entrance import Entrance

log = logging.getLogger(__name__)

LONG_ENOUGH = 5.0  # seconds; what ends sooner is started again with a pause
LONGEST_PAUSE = 60.0
# A process that does not stop when it is asked to is ended hard. It loses nothing: what it had
# begun is in the store.
LONGEST_STOP = 30.0
# Who said half of a call and went away is waited for no longer than this.
GRACE = 5.0
STOP = b"stop\n"
# Nothing of what is imported is ever rubbish: looking for it makes the start a tenth longer.
SERVING = "import gc; gc.disable(); from gateway.cli.starting import main; main(first={first})"
REFUSED = 3  # the exit code of one that said why it cannot serve

_held: list[object] = []
_at_the_end: list[Callable[[], None]] = []
_ending = threading.Lock()


class Supervisor:
    """Keeps one process serving until somebody asks to stop."""

    def __init__(self) -> None:
        self._asked = False  # no lock around it: a signal may come at any moment
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Serve until asked to stop; return the exit code. What dies is started again.

        What dies soon is started again with a pause, at most once a minute.
        """
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._ask)
        pause, first = 0.0, True
        while not self._over():
            began = time.monotonic()
            code = self._serve(first)
            if first and code == REFUSED:
                return 1
            if self._over():
                break
            first = False
            soon = time.monotonic() - began < LONG_ENOUGH
            pause = min(max(1.0, 2 * pause), LONGEST_PAUSE) if soon else 0.0
            log.error("the gateway stopped by itself: it is started again in %.0f s", pause)
            until = time.monotonic() + pause
            while not self._over() and time.monotonic() < until:
                time.sleep(0.2)
        return 0

    def _over(self) -> bool:
        return self._asked

    def _serve(self, first: bool) -> int:
        command = [sys.executable, "-c", SERVING.format(first=first)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as self._process:
            if self._asked:
                self._stop()
            while self._process.poll() is None:
                # On Windows nothing else is heard while it waits, so it does not for long.
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.5 if os.name == "nt" else None)
            return self._process.returncode

    def _ask(self, *_: object) -> None:
        if not self._asked:
            self._asked = True
            self._stop()

    def _stop(self) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.closed:
            return
        try:
            process.stdin.write(STOP)
            process.stdin.close()
        except OSError:
            return  # it has ended already
        timer = threading.Timer(LONGEST_STOP, process.kill)
        timer.daemon = True
        timer.start()


def serve(settings: "Settings") -> None:
    """Serve in this process until the supervisor asks to stop, or is gone."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.mt import MTServer

    class Server(MTServer):
        """Answers from threads of this very process, whose Python has the usual lock."""

        def _check_gil(self) -> None:
            return

    server = Server(
        "gateway.serve:application",
        address=settings["HOST"],
        port=int(settings["PORT"]),
        interface=Interfaces.RSGI,
        factory=True,
        workers=1,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    )
    over = threading.Event()
    _listen(server.signal_handler_interrupt, over)
    try:
        server.serve()
    finally:
        over.set()
        _close()
    # A thread of the web server that still comes to Python must not find it taken apart.
    logging.shutdown()
    os._exit(0)


def _close() -> None:
    """Close what is open, once, whoever comes first."""
    with _ending:
        while _at_the_end:
            _at_the_end.pop()()


def _listen(stop: Callable[[], None], over: threading.Event) -> None:
    """Hear the supervisor: one that was killed leaves nobody behind to hold port and store.

    The server stops once all calls are answered; one that never ends must not hold it up.
    """

    def hear() -> None:
        if sys.stdin.buffer.readline() != STOP:
            os._exit(1)
        stop()
        if not over.wait(GRACE):
            try:
                _close()
            finally:
                os._exit(0)

    threading.Thread(target=hear, name="supervisor", daemon=True).start()


def _end_with(store: "Store") -> None:
    """End this process when its writer ends by itself: only the supervisor can help then."""
    if not store.ended():
        log.critical("the thread that writes has ended: the gateway is started again")
        os._exit(1)


def application() -> "Entrance":
    """Open the gateway in this process and return what answers requests.

    What it needs is imported here: the supervisor stays small.
    """
    from gateway import processor
    from gateway.app import make_app
    from gateway.context import open_gateway
    from gateway.engine import Engine
    from gateway.settings import Settings
    from gateway.store.lock import only_one
    from gateway.web.entrance import Entrance

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    settings = Settings.load()
    _held.append(only_one(settings.data))
    processor.choose()
    gw = open_gateway(settings)
    engine = Engine(gw)
    app = make_app(gw)
    app.extensions["engine"] = engine
    engine.start()

    def close() -> None:
        engine.stop()
        gw.store.close()

    _at_the_end.append(close)
    threading.Thread(target=_end_with, args=(gw.store,), name="end", daemon=True).start()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)  # one batch makes some thousands: none is rubbish amid it
    gc.enable()
    processor.roam()
    return Entrance(gw, app.wsgi_app, int(settings["THREADS"]))
