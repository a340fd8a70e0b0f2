"""Kinds of record: single cases, enquiries and referrals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import ENDED, Deviation
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.i18n import N_
from atagande_agreements.referrals.models import Assessment, Referral
from atagande_agreements.retention.kinds import Kind, open_origins
from atagande_agreements.retention.rules import Moment


def origin_of(prefix: str, number: Any) -> Any:
    """Return the origin of what arose from a row, such as "enquiry:17", as an expression."""
    return literal(f"{prefix}:").concat(cast(number, String))


def _enquiries(association_id: int) -> Select[Any, Any]:
    """Return enquiries that were answered, or never will be: their deviation has ended."""
    ended = (
        select(Occurrence.origin)
        .join(Deviation, Deviation.occurrence_id == Occurrence.id)
        .where(Deviation.association_id == association_id, Deviation.state.in_(ENDED))
    )
    origin = origin_of("enquiry", Enquiry.id)
    return select(
        Enquiry.id, func.coalesce(Enquiry.answered_on, Enquiry.sent_on).label("moment")
    ).where(
        Enquiry.association_id == association_id,
        or_(Enquiry.answered_on.is_not(None), origin.in_(ended)),
        origin.not_in(open_origins(association_id)),
    )


def _remove_enquiries(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(Enquiry).where(Enquiry.id.in_(ids)))


ENQUIRY = Kind(
    key="enquiry",
    name=N_("Förfrågningar till mottagningarna"),
    about=N_(
        "Hela förfrågan tas bort: nummer, datum och vem som frågade. Bedömningen av åtagandet och "
        "publicerade siffror står kvar. En obesvarad förfrågan gallras inte förrän dess avvikelse "
        "är avslutad."
    ),
    moment=Moment.CASE_YEAR,
    proposal=24,
    shortest=12,
    candidates=_enquiries,
    remove=_remove_enquiries,
    tables=("enquiry",),
    private=True,
    feeds=("answers_within", "share_of_cases", "asked_when_unclear"),
    named=(Enquiry,),
)


def _referrals(association_id: int) -> Select[Any, Any]:
    """Return referrals that were called off, or that have come to their end and been reported."""
    settled = case(
        (Referral.planned_on.is_not(None), Referral.planned_on), else_=Referral.assessed_on
    )
    ended = case(
        (Referral.withdrawn_on.is_not(None), Referral.withdrawn_on),
        (Referral.meeting_on > settled, Referral.meeting_on),
        else_=settled,
    )
    return select(Referral.id, ended.label("moment")).where(
        Referral.association_id == association_id,
        or_(
            Referral.withdrawn_on.is_not(None),
            and_(
                or_(
                    Referral.planned_on.is_not(None),
                    Referral.assessment == Assessment.REFERRED_ON,
                ),
                or_(Referral.meeting_on.is_(None), Referral.attended_by.is_not(None)),
            ),
        ),
        origin_of("referral", Referral.id).not_in(open_origins(association_id)),
    )


def _remove_referrals(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(Referral).where(Referral.id.in_(ids)))


REFERRAL = Kind(
    key="referral",
    name=N_("Hänvisningar till Arbetsförmedlingen"),
    about=N_(
        "Hela hänvisningen tas bort, med datumen för kontakt, bedömning, planering och första "
        "möte. Bedömningen av åtagandet och publicerade siffror står kvar."
    ),
    moment=Moment.CASE_YEAR,
    proposal=24,
    shortest=12,
    candidates=_referrals,
    remove=_remove_referrals,
    tables=("referral",),
    private=True,
    feeds=("effort_within", "service_within", "case_gate", "prepared_before", "share_of_cases"),
    named=(Referral,),
)
