"""gateway backup, gateway restore, gateway audit verify."""

from contextlib import closing
from pathlib import Path

import click

from gateway.cli.opening import BY, gateway, plainly
from gateway.settings import Settings


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@plainly
def backup_command(file: Path) -> None:
    """Copy the store to FILE while the gateway runs; keep the key file elsewhere."""
    from gateway.store import copies

    with gateway() as gw:
        copies.backup(gw.store.file, file)
    click.echo(f"Copied to {file}. The key file is not in it: keep a copy of that too, apart.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@plainly
def restore_command(file: Path) -> None:
    """Put a backup in place of the store. Who left since then stays out."""
    click.echo(f"Restored. {restore(Settings.load(), file)} who left after that backup stay out.")


def restore(settings: Settings, file: Path) -> int:
    """Restore while no gateway runs; return how many stay out that the backup had in."""
    import time

    from gateway.store import copies
    from gateway.store.lock import only_one

    with closing(only_one(settings.data)):
        return copies.restore(file, settings.store, time.time(), BY)


@click.group("audit")
def audit_command() -> None:
    """What staff did, in a chain that shows any change."""


@audit_command.command("verify")
@plainly
def verify() -> None:
    """Check the chain; exit 1 and name the first broken entry if there is one."""
    from gateway.store import audit

    with gateway() as gw:
        broken = audit.first_broken(gw.store.read)
        number, hashed = audit.head(gw.store.read)
        cut, _ = audit.start(gw.store.read)
    if broken is not None:
        raise click.ClickException(
            f"Entry {broken} is broken: it or the one before was changed or taken out."
        )
    if cut:
        click.echo(f"The first {cut} entries were deleted because of their age.")
    click.echo(f"All {number - cut} entries are as they were written.")
    click.echo(f"Note this on paper, to know them again: {number} {hashed[:16]}")
