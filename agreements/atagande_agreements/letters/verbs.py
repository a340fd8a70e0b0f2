"""Adds and changes letter templates; what they said before is kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.letters.errors import NameTaken
from atagande_agreements.letters.models import LetterRevision, LetterTemplate
from atagande_agreements.letters.queries import letter
from atagande_agreements.letters.text import check, key_of
from atagande_agreements.parties.models import Person


def add_letter(
    session: Session, *, name: str, body: str, person: Person, now: datetime
) -> LetterTemplate:
    """Add a template to the library of `person`'s association."""
    body = _plain(body)
    check(body)
    key = key_of(name)
    if letter(session, person.association_id, key) is not None:
        raise NameTaken(field="name", name=name)
    template = _made(session, person.association_id, key)
    if template is None:
        raise NameTaken(field="name", name=name)
    _revise(session, template, name=name, body=body, in_use=True, person=person, now=now)
    return template


def change_letter(
    session: Session,
    *,
    key: str,
    name: str,
    body: str,
    in_use: bool,
    person: Person,
    version: int,
    now: datetime,
) -> LetterTemplate | None:
    """Change a template; `version` is the one its author had read, 0 for one as shipped.

    The same text again changes nothing; then None if it is as shipped.
    """
    known = letter(session, person.association_id, key)
    if known is None:
        raise NotFound
    body = _plain(body)
    check(body)
    template = session.scalars(
        select(LetterTemplate)
        .where(LetterTemplate.association_id == person.association_id, LetterTemplate.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if (known.name, known.body, known.in_use) == (name, body, in_use):
        return template
    if (template.version if template is not None else 0) != version:
        raise Stale
    if template is None:
        template = _made(session, person.association_id, key)
        if template is None:
            raise Stale
    else:
        template.version += 1
        session.flush()
    _revise(session, template, name=name, body=body, in_use=in_use, person=person, now=now)
    return template


def _plain(body: str) -> str:
    """Return a text with its line ends as they are kept, and nothing empty around it."""
    return "\n".join(line.rstrip() for line in body.strip().splitlines())


def _made(session: Session, association_id: int, key: str) -> LetterTemplate | None:
    """Return a new template; None if someone else makes it at the same moment."""
    template = LetterTemplate(association_id=association_id, key=key, version=1)
    try:
        with session.begin_nested():
            session.add(template)
            session.flush()
    except IntegrityError:
        return None
    return template


def _revise(
    session: Session,
    template: LetterTemplate,
    *,
    name: str,
    body: str,
    in_use: bool,
    person: Person,
    now: datetime,
) -> None:
    session.add(
        LetterRevision(
            association_id=template.association_id,
            template_id=template.id,
            number=template.version,
            name=name,
            body=body,
            in_use=in_use,
            person_id=person.id,
            at=now,
        )
    )
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=template.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="letter.changed" if template.version > 1 else "letter.added",
            object_type="letter_template",
            object_id=template.id,
            changes={"version": (template.version - 1 or None, template.version)},
        ),
    )
