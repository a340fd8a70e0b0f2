"""What the register of enquiries shows: of the municipality that asks, and of an answer's date.

K4: the share of a half-year's enquiries that were put in writing to the clinic.
K8: that the municipality asks when it is unclear; what it left unasked it tells itself.
That another therapist passed a question on (P4) is counted in the register and binds nobody.
"""

from datetime import date, datetime
from functools import partial

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.commitments.queries import owed
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.filing import Shown, Told, report
from atagande_agreements.filing import recount as count_anew
from atagande_agreements.parties.models import Person
from atagande_agreements.standing.evidence import file_asked

#: Rule and subject of K4.
RULE, SUBJECT = "share_of_cases", "written_to_clinic"
IN_WRITING = (Channel.LETTER, Channel.SECURE_MESSAGE)


def origin(enquiry_id: int) -> str:
    """Return what the occurrences of an enquiry are keyed on."""
    return f"enquiry:{enquiry_id}"


def recount(
    session: Session,
    *,
    agreement_id: int,
    organisation_id: int,
    day: date,
    told: Told,
    now: datetime,
) -> None:
    """Work out anew what a municipality's enquiries show of the half-year a local date is in."""
    count_anew(
        session,
        owed(session, agreement_id, rule=RULE, subject=SUBJECT, organisation_id=organisation_id),
        day=day,
        count=partial(written, session, agreement_id, organisation_id),
        told=told,
        now=now,
    )
    file_asked(
        session,
        agreement_id=agreement_id,
        organisation_id=organisation_id,
        day=day,
        told=told,
        now=now,
    )


def registered(enquiry: Enquiry, person: Person) -> Told:
    """Return that `person` told of an enquiry."""
    return Told(origin(enquiry.id), enquiry.sent_on, person)


def written(
    session: Session, agreement_id: int, organisation_id: int, first: date, last: date
) -> Shown:
    """Return how many enquiries of `first`..`last` went in writing to the clinic, of them all."""
    as_agreed = and_(Enquiry.channel.in_(IN_WRITING), Enquiry.addressee == Addressee.CLINIC)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(case((as_agreed, 1), else_=0)), 0)).where(
            Enquiry.agreement_id == agreement_id,
            Enquiry.organisation_id == organisation_id,
            Enquiry.sent_on >= first,
            Enquiry.sent_on <= last,
        )
    ).one()
    return Shown(counted=int(row[1]), total=int(row[0]))


def answer_corrected(session: Session, enquiry: Enquiry, person: Person, now: datetime) -> None:
    """Judge the answer by its corrected date; what was filed before stays in the history."""
    if enquiry.answered_on is None:
        return
    occurrences = session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .where(
            Obligation.association_id == enquiry.association_id,
            Obligation.unit_id == enquiry.unit_id,
            Occurrence.origin == origin(enquiry.id),
        )
        .options(joinedload(Occurrence.obligation).joinedload(Obligation.commitment))
        .order_by(Occurrence.id)
    ).all()
    for occurrence in occurrences:
        report(
            session,
            obligation=occurrence.obligation,
            origin=occurrence.origin,
            event_on=occurrence.event_on,
            shown=Shown(kept_on=enquiry.answered_on),
            told=Told(
                f"enquiry-answer:{enquiry.id}:v{enquiry.answer_revision}",
                enquiry.answered_on,
                person,
            ),
            now=now,
        )
