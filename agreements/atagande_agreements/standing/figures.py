"""The self-reports' figures: people in the target group (K1), and cases left unasked (K8)."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from atagande_agreements.followup.figures import Source
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Group, Key, Place, Side, Split
from atagande_agreements.periods import Every, term_of
from atagande_agreements.standing.models import SelfReport, Subject
from atagande_agreements.standing.queries import of_all

#: People in the target group when the half-year was reported; those who reached rehabilitation.
PEOPLE = "people"
REACHED, NOT_REACHED = "people_rehabilitated", "people_not_rehabilitated"
#: Cases where it was unclear and psychiatry was not asked.
UNASKED = "cases_unasked"
_SEXES = ("women", "men", "unknown")

TARGET_GROUP = Group(
    "target_group",
    Side(
        PEOPLE,
        (
            Split(Key(PEOPLE), tuple(Key(PEOPLE, sex) for sex in _SEXES)),
            Split(Key(PEOPLE), (Key(REACHED), Key(NOT_REACHED))),
        ),
    ),
    is_stock=True,
    fills=False,
)
LEFT_UNASKED = Group("unasked", Side(UNASKED), fills=False)


def _people(report: SelfReport) -> dict[Key, int]:
    if report.people is None:
        return {}
    women, men, reached = report.women or 0, report.men or 0, report.rehabilitated or 0
    return {
        Key(PEOPLE): report.people,
        Key(PEOPLE, "women"): women,
        Key(PEOPLE, "men"): men,
        Key(PEOPLE, "unknown"): report.people - women - men,
        Key(REACHED): reached,
        Key(NOT_REACHED): report.people - reached,
    }


def _unasked(report: SelfReport) -> dict[Key, int]:
    return {Key(UNASKED): report.number or 0}


def span_of(report: SelfReport) -> Period:
    """Return the half-year of a report, of which a new party reports its part."""
    term = term_of(report.last_on, Every.HALF_YEAR)
    return Period(term.first, term.last)


_NUMBERS = {Subject.ACTIVE_WORK: _people, Subject.UNASKED: _unasked}


def counts_by_quarter(
    subject: Subject, session: Session, agreement_id: int, first: date, last: date
) -> Iterator[Atom]:
    """Yield what is reported on a subject of the half-years that end between two local dates."""
    for report in session.scalars(
        of_all(agreement_id).where(
            SelfReport.subject == subject, SelfReport.last_on.between(first, last)
        )
    ):
        span, place = span_of(report), Place(report.organisation_id)
        for key, number in _NUMBERS[subject](report).items():
            yield Atom(key, place, span, number)


SOURCES: Iterable[Source] = tuple(
    Source(group, partial(counts_by_quarter, subject))
    for group, subject in ((TARGET_GROUP, Subject.ACTIVE_WORK), (LEFT_UNASKED, Subject.UNASKED))
)
