"""The follow-up: the same overview as the page and the report."""

from dataclasses import asdict

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.followup.overview import gather
from atagande_plugin.api.agreements import chosen
from atagande_plugin.api.followup_shapes import Followup
from atagande_plugin.api.matrix import period_of
from atagande_plugin.forms.api_lists import Followed


def followup(key: str, asked: Followed) -> Followup:
    """Return how an agreement was kept in a period."""
    known = chosen(key)
    found = gather(
        g.session,
        agreement=known.agreement,
        version=known.version,
        period=period_of(known, asked),
        today=local_date(g.now),
    )
    return Followup.model_validate(asdict(found))
