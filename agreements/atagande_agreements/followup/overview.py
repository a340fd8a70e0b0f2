"""Uppföljning of a period: what the page, the report and the API all show, gathered once.

Plain values that can be written as JSON: no rows of the database, no words but names that are
data. Each party's tallies add up to its obligations, and the parties' to the whole.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from atagande_agreements.followup import spans, trend
from atagande_agreements.followup.cases import CASE_RULES
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.queries import open_deviations
from atagande_agreements.followup.spans import Clause, Owed
from atagande_agreements.followup.status import Reason, Standing, tally
from atagande_agreements.parties.models import OrganisationKind
from atagande_agreements.parties.names import Named, Names, names
from atagande_agreements.register.models import Agreement, AgreementVersion

#: Obligations by status: every status of `followup.status.STATUSES`, by its value.
Tally = Mapping[str, int]


class PartyType(StrEnum):
    """What sort of party someone is, as the follow-up compares them."""

    ASSOCIATION = "association"
    AGENCY = "agency"
    MUNICIPALITY = "municipality"
    #: With its clinics.
    REGION = "region"


_TYPES = {
    OrganisationKind.ASSOCIATION: PartyType.ASSOCIATION,
    OrganisationKind.EMPLOYMENT: PartyType.AGENCY,
    OrganisationKind.INSURANCE: PartyType.AGENCY,
    OrganisationKind.MUNICIPALITY: PartyType.MUNICIPALITY,
    OrganisationKind.REGION: PartyType.REGION,
}


@dataclass(frozen=True, slots=True)
class Party:
    """A party, or a clinic with obligations of its own, and how they stand."""

    #: Key of the organisation or unit; unique among the parties of an association.
    key: str
    #: Key of the organisation; the same as `key` unless it is a unit.
    organisation: str
    is_unit: bool
    #: As it was called in the period.
    name: str
    short_name: str
    type: str
    obligations: int
    tally: Tally
    #: In the period before; None if it was no party then.
    before: Tally | None
    #: In each step of the trend; None where it was no party.
    trend: tuple[Tally | None, ...]
    #: Not closed today, whatever period they are of.
    open_deviations: int


@dataclass(frozen=True, slots=True)
class Group:
    """The parties of one type together."""

    type: str
    parties: tuple[str, ...]
    obligations: int
    tally: Tally
    before: Tally | None
    trend: tuple[Tally | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One commitment of the agreement, in its order."""

    key: str
    title: str
    title_en: str
    section: str
    section_en: str
    rule: str
    #: Keys of the parameters that nothing was decided about by the end of the period.
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How one party's obligation by one commitment stands."""

    commitment: str
    party: str
    status: str
    #: `met` of `due` occurrences were kept; both None where each is a person's case.
    met: int | None
    due: int | None
    #: Why it can't be assessed.
    reason: str | None
    #: It has a deviation that is not closed today.
    has_deviation: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter that nothing was decided about by the end of the period, and what waits for it.

    An obligation may wait for several.
    """

    key: str
    label: str
    label_en: str
    #: First local date that a later decision applies from, as ISO; None while undecided.
    since: str | None
    commitments: tuple[str, ...]
    obligations: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it, for one agreement and period."""

    agreement: str
    title: str
    version: int
    #: Code of the period, and of the one before it.
    period: str
    period_before: str
    #: Local dates as ISO: the period's, and the day it was gathered on.
    first: str
    last: str
    today: str
    obligations: int
    tally: Tally
    #: None if nobody was a party then, or the agreement had not begun.
    before: Tally | None
    #: Codes of the trend's steps, oldest first, and all the parties' tallies in each.
    steps: tuple[str, ...]
    trend: tuple[Tally | None, ...]
    parties: tuple[Party, ...]
    types: tuple[Group, ...]
    commitments: tuple[Line, ...]
    cells: tuple[Cell, ...]
    #: Number of obligations that can't be assessed, by why.
    reasons: Mapping[str, int]
    missing: tuple[Missing, ...]
    open_deviations: int
    #: How many of them wait for the steering group.
    awaiting_decision: int

    def cell(self, commitment: str, party: str) -> Cell | None:
        """Return one cell; None if the party does not owe the commitment."""
        wanted = (commitment, party)
        return next((one for one in self.cells if (one.commitment, one.party) == wanted), None)


_Whose = tuple[int, int | None]
_Pairs = Sequence[tuple[Owed, Standing]]


