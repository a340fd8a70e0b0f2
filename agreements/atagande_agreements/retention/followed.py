"""Kinds of record: mail as sent, evidence, and deviations with their replies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.deviations.models import ACTIVE, ENDED, Deviation, DeviationStep, Measure
from atagande_agreements.i18n import N_
from atagande_agreements.ladder.digest_models import DigestItem
from atagande_agreements.ladder.letter_models import LadderLetter
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.rules import Moment


def _mail(association_id: int) -> Select[Any, Any]:
    """Return messages that have come to their end; an emptied one has no recipient."""
    moment = func.coalesce(OutboxMessage.sent_at, OutboxMessage.queued_at)
    return select(OutboxMessage.id, moment.label("moment")).where(
        OutboxMessage.association_id == association_id,
        OutboxMessage.state != OutboxState.QUEUED,
        OutboxMessage.recipient != "",
    )


def _empty_mail(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Take away what was sent and to whom; the row stays, so that the cause never sends again."""
    del now
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(
            raw=case((OutboxMessage.state == OutboxState.SENT, b""), else_=None),
            recipient="",
            person_id=None,
            payload="{}",
            last_error="",
            # Nobody can send again what is empty.
            state=case(
                (OutboxMessage.state == OutboxState.FAILED, OutboxState.CANCELLED),
                else_=OutboxMessage.state,
            ),
            bounced_at=None,
            bounce_code="",
        )
    )


MAIL = Kind(
    key="mail",
    name=N_("Brev som har skickats"),
    about=N_(
        "Brevets innehåll och mottagarens adress tas bort. Att ett brev har skickats, vad det "
        "gällde och när står kvar, så att samma brev aldrig skickas igen."
    ),
    moment=Moment.SENT,
    proposal=24,
    shortest=12,
    candidates=_mail,
    remove=_empty_mail,
    tables=("outbox_message",),
    by_clock=True,
    # Those about SIP meetings are among them.
    private=True,
)


def _evidence(association_id: int) -> Select[Any, Any]:
    """Return evidence of what is settled and has no deviation that is not ended."""
    deviating = select(Deviation.occurrence_id).where(
        Deviation.association_id == association_id, ACTIVE
    )
    return (
        select(Evidence.id, Occurrence.event_on.label("moment"))
        .join(Occurrence, Occurrence.id == Evidence.occurrence_id)
        .where(
            Evidence.association_id == association_id,
            Occurrence.sweep_at.is_(None),
            Occurrence.status.not_in([Status.PENDING, Status.NOT_ASSESSABLE]),
            Occurrence.id.not_in(deviating),
        )
    )


def _remove_evidence(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(Evidence).where(Evidence.id.in_(ids)))


EVIDENCE = Kind(
    key="evidence",
    name=N_("Underlag till avgjorda tillfällen"),
    about=N_(
        "Vem som rapporterade, när och varifrån tas bort. Tillfället står kvar med sin bedömning, "
        "sina datum och det beslut som det bedömdes efter."
    ),
    moment=Moment.YEAR,
    proposal=120,
    shortest=24,
    candidates=_evidence,
    remove=_remove_evidence,
    tables=("evidence",),
    private=True,
)


def _deviations(association_id: int) -> Select[Any, Any]:
    """Return deviations that have ended; one that others were merged into goes after them."""
    last = (
        select(func.max(DeviationStep.at))
        .where(DeviationStep.deviation_id == Deviation.id)
        .scalar_subquery()
    )
    merged = aliased(Deviation)
    into = select(merged.merged_into_id).where(
        merged.association_id == association_id, merged.merged_into_id.is_not(None)
    )
    return select(Deviation.id, func.coalesce(last, Deviation.opened_at).label("moment")).where(
        Deviation.association_id == association_id,
        Deviation.state.in_(ENDED),
        Deviation.id.not_in(into),
    )


def _remove_deviations(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    for table in (LadderLetter, Measure, DeviationStep):
        session.execute(delete(table).where(table.deviation_id.in_(ids)))
    session.execute(delete(Deviation).where(Deviation.id.in_(ids)))


DEVIATION = Kind(
    key="deviation",
    name=N_("Avvikelser med yttranden och åtgärder"),
    about=N_(
        "Avvikelsen tas bort med yttranden, åtgärder, steg och skrivelser. Tillfällets bedömning, "
        "styrgruppens beslut, protokoll och utfärdade rapporter står kvar. En öppen avvikelse "
        "gallras aldrig."
    ),
    moment=Moment.CASE_YEAR,
    proposal=120,
    shortest=24,
    candidates=_deviations,
    remove=_remove_deviations,
    tables=("deviation", "deviation_step", "ladder_letter", "measure"),
    by_clock=True,
    named=(Deviation, LadderLetter),
)


def _digests(association_id: int) -> Select[Any, Any]:
    return select(DigestItem.id, DigestItem.at.label("moment")).where(
        DigestItem.association_id == association_id
    )


def _remove_digests(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(DigestItem).where(DigestItem.id.in_(ids)))


DIGEST = Kind(
    key="digest",
    name=N_("Vad sammanfattningarna har berättat"),
    about=N_("Anteckningen om att en person har fått veta något tas bort. Saken själv står kvar."),
    moment=Moment.SENT,
    proposal=36,
    shortest=24,
    candidates=_digests,
    remove=_remove_digests,
    tables=("digest_item",),
    by_clock=True,
)
