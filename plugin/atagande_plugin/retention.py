"""Every kind of record in one place, and what is kept for ever: each table stands somewhere here.

The features describe their own kinds. Where rows of this layer hang on a feature's, they are taken
first, so that the arrows still point down.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person
from atagande_agreements.retention.cases import ENQUIRY, REFERRAL
from atagande_agreements.retention.followed import DEVIATION, DIGEST, EVIDENCE, MAIL
from atagande_agreements.retention.kinds import Kept, Kind, Remove
from atagande_agreements.retention.people import PERSON
from atagande_agreements.retention.reported import (
    CERTIFICATE,
    COMPETENCE_IMPORT,
    COMPETENCE_NAME,
    SELF_REPORT,
)
from atagande_agreements.retention.rules import Moment
from atagande_calendar import retention as calendar
from atagande_plugin.auth.models import ApiToken, LoginLink, LoginSession
from atagande_plugin.mail.models import InboundMessage, Outcome

#: Rows of three tables under one kind: the remainder of a number by three tells which.
_SIGN_INS: tuple[Any, ...] = (LoginLink, LoginSession, ApiToken)


def _first(remove: Remove, kind: Kind, *named: type[Any]) -> Kind:
    """Return a kind that also removes what this layer has, whose rows' numbers stand elsewhere."""

    def both(session: Session, ids: Sequence[int], now: datetime) -> None:
        remove(session, ids, now)
        kind.remove(session, ids, now)

    return replace(kind, remove=both, named=(*kind.named, *named))


