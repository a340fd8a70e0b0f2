"""What people write leaves the service only towards those it is meant for.

Every free-text column is filled with a mark of its own, the service does all it does, and every
byte that leaves is searched: mails, calendars, feeds, open pages, addresses, errors, figures, log.
`MAY` says what may stand where; all else is a leak. A new column of text has to be placed here.
"""

import base64
import json
import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update
from werkzeug.routing import IntegerConverter, Rule

from atagande_agreements.civil_time import local_time
from atagande_agreements.contacts.reminders import remind
from atagande_agreements.errors import Refused
from atagande_agreements.outbox import enqueue
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_agreements.sweep import sweep
from atagande_calendar.common_time.models import PollKind
from atagande_calendar.common_time.polls import open_poll
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.recurring import tell_series
from atagande_calendar.invitations.sending import tell
from atagande_calendar.meetings.models import Meeting, MeetingSeries
from atagande_calendar.sip.models import Sip
from atagande_plugin import forms
from atagande_plugin.mail.inbound import receive
from atagande_plugin.mail.render import RENDERERS, reply_address
from atagande_plugin.outbox.delivery import deliver
from support import contacts, series
from support.booking import answer_path, booked, plan, publish, published
from support.feeds import feed_path, fetch
from support.followup import ask
from support.itip_chain import Through, cancel
from support.marks import Mark, Marks, text_columns
from support.secret_places import CLOSED, MAY
from support.watch import Watch
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    STEERING,
    World,
)

#: The second Tuesday of May, from which a series runs.
MAY_SECOND = local_time(date(2026, 5, 12), time(9))


def test_every_column_of_text_is_placed() -> None:
    there = text_columns()
    placed = {name for name in MAY if "." in name} | CLOSED
    assert there - placed == set(), "say in MAY where it may come out, or that it is no free text"
    assert placed - there == set(), "no such column any more"
    assert MAY.keys() & CLOSED == set()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that is logged, by anyone, at any level."""
    service = logging.getLogger("atagande")
    caplog.set_level(logging.DEBUG)
    service.propagate = True
    yield caplog
    service.propagate = False


def logged(log: pytest.LogCaptureFixture) -> bytes:
    return "\n".join(json.dumps(record.__dict__, default=str) for record in log.records).encode()


def before(world: World) -> dict[str, int]:
    """Let people do what they do; return the numbers of what came of it."""
    contacts.decide(world)
    contacts.add(world)
    contacts.confirm_on(world, date(2026, 3, 2))
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "60", date(2026, 2, 1), "13")
    meeting = published(
        world, people=[CLINIC_CHIEF, AF, FK], starts_at=local_time(date(2026, 4, 21), time(9))
    )
    case = booked(world, people=[CLINIC_CHIEF, FK], slot=local_time(date(2026, 4, 28), time(9)))
    world.now = local_time(date(2026, 3, 30), time(9))
    ask(world, "sollentuna-mottagning", date(2026, 3, 30))
    world.now = local_time(date(2026, 4, 16), time(9))
    sweep(world.writer, world.now)
    with world.writer() as session:
        # As it stood in the queue before there were digests.
        enqueue(
            session,
            unique_key="deviation-opened:1:1",
            kind="deviation_opened",
            person=world.person(session, CLINIC_CHIEF),
            subject=("deviation", 1),
            now=world.now,
        )
        session.commit()
    step = {
        "is_used": "1",
        "days": "30",
        "body": "Till {part} om {avvikelse}: {atagande} {lofte} {handelse} {beslut} {motivering}",
        "valid_from": "2026-04-16",
        "decided_on": "2026-04-16",
        "paragraph": "9",
    }
    answer = world.client(STEERING).post("/styrgruppen/trappan/skrivelse", step)
    assert answer.status_code == 303
    reply = {"text": "Vi hade semester.", "version": "1"}
    assert world.client(CLINIC_CHIEF).post("/avvikelser/1/yttrande", reply).status_code == 303
    numbers = {"series": series.published(world, people=[AF], rule=series.RULE, first=MAY_SECOND)}
    with world.writer() as session:
        open_poll(
            session,
            kind=PollKind.NETWORK,
            minutes=60,
            starts=[local_time(date(2026, 5, day), time(9)) for day in (18, 19)],
            people=[world.person(session, FK)],
            closes_on=date(2026, 5, 1),
            person=world.person(session, ADMINISTRATOR),
            now=world.now,
        )
        draft = plan(world, session, people=[AF], starts_at=local_time(date(2026, 5, 5), time(9)))
        session.commit()
        sip = session.get_one(Sip, case).meeting_id
        return {**numbers, "sip": sip, "meeting": meeting, "draft": draft.id}


def role_of(world: World, email: str) -> set[Role]:
    with world.services.reader() as session:
        return {grant.role for grant in world.person(session, email).grants}


def own_rows(world: World, email: str) -> dict[str, Collection[int | None]]:
    """Return the rows of people and meetings that are a person's own."""
    with world.services.reader() as session:
        person = world.person(session, email).id
        asked = select(Invitation.meeting_id).where(Invitation.person_id == person)
        return {"person": {person}, "meeting": set(session.scalars(asked))}


