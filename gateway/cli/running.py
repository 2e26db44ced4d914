"""gateway run, gateway worker."""

import click

from gateway.cli.opening import plainly
from gateway.settings import BadSetting, Settings


@click.command("run")
@plainly
def run_command() -> None:
    """Run the gateway: web server and engine, until Ctrl-C."""
    settings = Settings.load()
    _greet(settings)
    from gateway.serve import run

    run(settings)


def _greet(settings: Settings) -> None:
    """Check that it can start, and say where people and providers come in."""
    import time

    from gateway.store import Store, StoreError, channels, links
    from gateway.store.lock import wait_until_stopped

    if not wait_until_stopped(settings.data):
        raise StoreError(f"Another gateway is running on {settings.data}. Stop it first.")
    settings.secret()
    store = Store(settings.store)
    link = store.write(lambda db: links.first_link(db, time.time()))
    simulator = any(row["provider"] == "simulator" for row in channels.every(store.read))
    store.close()
    home = f"http://{settings['HOST']}:{settings['PORT']}"
    click.echo(f"Sign in:  {home}/setup/{link}" if link else f"Sign in:  {home}/")
    if link:
        click.echo("          (once, within a day: it makes you the first administrator)")
    if simulator:
        click.echo(f"Handset:  {home}/handset")
    click.echo("Stop:     Ctrl-C")


@click.command("worker")
@click.option("--channel", "channels", multiple=True, required=True, help="A channel to serve.")
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
@click.option("--redis", "url", default="", help="Instead of GATEWAY_REDIS.")
@plainly
def worker_command(channels: tuple[str, ...], burst: bool, url: str) -> None:
    """Carry batches from Redis for some channels; needs the key, but no store."""
    import logging

    from gateway.worker import main

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings = Settings.load()
    redis = url or settings["REDIS"]
    if not redis:
        raise BadSetting("A worker needs GATEWAY_REDIS, as redis://127.0.0.1:6379/0.")
    raise SystemExit(main(redis, channels, settings.sealing_key(), burst))
