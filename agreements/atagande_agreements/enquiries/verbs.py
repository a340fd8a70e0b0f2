"""Registers enquiries and their answers."""

import re
import secrets
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.evidence import file_evidence, open_occurrence
from atagande_agreements.commitments.models import Commitment, Obligation
from atagande_agreements.deviations.verbs import note_evidence
from atagande_agreements.enquiries import evidence
from atagande_agreements.enquiries.errors import (
    AlreadyAnswered,
    AlreadyForwarded,
    AnswerBeforeQuestion,
    AnsweredInFuture,
    BadReference,
    ForwardedBeforeQuestion,
    ForwardedInFuture,
    NotAClinic,
    NotAnswered,
    ReferenceTaken,
    SentInFuture,
)
from atagande_agreements.enquiries.evidence import origin
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.parties.errors import NotPartyThen
from atagande_agreements.parties.heirs import is_party_on, stands_for
from atagande_agreements.parties.models import OrganisationKind, Person, Unit, UnitKind
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_agreements.rules import RULES

#: No I, O, 0 or 1: a reference is read aloud and typed by hand.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return a fresh opaque reference such as "7K2M-Q9XA"; it says nothing about anyone."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    # A letter in front, so that no reference can look like a number or a date.
    return f"{secrets.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{signs[1:4]}-{signs[4:]}"


def register_enquiry(
    session: Session,
    *,
    agreement: Agreement,
    unit: Unit,
    person: Person,
    sent_on: date,
    reference: str,
    channel: Channel,
    addressee: Addressee,
    now: datetime,
) -> Enquiry:
    """Register that `person`'s municipality asked a clinic on a local date.

    Only a municipality asks; others get Forbidden. Opens the occurrence of every obligation that
    follows enquiries to that clinic.
    """
    if person.organisation.kind is not OrganisationKind.MUNICIPALITY:
        raise Forbidden
    reference = reference.strip().upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{3,19}", reference):
        raise BadReference(field="reference", reference=reference)
    if unit.kind is not UnitKind.CLINIC or unit.association_id != agreement.association_id:
        raise NotAClinic(field="unit", unit=unit.name)
    if not is_party_on(unit, sent_on):
        raise NotPartyThen(field="unit", party=unit.name, day=sent_on)
    if sent_on > local_date(now):
        raise SentInFuture(field="sent_on", day=sent_on)
    if sent_on < agreement.valid_from:
        raise BeforeAgreement(field="sent_on", day=sent_on, valid_from=agreement.valid_from)
    enquiry = Enquiry(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        reference=reference,
        organisation_id=person.organisation_id,
        unit_id=unit.id,
        channel=channel,
        addressee=addressee,
        sent_on=sent_on,
        registered_by_id=person.id,
        registered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(enquiry)
            session.flush()
    except IntegrityError as error:
        raise ReferenceTaken(field="reference", reference=reference) from error
    for obligation in _obligations(session, agreement, unit):
        open_occurrence(
            session,
            obligation=obligation,
            origin=origin(enquiry.id),
            event_on=sent_on,
            now=now,
        )
    evidence.recount(
        session,
        agreement_id=agreement.id,
        organisation_id=enquiry.organisation_id,
        day=sent_on,
        told=evidence.registered(enquiry, person),
        now=now,
    )
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="enquiry.registered",
            object_type="enquiry",
            object_id=enquiry.id,
            changes={"sent_on": (None, sent_on), "unit": (None, unit.key)},
        ),
    )
    return enquiry


def _obligations(session: Session, agreement: Agreement, unit: Unit) -> list[Obligation]:
    """Return the clinic's obligations that an enquiry to it gives something to keep."""
    return list(
        session.scalars(
            select(Obligation)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
            .where(
                Obligation.agreement_id == agreement.id,
                Obligation.unit_id == unit.id,
                Commitment.subject == "enquiry",
                Commitment.rule.in_(RULES),
                AgreementVersion.state == VersionState.IN_FORCE,
            )
            .options(joinedload(Obligation.commitment))
        )
    )


