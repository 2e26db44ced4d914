"""The ceiling of sending: Twilio's client on our kept-open connections, and nothing else."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from bench.calls import person
from gateway.providers.twilio import Twilio
from gateway.providers.twilio.wire import client
from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN

TEXT = "Boil the water before you drink it. Clean water is at the school from 8 to 16."
CONNECTIONS = Twilio.can.connections


def main(url: str, messages: int) -> None:
    """Print messages a second."""
    given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "base_url": url}
    made = client(Twilio(NUMBER, given).settings, CONNECTIONS)

    def send(number: int) -> None:
        made.messages.create(to=person(number), from_=NUMBER, body=TEXT)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, range(CONNECTIONS)))  # warm
        began = time.monotonic()
        list(pool.map(send, range(messages)))
        print(messages / (time.monotonic() - began))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
