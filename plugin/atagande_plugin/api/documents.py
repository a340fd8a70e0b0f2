"""Documents of an agreement, their versions, and the decisions to update them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from atagande_agreements.commitments.queries import InForce
from atagande_agreements.documents import difference, queries, verbs
from atagande_agreements.documents.models import DocumentUpdate, DocumentVersion
from atagande_agreements.parties.models import Person
from atagande_plugin.api import documents_shapes as shapes
from atagande_plugin.api.agreements import chosen
from atagande_plugin.api.common import found, part
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.documents import Compare, DecideUpdate, PublishVersion


def _document(known: InForce, key: str) -> queries.Document:
    return found(queries.document(g.session, known.agreement, known.version.id, key))


def _updates(rows: Iterable[DocumentUpdate]) -> list[shapes.UpdateLine]:
    """Return decisions with how they were judged, by one query for them all."""
    known = list(rows)
    judged = queries.judged(g.session, g.me.association_id, known)
    lines = []
    for row in known:
        occurrence = judged.get(row.decision_id)
        lines.append(
            shapes.UpdateLine(
                id=row.id,
                document=row.document,
                paragraph=row.paragraph,
                decided_on=row.decided_on,
                note=row.decision.note,
                version=row.number,
                published_on=row.published_on,
                status=occurrence.status if occurrence else None,
                due_on=occurrence.due_on if occurrence else None,
                days_late=occurrence.days_late if occurrence else None,
            )
        )
    return lines


def _line(row: queries.Document, waiting: Iterable[shapes.UpdateLine]) -> shapes.DocumentLine:
    return shapes.DocumentLine(
        key=row.key,
        title=row.title,
        title_en=row.title_en,
        version=row.latest.number if row.latest else 0,
        published_on=row.latest.published_on if row.latest else None,
        waiting=[one for one in waiting if one.document == row.key],
    )


def listed(key: str, asked: Page) -> shapes.DocumentList:
    """Return the agreement's documents; `after` counts them, since they have no numbers."""
    known = chosen(key)
    rows = queries.documents(g.session, known.agreement, known.version.id)
    shown = rows[asked.after : asked.after + asked.limit]
    waiting = _updates(update for row in shown for update in row.waiting)
    end = asked.after + asked.limit
    return shapes.DocumentList(
        items=[_line(row, waiting) for row in shown], next=end if end < len(rows) else None
    )


def one(key: str, document: str) -> shapes.DocumentLine:
    """Return one document."""
    row = _document(chosen(key), document)
    return _line(row, _updates(row.waiting))


def _facts(row: DocumentVersion) -> dict[str, object]:
    return {
        "id": row.id,
        "document": row.document,
        "number": row.number,
        "title": row.title,
        "title_en": row.title_en,
        "link": row.link or None,
        "published_on": row.published_on,
        "published_by": row.published_by.organisation.key,
        "recorded_at": row.recorded_at,
    }


def versions(key: str, document: str, asked: Page) -> shapes.VersionList:
    """Return a document's versions."""
    known = chosen(key)
    rows, following = part(
        select(DocumentVersion)
        .where(
            DocumentVersion.agreement_id == known.agreement.id,
            DocumentVersion.document == _document(known, document).key,
        )
        .options(
            defer(DocumentVersion.text),
            joinedload(DocumentVersion.published_by).joinedload(Person.organisation),
        ),
        DocumentVersion.id,
        asked,
    )
    items = [shapes.VersionLine.model_validate(_facts(row)) for row in rows]
    return shapes.VersionList(items=items, next=following)


def version(key: str, document: str, number: int) -> shapes.VersionWhole:
    """Return one version."""
    agreement_id = chosen(key).agreement.id
    row = found(queries.version(g.session, agreement_id, document, number))
    carried = queries.carried_out(g.session, agreement_id, document, [number])
    more = {"text": row.text, "updates": _updates(carried.get(number, ()))}
    return shapes.VersionWhole.model_validate(_facts(row) | more)


def differing(key: str, document: str, asked: "Compare") -> shapes.Difference:
    """Return what differs between two versions."""
    agreement_id = chosen(key).agreement.id
    old, new = (
        found(queries.version(g.session, agreement_id, document, number)).text
        for number in (asked.first, asked.second)
    )
    return shapes.Difference(
        first=asked.first,
        second=asked.second,
        lines=[
            shapes.LineOf(
                sign=line.sign,
                words=[shapes.WordsOf(sign=one.sign, text=one.text) for one in line.words],
            )
            for line in difference.difference(old, new)
        ],
    )


def publish(key: str, document: str, form: "PublishVersion") -> tuple[shapes.VersionWhole, str]:
    """PublishVersion the next version."""
    known = chosen(key)
    row = verbs.publish(
        g.session,
        agreement=known.agreement,
        document=_document(known, document),
        text=form.text,
        link=form.link,
        published_on=form.published_on,
        updates=form.updates,
        after=form.after,
        person=myself(),
        now=g.now,
    )
    path = f"/agreements/{key}/documents/{document}/versions/{row.number}"
    return version(key, document, row.number), path


def decide(key: str, document: str, form: "DecideUpdate") -> tuple[shapes.UpdateLine, str]:
    """Record a decision to update a document."""
    known = chosen(key)
    row = verbs.decide_update(
        g.session,
        agreement=known.agreement,
        document=_document(known, document),
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=myself(),
        now=g.now,
    )
    return _updates([row])[0], f"/agreements/{key}/documents/{document}"
