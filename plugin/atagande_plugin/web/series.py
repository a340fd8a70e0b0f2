"""Serier: four dates for the year, or a regular rule, as drafts that are published at once."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import is_working_day, local_date, local_time
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import people
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingSeries, MeetingState
from atagande_calendar.meetings.series import (
    MOST,
    SeriesFacts,
    find_series,
    meetings_of,
    people_of,
    plan_series,
    publish_series,
)
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web import series_dates as dates
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.meeting_planning import (
    convener_of,
    parties,
    usual_people,
    usual_title,
)
from atagande_plugin.web.meetings import KINDS, STATES

if TYPE_CHECKING:
    from atagande_plugin.forms.series import PlanSeries, PublishSeries

section = kernel.Section("series", __name__)


@section.route_for("/moten/serier/ny", allow=ADMINISTRATOR)
def series_dates() -> str:
    """Propose a year's dates, and let each be moved."""
    asked = dates.wish()
    chips = dates.chips(asked)
    return render_template(
        "series/dates.html",
        asked=asked,
        chips=chips,
        already=_already(asked),
        notes=sum(bool(one.note) for one in chips),
        months=dates.year_of(asked),
        breaks=dates.breaks_of(asked.year),
        sorts=[(one.word, g.words.text(one.label)) for one in dates.SORTS],
        every=[(key, g.words.text(words)) for key, (words, _how, _interval) in dates.EVERY.items()],
        weekdays=_weekdays(),
    )


def _already(asked: dates.Wish) -> list[Meeting]:
    """Return the meetings of the same kind that the year has."""
    first, after = (local_time(date(asked.year + step, 1, 1), dates.NOON) for step in (0, 1))
    found = queries.between(g.session, g.me.association_id, since=first, before=after, drafts=True)
    return [
        one
        for one in found
        if one.kind is asked.sort.kind and one.state is not MeetingState.CANCELLED
    ]


def _weekdays() -> list[tuple[int, str]]:
    from babel.dates import get_day_names  # noqa: PLC0415 - loaded on use: start-up time

    names = get_day_names("wide", locale=g.words.language)
    return [(number, names[number]) for number in range(5)]


def _plan_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    """Show what is left to say of a series whose dates are chosen."""
    sort = dates.wish().sort
    written = request.form
    if written:
        sort = next((one for one in dates.SORTS if one.kind == written.get("kind")), sort)
    days = sorted({one for one in map(dates.day_of, _chosen()) if one is not None})
    if not days:
        raise NotFound
    groups = parties()
    rule, listed = _ruled(days)
    return render_template(
        "series/plan.html",
        sort=sort,
        days=days,
        listed=[(day, is_working_day(day), dates.note_of(day)) for day in listed],
        every=_asked("every", "ofta") if rule else "",
        times=_asked("times", "ganger") if rule else "",
        rule=dates.rule_words(rule) if rule else "",
        parties=groups,
        values={
            "title": sort.title if sort.kind is MeetingKind.SEMINAR else usual_title(sort.kind),
            "clock": sort.clock,
            "minutes": sort.minutes,
            **written,
        },
        target_group=errors is None or "target_group" in written,
        chosen=usual_people(sort.kind, groups) if errors is None else written.getlist("people"),
        errors={
            "clock" if name in {"starts_at", "day", "days"} else name: text
            for name, text in (errors or {}).items()
        },
        back=_back(days),
    )


def _chosen() -> list[str]:
    return request.form.getlist("days") or request.args.getlist("dag")


def _asked(field: str, name: str) -> str:
    """Return what was written, or else what the address says."""
    return request.form.get(field) or request.args.get(name, "")


def _ruled(days: Sequence[date]) -> tuple[Rule | None, Sequence[date]]:
    """Return the rule that is asked for, if one is, and the days that it gives."""
    every, times = _asked("every", "ofta"), _asked("times", "ganger")
    if every not in dates.EVERY or not times.isdigit():
        return None, days
    rule = dates.rule_of(every, days[0], min(max(int(times), 1), MOST))
    noon = local_time(days[0], dates.NOON)
    return rule, [local_date(one) for one in rule.starts(noon)]


def _back(days: Sequence[date]) -> str:
    """Return the address where the dates can be changed."""
    asked = dates.wish()
    return asked.address([] if _asked("every", "ofta") else list(days))


@section.route_for("/moten/serier/ny/motena", allow=ADMINISTRATOR)
def series_form() -> str:
    """Show the form of a series whose dates are chosen."""
    return _plan_page()


