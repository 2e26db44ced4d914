"""gateway content …: words and structure as files that travel on a USB stick."""

import zipfile
from pathlib import Path

import click

from gateway.cli.opening import BY, gateway, plainly
from gateway.context import Gateway
from gateway.domain.alerts import Refused


@click.group("content")
def content_command() -> None:
    """What the public reads: topics, menus, forms, and their words."""


@content_command.command("check")
@plainly
def check() -> None:
    """Look for what is wrong with any catalogue; exit 1 if something is."""
    from gateway.content import findings

    with gateway() as gw:
        found = findings(gw, gw.settings.data)
        waiting = [tag for tag in gw.languages.languages() if gw.languages.draft(tag)]
    for finding in found:
        click.echo(f"{finding.language} {finding.key}: {finding.problem}".replace(" :", ":"))
    if waiting:
        click.echo(f"Drafts nobody has reviewed yet: {', '.join(waiting)}")
    if found:
        raise click.ClickException(f"{len(found)} problems. See docs/translating.md.")
    click.echo("No problems found.")


@content_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@plainly
def export(file: Path) -> None:
    """Put all packs and catalogues in use into one ZIP file, for translators."""
    from gateway import content

    with gateway() as gw, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        names = content.pack(gw.settings.data, packed)
    click.echo(f"{len(names)} files are in {file}.")


@content_command.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--language", default="", help="For a single .po file: whose words they are.")
@plainly
def import_(file: Path, language: str) -> None:
    """Take in a .po file, a pack (.toml), or a ZIP of them; refused whole if anything is wrong."""
    with gateway() as gw:
        names = _take_in(gw, file, language)
    click.echo(f"Taken in: {', '.join(names)}. A running gateway reads them at its next start.")


def _take_in(gw: Gateway, file: Path, language: str) -> list[str]:
    from gateway import content

    files = content.unpack(file, language)
    problems = content.take_in(gw, BY, files)
    if problems:
        raise Refused("Nothing was taken in:\n" + "\n".join(problems))
    return sorted(files)
