"""Which agreement and period a page is about: from its address, else the first and this year."""

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
from atagande_plugin.period_words import period_words

PATH = "/overenskommelsen"
#: How many years' quarters and halves are offered one by one; older ones by their dates.
_YEARS_OF_PARTS = 2


def known_period(code: str) -> Period | None:
    """Return the period of a code; None for what is none."""
    try:
        return Period.parse(code)
    except (ValueError, OverflowError):
        return None


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
        """Return the period that the address asks for; the current year if it names none.

        Raises NotFound for what is no period, and for one that there can be nothing of.
        """
        asked = request.args.get("period")
        if asked is None:
            return Period.of_year(max(local_date(g.now).year, self.span.first.year))
        period = known_period(asked)
        if period is None or not (self.span.first <= period.first <= period.last <= self.span.last):
            raise NotFound
        return period

    @cached_property
    def span(self) -> Period:
        """Return the days that there can be something of: whole years, the next one included."""
        latest = max(local_date(g.now).year + 1, *self.years)
        first = min(self.agreement.valid_from.year, latest)
        return Period(Period.of_year(first).first, Period.of_year(latest).last)

    @cached_property
    def label(self) -> str:
        """Return the chosen period in words, to stand in a sentence."""
        return self.words(self.period)

    @property
    def code(self) -> str:
        """Return the chosen period as addresses have it."""
        return self.period.code

    @staticmethod
    def words(period: Period) -> str:
        """Return a period in words, in the language of the page."""
        return period_words(period, g.words)

    @property
    def year_options(self) -> list[tuple[str, str]]:
        """Return the years to choose from and the chosen period, as options of a form."""
        years = {Period.of_year(year) for year in self.years}
        if self.period == Period.of_year(self.period.year):
            years.add(self.period)
        found = sorted(years, reverse=True)
        if self.period not in years:
            found.insert(0, self.period)
        return [(one.code, self.words(one)) for one in found]

    @property
    def part_options(self) -> list[tuple[str, str]]:
        """Return the quarters and halves of the latest years that have begun, newest first."""
        today = local_date(g.now)
        found: list[Period] = []
        for year in sorted(self.years, reverse=True)[:_YEARS_OF_PARTS]:
            parts = [f"{year}-{part}" for part in ("Q4", "Q3", "Q2", "Q1", "H2", "H1")]
            found += [one for one in map(Period.parse, parts) if one.first <= today]
        begins = self.agreement.valid_from
        return [(one.code, self.words(one)) for one in found if one.last >= begins]

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
