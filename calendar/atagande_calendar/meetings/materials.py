"""Material: what those who come to a meeting read beforehand, as links."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.documents.models import DocumentVersion
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.itip.errors import UnsafeHeader
from atagande_calendar.itip.text import require_header
from atagande_calendar.meetings.errors import (
    BadMaterialLink,
    EitherLinkOrDocument,
    MaterialWithoutTitle,
    TooManyMaterials,
)
from atagande_calendar.meetings.held import require_reporter
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting

#: Links of one meeting.
MOST = 20
LINK_LENGTH = 500
_LINK = re.compile(r"https://[^\s/?#@]+\.[^\s/?#@]+(?:[/?#]\S*)?")


class MeetingMaterial(Base):
    """Material: a link to something elsewhere, or one of the agreement's own documents."""

    __tablename__ = "meeting_material"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint("position >= 1 AND position <= 20", "at_most_20"),
        CheckConstraint("(link = '') <> (document = '')", "either_link_or_document"),
        CheckConstraint("link = '' OR link LIKE 'https://_%'", "https"),
        CheckConstraint("title <> ''", "title"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    #: 1 to 20, in the order they were added.
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    #: Where it is read; "" for one of our own documents.
    link: Mapped[str] = mapped_column(String(LINK_LENGTH), default="")
    #: Key of a document of the agreement (`DocumentVersion.document`), its latest version; "" for
    #: a link.
    document: Mapped[str] = mapped_column(String(64), default="")
    added_by_id: Mapped[int] = references("person.id", index=False)
    added_at: Mapped[datetime]


def materials_of(session: Session, meeting_id: int) -> Sequence[MeetingMaterial]:
    """Return what is to be read before a meeting, in order."""
    return session.scalars(
        select(MeetingMaterial)
        .where(MeetingMaterial.meeting_id == meeting_id)
        .order_by(MeetingMaterial.position)
    ).all()


def documents_of(session: Session, agreement_id: int) -> list[tuple[str, str]]:
    """Return (key, title) of the agreement's documents that can be read here, latest title."""
    latest = (
        select(func.max(DocumentVersion.id))
        .where(DocumentVersion.agreement_id == agreement_id)
        .group_by(DocumentVersion.document)
    )
    rows = session.execute(
        select(DocumentVersion.document, DocumentVersion.title)
        .where(DocumentVersion.id.in_(latest))
        .order_by(DocumentVersion.title)
    )
    return [(row.document, row.title) for row in rows]


def add_material(
    session: Session,
    *,
    meeting: Meeting,
    title: str,
    link: str,
    document: str,
    person: Person,
    now: datetime,
) -> MeetingMaterial:
    """Add a link, or one of the agreement's documents; never to a SIP.

    A document without a title of its own is called what it is called. The meeting's row is held
    meanwhile, so that two who add at once get a place each.
    """
    require_reporter(meeting, person)
    title, link, document = title.strip(), link.strip(), document.strip()
    if bool(link) == bool(document):
        raise EitherLinkOrDocument(field="link")
    if link and (len(link) > LINK_LENGTH or not _LINK.fullmatch(link)):
        raise BadMaterialLink(field="link")
    if document:
        known = dict(documents_of(session, meeting.agreement_id))
        if document not in known:
            raise NotFound(field="document")
        title = title or known[document]
    if not title:
        raise MaterialWithoutTitle(field="title")
    try:
        require_header(title)
    except UnsafeHeader as error:
        raise UnsafeHeader(field="title") from error
    session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    position = _free_position({one.position for one in materials_of(session, meeting.id)})
    material = MeetingMaterial(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        position=position,
        title=title,
        link=link,
        document=document,
        added_by_id=person.id,
        added_at=now,
    )
    session.add(material)
    session.flush()
    record(session, meeting, "meeting.material_added", person, now, material=(None, title))
    return material


def _free_position(taken: set[int]) -> int:
    """Return the place after the last one; when that is the twentieth, the first that is free."""
    last = max(taken, default=0)
    free = [number for number in range(1, MOST + 1) if number not in taken]
    if not free:
        raise TooManyMaterials(field="link", most=MOST)
    return last + 1 if last < MOST else free[0]


def remove_material(
    session: Session, *, meeting: Meeting, material_id: int, person: Person, now: datetime
) -> None:
    """Take a link away; Stale if someone else already has."""
    require_reporter(meeting, person)
    material = session.scalar(
        select(MeetingMaterial)
        .where(MeetingMaterial.id == material_id, MeetingMaterial.meeting_id == meeting.id)
        .with_for_update()
    )
    if material is None:
        raise Stale
    session.delete(material)
    session.flush()
    gone = (material.title, None)
    record(session, meeting, "meeting.material_removed", person, now, material=gone)