def gather(
    session: Session,
    *,
    agreement: Agreement,
    version: AgreementVersion,
    period: Period,
    today: date,
) -> Overview:
    """Gather how a version of an agreement was kept in a period.

    `today` is the local date that deviations are counted and the trend ends on. Five queries,
    six for a period of other days than whole months, whatever the size.
    """
    steps = trend.steps(period, since=agreement.valid_from, today=today)
    before = period.before
    wanted = list(dict.fromkeys((period, before, *steps)))
    whole = Period(min(one.first for one in wanted), period.last)
    known = spans.clauses(session, version.id)
    duties = spans.owed(session, agreement.id, version.id, whole)
    counted = spans.counts(
        session, agreement.id, list(dict.fromkeys((*wanted, *(one.widened for one in wanted))))
    )
    stood = {
        one: list(spans.standings(known, duties, counted, one))
        for one in wanted
        if one.last >= agreement.valid_from
    }
    deviations = open_deviations(session, agreement.id, today)
    called = names(session, agreement.association_id)
    by_party = {one: _by(pairs, _whose) for one, pairs in stood.items()}
    by_type = {one: _by(pairs, _type) for one, pairs in stood.items()}
    whole_of = {one: _tally(pairs) for one, pairs in stood.items() if pairs}
    now = stood.get(period, [])
    parties = {
        whose: _party(
            pairs,
            before=by_party.get(before, {}).get(whose),
            trend=tuple(by_party.get(one, {}).get(whose) for one in steps),
            called=called,
            last=period.last,
            deviations=deviations.by_obligation,
        )
        for whose, pairs in by_party.get(period, {}).items()
    }
    open_ones = deviations.by_obligation
    return Overview(
        agreement=agreement.key,
        title=agreement.title,
        version=version.number,
        period=period.code,
        period_before=before.code,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        today=today.isoformat(),
        obligations=len(now),
        tally=_tally(now),
        before=whole_of.get(before),
        steps=tuple(one.code for one in steps),
        trend=tuple(whole_of.get(one) for one in steps),
        parties=tuple(parties.values()),
        types=tuple(
            Group(
                kind,
                tuple(one.key for one in parties.values() if one.type == kind),
                len(pairs),
                _tally(pairs),
                _optional(by_type.get(before, {}).get(kind)),
                tuple(_optional(by_type.get(one, {}).get(kind)) for one in steps),
            )
            for kind, pairs in by_type.get(period, {}).items()
        ),
        commitments=tuple(_line(one, period.last) for one in known.values()),
        cells=tuple(
            _cell(duty, one, known[duty.key], parties[_whose(duty)].key, open_ones)
            for duty, one in now
        ),
        reasons=_reasons(now),
        missing=_missing(known, now, period.last),
        open_deviations=sum(open_ones.values()),
        awaiting_decision=deviations.awaiting_decision,
    )


def _whose(duty: Owed) -> _Whose:
    return duty.row.organisation_id, duty.row.unit_id


def _type(duty: Owed) -> str:
    # A body outside the agreement owes nothing, so every kind that owes has its type.
    return _TYPES[duty.row.kind].value


def _by(pairs: _Pairs, what: Any) -> dict[Any, list[tuple[Owed, Standing]]]:
    found: dict[Any, list[tuple[Owed, Standing]]] = defaultdict(list)
    for pair in pairs:
        found[what(pair[0])].append(pair)
    return found


def _tally(pairs: _Pairs) -> Tally:
    return {status.value: number for status, number in tally(one for _, one in pairs).items()}


def _optional(pairs: _Pairs | None) -> Tally | None:
    return None if pairs is None else _tally(pairs)


def _party(
    pairs: _Pairs,
    *,
    before: _Pairs | None,
    trend: Iterable[_Pairs | None],
    called: Names,
    last: date,
    deviations: Mapping[int, int],
) -> Party:
    row = pairs[0][0].row
    is_unit = row.unit_id is not None
    if is_unit:
        now = Named(row.unit_name, row.unit_short_name)
        name = called.unit_in(row.unit_id, last, now)
    else:
        now = Named(row.name, row.short_name)
        name = called.organisation_in(row.organisation_id, last, now)
    return Party(
        row.unit if is_unit else row.organisation,
        row.organisation,
        is_unit,
        *name,
        _type(pairs[0][0]),
        len(pairs),
        _tally(pairs),
        _optional(before),
        tuple(_optional(one) for one in trend),
        sum(deviations.get(number, 0) for duty, _ in pairs for number in duty.ids),
    )


def _line(clause: Clause, last: date) -> Line:
    return Line(
        clause.key,
        clause.title,
        clause.title_en,
        clause.section,
        clause.section_en,
        clause.rule,
        tuple(one.key for one in clause.missing(last)),
    )


def _cell(
    duty: Owed, one: Standing, clause: Clause, party: str, deviations: Mapping[int, int]
) -> Cell:
    told = clause.rule not in CASE_RULES
    return Cell(
        duty.key,
        party,
        one.status.value,
        one.met if told else None,
        one.due if told else None,
        one.reason.value if one.reason is not None else None,
        any(number in deviations for number in duty.ids),
    )


def _reasons(pairs: _Pairs) -> dict[str, int]:
    found = Counter(one.reason for _, one in pairs if one.reason is not None)
    return {reason.value: found[reason] for reason in Reason}


def _missing(known: Mapping[str, Clause], pairs: _Pairs, last: date) -> tuple[Missing, ...]:
    """Return the parameters that the obligations without a decision wait for, in their order."""
    waits = Counter(duty.key for duty, one in pairs if one.reason is Reason.UNDECIDED)
    judges = {one.key: one for clause in known.values() for one in clause.missing(last)}
    users = {
        key: [clause.key for clause in known.values() if one in clause.missing(last)]
        for key, one in judges.items()
    }
    return tuple(
        Missing(
            key,
            one.label,
            one.label_en,
            one.since.isoformat() if one.since is not None else None,
            tuple(users[key]),
            sum(waits[clause] for clause in users[key]),
        )
        for key, one in judges.items()
        if any(waits[clause] for clause in users[key])
    )
