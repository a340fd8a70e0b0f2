"""Fixtures for every test; each module of `support` says what it offers."""

from hypothesis import settings

pytest_plugins = (
    "support.session",
    "support.peers",
    "support.network",
    "support.postgres",
    "support.database",
    "support.browser",
    "support.world",
    "support.libical",
    "support.instants",
    "support.live",
    "support.mail_server",
    "support.thunderbird",
)

# Random on purpose, also on CI: a fault found prints the blob that brings it back.
settings.register_profile("atagande", deadline=None, print_blob=True)
settings.load_profile("atagande")
