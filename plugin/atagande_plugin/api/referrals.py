"""First meetings: the municipality holds its cases; Arbetsförmedlingen gets dates only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.errors import Forbidden, NotFound
from atagande_agreements.referrals import queries, verbs
from atagande_agreements.referrals.models import Referral
from atagande_agreements.register.models import Agreement
from atagande_plugin.api.common import found, part
from atagande_plugin.api.referrals_shapes import (
    Kept,
    ReferralDurations,
    ReferralLine,
    ReferralList,
    StepSpread,
)
from atagande_plugin.web.acting import myself
from atagande_plugin.web.referrals import viewer

if TYPE_CHECKING:
    from atagande_plugin.forms.referrals import (
        AboutFirstMeeting,
        DurationSpan,
        FirstMeeting,
        NewReferral,
        ReferralConsent,
        ReferralPage,
        ReferralVersion,
        ReportSteps,
    )

#: What only those who hold the case get.
_HELD = (
    *("reference", "consent_on", "consent_withdrawn_on", "meeting_on"),
    *("material_on", "attended_by", "wish"),
)
_DATES = ("id", "referred_on", "contacted_on", "assessed_on", "assessment", "planned_on")


def _lines(rows: Sequence[Referral], who: queries.Viewer) -> list[ReferralLine]:
    """Return referrals with how each stands, by one query for them all."""
    known = queries.occurrences(g.session, g.me.association_id, [one.id for one in rows])
    return [
        ReferralLine.model_validate(
            {
                **{name: getattr(row, name) for name in _DATES},
                **{name: getattr(row, name) if who.holds else None for name in _HELD},
                "organisation": row.organisation.key,
                "withdrawn_on": row.withdrawn_on,
                "standing": {
                    subject: Kept(status=one.status, due_on=one.due_on, days_late=one.days_late)
                    for subject, one in known.get(row.id, {}).items()
                    if who.holds or subject.startswith("af_")
                },
                "version": row.version,
            }
        )
        for row in rows
    ]


def listed(asked: "ReferralPage") -> ReferralList:
    """Return the referrals the caller sees."""
    who = viewer()
    query = select(Referral).where(who.owns()).options(joinedload(Referral.organisation))
    if asked.ongoing:
        query = query.where(queries.ONGOING)
    rows, following = part(query, Referral.id, asked)
    return ReferralList(items=_lines(rows, who), next=following)


def _held(number: int) -> Referral:
    return found(queries.one(g.session, viewer(), number))


def one(number: int) -> ReferralLine:
    """Return one referral of the caller's municipality."""
    return _lines([_held(number)], viewer())[0]


def _agreement() -> Agreement:
    known = agreements(g.session, g.me.association_id, local_date(g.now))
    if not known:
        raise NotFound
    return known[0].agreement


def register(form: "NewReferral") -> tuple[ReferralLine, str]:
    """Register a referral."""
    if not viewer().holds:
        raise Forbidden
    referral = verbs.register_referral(
        g.session,
        agreement=_agreement(),
        person=myself(),
        reference=form.reference,
        referred_on=form.referred_on,
        now=g.now,
    )
    return one(referral.id), f"/referrals/{referral.id}"


def durations(asked: "DurationSpan") -> ReferralDurations:
    """Return how long the steps took, of the cases the caller sees."""
    who = viewer()
    if not (who.holds or who.is_receiver):
        raise NotFound
    took = queries.medians(
        g.session,
        _agreement().id,
        asked.first,
        asked.last,
        organisation_id=who.organisation_id,
    )

    def shape(spread: queries.Spread) -> StepSpread:
        return StepSpread(
            number=spread.number, median=spread.median, lower=spread.lower, upper=spread.upper
        )

    return ReferralDurations(
        first=asked.first,
        last=asked.last,
        contact=shape(took.contact),
        assessment=shape(took.assessment),
        plan=shape(took.plan),
    )


def steps(number: int, form: "ReportSteps") -> ReferralLine:
    """Record contact, assessment and plan."""
    verbs.report_steps(
        g.session,
        referral=_held(number),
        steps=verbs.Steps(
            form.referred_on,
            form.contacted_on,
            form.assessed_on,
            form.assessment,
            form.planned_on,
        ),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def consent(number: int, form: "ReferralConsent") -> ReferralLine:
    """Confirm the client's consent, or take it back."""
    change = verbs.confirm_consent if form.consent else verbs.withdraw_consent
    change(g.session, referral=_held(number), person=myself(), version=form.version, now=g.now)
    return one(number)


def meeting(number: int, form: "FirstMeeting") -> ReferralLine:
    """Book, move or call off the first meeting."""
    verbs.book_meeting(
        g.session,
        referral=_held(number),
        meeting_on=form.meeting_on,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def about(number: int, form: "AboutFirstMeeting") -> ReferralLine:
    """Record the material, who went along and what the client wanted."""
    verbs.report_meeting(
        g.session,
        referral=_held(number),
        about=verbs.AboutMeeting(form.material_on, form.attended_by, form.wish),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def withdraw(number: int, form: "ReferralVersion") -> ReferralLine:
    """Call a referral off."""
    verbs.withdraw_referral(
        g.session, referral=_held(number), person=myself(), version=form.version, now=g.now
    )
    return one(number)
