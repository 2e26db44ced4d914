"""How hypothesis looks for cases: the same ones each time, and more of them when asked.

`make pytest ARGS="--hypothesis-profile=wide"` goes looking where nobody has been.
"""

from hypothesis import settings

# No deadline: a busy machine is not a wrong answer.
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("wide", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("same")
