"""Kalenderadresser: the page where they are made and taken away, and the calendar they open.

The address is the key, so it stands on its owner's page only: not in the audit trail, not in what
is kept of a request, and not in the log, which holds routes by their pattern.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Response, flash, g, redirect, render_template, request
from sqlalchemy.exc import OperationalError

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import OrganisationKind, Unit
from atagande_calendar.feeds import document, queries
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.feeds.verbs import make_feed, mark_read, revoke_feed
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_plugin.auth.access import FOLLOWERS, PUBLIC
from atagande_plugin.services import services
from atagande_plugin.translation import Words, words
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.feeds import NewFeed, RevokeFeed

section = kernel.Section("feeds", __name__)

#: Seconds that a calendar program may keep what it fetched.
KEPT = 300


def address(feed: CalendarFeed) -> str:
    """Return the address that a calendar program fetches."""
    settings = services().settings
    token = make_token(settings.secret_key, Purpose.FEED, feed.id, feed.nonce)
    return f"{settings.base_url}/kalender/{token}.ics"


def webcal(feed: CalendarFeed) -> str:
    """Return the same address in the form that opens a calendar program."""
    return f"webcal://{address(feed).partition('://')[2]}"


def own_feed(number: int) -> CalendarFeed:
    """Return an address that the person of this request keeps; raise NotFound otherwise."""
    feed = queries.one(g.session, number, person_id=g.me.person_id, unit_id=g.me.led_unit_id)
    if feed is None:
        raise NotFound
    return feed


def make_for(form: "NewFeed") -> CalendarFeed:
    """Make the address that a form asks for."""
    unit = None
    if form.of == "unit":
        if g.me.led_unit_id is None:
            raise NotFound
        unit = g.session.get_one(Unit, g.me.led_unit_id)
    return make_feed(g.session, person=myself(), unit=unit, replaces=form.replaces, now=g.now)


def _page(errors: dict[str, str] | None = None, refusal: Refused | None = None, **_: Any) -> str:
    own, unit = queries.working(g.session, g.me.person_id, g.me.led_unit_id)
    return render_template(
        "feeds/page.html",
        own=own,
        unit=unit,
        leads=g.me.led_unit_id is not None,
        ended=unit is not None and unit.unit is not None and not unit.made_by.leads(unit.unit),
        holds_cases=g.me.organisation_kind is not OrganisationKind.ASSOCIATION,
        address=address,
        webcal=webcal,
        stale=isinstance(refusal, Stale),
        errors=errors or {},
    )


@section.route_for("/kalenderadresser", allow=FOLLOWERS)
def feeds() -> str:
    """Show one's own calendar address, and that of the unit one leads."""
    return _page()


@section.route_for(
    "/kalenderadresser", allow=FOLLOWERS, methods=("POST",), takes="feeds.NewFeed", again=_page
)
def make(form: "NewFeed") -> Any:
    """Make an address; the one before it stops at once."""
    make_for(form)
    text = (
        N_("Den nya adressen gäller nu, och den gamla öppnar inget längre.")
        if form.replaces
        else N_("Adressen är klar. Lägg till den i ditt kalenderprogram.")
    )
    flash(g.words.text(text), "success")
    return redirect("/kalenderadresser", 303)


@section.route_for(
    "/kalenderadresser/<int:number>/ta-bort",
    allow=FOLLOWERS,
    methods=("POST",),
    takes="feeds.RevokeFeed",
    again=_page,
)
def revoke(number: int, form: "RevokeFeed") -> Any:  # noqa: ARG001 - the form has no fields
    """Take an address away; it opens nothing from then on."""
    revoke_feed(g.session, feed=own_feed(number), person=myself(), now=g.now)
    flash(g.words.text(N_("Adressen är borttagen och öppnar inget längre.")), "success")
    return redirect("/kalenderadresser", 303)


def _name(speak: Words, opened: queries.Opened) -> str:
    if opened.unit is not None:
        return speak.text(N_("Möten för %(unit)s"), {"unit": opened.unit})
    return speak.text(N_("Mina möten i %(association)s"), {"association": opened.association})


def _note_read(opened: queries.Opened) -> None:
    """Note that the address is used, once a day. A busy database keeps nobody's calendar back."""
    last = opened.last_read_at
    if last is not None and local_date(last) >= local_date(g.now):
        return
    with suppress(OperationalError), services().writer() as session:
        mark_read(session, feed_id=opened.id, now=g.now)
        session.commit()


@section.route_for("/kalender/<token>.ics", allow=PUBLIC)
def calendar(token: str) -> Response:
    """Give the calendar that an address opens, or 304 to a program that has it already.

    Whatever is wrong with an address, it opens nothing and says nothing of why.
    """
    opened = queries.by_token(g.session, services().settings.secret_key, token)
    if opened is None:
        raise NotFound
    # The reader's language whatever the program says, so that the same facts give the same bytes.
    speak = words(opened.language)
    feed = document.Feed(
        name=_name(speak, opened),
        called_off=speak.text(N_("Inställt:")),
        events=queries.events(g.session, opened, base_url=services().settings.base_url, now=g.now),
    )
    _note_read(opened)
    tag = document.tag(feed)
    response = kernel.unlisted(b"")
    response.content_type = "text/calendar; charset=utf-8"
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    response.headers["Content-Disposition"] = 'inline; filename="kalender.ics"'
    if not request.if_none_match.contains_weak(tag):
        response.set_data(document.write(feed))
    response.make_conditional(request)
    return response
