"""What an agenda says in few words: lifted issues, documents, own items and signatures."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, literal, null, select, union_all
from sqlalchemy.orm import Session

from atagande_agreements.documents.models import DocumentUpdate
from atagande_agreements.parties.models import Organisation
from atagande_agreements.register.models import AgreementParty, AgreementVersion, VersionState
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering.items import Item, Topic
from atagande_calendar.steering.models import AgendaItem, HandledItem


def short_items(
    session: Session, association_id: int, agreement_id: int, meeting_id: int | None
) -> list[Item]:
    """Return what needs few words: issues, documents, own items and signatures, in one question."""
    asked = union_all(
        _issues(association_id, agreement_id),
        _documents(agreement_id),
        _own(meeting_id),
        _signatories(agreement_id),
    )
    rows = session.execute(asked).all()
    return [_short_item(row) for row in sorted(rows, key=lambda row: (row.topic, row.place))]


def _issues(association_id: int, agreement_id: int) -> Any:
    handled = select(HandledItem.lifted_issue_id).where(HandledItem.lifted_issue_id.is_not(None))
    return (
        select(
            literal(Topic.ISSUE.value).label("topic"),
            LiftedIssue.id.label("number"),
            LiftedIssue.id.label("place"),
            literal("").label("title"),
            literal("").label("title_en"),
            LiftedIssue.text.label("text"),
            func.coalesce(Organisation.name, "").label("party"),
            LiftedIssue.lifted_on.label("day"),
            literal("").label("key"),
        )
        .join(Meeting, Meeting.id == LiftedIssue.meeting_id)
        .outerjoin(LiftedIssue.organisation)
        .where(
            LiftedIssue.association_id == association_id,
            Meeting.agreement_id == agreement_id,
            LiftedIssue.id.not_in(handled),
        )
    )


def _documents(agreement_id: int) -> Any:
    return select(
        literal(Topic.DOCUMENT.value),
        DocumentUpdate.id,
        DocumentUpdate.id,
        DocumentUpdate.title,
        DocumentUpdate.title_en,
        DocumentUpdate.paragraph,
        literal(""),
        DocumentUpdate.decided_on,
        DocumentUpdate.document,
    ).where(DocumentUpdate.agreement_id == agreement_id, DocumentUpdate.number.is_(None))


def _own(meeting_id: int | None) -> Any:
    handled = select(HandledItem.agenda_item_id).where(HandledItem.agenda_item_id.is_not(None))
    return select(
        literal(Topic.OWN.value),
        AgendaItem.id,
        AgendaItem.position,
        AgendaItem.title,
        AgendaItem.title,
        AgendaItem.text,
        literal(""),
        null(),
        literal(""),
    ).where(AgendaItem.meeting_id == (meeting_id or 0), AgendaItem.id.not_in(handled))


def _signatories(agreement_id: int) -> Any:
    """Count those who are to sign; who has signed is not kept in the register."""
    number = func.count(AgreementParty.id)
    return (
        select(
            literal(Topic.SIGNATURES.value),
            number,
            literal(0),
            literal(""),
            literal(""),
            literal(""),
            literal(""),
            null(),
            literal(""),
        )
        .join(AgreementVersion, AgreementVersion.id == AgreementParty.version_id)
        .where(
            AgreementVersion.agreement_id == agreement_id,
            AgreementVersion.state == VersionState.IN_FORCE,
            ~AgreementParty.by_succession,
        )
    )


def _short_item(row: Any) -> Item:
    topic = Topic(row.topic)
    base = Item(
        topic=topic,
        key=f"{topic.value}:{row.number}",
        title=row.title,
        title_en=row.title_en,
        text=row.text,
        party=row.party,
        day=row.day,
    )
    match topic:
        case Topic.DOCUMENT:
            return replace(base, name=row.text, text="", link=f"/dokument/{row.key}")
        case Topic.SIGNATURES:
            return replace(base, key="signatures", number=row.number, link="/overenskommelsen")
        case _:
            return base
