"""The health check of an agreement."""

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.health.finding import Level
from atagande_plugin.api import documents_shapes as shapes
from atagande_plugin.api.agreements import chosen
from atagande_plugin.health import examine


def check(key: str) -> shapes.Health:
    """Return what is missing, in the caller's language."""
    found = examine(g.session, chosen(key), local_date(g.now))
    english = g.words.language == "en"
    return shapes.Health(
        errors=sum(one.level is Level.ERROR for one in found),
        warnings=sum(one.level is Level.WARNING for one in found),
        hints=sum(one.level is Level.HINT for one in found),
        items=[
            shapes.FindingLine(
                level=one.level,
                code=one.code,
                about=one.about,
                key=one.key,
                name=one.name_en if english else one.name,
                message=g.words.text(one.message, one.params or None),
                next_step=g.words.text(one.next_step, one.params or None),
            )
            for one in found
        ],
    )
