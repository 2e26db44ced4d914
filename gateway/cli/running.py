"""gateway run, gateway worker.

What runs for weeks beside the process that serves imports next to nothing.
"""

import click


@click.command("run")
def run_command() -> None:
    """Run the gateway: web server and engine, until Ctrl-C."""
    from gateway.serve import Supervisor

    raise SystemExit(Supervisor().run())


@click.command("worker")
@click.option("--channel", "channels", multiple=True, required=True, help="A channel to serve.")
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
@click.option("--redis", "url", default="", help="Instead of GATEWAY_REDIS.")
def worker_command(channels: tuple[str, ...], burst: bool, url: str) -> None:
    """Carry batches from Redis for some channels; needs the key, but no store."""
    import logging

    from gateway.cli.opening import plainly

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    raise SystemExit(plainly(_work)(channels, burst, url))


def _work(channels: tuple[str, ...], burst: bool, url: str) -> int:
    from gateway.settings import BadSetting, Settings
    from gateway.worker import main

    settings = Settings.load()
    redis = url or settings["REDIS"]
    if not redis:
        raise BadSetting("A worker needs GATEWAY_REDIS, as redis://127.0.0.1:6379/0.")
    return main(redis, channels, settings.sealing_key(), burst)
