"""gateway channel heard: what gammu-smsd calls, so that a gateway that is down misses nothing."""

import os
import uuid
from pathlib import Path

import click

from gateway.cli.opening import plainly
from gateway.domain.alerts import Refused


@click.command("heard")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1, required=True)
@plainly
def heard(folder: Path, ids: tuple[str, ...]) -> None:
    """Put what gammu-smsd tells its RunOnReceive into FOLDER, for a channel that reads it."""
    from gateway.providers.folder import Folder
    from gateway.providers.gammusmsd.heard import told

    if not folder.is_dir():
        raise Refused(f"There is no folder {folder}. Give the one of the channel.")
    spool = Folder(str(folder))
    try:
        spool.write(spool.own("heard") / f"{uuid.uuid4().hex}.json", told(ids, os.environ))
    except OSError as error:
        raise Refused(f"It cannot be written there: {type(error).__name__}.") from None
