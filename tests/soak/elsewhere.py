"""A worker on another machine, which keeps its power while the gateway's goes."""

import sys
from pathlib import Path
from random import Random

from gateway.worker import Worker
from tests.soak.acts import carried
from tests.soak.world import World


def main(url: str, notes: str, seed: str) -> None:
    around = World(Path(notes), Random(f"elsewhere {seed}"))
    worker = Worker(url, ["simulator"], lambda batch: carried(around, batch))
    print("ready", flush=True)
    worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
