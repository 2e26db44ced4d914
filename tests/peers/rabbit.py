"""Debian's RabbitMQ and the Erlang it runs on, unpacked and not installed."""

import os
from pathlib import Path

from tests.journeys.waiting import until
from tests.peers.fetching import debian, environment
from tests.peers.running import Programs, listens
from tests.surroundings.network import unused_port

ERLANG = (
    "base crypto eldap inets mnesia os-mon parsetools public-key runtime-tools ssl syntax-tools"
    " tools xmerl asn1 ftp tftp snmp"
)


def start(programs: Programs) -> int:
    """Start a broker in the folder of the programs; return its port."""
    unpacked = debian("rabbitmq-server", *(f"erlang-{name}" for name in ERLANG.split()))
    root = unpacked / "usr/lib/erlang"
    _moved(root / "bin/erl", root)
    ports = {name: unused_port() for name in ("names", "broker", "others")}
    env = _environment(unpacked, root, programs.folder, ports)
    names = programs.start([str(next(root.rglob("epmd"))), "-port", str(ports["names"])], env)
    until(lambda: listens(ports["names"]), "Erlang's names", told=names.log)
    (script,) = unpacked.glob("usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server")
    broker = programs.start([str(script)], env)
    until(lambda: listens(ports["broker"]), "RabbitMQ", 60, broker.log)
    return ports["broker"]


def _moved(erl: Path, root: Path) -> None:
    """Tell the script that starts Erlang where it is now."""
    script = erl.read_text(encoding="ascii")
    erl.write_text(script.replace("=/usr/lib/erlang", f"={root}"), encoding="ascii")


def _environment(unpacked: Path, root: Path, folder: Path, ports: dict[str, int]) -> dict[str, str]:
    bins = [str(root / "bin"), str(next(root.rglob("erlexec")).parent), os.environ["PATH"]]
    return environment(unpacked) | {
        "PATH": ":".join(bins),
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(ports["names"]),
        "RABBITMQ_NODENAME": "peer@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(ports["broker"]),
        "RABBITMQ_DIST_PORT": str(ports["others"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