def after(watch: Watch, numbers: dict[str, int]) -> set[str]:
    """Let the service tell everyone what it now knows; return the kinds of mail that left."""
    world = watch.world
    world.now += timedelta(hours=1)
    for number, who in ((numbers["sip"], FK), (numbers["meeting"], AF)):
        path = answer_path(world, number, who)
        own = own_rows(world, who) | {"meeting": {number}}
        watch.visit("answer", path, own=own)
        watch.visit("answer", f"{path}/kalender.ics", own=own)
    path = answer_path(world, numbers["meeting"], CLINIC_CHIEF)
    said = {"answer": "DECLINED", "stand_in": watch.marks.make("invitation.stand_in")}
    watch.answered("answer", world.client().post(path, said))
    with world.writer() as session:
        for number in (numbers["sip"], numbers["meeting"]):
            tell(session, meeting=session.get_one(Meeting, number), now=world.now)
        tell_series(
            session, series=session.get_one(MeetingSeries, numbers["series"]), now=world.now
        )
        draft = session.get_one(Meeting, numbers["draft"])
        publish(world, session, draft)
        session.commit()
    watch.answered("open", world.client().post("/logga-in", {"email": CLINIC_CHIEF}))
    kinds = watch.deliver()
    raised = {
        "paragraph": "11",
        "note": watch.marks.make("decision.note"),
        "decided_on": "2026-04-16",
        "rung": "notice",
        "version": "2",
    }
    answer = world.client(STEERING).post("/avvikelser/1/trappan", raised)
    assert answer.status_code == 303
    kinds |= watch.deliver()
    decision = {
        "paragraph": "12",
        "note": watch.marks.make("decision.note"),
        "decided_on": "2026-04-16",
        "version": "3",
    }
    answer = world.client(STEERING).post("/avvikelser/1/beslut", decision)
    assert answer.status_code == 303
    watch.answered("decision", answer)
    cancel(world, numbers["meeting"])
    kinds |= watch.deliver()
    world.now = local_time(date(2026, 8, 25), time(9))
    sweep(world.writer, world.now)
    with world.writer() as session:
        assert remind(session, world.now)
        session.commit()
    return kinds | watch.deliver()


def look_around(watch: Watch) -> None:
    """Fetch what anyone can fetch, and what people who have signed in can, for its traces."""
    world = watch.world
    for who in (CLINIC_CHIEF, FK, AF):
        watch.answered("feed", fetch(world, feed_path(world, who)), own=own_rows(world, who))
    declared = world.app.extensions["atagande.routes"]
    roles = {who: frozenset(role_of(world, who)) for who in (ADMINISTRATOR, CLINIC_CHIEF, CONVENER)}
    typed = watch.marks.make("typed in an address")
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments:
            continue
        watch.visit("open", rule.rule)
        access = declared[rule.endpoint].allow
        reader = next((one for one, held in roles.items() if access.allows(held)), None)
        if not access.public and reader is not None:
            watch.visit("page", rule.rule, reader, body=False)
    for path in ("", ".json", ".csv", "/inbaddad"):
        watch.visit("open", f"/kontakter/suvs{path}")
    for path in (f"/{typed}", f"/avvikelser?sok={typed}", f"/kontakter/{typed}", f"/svara/{typed}"):
        watch.visit("error", path, body=False)
        watch.visit("error", path, ADMINISTRATOR, body=False)


