"""The steering group's meetings: agenda, decisions, dissents and minutes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import agenda as gathering
from atagande_calendar.steering import minutes, queries, verbs
from atagande_calendar.steering.acted import Acted
from atagande_calendar.steering.contents import agenda_of
from atagande_calendar.steering.items import Item
from atagande_calendar.steering.models import Minutes
from atagande_calendar.steering.queries import Around, Registered, Wanted
from atagande_plugin.api import steering_shapes as shapes
from atagande_plugin.api.common import found
from atagande_plugin.web.acting import myself
from atagande_plugin.web.decisions import party_of
from atagande_plugin.web.minutes import of_meeting
from atagande_plugin.web.steering_meeting import about_of, agreement_of, meeting_of

if TYPE_CHECKING:
    from atagande_plugin.forms.steering import (
        AddAgendaItem,
        BeginMinutes,
        CorrectMinutes,
        DecideOther,
        DecisionPage,
        FixMinutes,
        GiveDissent,
        PutUnderMeeting,
        WriteMinutes,
    )


def _line(item: Item) -> shapes.AgendaLine:
    return shapes.AgendaLine(
        key=item.key,
        topic=item.topic,
        name=item.name,
        title=item.title,
        party=item.party,
        text=item.text,
        day=item.day,
        ahead=item.ahead,
        others=list(item.others),
    )


def agenda(number: int) -> shapes.MeetingAgenda:
    """Return a meeting's agenda."""
    around = meeting_of(number)
    begun = queries.latest_minutes(g.session, number)
    items, more = (agenda_of(begun), False) if begun else _gathered(around)
    return shapes.MeetingAgenda(
        meeting=number, met_on=around.met_on, items=[_line(one) for one in items], more=more
    )


def _gathered(around: Around) -> tuple[Sequence[Item], bool]:
    meeting = around.meeting
    made = gathering.gather(
        g.session,
        association_id=g.me.association_id,
        agreement_id=meeting.agreement_id,
        meeting_id=meeting.id,
        since=around.before.starts_at if around.before else None,
        today=local_date(g.now),
        until=max(around.met_on, local_date(g.now)),
    )
    return made.items, made.more


def add_item(number: int, form: "AddAgendaItem") -> shapes.MeetingAgenda:
    """Put an own item on the agenda."""
    verbs.add_item(
        g.session,
        meeting=meeting_of(number).meeting,
        title=form.title,
        text=form.text,
        person=myself(),
        now=g.now,
    )
    return agenda(number)


def _acted(acted: Sequence[Acted]) -> list[shapes.ActedOn]:
    return [
        shapes.ActedOn(
            what=one.what,
            key=one.key,
            name=one.name,
            title=one.title,
            party=one.party,
            text=one.text,
            value=one.value,
            day=one.day,
        )
        for one in acted
    ]


def _decision(row: Registered) -> shapes.DecisionLine:
    decision = row.decision
    return shapes.DecisionLine(
        id=decision.id,
        paragraph=decision.paragraph,
        decided_on=decision.decided_on,
        kind=decision.kind,
        diary_number=decision.diary_number,
        note=decision.note,
        meeting=row.meeting.id if row.meeting else None,
        acted_on=_acted(row.acted),
        dissents=[
            shapes.DissentLine(party=said.organisation.key, text=said.text) for said in row.dissents
        ],
    )


def decisions(asked: "DecisionPage") -> shapes.DecisionList:
    """Return a part of the register."""
    rows = queries.entered_after(
        g.session,
        g.me.association_id,
        Wanted(asked.year, asked.kind),
        after=asked.after,
        size=asked.limit + 1,
    )
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    return shapes.DecisionList(
        items=[_decision(one) for one in shown],
        next_after=shown[-1].decision.id if more else None,
    )


def _registered(number: int) -> Registered:
    return found(queries.one(g.session, g.me.association_id, number))


def decision(number: int) -> shapes.DecisionLine:
    """Return one decision."""
    return _decision(_registered(number))


