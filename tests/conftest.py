"""What every test stands on; each of these is a page of `surroundings/`."""

pytest_plugins = (
    "tests.surroundings.chance",
    "tests.surroundings.reports",
    "tests.surroundings.network",
    "tests.surroundings.redis",
    "tests.surroundings.browser",
)
