"""Which agreement and which year a page is about: from its address, else the first and today's."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from flask import g, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments import queries
from atagande_agreements.commitments.queries import InForce
from atagande_agreements.errors import NotFound
from atagande_agreements.followup.period import Period
from atagande_agreements.register.models import Agreement, AgreementVersion

PATH = "/overenskommelsen"


@dataclass(frozen=True)
class Chosen:
    """The agreement a page is about, among those of the association."""

    one: InForce
    all: tuple[InForce, ...]

    @property
    def agreement(self) -> Agreement:
        """Return the agreement."""
        return self.one.agreement

    @property
    def version(self) -> AgreementVersion:
        """Return its version in force."""
        return self.one.version

    @cached_property
    def years(self) -> list[int]:
        """Return the years there is something to show of, this year included; newest first."""
        this = local_date(g.now).year
        first, last = self.one.first_event, self.one.last_event
        return sorted(
            {this, *(range(first.year, last.year + 1) if first and last else ())}, reverse=True
        )

    @cached_property
    def period(self) -> Period:
        """Return the year that the address asks for; the current one if it names none.

        Raises NotFound for a year that there can be nothing of.
        """
        this = local_date(g.now).year
        asked = request.args.get("period", str(this))
        if not re.fullmatch("[0-9]{4}", asked):
            raise NotFound
        latest = max(this + 1, *self.years)
        if not self.agreement.valid_from.year <= int(asked) <= latest:
            raise NotFound
        return Period.of_year(int(asked))

    @property
    def year_options(self) -> list[tuple[int, int]]:
        """Return the years to choose from, the chosen one included, as options of a form."""
        return [(year, year) for year in sorted({*self.years, self.period.year}, reverse=True)]

    def link(self, path: str, **query: Any) -> str:
        """Return an address that keeps the choice of agreement, with a query."""
        if self.one is not self.all[0]:
            query["avtal"] = self.agreement.key
        text = urlencode({name: value for name, value in query.items() if value is not None})
        return f"{path}?{text}" if text else path

    def clause(self, key: str, **query: Any) -> str:
        """Return the address of a commitment."""
        return self.link(f"{PATH}/{quote(key)}", **query)

    def parameter(self, key: str, more: str = "", **query: Any) -> str:
        """Return the address of a parameter."""
        return self.link(f"{PATH}/parameter/{quote(key)}{more}", **query)


def choose() -> Chosen | None:
    """Return the agreement that the address names, else the first; None if there is none.

    Raises NotFound if the address names one that the association does not have.
    """
    found = tuple(queries.agreements(g.session, g.me.association_id, local_date(g.now)))
    asked = request.args.get("avtal")
    if asked is not None:
        named = next((one for one in found if one.agreement.key == asked), None)
        if named is None:
            raise NotFound
        return Chosen(named, found)
    return Chosen(found[0], found) if found else None
