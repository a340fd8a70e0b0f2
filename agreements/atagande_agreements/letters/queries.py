"""Reads the letters: the shipped ones, as the association has changed them, and its own."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.letters.models import LetterRevision, LetterTemplate


@dataclass(frozen=True, slots=True)
class Letter:
    """A template as it is in force."""

    key: str
    name: str
    body: str
    in_use: bool = True
    #: 0 while it is as shipped.
    version: int = 0


@cache
def shipped() -> tuple[Letter, ...]:
    """Return the letters that come with the service."""
    text = (files("atagande_agreements") / "data" / "letters.toml").read_text(encoding="utf-8")
    return tuple(
        Letter(one["key"], one["name"], one["body"].strip())
        for one in tomllib.loads(text)["letter"]
    )


def letters_of(session: Session, association_id: int) -> list[Letter]:
    """Return an association's letters: the shipped ones first, then its own in their order."""
    rows = session.execute(
        select(LetterTemplate, LetterRevision)
        .join(
            LetterRevision,
            and_(
                LetterRevision.template_id == LetterTemplate.id,
                LetterRevision.number == LetterTemplate.version,
            ),
        )
        .where(LetterTemplate.association_id == association_id)
        .order_by(LetterTemplate.id)
    )
    found = {one.key: one for one in shipped()}
    for template, revision in rows:
        found[template.key] = Letter(
            template.key, revision.name, revision.body, revision.in_use, template.version
        )
    return list(found.values())


def letter(session: Session, association_id: int, key: str) -> Letter | None:
    """Return one of an association's letters by its key, or None."""
    return next((one for one in letters_of(session, association_id) if one.key == key), None)


def history(session: Session, association_id: int, key: str) -> Sequence[LetterRevision]:
    """Return everything a template has said since it was shipped, newest first."""
    return session.scalars(
        select(LetterRevision)
        .join(LetterTemplate, LetterTemplate.id == LetterRevision.template_id)
        .where(LetterTemplate.association_id == association_id, LetterTemplate.key == key)
        .options(joinedload(LetterRevision.person))
        .order_by(LetterRevision.number.desc())
    ).all()
