"""What `gateway run` starts: refuse what could not run, say where people come in, and serve."""

import signal
import sqlite3
import sys
import time
from errno import EADDRINUSE

import click

from gateway import serve
from gateway.cli.opening import opened, plainly
from gateway.clock import Clock, keeping
from gateway.sealing import Sealer
from gateway.settings import BadSetting, Settings
from gateway.store import Store, StoreError, channels, home, links
from gateway.store.lock import wait_until_stopped

PATIENCE = 3.0  # seconds for a gateway that is stopping to let go of its port


def main(first: bool) -> None:
    """Serve in this process; where it could not, say so at its first start, in a sentence."""
    # What is typed at a terminal reaches all its processes: only the supervisor acts on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        settings = plainly(Settings.load)()
        if first:
            plainly(_ready)(settings)
    except click.ClickException as error:
        error.show()
        sys.exit(serve.REFUSED)
    serve.serve(settings)


def _ready(settings: Settings) -> None:
    """Refuse, in a sentence, to start what could not run; then say where people come in."""
    if not wait_until_stopped(settings.data):
        raise StoreError(f"Another gateway is running on {settings.data}. Stop it first.")
    sealer = Sealer(settings.sealing_key())
    store = Store(settings.store)
    try:
        for row in channels.every(store.read):
            opened(sealer, row)
        _free(settings["HOST"], int(settings["PORT"]))
        _greet(settings, store)
    finally:
        store.close()


def _free(host: str, port: int) -> None:
    """Make sure the port is ours: two gateways would share it, each taking half the calls."""
    until = time.monotonic() + PATIENCE
    while (why := _why_not(host, port)) and why.errno == EADDRINUSE and time.monotonic() < until:
        time.sleep(0.2)
    if why is None:
        return
    if why.errno == EADDRINUSE:
        other = f"GATEWAY_PORT={port + 1} or, with make, PORT={port + 1}"
        raise BadSetting(f"Another program has port {port}. Choose another one: {other}.")
    raise BadSetting(f"Cannot listen on {host}, port {port}: {why.strerror}.")


def _why_not(host: str, port: int) -> OSError | None:
    """Return why nobody could listen there now."""
    from multiprocessing.connection import Listener

    try:
        Listener((host, port), "AF_INET6" if ":" in host else "AF_INET").close()
    except OSError as error:
        return error
    return None


def _greet(settings: Settings, store: Store) -> None:
    """Say where people come in."""
    clock = Clock()
    keeping.begin(store, clock)
    simulator = any(row["provider"] == "simulator" for row in channels.every(store.read))
    host = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]
    here = f"http://{host}:{settings['PORT']}"

    def work(db: sqlite3.Connection) -> str | None:
        home.tell(db, here)
        return links.first_link(db, clock.now())

    link = store.write(work)
    click.echo(f"Sign in:  {here}/setup/{link}" if link else f"Sign in:  {here}/")
    if link:
        click.echo("          (once, within a day: it makes you the first administrator)")
    if simulator:
        click.echo(f"Handset:  {here}/handset")
    click.echo("Stop:     Ctrl-C")