def answer_enquiry(
    session: Session,
    *,
    enquiry: Enquiry,
    answered_on: date,
    person: Person,
    now: datetime,
    version: int | None = None,
) -> Enquiry:
    """Record the local date a clinic's answer came. The same date again changes nothing.

    `version` is the one its author had read; None when the caller has just read it.
    """
    if enquiry.answered_on == answered_on:
        return enquiry
    if version is not None and enquiry.version != version:
        raise Stale
    if enquiry.answered_on is not None:
        raise AlreadyAnswered(field="answered_on", answered_on=enquiry.answered_on)
    _check_answer(enquiry, answered_on, now)
    enquiry.answered_on = answered_on
    enquiry.answer_revision = 1
    settled = file_evidence(
        session,
        origin=origin(enquiry.id),
        association_id=enquiry.association_id,
        source=f"enquiry-answer:{enquiry.id}",
        effective_on=answered_on,
        person=person,
        now=now,
    )
    note_evidence(
        session, occurrence_ids=[occurrence.id for occurrence in settled], person=person, now=now
    )
    audit.record(
        session,
        audit.Change(
            association_id=enquiry.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="enquiry.answered",
            object_type="enquiry",
            object_id=enquiry.id,
            changes={"answered_on": (None, answered_on)},
        ),
    )
    return enquiry


def _check_answer(enquiry: Enquiry, answered_on: date, now: datetime) -> None:
    if answered_on > local_date(now):
        raise AnsweredInFuture(field="answered_on", day=answered_on)
    if answered_on < enquiry.sent_on:
        raise AnswerBeforeQuestion(
            field="answered_on", answered_on=answered_on, sent_on=enquiry.sent_on
        )


def correct_answer(
    session: Session,
    *,
    enquiry: Enquiry,
    answered_on: date,
    person: Person,
    version: int,
    now: datetime,
) -> Enquiry:
    """Correct the local date that an answer came; the same date again changes nothing.

    Only the municipality that asked does so, or the one that has followed it. The date that was
    told before stays in the history, the answer is judged anew, and a deviation that is open is
    told.
    """
    if enquiry.answered_on == answered_on:
        return enquiry
    if not stands_for(session, person, enquiry.organisation_id, local_date(now)):
        raise Forbidden
    if enquiry.version != version:
        raise Stale
    if enquiry.answered_on is None:
        raise NotAnswered(field="answered_on")
    _check_answer(enquiry, answered_on, now)
    before, enquiry.answered_on = enquiry.answered_on, answered_on
    enquiry.answer_revision += 1
    session.flush()
    evidence.answer_corrected(session, enquiry, person, now)
    _told(session, enquiry, person, now, "enquiry.corrected", answered_on=(before, answered_on))
    return enquiry


def forward_enquiry(
    session: Session,
    *,
    enquiry: Enquiry,
    forwarded_on: date,
    person: Person,
    version: int,
    now: datetime,
) -> Enquiry:
    """Record the local date that another therapist passed the question on (P4), not who it was.

    The municipality or the clinic records it, once. The time to answer goes on as before.
    """
    if enquiry.forwarded_on == forwarded_on:
        return enquiry
    parties = (enquiry.organisation_id, enquiry.unit.organisation_id)
    if not any(stands_for(session, person, one, local_date(now)) for one in parties):
        raise Forbidden
    if enquiry.version != version:
        raise Stale
    if enquiry.forwarded_on is not None:
        raise AlreadyForwarded(field="forwarded_on", forwarded_on=enquiry.forwarded_on)
    if forwarded_on > local_date(now):
        raise ForwardedInFuture(field="forwarded_on", day=forwarded_on)
    if forwarded_on < enquiry.sent_on:
        raise ForwardedBeforeQuestion(
            field="forwarded_on", forwarded_on=forwarded_on, sent_on=enquiry.sent_on
        )
    enquiry.forwarded_on = forwarded_on
    session.flush()
    _told(session, enquiry, person, now, "enquiry.forwarded", forwarded_on=(None, forwarded_on))
    return enquiry


def _told(
    session: Session,
    enquiry: Enquiry,
    person: Person,
    now: datetime,
    action: str,
    **changes: tuple[object, object],
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=enquiry.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="enquiry",
            object_id=enquiry.id,
            changes=changes,
        ),
    )
