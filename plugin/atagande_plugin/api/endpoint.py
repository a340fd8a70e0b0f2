"""How a route of the API is described."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from atagande_plugin.auth.access import Access

#: Names in addresses that are a row's number; the rest are keys.
NUMBERS = frozenset({"number", "invitation", "material"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route: `handler` and `gives` are names in this package, `takes` and `asks` in forms."""

    method: str
    path: str
    handler: str
    summary: str
    allow: Access
    #: Model of the answer: a name in `shapes`, or "module.Model" in this package; "" for a file.
    gives: str
    #: Model of the body.
    takes: str | None = None
    #: Model of the query.
    asks: str | None = None
    #: It makes something new, with an address of its own.
    makes: bool = False
    #: Media types of a file, where that is the answer.
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the operation."""
        return self.handler.replace(".", "_")

    @property
    def status(self) -> HTTPStatus:
        """Return the status of success: what is made has an address of its own."""
        return HTTPStatus.CREATED if self.makes else HTTPStatus.OK

    @property
    def rule(self) -> str:
        """Return the path as Flask has it."""

        def part(match: re.Match[str]) -> str:
            name = match[1]
            return f"<int:{name}>" if name in NUMBERS else f"<{name}>"

        return re.sub(r"\{(\w+)\}", part, self.path)
