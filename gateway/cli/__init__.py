"""The command line: everything an administrator does without a browser."""

import importlib

import click

from gateway import __version__

# Where each command is; a module is loaded only when its command is called.
COMMANDS = {
    "run": "running",
    "worker": "running",
    "init": "preparing",
    "migrate": "preparing",
    "check": "checking",
    "clock": "timing",
    "channel": "channels",
    "user": "staff",
    "token": "staff",
    "send": "sending",
    "alert": "alerts",
    "contacts": "people",
    "areas": "people",
    "content": "content",
    "feedback": "feedback",
    "jobs": "jobs",
    "backup": "keeping",
    "restore": "keeping",
    "audit": "keeping",
}


class Commands(click.Group):
    """Finds commands by name, so that starting one does not load them all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(
            importlib.import_module(f"gateway.cli.{module}"), f"{cmd_name}_command"
        )
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway")
def main() -> None:
    """Gateway: SMS and USSD for places the internet leaves out."""
