"""The guard around the network.

Sockets reach loopback only (pytest-socket, set in pyproject.toml). Opening `smtplib.SMTP` fails
the test unless it asks: with the fixture `smtp_allowed` or the marker of the same name.
"""

import smtplib
from collections.abc import Iterator

import pytest


@pytest.fixture
def smtp_allowed() -> None:
    """The test sends mail on purpose, to a server of its own."""


@pytest.fixture(autouse=True)
def _no_mail_by_accident(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    asked = "smtp_allowed" in request.fixturenames
    if asked or request.node.get_closest_marker("smtp_allowed") is not None:
        yield
        return
    opened: list[str] = []

    def refuse(_self: smtplib.SMTP, host: str = "localhost", port: int = 0) -> None:
        opened.append(f"{host}:{port}")
        raise ConnectionRefusedError(f"This test opened SMTP to {host}:{port} without asking")

    monkeypatch.setattr(smtplib.SMTP, "connect", refuse)
    yield
    # Code under test may well have caught the refusal, so look again here.
    if opened:
        pytest.fail(f"The test opened SMTP without asking: {', '.join(opened)}", pytrace=False)
