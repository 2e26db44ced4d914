"""Modems without radio: Gammu's own dummy, a folder; and one on a pseudo-terminal, by AT."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.surroundings.reports import cannot_run

WHERE = "Modem"


def gammu() -> Any:
    """Return python-gammu, or say that the modem's tests cannot run here."""
    try:
        import gammu
    except ImportError:
        cannot_run(WHERE, "python-gammu has no wheel for this machine")
    return gammu


class Dummy:
    """A modem that is a folder; `arrives` is what its SIM is sent."""

    def __init__(self, folder: Path, name: str = "") -> None:
        # Gammu's locks are called after the last part of the name: each is another one.
        self.root = root = folder / (name or f"modem-{uuid4().hex[:12]}")
        root.mkdir(parents=True, exist_ok=True)
        self._driver = gammu().StateMachine()
        config = {"Model": "dummy", "Connection": "none", "Device": str(root)}
        self._driver.SetConfig(0, config)
        self._driver.Init()

    @property
    def settings(self) -> dict[str, str]:
        return {"device": str(self.root), "connection": "none", "model": "dummy"}

    def arrives(self, text: str, sender: str = "+15550100", **more: Any) -> None:
        wide = not text.isascii() and "Coding" not in more
        said = {
            "Text": text,
            "Number": sender,
            "Folder": 1,
            "State": "UnRead",
            "Type": "Deliver",
            "SMSC": {"Location": 1},
            "DateTime": datetime.now(UTC).replace(microsecond=0),
            "Coding": "Unicode_No_Compression" if wide else "Default_No_Compression",
        }
        self._driver.AddSMS(said | more)

    @property
    def stored(self) -> int:
        """How many messages the SIM holds."""
        return len(list((self.root / "sms" / "1").iterdir()))


def terminal() -> Any:
    """Return a modem on a pseudo-terminal that speaks as Gammu expects, echo and all."""
    gammu()
    if sys.platform == "win32" or not hasattr(os, "openpty"):
        cannot_run(WHERE, "there are no pseudo-terminals here")
    from tests.providers.echoing import Echoing

    return Echoing()
