"""Where templates/, locales/ and migrations/ are: beside the package, or inside it in a wheel.

And on what kind of disk a folder is, and how a file comes onto it whole.
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


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Put a file in its place whole and on disk; a power cut leaves what was there before."""
    part = file.with_name(f"{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    settle(file.parent)


def settle(folder: Path) -> None:
    """Bring a folder's list of names to the disk: without it a power cut forgets the file."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows keeps the list by itself
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
