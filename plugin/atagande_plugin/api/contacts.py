"""Contact points: everyone who follows the agreement up reads them, the party keeps its own."""

from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts import queries, verbs
from atagande_agreements.contacts.models import ContactEntry
from atagande_agreements.parties.models import Organisation
from atagande_plugin.api import contacts_shapes as shapes
from atagande_plugin.api.common import found, part, part_of
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself
from atagande_plugin.web.contacts import details_of, party_by_key

if TYPE_CHECKING:
    from atagande_plugin.forms.contacts import (
        ChangeEntry,
        ConfirmFor,
        ContactPage,
        NewEntryFor,
        RemoveEntry,
    )


def _line(row: ContactEntry) -> shapes.ContactLine:
    return shapes.ContactLine(
        id=row.id,
        organisation=row.organisation.key,
        unit=row.unit.key if row.unit else None,
        function=row.function,
        purpose=row.purpose,
        phone=row.phone,
        email=row.email,
        address=row.address,
        hours=row.hours,
        changed_at=row.changed_at,
        on_behalf=row.on_behalf,
        version=row.version,
    )


def _party(one: queries.PartyContacts) -> shapes.ContactParty:
    return shapes.ContactParty(
        id=one.organisation.id,
        organisation=one.organisation.key,
        name=one.organisation.name,
        entries=len(one.entries),
        confirmed_on=one.confirmed_on,
        stale=one.stale,
        status=one.occurrence.status if one.occurrence else None,
        due_on=one.occurrence.due_on if one.occurrence else None,
        read=queries.seen(one.entries),
    )


def _own_or(key: str) -> Organisation:
    """Return the party with this key, the caller's own if there is none."""
    if not key:
        return myself().organisation
    return party_by_key(key)


def _kept(number: int) -> ContactEntry:
    """Return an entry that the caller keeps."""
    entry = found(queries.entry(g.session, g.me.association_id, number))
    verbs.acts_on_behalf(entry.organisation, myself())
    return entry


def _party_of(organisation: Organisation) -> shapes.ContactParty:
    listing = queries.parties(g.session, g.me.association_id, local_date(g.now))
    return _party(
        found(next((one for one in listing.parties if one.organisation is organisation), None))
    )


def listed(asked: "ContactPage") -> shapes.ContactList:
    """Return a part of the entries."""
    query = (
        select(ContactEntry)
        .join(ContactEntry.organisation)
        .where(ContactEntry.association_id == g.me.association_id)
        .options(joinedload(ContactEntry.organisation), joinedload(ContactEntry.unit))
    )
    if asked.organisation:
        query = query.where(Organisation.key == asked.organisation)
    rows, following = part(query, ContactEntry.id, asked)
    return shapes.ContactList(items=[_line(row) for row in rows], next=following)


def one(number: int) -> shapes.ContactLine:
    """Return one entry."""
    return _line(found(queries.entry(g.session, g.me.association_id, number)))


def add(form: "NewEntryFor") -> tuple[shapes.ContactLine, str]:
    """Add an entry."""
    organisation = _own_or(form.organisation)
    verbs.acts_on_behalf(organisation, myself())
    entry = verbs.add_entry(
        g.session,
        organisation=organisation,
        details=details_of(organisation, form),
        functional=form.functional,
        person=myself(),
        now=g.now,
    )
    return one(entry.id), f"/contacts/{entry.id}"


def change(number: int, form: "ChangeEntry") -> shapes.ContactLine:
    """Change an entry."""
    entry = _kept(number)
    verbs.change_entry(
        g.session,
        entry=entry,
        details=details_of(entry.organisation, form),
        functional=form.functional,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def remove(number: int, form: "RemoveEntry") -> shapes.ContactParty:
    """Take an entry away."""
    entry = _kept(number)
    organisation = entry.organisation
    verbs.remove_entry(g.session, entry=entry, person=myself(), version=form.version, now=g.now)
    return _party_of(organisation)


def parties(asked: Page) -> shapes.ContactPartyList:
    """Return how fresh each party's entries are."""
    listing = queries.parties(g.session, g.me.association_id, local_date(g.now))
    lines, following = part_of([_party(one) for one in listing.parties], asked)
    return shapes.ContactPartyList(months=listing.months, items=list(lines), next=following)


def confirm(form: "ConfirmFor") -> shapes.ContactParty:
    """Confirm a party's entries."""
    organisation = _own_or(form.organisation)
    verbs.confirm(
        g.session,
        organisation=organisation,
        person=myself(),
        confirmed_on=form.confirmed_on or local_date(g.now),
        read=form.read,
        now=g.now,
    )
    return _party_of(organisation)
