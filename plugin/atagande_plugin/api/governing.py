"""Governing documents: what the parties have decided elsewhere."""

from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from atagande_agreements.documents import governing, queries
from atagande_agreements.documents.models import GoverningDocument
from atagande_plugin.api import documents_shapes as shapes
from atagande_plugin.api.agreements import chosen
from atagande_plugin.api.common import found, part
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.documents import ChangeGoverning, Governing, RemoveGoverning


def _line(row: GoverningDocument) -> shapes.GoverningLine:
    return shapes.GoverningLine(
        id=row.id,
        title=row.title,
        issuer=row.issuer,
        link=row.link,
        commitments=[one.commitment for one in row.clauses],
        version=row.version,
    )


def listed(key: str, asked: Page) -> shapes.GoverningList:
    """Return the governing documents."""
    rows, following = part(
        select(GoverningDocument)
        .where(GoverningDocument.agreement_id == chosen(key).agreement.id)
        .options(selectinload(GoverningDocument.clauses)),
        GoverningDocument.id,
        asked,
    )
    return shapes.GoverningList(items=[_line(row) for row in rows], next=following)


def one(key: str, number: int) -> shapes.GoverningLine:
    """Return one governing document."""
    return _line(found(queries.governing_document(g.session, chosen(key).agreement.id, number)))


def add(key: str, form: "Governing") -> tuple[shapes.GoverningLine, str]:
    """Enter a governing document."""
    known = chosen(key)
    row = governing.add(
        g.session,
        agreement=known.agreement,
        version_id=known.version.id,
        title=form.title,
        issuer=form.issuer,
        link=form.link,
        commitments=form.commitments,
        person=myself(),
        now=g.now,
    )
    return _line(row), f"/agreements/{key}/governing-documents/{row.id}"


def change(key: str, number: int, form: "ChangeGoverning") -> shapes.GoverningLine:
    """Change a governing document."""
    known = chosen(key)
    row = governing.change(
        g.session,
        document=found(queries.governing_document(g.session, known.agreement.id, number)),
        version_id=known.version.id,
        title=form.title,
        issuer=form.issuer,
        link=form.link,
        commitments=form.commitments,
        version=form.version,
        person=myself(),
        now=g.now,
    )
    return _line(row)


def remove(key: str, number: int, form: "RemoveGoverning") -> shapes.GoverningLine:
    """Take a governing document from the list; the answer is what it said."""
    row = found(queries.governing_document(g.session, chosen(key).agreement.id, number))
    line = _line(row)
    governing.remove(g.session, document=row, version=form.version, person=myself(), now=g.now)
    return line
