"""Matrisen: commitments by parties, with how each obligation stands in a period.

The cells are many and alike, so each is put together from a few ready pieces and the template
only places whole rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import current_app, g, render_template, request
from markupsafe import Markup, escape

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Status
from atagande_agreements.followup import queries
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import STATUSES, Standing, tally
from atagande_agreements.i18n import N_
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.web import kernel
from atagande_plugin.web.chosen import PATH, Chosen, choose
from atagande_plugin.web.kept import kept
from atagande_plugin.web.occurrences import number_shown

section = kernel.Section("matrix", __name__)

WORDS = {
    Status.MET: N_("Uppfyllt"),
    Status.PARTLY: N_("Delvis"),
    Status.NOT_MET: N_("Ej uppfyllt"),
    Status.UNREPORTED: N_("Ej rapporterat"),
    Status.NOT_ASSESSABLE: N_("Ej bedömbart"),
}
#: Filter for what has a deviation that is not closed, beside the statuses.
DEVIATION = "deviation"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: a heading, or a commitment with its cells."""

    heading: str
    key: str = ""
    title: str = ""
    href: str = ""
    cells: str = ""


@dataclass(frozen=True, slots=True)
class OfParty:
    """A party in the list that a phone shows."""

    name: str
    met: int
    total: int
    items: Markup


class Pieces:
    """The ready parts of a page's cells, in its language."""

    def __init__(self) -> None:
        static_url: Any = current_app.jinja_env.globals["static_url"]
        icons = static_url("icons.svg")
        text = g.words.text

        def shape(code: str) -> str:
            use = f'<use href="{escape(icons)}#status-{code}"/>'
            return f'<svg class="icon" aria-hidden="true">{use}</svg>'

        def mark(code: str, word: str, hidden: str) -> str:
            return (
                f'<span class="status status-{code}">{shape(code)}'
                f"<span{hidden}>{escape(text(word))}</span></span>"
            )

        hidden = ' class="visually-hidden"'
        self.short = {one: mark(one, WORDS[one], hidden) for one in STATUSES}
        self.long = {one: mark(one, WORDS[one], "") for one in STATUSES}
        self.attention = mark(DEVIATION, N_("Avvikelse"), hidden)
        self.nothing = _empty(text(N_("Gäller inte parten")), "·")
        self.filtered = _empty(text(N_("Visas inte med det valda filtret")), "")


def _empty(text: str, sign: str) -> str:
    shown = f'<span aria-hidden="true">{sign}</span>' if sign else ""
    return (
        f'<td><span class="cell cell-none">{shown}'
        f'<span class="visually-hidden">{escape(text)}</span></span></td>'
    )


def _number(one: Standing) -> str:
    return f"<span>{one.met}/{one.due}</span>" if one.due else ""


