"""Debian's stunnel in front of a network: TLS by another author, with right and wrong names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers.fetching import debian, environment
from tests.peers.node_smpp import CODE, Network, delivered, network, send
from tests.peers.running import Programs, listens
from tests.providers.certificates import Authority, authority, issued
from tests.surroundings.network import unused_port

__all__ = ["network"]
CONF = """
foreground = yes
pid =
[smpp]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{behind}
cert = {certificate}
"""
LINK = "SELECT coalesce(link, '') FROM channel WHERE name = ?"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """The one authority that the gateway believes."""
    made = authority(tmp_path_factory.mktemp("ours"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made.file))
        yield made


@pytest.fixture(scope="module")
def gateway(make: Make, ours: Authority) -> GatewayProcess:
    gateway = make()
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    return gateway


def tunnel(programs: Programs, network: Network, certificate: Path) -> Network:
    """Return the network as it is found behind a tunnel that shows this certificate."""
    port, unpacked = unused_port(), debian("stunnel4")
    conf = programs.folder / f"stunnel-{port}.conf"
    told = CONF.format(port=port, behind=network.port, certificate=certificate)
    conf.write_text(told, encoding="utf-8")
    (path,) = unpacked.rglob("bin/stunnel4")
    program = programs.start([str(path), str(conf)], environment(unpacked))
    until(lambda: listens(port), "stunnel listens", told=program.log)
    return Network(network.program, port)


def add(gateway: GatewayProcess, name: str, network: Network, tls: str) -> None:
    pairs = [f"--set={key}={value}" for key, value in network.settings(tls=tls).items()]
    words = ("--provider", "smpp", "--address", CODE, "--rate", "1000")
    gateway.command("channel", "add", name, *words, *pairs)


def refused(gateway: GatewayProcess, name: str, why: str) -> None:
    """See that neither the link nor a try is let through, and that both say why."""
    until(lambda: why in gateway.value(LINK, name), f"it says: {why}", told=gateway.log)
    tried = gateway.try_command("channel", "test", name)
    assert tried.returncode == 1
    assert why in tried.stdout


def test_a_message_goes_to_a_network_whose_name_is_proven(
    gateway: GatewayProcess, programs: Programs, network: Network, ours: Authority
):
    behind = tunnel(programs, network, issued(programs.folder, ours, "127.0.0.1"))
    add(gateway, "mno", behind, "yes")
    until(lambda: gateway.value(LINK, "mno") == "bound", "it is bound", told=gateway.log)
    delivered(gateway, send(gateway, "Water at 4 pm"))
    assert network.deliver(words="the road is closed") == 0
    assert "The provider knows us." in gateway.command("channel", "test", "mno")


def test_a_proven_name_that_is_another_is_refused(
    gateway: GatewayProcess, programs: Programs, network: Network, ours: Authority
):
    behind = tunnel(programs, network, issued(programs.folder, ours, "127.0.0.9"))
    add(gateway, "other", behind, "yes")
    refused(gateway, "other", "their certificate is for another name")


def test_a_name_that_nobody_known_vouches_for_is_refused_but_can_be_taken_as_it_is(
    gateway: GatewayProcess, programs: Programs, network: Network
):
    theirs = authority(programs.folder, "theirs")
    behind = tunnel(programs, network, issued(programs.folder, theirs, "127.0.0.1"))
    add(gateway, "unknown", behind, "yes")
    refused(gateway, "unknown", "nobody we know vouches for their certificate")
    add(gateway, "taken", behind, "unproven")
    until(lambda: gateway.value(LINK, "taken") == "bound", "it is bound", told=gateway.log)
