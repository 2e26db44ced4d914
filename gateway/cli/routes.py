"""gateway channel route …: who goes by which channel."""

import click

from gateway import routes
from gateway.cli.opening import BY, gateway, plainly, show
from gateway.domain.alerts import Refused
from gateway.domain.messages import Class
from gateway.domain.routing import MOST_RANK
from gateway.routes import Said


@click.command("route")
@click.argument("name", required=False)
@click.option("--prefix", default="", help="First digits, as +25470, or a country, as KE.")
@click.option("--area", default="", metavar="PCODE", help="People there, and in all inside it.")
@click.option("--class", "class_", default="", type=click.Choice(["", *(c.word for c in Class)]))
@click.option("--rank", type=click.IntRange(1, MOST_RANK), help="1 goes first.")
@click.option("--never", is_flag=True, help="Not by this channel.")
@click.option("--drop", is_flag=True, help="Forget the rule for these people.")
@click.option("--json", "as_json", is_flag=True)
@plainly
def route(
    name: str | None,
    prefix: str,
    area: str,
    class_: str,
    rank: int | None,
    never: bool,
    drop: bool,
    as_json: bool,
) -> None:
    """Say who goes by a channel; without --rank, --never or --drop, show what was said."""
    if sum((rank is not None, never, drop)) > 1:
        raise Refused("Give one of --rank, --never and --drop.")
    with gateway() as gw:
        if rank is None and not never and not drop:
            _list(routes.said(gw.store.read, name), as_json)
            return
        if name is None:
            raise Refused("Name the channel: gateway channel route NAME …")
        rule = Said(name, prefix, area, class_, 0 if never else rank or 1)
        (routes.forget if drop else routes.say)(gw, BY, rule)
    click.echo("The rule is forgotten." if drop else "The rule is kept.")


def _list(rules: list[Said], as_json: bool) -> None:
    rows = [
        {
            "prefix": rule.prefix,
            "area": rule.area,
            "class": rule.class_,
            "channel": rule.channel,
            "rank": "never" if rule.never else rule.rank,
        }
        for rule in rules
    ]
    show(rows, as_json, "No rules: each person goes by the channel they wrote on, else the first.")
