"""Registers referrals to Arbetsförmedlingen and what becomes of them.

All verbs but the first take the `version` that their author had read; another one gives Stale, so
of two who report at once one wins and the other sees what changed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.enquiries.errors import BadReference
from atagande_agreements.errors import Forbidden, NotFound, Stale
from atagande_agreements.parties.heirs import stands_for
from atagande_agreements.parties.models import OrganisationKind, Person
from atagande_agreements.referrals import errors
from atagande_agreements.referrals.evidence import Counted, counted, show, stands, withdraw_open
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish
from atagande_agreements.register.models import Agreement

#: How far ahead a meeting can be booked.
HORIZON_DAYS = 366


def register_referral(
    session: Session,
    *,
    agreement: Agreement,
    person: Person,
    reference: str,
    referred_on: date,
    now: datetime,
) -> Referral:
    """Register that `person`'s municipality referred a client on a local date.

    Only a municipality refers; others get Forbidden.
    """
    if person.organisation.kind is not OrganisationKind.MUNICIPALITY:
        raise Forbidden
    reference = reference.strip().upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{3,19}", reference):
        raise BadReference(field="reference", reference=reference)
    _not_ahead("referred_on", referred_on, now)
    if referred_on < agreement.valid_from:
        raise BeforeAgreement(field="referred_on", day=referred_on, valid_from=agreement.valid_from)
    referral = Referral(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        reference=reference,
        organisation_id=person.organisation_id,
        referred_on=referred_on,
        registered_by_id=person.id,
        registered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(referral)
            session.flush()
    except IntegrityError as error:
        raise errors.ReferenceInUse(field="reference", reference=reference) from error
    show(session, referral=referral, before={}, counted_before=Counted(), person=person, now=now)
    _record(
        session,
        referral,
        "registered",
        {"referred_on": (None, referred_on)},
        person=person,
        now=now,
    )
    return referral


@dataclass(frozen=True, slots=True)
class Steps:
    """The way through Arbetsförmedlingen (local dates); it replaces what was said before."""

    referred_on: date
    contacted_on: date | None = None
    assessed_on: date | None = None
    assessment: Assessment | None = None
    planned_on: date | None = None


def steps_of(referral: Referral) -> Steps:
    """Return what has been said of a case's way."""
    return Steps(
        referral.referred_on,
        referral.contacted_on,
        referral.assessed_on,
        referral.assessment,
        referral.planned_on,
    )


def report_steps(
    session: Session,
    *,
    referral: Referral,
    steps: Steps,
    person: Person,
    version: int,
    now: datetime,
) -> Referral:
    """Record how far a case has come at Arbetsförmedlingen, or correct it."""
    if steps == steps_of(referral):
        return _own(session, referral, person, now)

    def change() -> None:
        agreement = session.get_one(Agreement, referral.agreement_id)
        _check_steps(referral, steps, agreement, now)
        referral.referred_on = steps.referred_on
        referral.contacted_on = steps.contacted_on
        referral.assessed_on = steps.assessed_on
        referral.assessment = steps.assessment
        referral.planned_on = steps.planned_on

    return _change(session, referral, "steps", change, person=person, version=version, now=now)


def confirm_consent(
    session: Session, *, referral: Referral, person: Person, version: int, now: datetime
) -> Referral:
    """Tick that the client consents to the joint meeting, before it is booked (K6)."""
    if has_consent(referral):
        return _own(session, referral, person, now)

    def change() -> None:
        if referral.meeting_on is None:
            referral.consent_on = local_date(now)
        # A meeting that has been keeps the consent it was held by.
        referral.consent_withdrawn_on = None

    return _change(session, referral, "consent", change, person=person, version=version, now=now)


def withdraw_consent(
    session: Session, *, referral: Referral, person: Person, version: int, now: datetime
) -> Referral:
    """Take the consent back. A meeting that has not been is called off, and nothing is owed."""
    if not has_consent(referral):
        return _own(session, referral, person, now)

    def change() -> None:
        referral.consent_withdrawn_on = local_date(now)
        _call_off(referral, now)

    return _change(
        session, referral, "consent_withdrawn", change, person=person, version=version, now=now
    )


def has_consent(referral: Referral) -> bool:
    """Tell whether consent is confirmed and not taken back."""
    return referral.consent_on is not None and referral.consent_withdrawn_on is None


def book_meeting(
    session: Session,
    *,
    referral: Referral,
    meeting_on: date | None,
    person: Person,
    version: int,
    now: datetime,
) -> Referral:
    """Book the joint first meeting on a local date, move it, or call it off (None)."""
    if referral.meeting_on == meeting_on:
        return _own(session, referral, person, now)

    def change() -> None:
        if referral.attended_by is not None:
            raise errors.MeetingReported(field="meeting_on", day=referral.meeting_on)
        if meeting_on is not None:
            _check_meeting(referral, meeting_on, now)
        else:
            referral.material_on = None
        referral.meeting_on = meeting_on

    return _change(session, referral, "meeting", change, person=person, version=version, now=now)


@dataclass(frozen=True, slots=True)
class AboutMeeting:
    """What is said of the first meeting; it replaces what was said before."""

    #: Local date on which the material was compiled (K7).
    material_on: date | None = None
    #: Who went along (K5); None until it has been.
    attended_by: AttendedBy | None = None
    #: What the client wanted; alone leaves the count.
    wish: Wish | None = None


