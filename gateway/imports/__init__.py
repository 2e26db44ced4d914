"""Lists come in: contacts and areas, line by line, in the background, resumed after a cut.

What is wrong in a line stops that line only; the job keeps its number and the reason.
"""

from gateway.imports.reading import LARGEST
from gateway.imports.work import KINDS, run, start

__all__ = ["KINDS", "LARGEST", "run", "start"]
