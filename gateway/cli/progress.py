"""How far long work is: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Told = Callable[[int, int], None]


@contextmanager
def progress(words: str, quiet: bool = False) -> Iterator[Told]:
    """Show how far something is; give what is to be called with how much is done, and of what."""
    console = Console(stderr=True)
    if quiet:
        yield lambda done, total: None
    elif not console.is_terminal:
        yield _Lines(words)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=console) as bar:
            task = bar.add_task(words, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


class _Lines:
    """Writes a line at every tenth, so that a log stays short."""

    def __init__(self, words: str) -> None:
        self._words, self._tenth = words, -1

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 0
        if tenth != self._tenth:
            self._tenth = tenth
            click.echo(f"{self._words}: {done} of {total}", err=True)
