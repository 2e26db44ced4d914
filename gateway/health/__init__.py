"""How the gateway does: facts, which monitoring reads, and findings, which people read."""

from gateway.health.facts import Channel, Facts, Waiting, facts
from gateway.health.findings import Finding, findings

__all__ = ["Channel", "Facts", "Finding", "Waiting", "facts", "findings"]