def write_back(watch: Watch, numbers: dict[str, int]) -> None:
    """Send in mails with marks in all their parts, from people and from nobody we know."""
    world = watch.world
    with world.services.reader() as session:
        invitation = session.scalars(
            select(Invitation).where(Invitation.meeting_id == numbers["draft"])
        ).one()
        address, uid = reply_address(world.settings, invitation), invitation.meeting.uid
    for sender, partstat in ((AF, "ACCEPTED"), ("x@else.example", "ACCEPTED"), (AF, "WRONG")):
        lines = [
            f"From: {watch.marks.make('mail: from')} <{sender}>",
            f"To: {watch.marks.make('mail: to')} <{address}>",
            f"Subject: {watch.marks.make('mail: subject')}",
            'Content-Type: text/calendar; method=REPLY; charset="utf-8"',
            "",
            "BEGIN:VCALENDAR",
            "METHOD:REPLY",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"ATTENDEE;PARTSTAT={partstat};CN={watch.marks.make('mail: cn')}:mailto:{sender}",
            f"COMMENT:{watch.marks.make('mail: comment')}",
            f"SUMMARY:{watch.marks.make('mail: summary')}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        with suppress(Refused):
            receive(world.services, "\r\n".join(lines).encode())


def break_down(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page and a mail break with what someone wrote in the error."""
    world = watch.world
    secret = watch.marks.make("an error")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    with monkeypatch.context() as patch:
        patch.setitem(world.app.view_functions, "meetings.meetings", fail)
        answer = world.client(ADMINISTRATOR).get("/moten")
        assert answer.status_code == 500
        watch.answered("error", answer)
    with world.writer() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.QUEUED, raw=None, tries=0))
        session.commit()
    deliver(world.services, world.now + timedelta(days=1), through=Through(fail))
    with world.services.reader() as session:
        errors = session.scalars(select(OutboxMessage.last_error)).all()
    assert "RuntimeError" in errors
    watch.saw("outbox", watch.marks.found(" ".join(errors)))


def test_what_people_write_leaves_only_for_those_it_is_meant_for(
    sqlite_world: World,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Watch(sqlite_world)
    numbers = before(sqlite_world)
    watch.mark()
    kinds = after(watch, numbers)
    look_around(watch)
    write_back(watch, numbers)
    break_down(watch, monkeypatch)
    watch.saw("log", watch.marks.in_bytes(logged(log)))

    leaks = {
        (where, mark.column) for where, mark in watch.found if where not in MAY.get(mark.column, ())
    }
    assert sorted(leaks) == []
    assert kinds == set(RENDERERS), "each kind of mail has left"
    assert watch.pages > 100
    # That marks are found at all: these must come out, or nothing was searched.
    seen = {(where, mark.column) for where, mark in watch.found}
    assert seen >= {
        ("mail:invitation", "meeting.title"),
        ("mail:invitation", "meeting.place"),
        ("mail:invitation", "meeting.agenda"),
        ("mail:series_invitation", "meeting_series.title"),
        ("mail:sip_invitation", "meeting.place"),
        ("mail:invitation", "person.name"),
        ("mail:login_link", "association.name"),
        ("mail:deviation_opened", "commitment.title"),
        ("mail:digest", "commitment.title"),
        ("mail:ladder_letter", "ladder_decision.text"),
        ("mail:contacts_confirm", "organisation.name"),
        ("answer", "meeting.agenda"),
        ("feed", "meeting.title"),
        ("open", "contact_entry.function"),
    }


def test_no_door_puts_what_is_typed_into_the_log_or_an_address(
    sqlite_world: World, log: pytest.LogCaptureFixture
) -> None:
    watch = Watch(sqlite_world)
    with sqlite_world.writer() as session:
        person = sqlite_world.person(session, CONVENER)
        held = {grant.role for grant in person.grants}
        person.grants.extend(RoleGrant(role=role) for role in Role if role not in held)
        session.commit()
    visitor, api = sqlite_world.client(CONVENER), sqlite_world.api(CONVENER)
    for endpoint, route in sqlite_world.app.extensions["atagande.routes"].items():
        fields = forms.schema(route.takes).model_fields if route.takes else {}
        said = {name: watch.marks.make(f"typed: {endpoint} {name}") for name in [*fields, "other"]}
        for rule in sqlite_world.app.url_map.iter_rules(endpoint):
            if "POST" not in (rule.methods or set()):
                continue
            path = sqlite_world.app.url_map.bind("localhost").build(
                endpoint, {name: filled(rule, name) for name in rule.arguments}
            )
            if path.startswith("/api/"):
                answer = api("POST", path.removeprefix("/api/v1"), json=said)
            else:
                answer = visitor.post(path, said)
            watch.answered("page", answer, body=False)
    watch.saw("log", watch.marks.in_bytes(logged(log)))
    assert watch.pages > 60
    assert sorted(watch.found) == []


def filled(rule: Rule, name: str) -> int | str:
    """Return something that an address may hold there."""
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "x" * 32


def test_a_mark_is_found_however_it_is_wrapped() -> None:
    marks = Marks()
    mark = marks.make("a.b", 7)
    wanted = {Mark("a.b", 7)}
    mail = EmailMessage()
    mail["Subject"] = f"Å {mark} ö"
    mail.set_content(f"å {mark}", cte="quoted-printable")
    calendar = EmailMessage()
    calendar.set_content(f"å {mark}", cte="base64")
    token = base64.urlsafe_b64encode(f"{{'a': '{mark}'}}".encode()).decode()
    for raw in (
        mail.as_bytes(),
        calendar.as_bytes(),
        f"SUMMARY:{mark[:4]}\r\n {mark[4:]}".encode(),
        f"https://a.example/?q={mark[:2]}%{ord(mark[2]):02x}{mark[3:]}".encode(),
        f"https://a.example/?t={token}".encode(),
        mark.upper().encode(),
    ):
        assert marks.in_mail(raw) == wanted, raw