@section.route_for(
    "/moten/serier/ny/motena",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="series.PlanSeries",
    lists=frozenset({"days", "people"}),
    again=_plan_page,
)
def plan_whole(form: "PlanSeries") -> Any:
    """Keep a series as drafts."""
    series = planned(form)
    flash(g.words.text(N_("Utkasten är sparade. Ingenting har skickats.")), "success")
    return redirect(f"/moten/serier/{series.id}", 303)


def planned(form: "PlanSeries") -> MeetingSeries:
    """Plan the series that a form, or a call of the API, asks for."""
    agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
    known = {person.id: person for person in people(g.session, g.me.association_id)}
    if agreement is None or not known.keys() >= set(form.people):
        raise NotFound
    return plan_series(
        g.session,
        agreement=agreement,
        facts=SeriesFacts(
            kind=form.kind,
            title=form.title,
            minutes=form.minutes,
            place=form.place,
            agenda=form.agenda,
            target_group=form.target_group,
        ),
        starts=[local_time(day, form.clock) for day in form.days],
        rule=dates.rule_of_form(form),
        convener=convener_of(form.kind),
        people=[known[number] for number in form.people],
        person=myself(),
        domain=services().settings.host,
        now=g.now,
    )


def is_planner() -> bool:
    """Tell whether the person of this request makes and changes series."""
    return bool(g.me.has(Role.ADMINISTRATOR))


def series_of(number: int) -> tuple[MeetingSeries, Sequence[Meeting]]:
    """Return a series that the person of this request sees, with its meetings."""
    series = find_series(g.session, g.me.association_id, number, drafts=is_planner())
    if series is None:
        raise NotFound
    meetings = [
        one
        for one in meetings_of(g.session, series)
        if is_planner() or one.state is not MeetingState.DRAFT
    ]
    return series, meetings


def mails_of_publishing(
    series: MeetingSeries, drafts: Sequence[Meeting], counts: dict[int, queries.Answers]
) -> int:
    """Return how many invitations leave when the drafts are published."""
    if series.rrule:
        return len(people_of(g.session, drafts))
    return sum(counts[one.id].asked for one in drafts if one.id in counts)


def series_page_of(number: int, errors: dict[str, str] | None = None) -> str:
    """Return the page of a series."""
    series, meetings = series_of(number)
    counts = queries.answers(g.session, [one.id for one in meetings])
    drafts = [one for one in meetings if one.state is MeetingState.DRAFT]
    changeable = {MeetingState.DRAFT, MeetingState.PUBLISHED}
    coming = [one for one in meetings if one.starts_at > g.now and one.state in changeable]
    asked = people_of(g.session, coming or meetings)
    plans = is_planner()
    numbers = {person.id for person, _count in asked}
    return render_template(
        "series/page.html",
        series=series,
        meetings=meetings,
        coming={one.id for one in coming},
        drafts=drafts,
        mails=mails_of_publishing(series, drafts, counts) if plans else 0,
        counts=counts,
        no_answers=queries.Answers(),
        asked=asked,
        others=[one for one in people(g.session, g.me.association_id) if one.id not in numbers]
        if plans
        else (),
        rule=dates.rule_words(Rule.parse(series.rrule)) if series.rrule else "",
        kinds=KINDS,
        states=STATES,
        plans=plans,
        errors=errors or {},
    )


def series_again(number: int, errors: dict[str, str], refusal: Refused, **_: Any) -> str:
    """Show the series' page again with what is wrong."""
    with shown_or(refusal):
        return series_page_of(number, {"": " ".join(errors.values())})


@section.route_for("/moten/serier/<int:number>", allow=FOLLOWERS)
def series_page(number: int) -> str:
    """Show a series: its meetings with their state, and who is asked."""
    return series_page_of(number)


@section.route_for(
    "/moten/serier/<int:number>/publicera",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="series.PublishSeries",
    again=series_again,
)
def publish_whole(number: int, form: "PublishSeries") -> Any:
    """Publish every draft of a series."""
    series, _meetings = series_of(number)
    sending = publish_series(
        g.session, series=series, person=myself(), version=form.version, now=g.now
    )
    flash(
        g.words.plural(
            "Serien är publicerad och %(num)s kallelse skickas.",
            "Serien är publicerad och %(num)s kallelser skickas.",
            sending.total,
        ),
        "success",
    )
    return redirect(f"/moten/serier/{number}", 303)
