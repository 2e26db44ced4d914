"""How a modem, its SIM and its network are, in words and rough figures that seldom change."""

from collections.abc import Callable
from contextlib import suppress

from gateway.providers import SendError
from gateway.providers.conditions import WELL
from gateway.providers.modem.balance import Balance
from gateway.providers.modem.machine import Driver, Machine, library

_NETWORK = {
    "HomeNetwork": "registered",
    "RoamingNetwork": "roaming",
    "RequestingNetwork": "searching",
    "NoNetwork": "none",
    "RegistrationDenied": "refused",
}
_BARS = ((10, "none"), (30, "weak"), (60, "fair"), (101, "good"))
TENTH = 10


def condition(machine: Machine, balance: Balance) -> dict[str, str]:
    """Return a row for each thing known."""
    told: dict[str, str] = {}
    try:
        with machine.using() as driver:
            for row in (_sim, _network, _signal, _battery, _memory):
                with suppress(library().GSMError, KeyError, TypeError):
                    told |= row(driver)
    except SendError as error:
        return {"device": machine.state or error.code}
    if balance.last is not None:
        told["balance"] = f"{balance.last:g}"
    return {"device": WELL, **told}


Row = Callable[[Driver], dict[str, str]]


def _sim(driver: Driver) -> dict[str, str]:
    return {"sim": driver.GetSecurityStatus() or "ready"}


def _network(driver: Driver) -> dict[str, str]:
    told = driver.GetNetworkInfo()
    state = _NETWORK.get(told["State"], "unknown")
    name = told.get("NetworkName") or told.get("NetworkCode") or ""
    return {"network": state, **({"operator": name} if name else {})}


def _signal(driver: Driver) -> dict[str, str]:
    percent = driver.GetSignalQuality()["SignalPercent"]
    return {"signal": next(word for most, word in _BARS if percent < most)} if percent >= 0 else {}


def _battery(driver: Driver) -> dict[str, str]:
    told = driver.GetBatteryCharge()
    percent = told["BatteryPercent"]
    if percent < 0 or told["ChargeState"] == "BatteryNotConnected":
        return {}
    return {"battery": f"{percent // TENTH * TENTH} %"}


def _memory(driver: Driver) -> dict[str, str]:
    told = driver.GetSMSStatus()
    return {"memory": f"{told['SIMUsed']}/{told['SIMSize']}"}
