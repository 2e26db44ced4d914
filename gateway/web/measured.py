"""Figures for monitoring: how long things take, what is held, how much room there is."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.context import Gateway
from gateway.domain.histogram import Histogram
from gateway.domain.messages import Class
from gateway.health import Channel, Facts


def lines(gw: Gateway, engine: Any, facts: Facts) -> Iterator[str]:
    """Yield the samples of one gateway; no personal data is in any of them."""
    yield from _minute(facts)
    yield from _waits(gw)
    yield from _writer(gw)
    yield from _channels(facts)
    yield from _carrier(facts, engine)
    yield from _jobs(facts)
    yield from _room(facts)


def _minute(facts: Facts) -> Iterator[str]:
    name = "gateway_minute_messages"
    yield from family(name, "gauge", "Messages of the last minute, by direction.")
    for direction, rows in (("in", facts.minute_in), ("out", facts.minute_out)):
        yield line(name, {"direction": direction}, rows)


def _waits(gw: Gateway) -> Iterator[str]:
    name = "gateway_handed_over_seconds"
    yield from family(name, "histogram", "From being due to being handed over, by class.")
    for class_, histogram in gw.waits.items():
        yield from _histogram(name, {"class": Class(class_).word}, histogram)


def _writer(gw: Gateway) -> Iterator[str]:
    writer = gw.store.writer
    name = "gateway_commit_seconds"
    yield from family(name, "histogram", "What it takes until a commit is on the disk.")
    yield from _histogram(name, {}, writer.commits)
    yield from family("gateway_units_total", "counter", "Pieces of work written, in all commits.")
    yield f"gateway_units_total {writer.units_done}"
    yield from family("gateway_writer_waiting", "gauge", "Pieces of work that wait for the writer.")
    yield f"gateway_writer_waiting {writer.waiting()}"


def _channels(facts: Facts) -> Iterator[str]:
    name = "gateway_channel_held_seconds"
    yield from family(name, "gauge", "For how long yet a channel is held, 0 if it is not.")
    for channel in facts.channels:
        yield line(name, {"channel": channel.name}, round(channel.held, 3))
    name = "gateway_channel_state"
    yield from family(name, "gauge", "1 for the state a channel is in.")
    for channel in facts.channels:
        for state in Channel.STATES:
            labels = {"channel": channel.name, "state": state}
            yield line(name, labels, int(state == channel.state))
    name = "gateway_link_bound"
    yield from family(name, "gauge", "1 if the link of a channel is bound.")
    for channel in facts.channels:
        if channel.linked is not None:
            yield line(name, {"channel": channel.name}, int(channel.linked))


def _carrier(facts: Facts, engine: Any) -> Iterator[str]:
    if engine is None:
        return
    away = engine.carrier.away()
    yield from family("gateway_carrier_up", "gauge", "1 unless Redis is in use and is away.")
    yield f"gateway_carrier_up {int(not away)}"
    name = "gateway_carrier_waiting"
    yield from family(name, "gauge", "Batches handed over, of which nothing was told yet.")
    for channel in facts.channels if not away else ():
        yield line(name, {"channel": channel.name}, engine.carrier.waiting(channel.name))


def _jobs(facts: Facts) -> Iterator[str]:
    for part in ("done", "total"):
        name = f"gateway_job_{part}"
        yield from family(name, "gauge", f"Steps of a job that waits or runs: {part}.")
        for job in facts.jobs:
            labels = {"job": str(job["id"]), "kind": job["kind"]}
            yield line(name, labels, job[part] or 0)
    name = "gateway_job_idle_seconds"
    yield from family(name, "gauge", "How long ago a job that waits or runs went on.")
    for job in facts.jobs:
        labels = {"job": str(job["id"]), "kind": job["kind"]}
        yield line(name, labels, round(max(0.0, facts.now - job["updated_at"]), 3))


def _room(facts: Facts) -> Iterator[str]:
    for name, meaning, value in (
        ("gateway_disk_free_bytes", "Free room on the disk of the store.", facts.disk_free),
        ("gateway_disk_bytes", "Size of the disk of the store.", facts.disk),
        ("gateway_store_bytes", "Size of the store.", facts.store),
    ):
        yield from family(name, "gauge", meaning)
        yield f"{name} {value}"


def _histogram(name: str, labels: Mapping[str, str], histogram: Histogram) -> Iterator[str]:
    count = 0
    for bound, count in histogram.under():
        shown = "+Inf" if bound == float("inf") else f"{bound:g}"
        yield line(f"{name}_bucket", {**labels, "le": shown}, count)
    yield line(f"{name}_sum", labels, round(histogram.sum, 6))
    yield line(f"{name}_count", labels, count)


def family(name: str, kind: str, meaning: str) -> Iterable[str]:
    return (f"# HELP {name} {meaning}", f"# TYPE {name} {kind}")


def line(name: str, labels: Mapping[str, str], value: float) -> str:
    r"""Return one sample.

    >>> line("depth", {"channel": 'a"b'}, 3), line("depth", {}, 3)
    ('depth{channel="a\\"b"} 3', 'depth 3')
    """
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {value}" if told else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