def decide(form: "DecideOther") -> tuple[shapes.DecisionLine, str]:
    """Enter a decision; it is put under its meeting here, so that the answer says which."""
    about = about_of(form.about)
    made = verbs.decide_other(
        g.session,
        agreement=agreement_of(about),
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=myself(),
        now=g.now,
        about=about,
        diary_number=form.diary_number,
    )
    verbs.settle(g.session, meeting_id=form.meeting, now=g.now)
    return decision(made.id), f"/decisions/{made.id}"


def dissent(number: int, form: "GiveDissent") -> shapes.DecisionLine:
    """Enter a party's statement."""
    verbs.dissent(
        g.session,
        decision=_registered(number).decision,
        party=party_of(form.party),
        text=form.text,
        person=myself(),
        now=g.now,
    )
    return decision(number)


def attach(number: int, form: "PutUnderMeeting") -> shapes.DecisionLine:
    """Put a decision under its meeting."""
    row = _registered(number)
    meeting = found(g.session.get(Meeting, form.meeting))
    if meeting.association_id != g.me.association_id:
        raise NotFound
    verbs.attach(g.session, decision=row.decision, meeting=meeting, now=g.now)
    return decision(number)


def _minutes(around: Around, one: Minutes) -> shapes.MinutesWhole:
    said = minutes.saying(g.session, around, one)
    return shapes.MinutesWhole(
        number=one.number,
        reason=one.reason,
        fixed_on=one.fixed_on,
        fixed_function=one.fixed_function,
        diary_number=one.diary_number,
        digest=one.digest,
        present=[
            shapes.PresentLine(
                party=party.party,
                presence=party.presence,
                people=party.people,
                functions=list(party.functions),
            )
            for party in said.present
        ],
        points=[
            shapes.PointLine(
                item=_line(point.item),
                note=point.note,
                decisions=[decided.paragraph for decided in point.decisions],
            )
            for point in said.points
        ],
        decisions=[
            shapes.MinutesDecision(
                id=decided.id,
                paragraph=decided.paragraph,
                decided_on=decided.decided_on,
                diary_number=decided.diary_number,
                note=decided.note,
                acted_on=_acted(decided.acted),
                dissents=[
                    shapes.DissentLine(party=dissented.party, text=dissented.text)
                    for dissented in decided.dissents
                ],
            )
            for decided in said.decisions
        ],
        general=said.general,
        next_meeting=said.next.starts_at if said.next else None,
        version=one.version,
    )


def minutes_of(number: int) -> shapes.MinutesList:
    """Return the versions of a meeting's minutes that the caller sees."""
    around, versions = of_meeting(number)
    return shapes.MinutesList(meeting=number, items=[_minutes(around, one) for one in versions])


def _actor() -> dict[str, Any]:
    return {"person": myself(), "now": g.now}


def begin_minutes(number: int, form: "BeginMinutes") -> shapes.MinutesList:
    """Begin the minutes."""
    del form
    minutes.begin(g.session, around=meeting_of(number), **_actor())
    return minutes_of(number)


def write_minutes(number: int, form: "WriteMinutes") -> shapes.MinutesList:
    """Write what the draft says."""
    minutes.write(
        g.session,
        around=meeting_of(number),
        number=form.number,
        notes=dict(zip(form.item, form.note, strict=False)),
        version=form.version,
        **_actor(),
    )
    return minutes_of(number)


def fix_minutes(number: int, form: "FixMinutes") -> shapes.MinutesList:
    """Fix the minutes."""
    minutes.fix(
        g.session,
        around=meeting_of(number),
        number=form.number,
        function=form.function,
        fixed_on=form.fixed_on,
        diary_number=form.diary_number,
        version=form.version,
        **_actor(),
    )
    return minutes_of(number)


def correct_minutes(number: int, form: "CorrectMinutes") -> shapes.MinutesList:
    """Begin a correction."""
    minutes.correct(g.session, meeting=meeting_of(number).meeting, reason=form.reason, **_actor())
    return minutes_of(number)
