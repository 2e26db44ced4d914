"""Where templates/, locales/ and migrations/ are: beside the package, or inside it in a wheel.

And on what kind of disk a folder is.
"""

import os
from pathlib import Path

_CARDS = 179  # the number of SD cards among Linux's kinds of disks

_package = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder of that name; FileNotFoundError if this copy has none.

    >>> folder("locales").name
    'locales'
    """
    for parent in (_package, _package.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"{name}/ is neither in nor beside {_package}")


def is_card(place: Path) -> bool:
    """Whether a folder is, or will be, on an SD card; False where nobody can tell.

    >>> is_card(Path("/proc"))
    False
    """
    there = next((path for path in (place, *place.absolute().parents) if path.exists()), None)
    if there is None or not hasattr(os, "major"):
        return False
    return bool(os.major(there.stat().st_dev) == _CARDS)
