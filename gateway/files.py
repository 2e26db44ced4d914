"""Where templates/, locales/ and migrations/ are: beside the package, or inside it in a wheel."""

from pathlib import Path

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
