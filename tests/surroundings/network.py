"""Nothing leaves the machine, and nothing of whoever runs the tests comes in."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator

import pytest

NAMES_OF_THIS_MACHINE = {"", "localhost", "localhost.localdomain", None}
TO_LISTEN_ON = {"0.0.0.0", "::"}
AS_GIVEN = dict(os.environ)  # for the one test that asks a package index, maybe by a proxy


class LeftTheMachine(AssertionError):
    """A test tried to reach an address that is not this machine."""


def is_here(host: object) -> bool:
    """Tell whether a host is this machine; names other than localhost are not looked up."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in NAMES_OF_THIS_MACHINE:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def attempts() -> Iterator[list[str]]:
    """Refuse connections to other machines, and remember who tried, for threads die quietly."""
    seen: list[str] = []

    def refuse(host: object) -> None:
        if not is_here(host):
            seen.append(str(host))
            raise LeftTheMachine(f"a test reached for {host}")

    def guarded(real: Callable) -> Callable:
        def connect(this: socket.socket, address: object, *rest: object) -> object:
            if this.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
                refuse(address[0])
            return real(this, address, *rest)

        return connect

    look_up = socket.getaddrinfo

    def getaddrinfo(host: object, *rest: object, **more: object) -> object:
        if host not in TO_LISTEN_ON:
            refuse(host)
        return look_up(host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield seen


@pytest.fixture(autouse=True)
def nothing_leaves(attempts: list[str]) -> Iterator[None]:
    """Fail the test during which anything reached for another machine."""
    attempts.clear()
    yield
    assert attempts == []


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Keep the settings and proxies of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("GATEWAY_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("NO_PROXY", "*")
        yield


@pytest.fixture
def free_port() -> int:
    """A loopback port nobody listens on."""
    return unused_port()


def unused_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
