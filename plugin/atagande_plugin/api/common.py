"""What the API's handlers share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import g
from sqlalchemy import Select

from atagande_agreements.errors import NotFound
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.invitations.models import Invitation
from atagande_plugin.api.shapes import Asked, Party
from atagande_plugin.forms.api_lists import Page

Row = TypeVar("Row")


def part(query: Select[Any], column: Any, asked: Page) -> tuple[Sequence[Any], int | None]:
    """Return the rows of a part of a list in the order of `column`, and where the next begins."""
    rows = (
        g.session.scalars(query.where(column > asked.after).order_by(column).limit(asked.limit + 1))
        .unique()
        .all()
    )
    shown = rows[: asked.limit]
    return shown, shown[-1].id if len(rows) > asked.limit else None


def part_of(rows: Sequence[Any], asked: Page) -> tuple[Sequence[Any], int | None]:
    """Return a part of a short list that is read whole; see `part`."""
    shown = sorted((one for one in rows if one.id > asked.after), key=lambda one: one.id)
    more = len(shown) > asked.limit
    shown = shown[: asked.limit]
    return shown, shown[-1].id if more else None


def found(row: Row | None) -> Row:
    """Return a row; raise NotFound if there is none."""
    if row is None:
        raise NotFound
    return row


def party(organisation: Organisation, unit: Unit | None) -> Party:
    """Return an organisation, or its unit, by key and name."""
    return Party(
        organisation=organisation.key,
        unit=unit.key if unit else None,
        name=unit.name if unit else organisation.name,
    )


def asked_people(invitations: Sequence[Invitation]) -> list[Asked]:
    """Return who is asked to a meeting, by function, and what they answered."""
    return [
        Asked(
            person=one.person_id,
            title=one.person.title,
            party=party(one.organisation, one.unit),
            attendance=one.attendance,
            partstat=one.partstat,
            stand_in=one.stand_in,
            answered_at=one.answered_at,
        )
        for one in invitations
        if one.removed_at is None
    ]


def known_people(numbers: Sequence[int], everyone: Callable[..., Sequence[Person]]) -> list[Person]:
    """Return the people with these numbers, each once; raise NotFound if one can't be asked."""
    known = {one.id: one for one in everyone(g.session, g.me.association_id)}
    wanted = list(dict.fromkeys(numbers))
    if not known.keys() >= set(wanted):
        raise NotFound(field="people")
    return [known[number] for number in wanted]
