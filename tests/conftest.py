"""Fixtures that several folders share, one plugin per boundary."""

pytest_plugins = [
    "tests.fixtures.aws",
    "tests.fixtures.cluster",
    "tests.fixtures.events",
    "tests.fixtures.opensearch",
    "tests.fixtures.receivers",
    "tests.fixtures.search",
]
