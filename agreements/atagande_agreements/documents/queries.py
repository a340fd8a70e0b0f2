"""Reads the documents of an agreement, their versions, and what governs its commitments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from atagande_agreements.commitments.models import Obligation, Occurrence, ParameterDecision
from atagande_agreements.commitments.queries import annexes
from atagande_agreements.documents.models import (
    AGREEMENT,
    DocumentUpdate,
    DocumentVersion,
    GoverningClause,
    GoverningDocument,
)
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement


def origin(decision_id: int) -> str:
    """Return what the occurrence of a decision to update is keyed on."""
    return f"document:{decision_id}"


@dataclass(slots=True)
class Document:
    """A document of an agreement: its newest version, and the decisions that wait for the next."""

    key: str
    title: str
    title_en: str
    #: Without its text; None when nothing has been published here.
    latest: DocumentVersion | None = None
    #: In the order they were decided.
    waiting: list[DocumentUpdate] = field(default_factory=list)


def documents(session: Session, agreement: Agreement, version_id: int) -> list[Document]:
    """Return an agreement's documents: itself, its annexes, and those that were annexes once."""
    found = {AGREEMENT: Document(AGREEMENT, agreement.title, agreement.title)}
    for annex in annexes(session, version_id):
        found.setdefault(annex.key, Document(annex.key, annex.title, annex.title_en))
    newest = (
        select(DocumentVersion.document, func.max(DocumentVersion.number).label("number"))
        .where(DocumentVersion.agreement_id == agreement.id)
        .group_by(DocumentVersion.document)
        .subquery()
    )
    for version in session.scalars(
        select(DocumentVersion)
        .join(
            newest,
            and_(
                newest.c.document == DocumentVersion.document,
                newest.c.number == DocumentVersion.number,
            ),
        )
        .where(DocumentVersion.agreement_id == agreement.id)
        .options(defer(DocumentVersion.text))
        .order_by(DocumentVersion.document)
    ):
        gone = Document(version.document, version.title, version.title_en)
        found.setdefault(version.document, gone).latest = version
    for update in session.scalars(
        select(DocumentUpdate)
        .where(DocumentUpdate.agreement_id == agreement.id, DocumentUpdate.number.is_(None))
        .options(joinedload(DocumentUpdate.decision))
        .order_by(DocumentUpdate.decided_on, DocumentUpdate.id)
    ):
        # One that was decided of an annex that the agreement no longer has waits in vain.
        if update.document in found:
            found[update.document].waiting.append(update)
    return list(found.values())


def document(session: Session, agreement: Agreement, version_id: int, key: str) -> Document | None:
    """Return one document of an agreement, or None."""
    return next((one for one in documents(session, agreement, version_id) if one.key == key), None)


def version(
    session: Session, agreement_id: int, document_key: str, number: int
) -> DocumentVersion | None:
    """Return one version with its text and who published it, or None."""
    return session.scalar(
        select(DocumentVersion)
        .where(
            DocumentVersion.agreement_id == agreement_id,
            DocumentVersion.document == document_key,
            DocumentVersion.number == number,
        )
        .options(joinedload(DocumentVersion.published_by).joinedload(Person.organisation))
    )


def versions(
    session: Session, agreement_id: int, document_key: str, *, size: int, offset: int = 0
) -> Sequence[DocumentVersion]:
    """Return a document's versions without their text, newest first."""
    return session.scalars(
        select(DocumentVersion)
        .where(
            DocumentVersion.agreement_id == agreement_id, DocumentVersion.document == document_key
        )
        .options(
            defer(DocumentVersion.text),
            joinedload(DocumentVersion.published_by).joinedload(Person.organisation),
        )
        .order_by(DocumentVersion.number.desc())
        .limit(size)
        .offset(offset)
    ).all()


def carried_out(
    session: Session, agreement_id: int, document_key: str, numbers: Iterable[int]
) -> Mapping[int, list[DocumentUpdate]]:
    """Return the decisions that versions carried out, by the number of the version."""
    found: dict[int, list[DocumentUpdate]] = {}
    for update in session.scalars(
        select(DocumentUpdate)
        .where(
            DocumentUpdate.agreement_id == agreement_id,
            DocumentUpdate.document == document_key,
            DocumentUpdate.number.in_(list(numbers)),
        )
        .options(joinedload(DocumentUpdate.decision))
        .order_by(DocumentUpdate.decided_on, DocumentUpdate.id)
    ):
        if update.number is not None:
            found.setdefault(update.number, []).append(update)
    return found


def judged(
    session: Session, association_id: int, updates: Iterable[DocumentUpdate]
) -> Mapping[int, Occurrence]:
    """Return what decisions gave to keep, by decision; nothing where no commitment follows it."""
    by_origin = {origin(one.decision_id): one.decision_id for one in updates}
    if not by_origin:
        return {}
    rows = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.obligation_id.in_(
                select(Obligation.id).where(Obligation.association_id == association_id)
            ),
            Occurrence.origin.in_(by_origin),
        )
        .options(
            joinedload(Occurrence.parameter_decision).options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            )
        )
        .order_by(Occurrence.id)
    )
    return {by_origin[one.origin]: one for one in rows}


def governing_documents(
    session: Session, agreement_id: int, *, size: int, offset: int = 0
) -> tuple[Sequence[GoverningDocument], int]:
    """Return one page of what governs an agreement, by issuer and title, and how many in all."""
    mine = GoverningDocument.agreement_id == agreement_id
    total = session.scalar(select(func.count()).select_from(GoverningDocument).where(mine)) or 0
    rows = session.scalars(
        select(GoverningDocument)
        .where(mine)
        .options(selectinload(GoverningDocument.clauses))
        .order_by(GoverningDocument.issuer, GoverningDocument.title, GoverningDocument.id)
        .limit(size)
        .offset(offset)
    ).all()
    return rows, total


def governing_document(
    session: Session, agreement_id: int, number: int
) -> GoverningDocument | None:
    """Return one governing document with the commitments it bears on, or None."""
    return session.scalar(
        select(GoverningDocument)
        .where(GoverningDocument.agreement_id == agreement_id, GoverningDocument.id == number)
        .options(selectinload(GoverningDocument.clauses))
    )


def governing(
    session: Session, agreement_id: int, commitment_key: str
) -> Sequence[GoverningDocument]:
    """Return what governs one commitment, by issuer and title."""
    return session.scalars(
        select(GoverningDocument)
        .join(GoverningClause, GoverningClause.governing_document_id == GoverningDocument.id)
        .where(
            GoverningDocument.agreement_id == agreement_id,
            GoverningClause.commitment == commitment_key,
        )
        .order_by(GoverningDocument.issuer, GoverningDocument.title, GoverningDocument.id)
    ).all()
