"""gateway init, gateway migrate."""

import click

from gateway.cli.opening import gateway, plainly
from gateway.settings import Settings


@click.command("init")
@click.option("--empty", is_flag=True, help="Without topics, menu, form and codebook.")
@click.option("--demo", is_flag=True, help="With a simulator channel and people who do not exist.")
@plainly
def init_command(empty: bool, demo: bool) -> None:
    """Make the data folder, its key and its store; may be run again without harm."""
    from gateway import setup

    settings = Settings.load()
    setup.make(settings)
    with gateway() as gw:
        if not empty:
            setup.load_default(gw)
        if demo:
            setup.load_demo(gw)
    click.echo(f"Ready: {settings.store}")


@click.command("migrate")
@plainly
def migrate_command() -> None:
    """Bring the store up to this version."""
    from gateway.store import StoreError, create

    settings = Settings.load()
    if not settings.store.is_file():
        raise StoreError(f"There is no store at {settings.store}. Run 'gateway init' first.")
    for name in create(settings.store, settings.page):
        click.echo(f"Ran {name}")
    click.echo("The store is up to date.")
