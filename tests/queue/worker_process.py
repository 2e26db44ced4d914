"""A worker in a process of its own, to be killed: it notes each message before it is `sent`."""

import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.domain.messages import Batch, Outcome, Result
from gateway.worker import Worker


def main(url: str, prefix: str, ledger: str, seconds: str) -> None:
    def carry(batch: Batch) -> Iterator[Result]:
        for message in batch.messages:
            with Path(ledger).open("a", encoding="ascii") as sent:
                sent.write(f"{message.id}\n")
            time.sleep(float(seconds))
            yield Result(message.id, Outcome.ACCEPTED)
        if "broken" in batch.extra:
            raise OSError(f"{batch.messages[0].to} refuses {batch.messages[0].text}")

    sys.exit(0 if Worker(url, ["one"], carry, prefix).run() else 1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    main(*sys.argv[1:])
