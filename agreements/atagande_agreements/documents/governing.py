"""Keeps the list of governing documents and of the commitments they bear on."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements import audit
from atagande_agreements.commitments.models import Commitment
from atagande_agreements.documents.errors import LinkTaken, UnknownCommitment
from atagande_agreements.documents.links import https_address
from atagande_agreements.documents.models import GoverningClause, GoverningDocument
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement


def add(
    session: Session,
    *,
    agreement: Agreement,
    version_id: int,
    title: str,
    issuer: str,
    link: str,
    commitments: Iterable[str],
    person: Person,
    now: datetime,
) -> GoverningDocument:
    """Enter a governing document; `commitments` are keys of the agreement's version."""
    document = GoverningDocument(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        title=title,
        issuer=issuer,
        link=https_address(link),
        clauses=[
            GoverningClause(commitment=key) for key in _known(session, version_id, commitments)
        ],
    )
    _keep(session, document)
    entry = _entry(
        document, action="governing.added", title=(None, document.title), person=person, now=now
    )
    audit.record(session, entry)
    return document


def change(
    session: Session,
    *,
    document: GoverningDocument,
    version_id: int,
    title: str,
    issuer: str,
    link: str,
    commitments: Iterable[str],
    version: int,
    person: Person,
    now: datetime,
) -> GoverningDocument:
    """Change a governing document, of which its author had read `version`."""
    if document.version != version:
        raise Stale
    before, link = document.title, https_address(link)
    keys = _known(session, version_id, commitments)
    with session.no_autoflush:
        document.title, document.issuer, document.link = title, issuer, link
        kept = {one.commitment: one for one in document.clauses}
        document.clauses = [kept.get(key) or GoverningClause(commitment=key) for key in keys]
        # Counts as a change also when only the commitments are others.
        flag_modified(document, "title")
    _keep(session, document)
    entry = _entry(
        document, action="governing.changed", title=(before, title), person=person, now=now
    )
    audit.record(session, entry)
    return document


def remove(
    session: Session, *, document: GoverningDocument, version: int, person: Person, now: datetime
) -> None:
    """Take a governing document from the list."""
    if document.version != version:
        raise Stale
    entry = _entry(
        document, action="governing.removed", title=(document.title, None), person=person, now=now
    )
    audit.record(session, entry)
    session.delete(document)
    session.flush()


def _known(session: Session, version_id: int, keys: Iterable[str]) -> list[str]:
    """Return keys of commitments, each once and in the agreement's order."""
    wanted = set(keys)
    known = session.scalars(
        select(Commitment.key)
        .where(Commitment.version_id == version_id, Commitment.key.in_(wanted))
        .order_by(Commitment.position)
    ).all()
    missing = sorted(wanted.difference(known))
    if missing:
        raise UnknownCommitment(field="commitments", key=missing[0])
    return list(known)


def _keep(session: Session, document: GoverningDocument) -> None:
    try:
        with session.begin_nested():
            session.add(document)
            session.flush()
    except IntegrityError as error:
        raise LinkTaken(field="link") from error


def _entry(
    document: GoverningDocument,
    *,
    action: str,
    title: tuple[str | None, str | None],
    person: Person,
    now: datetime,
) -> audit.Change:
    return audit.Change(
        association_id=document.association_id,
        at=now,
        actor=audit.Actor.of(person),
        action=action,
        object_type="governing_document",
        object_id=document.id,
        changes={
            "title": title,
            "commitments": (None, " ".join(one.commitment for one in document.clauses)),
        },
    )
