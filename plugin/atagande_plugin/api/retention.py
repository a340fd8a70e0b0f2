"""How long each kind of record is kept."""

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.retention import queries
from atagande_plugin.api import retention_shapes as shapes
from atagande_plugin.retention import KEPT, KINDS


def _line(one: queries.Line) -> shapes.RetentionLine:
    return shapes.RetentionLine(
        kind=one.kind.key,
        name=g.words.text(one.kind.name),
        months=one.months,
        counted_from=one.kind.moment,
        decided=one.rule is not None,
        paragraph=one.rule.decision.paragraph if one.rule else None,
        valid_from=one.rule.valid_from if one.rule else None,
        held_until=one.hold.until if one.hold else None,
        next_on=None if one.kind.private else one.next_on,
        next_number=None if one.kind.private else one.number,
        removed=None if one.kind.private else one.gone,
        last_at=None if one.kind.private else one.last_at,
    )


def overview() -> shapes.Retention:
    """Return every kind of record with its rule, and what is kept."""
    found = queries.lines(g.session, g.me.association_id, KINDS, local_date(g.now))
    return shapes.Retention(
        items=[_line(one) for one in found],
        kept=[shapes.KeptLine(key=one.key, name=g.words.text(one.name)) for one in KEPT],
    )
