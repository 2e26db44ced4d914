"""gateway send TO TEXT."""

import time

import click

from gateway.cli.opening import BY, gateway, plainly
from gateway.context import Gateway
from gateway.domain.messages import Class
from gateway.store import outbox

WORDS = {
    "queued": "waits: is the gateway running? See 'gateway check'.",
    "claimed": "is on its way.",
    "sent": "was handed over to {channel}.",
    "delivered": "went by {channel}, and the phone confirmed it.",
    "failed": "failed: {reason}",
    "withdrawn": "was withheld: {reason}",
    "expired": "was too late to send.",
    "unknown": "may have gone: the line broke after it was handed over.",
}

PRACTICE = " This channel is for practice: no network carries it."


@click.command("send")
@click.argument("to")
@click.argument("text")
@click.option("--channel", default=None)
@click.option("--class", "class_", default="normal", type=click.Choice([c.word for c in Class]))
@click.option("--wait", default=5.0, show_default=True, help="Seconds to wait for what becomes.")
@plainly
def send_command(to: str, text: str, channel: str | None, class_: str, wait: float) -> None:
    """Text one number, at night too, and say what became of it; the running gateway sends it."""
    from gateway.submit import Order, submit

    with gateway() as gw:
        order = Order([to], text, None, channel, class_=Class.of(class_), source="cli", forced=True)
        line = submit(gw, BY, order)[0]
        if line.refused or line.id is None:
            raise click.ClickException(f"Not queued: {line.refused}")
        parts = "1 part" if line.parts == 1 else f"{line.parts} parts"
        click.echo(f"out-{line.id}: {parts}, {line.alphabet}")
        _tell(gw, line.id, wait)


def _tell(gw: Gateway, id: int, wait: float) -> None:
    end = time.monotonic() + wait
    row = outbox.by_id(gw.store.read, id)
    while row and row["state"] in ("queued", "claimed") and time.monotonic() < end:
        time.sleep(0.1)
        row = outbox.by_id(gw.store.read, id)
    assert row is not None
    channel = gw.channels.by_id(row["channel"])
    told = WORDS[row["state"]].format(reason=row["reason"], channel=channel.name)
    click.echo(f"It {told}{PRACTICE if channel.row['provider'] == 'simulator' else ''}")
    raise SystemExit(1 if row["state"] in ("failed", "withdrawn", "expired") else 0)