#: What a sheet is read as: commitments, parties, duties and open deviations.
Reading = tuple[Sequence[Any], Sequence[queries.Party], queries.Duties, queries.OpenDeviations]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a matrix is made of."""

    chosen: Chosen
    commitments: Sequence[Any]
    parties: Sequence[queries.Party]
    duties: queries.Duties
    deviations: queries.OpenDeviations

    @classmethod
    def read(cls, chosen: Chosen) -> "Sheet":
        """Read the matrix of an agreement in its chosen period: five queries, whatever its size."""
        facts = (chosen.agreement.id, chosen.version.id, chosen.period)
        return cls(chosen, *kept(("matrix", *facts), lambda: _read(*facts)))

    def has_deviation(self, place: queries.Place) -> bool:
        """Tell whether an obligation has a deviation that is not closed."""
        open_ones = self.deviations.by_obligation
        return bool(open_ones) and any(one in open_ones for one in self.duties.ids[place])


def _read(agreement_id: int, version_id: int, period: Period) -> Reading:
    commitments = queries.clauses(g.session, version_id, period)
    return (
        commitments,
        queries.parties(g.session, version_id, period),
        queries.duties(
            g.session,
            agreement_id=agreement_id,
            version_id=version_id,
            period=period,
            judged=queries.judged_of(commitments),
        ),
        queries.open_deviations(g.session, agreement_id, local_date(g.now)),
    )


def _shows(status: str, standing: Standing, *, attention: bool) -> bool:
    return not status or (attention if status == DEVIATION else standing.status == status)


def _draw(sheet: Sheet, status: str) -> tuple[list[Line], list[OfParty], int]:
    """Return the table's rows, the phone's list, and how many obligations the filter shows."""
    pieces = Pieces()
    english = g.words.language == "en"
    tails = [
        str(escape(sheet.chosen.link("", part=party.key, period=sheet.chosen.code)))
        for party in sheet.parties
    ]
    items: list[list[str]] = [[] for _ in sheet.parties]
    standings = sheet.duties.standings
    shown = 0
    lines: list[Line] = []
    heading = None
    for row in sheet.commitments:
        start = str(escape(f"{PATH}/{quote(row.key)}"))
        title = row.title_en if english else row.title
        name = (
            f'<span><span class="commitment-code">{escape(row.key)}</span> {escape(title)}</span>'
        )
        cells: list[str] = []
        matches = 0
        for number, party in enumerate(sheet.parties):
            place = (row.key, party.organisation_id, party.unit_id)
            standing = standings.get(place)
            if standing is None:
                cells.append(pieces.nothing)
                continue
            attention = sheet.has_deviation(place)
            if not _shows(status, standing, attention=attention):
                cells.append(pieces.filtered)
                continue
            matches += 1
            count = pieces.attention if attention else ""
            if number_shown(row.rule, party):
                count = _number(standing) + count
            link = f'href="{start}{tails[number]}">'
            opening = '<td class="cell-attention">' if attention else "<td>"
            cells.append(
                f'{opening}<a class="cell" {link}{pieces.short[standing.status]}{count}</a></td>'
            )
            items[number].append(
                f"<li><a {link}{name}<span>{pieces.long[standing.status]} {count}</span></a></li>"
            )
        shown += matches
        if status and not matches:
            continue
        if row.section_id != heading:
            heading = row.section_id
            lines.append(Line(row.section_en if english else row.section))
        href = sheet.chosen.clause(row.key, period=sheet.chosen.code)
        lines.append(Line("", row.key, title, href, Markup("".join(cells))))  # noqa: S704 - every piece is escaped above
    by_party = _by_party(sheet)
    listed = [
        OfParty(party.name, by_party[number][Status.MET], sum(by_party[number].values()), html)
        for number, party in enumerate(sheet.parties)
        for html in (Markup("".join(items[number])),)  # noqa: S704 - every piece is escaped above
        if html
    ]
    return lines, listed, shown


def _by_party(sheet: Sheet) -> list[Mapping[Status, int]]:
    """Return each party's obligations by status, in the order of the columns."""
    found: dict[tuple[int, int | None], list[Standing]] = {
        (party.organisation_id, party.unit_id): [] for party in sheet.parties
    }
    for (_, organisation_id, unit_id), one in sheet.duties.standings.items():
        found[organisation_id, unit_id].append(one)
    return [tally(ones) for ones in found.values()]


@section.route_for("/matris", allow=FOLLOWERS, by_audit=True)
def matrix() -> str:
    """Show the matrix of a period, whole or of one status."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    sheet = Sheet.read(chosen)
    status = request.args.get("status", "")
    status = status if status in {*STATUSES, DEVIATION} else ""
    lines, listed, shown = _draw(sheet, status)
    return render_template(
        "matrix/page.html",
        chosen=chosen,
        parties=sheet.parties,
        lines=lines,
        listed=listed,
        shown=shown,
        status=status,
        statuses=STATUSES,
        counts=tally(sheet.duties.standings.values()),
        by_party=_by_party(sheet),
        total=len(sheet.duties.standings),
        awaiting=sheet.deviations.awaiting_decision,
    )
