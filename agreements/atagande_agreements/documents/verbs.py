"""Decides updates of documents and publishes the versions that carry them out."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.evidence import file_evidence
from atagande_agreements.commitments.queries import owed
from atagande_agreements.deviations.verbs import note_evidence
from atagande_agreements.documents import errors
from atagande_agreements.documents.layout import normal
from atagande_agreements.documents.links import https_address
from atagande_agreements.documents.models import DocumentUpdate, DocumentVersion
from atagande_agreements.documents.queries import Document, origin
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.filing import Shown, report
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import DecisionKind
from atagande_agreements.steering.verbs import record_decision

RULE, SUBJECT = "document_updated", "agreement_documents"


def decide_update(
    session: Session,
    *,
    agreement: Agreement,
    document: Document,
    paragraph: str,
    decided_on: date,
    note: str,
    person: Person,
    now: datetime,
) -> DocumentUpdate:
    """Record that the steering group decided to update a document, and from when it is owed.

    `note` says what is to change. The same paragraph and date about the same document again
    raises UpdateAlreadyDecided.
    """
    try:
        with session.begin_nested():
            decision = record_decision(
                session,
                agreement=agreement,
                kind=DecisionKind.DOCUMENT,
                paragraph=paragraph,
                decided_on=decided_on,
                note=note,
                person=person,
                now=now,
            )
            update = DocumentUpdate(
                association_id=agreement.association_id,
                agreement_id=agreement.id,
                document=document.key,
                title=document.title,
                title_en=document.title_en,
                decision_id=decision.id,
                decided_on=decided_on,
                paragraph=decision.paragraph,
            )
            session.add(update)
            session.flush()
    except IntegrityError as error:
        raise errors.UpdateAlreadyDecided(
            field="paragraph", paragraph=paragraph, decided_on=decided_on
        ) from error
    for obligation in owed(session, agreement.id, rule=RULE, subject=SUBJECT, on=decided_on):
        report(
            session,
            obligation=obligation,
            origin=origin(decision.id),
            event_on=decided_on,
            shown=Shown(),
            told=None,
            now=now,
        )
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="document.decided",
            object_type="document_update",
            object_id=update.id,
            changes={
                "document": (None, document.key),
                "decided_on": (None, decided_on),
                "paragraph": (None, decision.paragraph),
            },
        ),
    )
    return update


def publish(
    session: Session,
    *,
    agreement: Agreement,
    document: Document,
    text: str,
    link: str,
    published_on: date,
    updates: Iterable[int],
    after: int,
    person: Person,
    now: datetime,
) -> DocumentVersion:
    """Publish the next version of a document, which carries out decided updates (their ids).

    `after` is the number of the version its author had read, 0 if there was none: if another has
    come since, Stale is raised. Only the first version may carry out nothing; every other is what
    the steering group decided. A published version never changes.
    """
    last = _last(session, agreement.id, document.key)
    if after != (last.number if last else 0):
        raise Stale
    text, link = normal(text), https_address(link) if link.strip() else ""
    if not text.strip():
        raise errors.NoText(field="text")
    if last is not None and (last.text, last.link) == (text, link):
        raise errors.NothingChanged(field="text", number=last.number)
    _check_date(agreement, last, published_on, now)
    waiting = _waiting(session, agreement.id, document.key, set(updates))
    if last is not None and not waiting:
        raise errors.NothingDecided(field="updates")
    for update in waiting:
        if published_on < update.decided_on:
            raise errors.PublishedBeforeDecision(
                field="published_on", day=published_on, decided_on=update.decided_on
            )
    version = DocumentVersion(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        document=document.key,
        number=after + 1,
        title=document.title,
        title_en=document.title_en,
        text=text,
        link=link,
        published_on=published_on,
        published_by_id=person.id,
        recorded_at=now,
    )
    try:
        with session.begin_nested():
            session.add(version)
            session.flush()
    except IntegrityError as error:
        raise Stale from error
    for update in waiting:
        update.number, update.published_on = version.number, published_on
    session.flush()
    for update in waiting:
        _file(session, update, version, person, now)
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="document.published",
            object_type="document_version",
            object_id=version.id,
            changes={
                "document": (None, document.key),
                "number": (after or None, version.number),
                "published_on": (None, published_on),
                "decisions": (None, ", ".join(one.paragraph for one in waiting)),
            },
        ),
    )
    return version


def _last(session: Session, agreement_id: int, key: str) -> DocumentVersion | None:
    return session.scalar(
        select(DocumentVersion)
        .where(DocumentVersion.agreement_id == agreement_id, DocumentVersion.document == key)
        .order_by(DocumentVersion.number.desc())
        .limit(1)
    )


def _check_date(
    agreement: Agreement, last: DocumentVersion | None, published_on: date, now: datetime
) -> None:
    """Refuse a day that has not been, or that lies before the agreement or the last version."""
    if published_on > local_date(now):
        raise errors.PublishedInFuture(field="published_on", day=published_on)
    if published_on < agreement.valid_from:
        raise BeforeAgreement(
            field="published_on", day=published_on, valid_from=agreement.valid_from
        )
    if last is not None and published_on < last.published_on:
        raise errors.PublishedBeforeLast(
            field="published_on", day=published_on, number=last.number, last=last.published_on
        )


def _waiting(
    session: Session, agreement_id: int, key: str, wanted: set[int]
) -> list[DocumentUpdate]:
    """Return the decisions to carry out, locked; each must be the document's and wait."""
    if not wanted:
        return []
    found = session.scalars(
        select(DocumentUpdate)
        .where(
            DocumentUpdate.agreement_id == agreement_id,
            DocumentUpdate.document == key,
            DocumentUpdate.id.in_(wanted),
        )
        .order_by(DocumentUpdate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if {one.id for one in found} != wanted:
        raise NotFound(field="updates")
    if any(one.number is not None for one in found):
        raise errors.CarriedOut(field="updates")
    return list(found)


def _file(
    session: Session,
    update: DocumentUpdate,
    version: DocumentVersion,
    person: Person,
    now: datetime,
) -> None:
    """File the publication as what shows that a decision was carried out."""
    settled = file_evidence(
        session,
        origin=origin(update.decision_id),
        association_id=update.association_id,
        source=f"document-version:{version.id}",
        effective_on=version.published_on,
        person=person,
        now=now,
    )
    note_evidence(session, occurrence_ids=[one.id for one in settled], person=person, now=now)
