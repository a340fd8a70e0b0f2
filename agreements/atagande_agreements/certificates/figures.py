"""The certificates' figures: by clinic and half-year, the sum of what municipalities report."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from atagande_agreements.certificates.models import CertificateReport, CertificateRevision
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.certificates.verbs import counts_of
from atagande_agreements.followup.figures import Source
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Group, Key, Place, Side, Split
from atagande_agreements.parties.models import Unit

#: Received; of them those that did not state activity capacity, and those then completed (P2).
RECEIVED = "certificates"
LACKING, STATING = "certificates_lacking", "certificates_stating"
COMPLETED, NOT_COMPLETED = "certificates_completed", "certificates_not_completed"
_SEXES = ("women", "men", "unknown")

GROUP = Group(
    "certificates",
    Side(
        RECEIVED,
        (
            Split(Key(RECEIVED), (Key(LACKING), Key(STATING)), is_judged=True),
            Split(Key(LACKING), (Key(COMPLETED), Key(NOT_COMPLETED))),
            Split(Key(RECEIVED), tuple(Key(RECEIVED, sex) for sex in _SEXES)),
            # Whole and lacking by sex alone would give those stating it as a difference.
            Split(
                Key(RECEIVED),
                tuple(Key(measure, sex) for measure in (LACKING, STATING) for sex in _SEXES),
            ),
        ),
    ),
    fills=False,
)


def counts_by_quarter(
    session: Session, agreement_id: int, first: date, last: date
) -> Iterator[Atom]:
    """Yield what is reported of the half-years that end between two local dates, counted."""
    rows = session.execute(
        select(CertificateReport, CertificateRevision, Unit.organisation_id)
        .join(
            CertificateRevision,
            and_(
                CertificateRevision.report_id == CertificateReport.id,
                CertificateRevision.number == CertificateReport.version,
            ),
        )
        .join(Unit, Unit.id == CertificateReport.unit_id)
        .where(CertificateReport.agreement_id == agreement_id)
    )
    for report, revision, region_id in rows:
        term = half_year(report.term)
        if not first <= term.last <= last:
            continue
        span = Period(term.first, term.last)
        place = Place(region_id, report.unit_id)
        for key, number in _numbers(revision).items():
            yield Atom(key, place, span, number, Place(report.organisation_id))


def _numbers(revision: CertificateRevision) -> dict[Key, int]:
    counts = counts_of(revision)
    split = counts.by_sex
    received = (split.received_women, split.received_men) if split is not None else (0, 0)
    lacking = (split.lacking_women, split.lacking_men) if split is not None else (0, 0)
    found = {
        Key(RECEIVED): counts.received,
        Key(LACKING): counts.lacking,
        Key(STATING): counts.received - counts.lacking,
        Key(COMPLETED): counts.completed,
        Key(NOT_COMPLETED): counts.lacking - counts.completed,
    }
    all_received = (*received, counts.received - sum(received))
    all_lacking = (*lacking, counts.lacking - sum(lacking))
    for sex, of_all, without in zip(_SEXES, all_received, all_lacking, strict=True):
        found[Key(RECEIVED, sex)] = of_all
        found[Key(LACKING, sex)] = without
        found[Key(STATING, sex)] = of_all - without
    return found


SOURCE = Source(GROUP, counts_by_quarter)
