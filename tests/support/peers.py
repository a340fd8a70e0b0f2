"""What a test needs from outside: never passed over in silence.

Fixture: `missing_peer(name, remedy)` ends the test. On CI (the environment says CI) it fails;
elsewhere it skips, and the summary's section "Not tried here" names the peer and its remedy.
"""

import os
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

_MISSING = pytest.StashKey[dict[str, str]]()

MissingPeer = Callable[[str, str], NoReturn]


def pytest_configure(config: pytest.Config) -> None:
    """Start with nothing missing."""
    config.stash[_MISSING] = {}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what an xdist worker missed."""
    output = getattr(node, "workeroutput", None) or {}
    node.config.stash[_MISSING].update(output.get("missing_peers", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over to the controller what this worker missed."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["missing_peers"] = session.config.stash[_MISSING]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name each missing peer with how to get it."""
    missing = config.stash[_MISSING]
    if missing:
        terminalreporter.section("Not tried here")
        for name, remedy in sorted(missing.items()):
            terminalreporter.line(f"{name}: {remedy}")


def on_ci() -> bool:
    """Whether the environment says that this is continuous integration."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.fixture(scope="session")
def missing_peer(pytestconfig: pytest.Config) -> MissingPeer:
    """End the test because `name` cannot be had here; `remedy` says how to get it."""

    def miss(name: str, remedy: str) -> NoReturn:
        pytestconfig.stash[_MISSING][name] = remedy
        if on_ci():
            pytest.fail(f"{name} is missing. {remedy}", pytrace=False)
        pytest.skip(f"{name} is missing. {remedy}")  # named in the summary; on CI it fails

    return miss
