"""A way for mail to leave that keeps it, and fails when told to."""

from dataclasses import dataclass, field
from typing import Self


@dataclass
class Wire:
    """A transport that remembers."""

    sent: list[tuple[int, str, bytes]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002 - the transport's signature
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((number, recipient, raw))