def report_meeting(
    session: Session,
    *,
    referral: Referral,
    about: AboutMeeting,
    person: Person,
    version: int,
    now: datetime,
) -> Referral:
    """Record what was done before the first meeting, who was there, and what the client wanted."""
    if about == AboutMeeting(referral.material_on, referral.attended_by, referral.wish):
        return _own(session, referral, person, now)

    def change() -> None:
        if about.material_on is not None:
            if referral.meeting_on is None:
                raise errors.NoMeeting(field="material_on")
            agreement = session.get_one(Agreement, referral.agreement_id)
            _during("material_on", about.material_on, agreement, now)
        if about.attended_by is not None:
            if referral.meeting_on is None:
                raise errors.NoMeeting(field="attended_by")
            if referral.meeting_on > local_date(now):
                raise errors.MeetingAhead(field="attended_by", day=referral.meeting_on)
        referral.material_on = about.material_on
        referral.attended_by = about.attended_by
        referral.wish = about.wish

    return _change(
        session, referral, "meeting_reported", change, person=person, version=version, now=now
    )


def withdraw_referral(
    session: Session, *, referral: Referral, person: Person, version: int, now: datetime
) -> Referral:
    """Call a referral off: what is open is owed no more, what is settled stays."""
    if referral.withdrawn_on is not None:
        return _own(session, referral, person, now)

    def change() -> None:
        referral.withdrawn_on = local_date(now)
        _call_off(referral, now)

    _change(session, referral, "withdrawn", change, person=person, version=version, now=now)
    withdraw_open(session, referral=referral, now=now)
    return referral


def _own(session: Session, referral: Referral, person: Person, now: datetime) -> Referral:
    """Return a referral of the person's municipality, or of one it followed; others find none."""
    if not stands_for(session, person, referral.organisation_id, local_date(now)):
        raise NotFound
    return referral


def _change(
    session: Session,
    referral: Referral,
    action: str,
    change: Callable[[], None],
    *,
    person: Person,
    version: int,
    now: datetime,
) -> Referral:
    """Carry out a change of a referral: check who and when, file what it shows, note it."""
    _own(session, referral, person, now)
    if referral.version != version:
        raise Stale
    if referral.withdrawn_on is not None:
        raise errors.ReferralWithdrawn(day=referral.withdrawn_on)
    before, counted_before, values = stands(referral), counted(referral), _values(referral)
    change()
    session.flush()
    show(
        session,
        referral=referral,
        before=before,
        counted_before=counted_before,
        person=person,
        now=now,
    )
    after = _values(referral)
    changes = {name: (old, after[name]) for name, old in values.items() if old != after[name]}
    _record(session, referral, action, changes, person=person, now=now)
    return referral


#: What the audit trail tells of a change.
NOTED = (
    *("referred_on", "contacted_on", "assessed_on", "assessment", "planned_on"),
    *("consent_on", "consent_withdrawn_on", "meeting_on", "material_on", "attended_by", "wish"),
    "withdrawn_on",
)


def _values(referral: Referral) -> dict[str, object]:
    return {name: getattr(referral, name) for name in NOTED}


def _record(
    session: Session,
    referral: Referral,
    action: str,
    changes: dict[str, tuple[object, object]],
    *,
    person: Person,
    now: datetime,
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=referral.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=f"referral.{action}",
            object_type="referral",
            object_id=referral.id,
            changes=changes,
        ),
    )


def _not_ahead(field: str, day: date, now: datetime) -> None:
    if day > local_date(now):
        raise errors.StepInFuture(field=field, day=day)


def _not_before(field: str, day: date, earlier: date) -> None:
    if day < earlier:
        raise errors.StepBefore(field=field, day=day, earlier=earlier)


def _during(field: str, day: date, agreement: Agreement, now: datetime) -> None:
    _not_ahead(field, day, now)
    if day < agreement.valid_from:
        raise BeforeAgreement(field=field, day=day, valid_from=agreement.valid_from)


def _check_steps(referral: Referral, steps: Steps, agreement: Agreement, now: datetime) -> None:
    _during("referred_on", steps.referred_on, agreement, now)
    if referral.meeting_on is not None:
        _not_before("referred_on", referral.meeting_on, steps.referred_on)
    if steps.assessed_on is not None and steps.assessment is None:
        raise errors.OutcomeMissing(field="assessment")
    if steps.assessed_on is None and steps.assessment is not None:
        raise errors.AssessmentMissing(field="assessed_on")
    if steps.planned_on is not None and steps.assessment is Assessment.REFERRED_ON:
        raise errors.NothingToPlan(field="planned_on")
    earlier: date | None = steps.referred_on
    for field in ("contacted_on", "assessed_on", "planned_on"):
        day: date | None = getattr(steps, field)
        if day is not None:
            if earlier is None:
                raise errors.StepMissing(field=field)
            _not_ahead(field, day, now)
            _not_before(field, day, earlier)
        earlier = day


def _check_meeting(referral: Referral, meeting_on: date, now: datetime) -> None:
    if referral.consent_on is None or not has_consent(referral):
        raise errors.NoConsentToMeeting(field="meeting_on")
    if meeting_on < referral.consent_on:
        raise errors.MeetingBeforeConsent(
            field="meeting_on", day=meeting_on, consent_on=referral.consent_on
        )
    if meeting_on > local_date(now) + timedelta(days=HORIZON_DAYS):
        raise errors.MeetingTooFar(field="meeting_on", day=meeting_on)


def _call_off(referral: Referral, now: datetime) -> None:
    """Drop a meeting that has not been."""
    ahead = referral.meeting_on is not None and referral.meeting_on >= local_date(now)
    if ahead and referral.attended_by is None:
        referral.meeting_on = None
        referral.material_on = None