def _inbound_of_sips(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    calls, mails = calendar.calls_of_sips(session, ids)
    session.execute(
        delete(InboundMessage).where(
            or_(
                InboundMessage.invitation_id.in_(calls),
                InboundMessage.outbox_message_id.in_(mails),
            )
        )
    )


def _loose_inbound(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Let traces of answers stand without the call that they answered."""
    del now
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.invitation_id.in_(ids))
        .values(invitation_id=None)
    )


def _forget_sign_ins(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Take away what lets people who have left sign in, and their calendars."""
    for table in _SIGN_INS:
        session.execute(delete(table).where(table.person_id.in_(ids)))
    calendar.forget_people(session, ids, now)


def _inbound(association_id: int) -> Select[Any, Any]:
    """Return traces of mail that nobody has to look at, those that belong to nobody too."""
    return select(InboundMessage.id, InboundMessage.received_at.label("moment")).where(
        or_(
            InboundMessage.association_id == association_id,
            InboundMessage.association_id.is_(None),
        ),
        or_(
            InboundMessage.outcome != Outcome.QUARANTINED,
            InboundMessage.settled_at.is_not(None),
        ),
    )


def _remove_inbound(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(InboundMessage).where(InboundMessage.id.in_(ids)))


INBOUND = Kind(
    key="inbound",
    name=N_("Spår av inkommande brev"),
    about=N_(
        "Att ett brev kom, från vilken adress och vad det blev av det tas bort. Själva brevet "
        "finns bara i brevlådan. Brev som någon behöver titta på gallras inte."
    ),
    moment=Moment.RECEIVED,
    proposal=13,
    shortest=3,
    candidates=_inbound,
    remove=_remove_inbound,
    tables=("inbound_message",),
    by_clock=True,
    named=(InboundMessage,),
    # Those about SIP meetings are among them.
    private=True,
)


def _sign_ins(association_id: int) -> Select[Any, Any]:
    """Return links and sessions by when they ended, and revoked tokens."""
    parts = []
    moments = (LoginLink.expires_at, LoginSession.expires_at, ApiToken.revoked_at)
    for place, (table, moment) in enumerate(zip(_SIGN_INS, moments, strict=True)):
        parts.append(
            select((table.id * len(_SIGN_INS) + place).label("id"), moment.label("moment"))
            .join(Person, Person.id == table.person_id)
            .where(
                Person.association_id == association_id,
                moment.is_not(None),
                # The key of a link's mail has its number: the newest stays, see `Kind.named`.
                table.id < select(func.max(table.id)).scalar_subquery(),
            )
        )
    every = union_all(*parts).subquery()
    return select(every.c.id, every.c.moment)


def _remove_sign_ins(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    for place, table in enumerate(_SIGN_INS):
        mine = [one // len(_SIGN_INS) for one in ids if one % len(_SIGN_INS) == place]
        session.execute(delete(table).where(table.id.in_(mine)))


SIGN_IN = Kind(
    key="sign_in",
    name=N_("Spår av inloggningar"),
    about=N_(
        "Förbrukade inloggningslänkar, avslutade inloggningar och återkallade nycklar till API:et "
        "tas bort. Ingen som är inloggad loggas ut."
    ),
    moment=Moment.ENDED,
    proposal=1,
    shortest=1,
    candidates=_sign_ins,
    remove=_remove_sign_ins,
    tables=("login_link", "login_session", "api_token"),
    by_clock=True,
)

#: In the order they are shown and removed: cases first, since other records hang on them.
KINDS: tuple[Kind, ...] = (
    ENQUIRY,
    _first(_inbound_of_sips, calendar.SIP, InboundMessage),
    REFERRAL,
    CERTIFICATE,
    SELF_REPORT,
    COMPETENCE_NAME,
    COMPETENCE_IMPORT,
    _first(_loose_inbound, calendar.CALL),
    calendar.POLL,
    MAIL,
    DIGEST,
    INBOUND,
    EVIDENCE,
    DEVIATION,
    _first(_forget_sign_ins, PERSON),
    SIGN_IN,
    calendar.FEED,
)
BY_KEY = {kind.key: kind for kind in KINDS}

KEPT: tuple[Kept, ...] = (
    Kept(
        key="agreements",
        name=N_("Överenskommelser med alla versioner"),
        about=N_("Åtaganden, bilagor, parter, mätvärden och besluten om dem."),
        tables=(
            "agreement",
            "agreement_party",
            "agreement_version",
            "annex",
            "commitment",
            "commitment_parameter",
            "obligation",
            "parameter",
            "parameter_decision",
            "section",
        ),
    ),
    Kept(
        key="decisions",
        name=N_("Styrgruppens beslut och protokoll"),
        about=N_(
            "Beslutsregistret, särskilda uttalanden, gallringsbesluten och vad som har gallrats."
        ),
        tables=(
            "agenda_item",
            "decision",
            "dissent",
            "handled_item",
            "ladder_decision",
            "meeting_decision",
            "minutes",
            "minutes_note",
            "retention_hold",
            "retention_rule",
            "retention_run",
            "retention_seal",
        ),
    ),
    Kept(
        key="documents",
        name=N_("Dokument och brevmallar med alla versioner"),
        about=N_("Också de styrdokument som åtagandena hör ihop med."),
        tables=(
            "document_update",
            "document_version",
            "governing_clause",
            "governing_document",
            "letter_revision",
            "letter_template",
        ),
    ),
    Kept(
        key="verdicts",
        name=N_("Bedömningar och publicerade siffror"),
        about=N_("Varje tillfälle med sin bedömning, siffrorna som de visades och rapporterna."),
        tables=(
            "occurrence",
            "occurrence_count",
            "occurrence_decision",
            "published_figure",
            "report",
            "report_file",
        ),
    ),
    Kept(
        key="meetings",
        name=N_("Möten, utom SIP"),
        about=N_("Dagordning, material, vilka parter som var med och det som lyftes."),
        tables=(
            "lifted_issue",
            "meeting",
            "meeting_attendance",
            "meeting_material",
            "meeting_report",
            "meeting_series",
            "party_lift",
        ),
    ),
    Kept(
        key="reported",
        name=N_("Antal utan namn"),
        about=N_("Hur många som är utbildade, bekräftade kontaktvägar och insatser."),
        tables=(
            "competence_report",
            "competence_training",
            "contact_confirmation",
            "contact_entry",
            "preparatory_service",
        ),
    ),
    Kept(
        key="parties",
        name=N_("Parter och mottagningar"),
        about=N_("Namn genom tiden, vem som tog över efter vem, och mottagningarnas tider."),
        tables=(
            "association",
            "clinic_closure",
            "clinic_hours",
            "clinic_schedule",
            "organisation",
            "party_name",
            "succession",
            "unit",
        ),
    ),
    Kept(
        key="trail",
        name=N_("Historiken"),
        about=N_("Vem som gjorde vad, efter funktion och utan namn, i en obruten kedja."),
        tables=("audit_entry", "audit_head"),
    ),
    Kept(
        key="working",
        name=N_("Arbetsminne"),
        about=N_(
            "Det som tjänsten själv skriver över: upptagna tider ur kalendrar, spärrar mot för "
            "många inloggningsförsök, svar som kan behöva upprepas, och jobbens läge. Det är inga "
            "handlingar och behöver inget beslut."
        ),
        tables=(
            "busy_span",
            "handled_request",
            "job_lease",
            "job_run",
            "mailbox_position",
            "published_calendar",
            "retention_gate",
            "sign_in_attempt",
        ),
    ),
)
