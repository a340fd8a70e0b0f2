"""The enquiries' figures: by the clinic that is asked, and by the municipality that asks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from sqlalchemy import String, and_, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.enquiries.evidence import IN_WRITING
from atagande_agreements.enquiries.models import Addressee, Enquiry
from atagande_agreements.enquiries.queries import SUBJECT
from atagande_agreements.followup.figures import Days, Source
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Group, Key, Place, Side, Split
from atagande_agreements.parties.models import Unit

#: Sent to a clinic (P3); answered in time; passed on to the doctor by another therapist (P4).
ASKED = "enquiries"
IN_TIME, NOT_IN_TIME = "enquiries_in_time", "enquiries_not_in_time"
PASSED_ON, NOT_PASSED_ON = "enquiries_passed_on", "enquiries_not_passed_on"
#: Calendar days from question to answer.
ANSWER_DAYS = "enquiries_answer_days"
#: Sent by a municipality; in writing to the clinic (K4).
SENT = "enquiries_sent"
WRITTEN, OTHERWISE = "enquiries_in_writing", "enquiries_otherwise"

GROUP = Group(
    "enquiries",
    Side(
        ASKED,
        (
            Split(Key(ASKED), (Key(IN_TIME), Key(NOT_IN_TIME))),
            Split(Key(ASKED), (Key(PASSED_ON), Key(NOT_PASSED_ON))),
        ),
    ),
    Side(SENT, (Split(Key(SENT), (Key(WRITTEN), Key(OTHERWISE)), is_judged=True),)),
)


def counts_by_quarter(
    session: Session, agreement_id: int, first: date, last: date
) -> Iterator[Atom]:
    """Yield the enquiries sent between two local dates, counted."""
    duties = (
        select(Obligation.id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Obligation.agreement_id == agreement_id, Commitment.subject == SUBJECT)
    )
    in_time = exists().where(
        Occurrence.obligation_id.in_(duties),
        Occurrence.origin == literal(f"{SUBJECT}:") + cast(Enquiry.id, String),
        Occurrence.status == Status.MET,
    )
    written = and_(Enquiry.channel.in_(IN_WRITING), Enquiry.addressee == Addressee.CLINIC)
    grouped = (
        Unit.organisation_id.label("region_id"),
        Enquiry.unit_id,
        Enquiry.organisation_id,
        Enquiry.sent_on,
        in_time.label("in_time"),
        Enquiry.forwarded_on.is_not(None).label("passed_on"),
        written.label("written"),
    )
    inner = (
        select(*grouped)
        .join(Unit, Unit.id == Enquiry.unit_id)
        .where(Enquiry.agreement_id == agreement_id, Enquiry.sent_on.between(first, last))
        .subquery()
    )
    for row in session.execute(select(*inner.c, func.count()).group_by(*inner.c)):
        clinic = Place(row.region_id, row.unit_id)
        municipality = Place(row.organisation_id)
        span, number = Period.quarter_of(row.sent_on), row[-1]
        for measure in (
            ASKED,
            IN_TIME if row.in_time else NOT_IN_TIME,
            PASSED_ON if row.passed_on else NOT_PASSED_ON,
        ):
            yield Atom(Key(measure), clinic, span, number, municipality)
        for measure in (SENT, WRITTEN if row.written else OTHERWISE):
            yield Atom(Key(measure), municipality, span, number, clinic)


def days_by_quarter(session: Session, agreement_id: int, first: date, last: date) -> Iterator[Days]:
    """Yield how long answers took to what was sent between two local dates, by clinic."""
    found: dict[tuple[Place, Period], list[int]] = defaultdict(list)
    for row in session.execute(
        select(Unit.organisation_id, Enquiry.unit_id, Enquiry.sent_on, Enquiry.answered_on)
        .join(Unit, Unit.id == Enquiry.unit_id)
        .where(
            Enquiry.agreement_id == agreement_id,
            Enquiry.sent_on.between(first, last),
            Enquiry.answered_on.is_not(None),
        )
    ):
        at = (Place(row.organisation_id, row.unit_id), Period.quarter_of(row.sent_on))
        found[at].append((row.answered_on - row.sent_on).days)
    for (place, span), days in found.items():
        yield Days(ANSWER_DAYS, Key(ASKED), place, span, days)


SOURCE = Source(GROUP, counts_by_quarter, days_by_quarter)
