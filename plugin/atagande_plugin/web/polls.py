"""Omröstningar: asks people about proposed times, shows what they say, and takes one of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import (
    FIRST_YEAR,
    LAST_YEAR,
    STOCKHOLM,
    add_working_days,
    local_date,
    moment_key,
    parse_moment,
)
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person, Role
from atagande_agreements.parties.queries import people
from atagande_calendar.common_time import poll_queries
from atagande_calendar.common_time.models import (
    PollPerson,
    PollState,
    PollTime,
    TimePoll,
    Vote,
)
from atagande_calendar.common_time.polls import (
    FEWEST_TIMES,
    KINDS,
    MOST_TIMES,
    close_poll,
    kinds_of,
    open_poll,
    remind,
    takes_answers,
)
from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.auth.access import PLANNERS
from atagande_plugin.mail.poll_letters import KINDS as KIND_WORDS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.common_time import LENGTHS, chosen_people
from atagande_plugin.web.meeting_planning import USUAL
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.common_time import ChooseTime, ClosePoll, NewPoll

section = kernel.Section("polls", __name__)

HERE = "/gemensam-tid/omrostningar"
PAGE = 20
#: Working days that people usually get to answer.
USUAL_DAYS = 5
#: What someone says of a time -> (word, class and shape of a status).
VOTES = {
    Vote.YES: (N_("Ja"), "met"),
    Vote.BEST: (N_("Helst"), "observation"),
    Vote.NO: (N_("Nej"), "not_met"),
    None: (N_("Inte svarat"), "unreported"),
}
STATES = {
    PollState.OPEN: N_("Öppen"),
    PollState.CLOSED: N_("Avslutad"),
}


def visible() -> Any:
    """Select the polls that the signed-in person may see: their organisation's, of their kinds."""
    return poll_queries.listed(g.me.association_id, g.me.organisation_id, kinds_of(g.me.roles))


def poll_of(number: int) -> TimePoll:
    """Return a poll with all that was asked and answered; raise NotFound."""
    found = poll_queries.whole(g.session, visible(), number)
    if found is None:
        raise NotFound
    return found


@section.route_for(HERE, allow=PLANNERS)
def polls() -> str:
    """Show the polls, newest first."""
    page = page_number()
    query = visible().order_by(TimePoll.id.desc()).limit(PAGE + 1).offset((page - 1) * PAGE)
    rows = g.session.scalars(query).all()
    waiting = {poll.id for poll in rows[:PAGE] if takes_answers(poll, g.now)}
    return render_template(
        "common_time/polls.html",
        polls=rows[:PAGE],
        answered=poll_queries.answered(g.session, [poll.id for poll in rows[:PAGE]]),
        kinds=KIND_WORDS,
        states=STATES,
        waiting=waiting,
        open=len(waiting),
        page=page,
        pages=pages_of((page - 1) * PAGE + len(rows), PAGE),
    )


def _moments(texts: Sequence[str]) -> list[datetime]:
    """Return the times an address names, in order; what is none is left out."""
    found = set()
    for text in texts:
        try:
            moment = parse_moment(text)
        except (Refused, ValueError, OverflowError):
            continue
        # At the ends of the calendar there is no hour later, and no local date.
        if FIRST_YEAR <= moment.year <= LAST_YEAR:
            found.add(moment)
    return sorted(found)[: MOST_TIMES * 5]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 - fits a row's number


def _new_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    source = request.args if errors is None else request.form
    times = _moments(source.getlist("times"))
    everyone = people(g.session, g.me.association_id)
    named = {_number(text) for text in source.getlist("people")}
    if errors is None:
        named_only = [person for person in everyone if person.id in named]
        ticked = [person.id for person in named_only]
    else:
        shown = {_number(text) for text in source.getlist("shown")} | named
        named_only = [person for person in everyone if person.id in shown]
        ticked = [person.id for person in named_only if person.id in named]
    problems = dict(errors or {})
    if errors is None and not FEWEST_TIMES <= len(times) <= MOST_TIMES:
        text = N_("Välj 2 till 10 tider att fråga om. Du har valt %(number)s.")
        problems["times"] = g.words.text(text, {"number": len(times)})
    minutes = min(_number(source.get("minutes", "")) or LENGTHS[2], LENGTHS[-1])
    today = local_date(g.now)
    last = local_date(times[0]) - timedelta(days=1) if times else today
    if last < today and "times" not in problems:
        problems["times"] = g.words.text(N_("Välj tider från i morgon, så att alla hinner svara."))
    kinds = kinds_of(g.me.roles)
    return render_template(
        "common_time/new.html",
        times=[(moment_key(at), at) for at in times],
        minutes=minutes,
        length=timedelta(minutes=minutes),
        people=named_only,
        ticked=ticked,
        kinds=[(kind.value, g.words.text(KIND_WORDS[kind])) for kind in kinds],
        values={
            "kind": source.get("kind", kinds[0].value if len(kinds) == 1 else ""),
            "closes_on": source.get(
                "closes_on", min(last, add_working_days(today, USUAL_DAYS)).isoformat()
            ),
        },
        last=last,
        enough=FEWEST_TIMES <= len(times) <= MOST_TIMES and last >= today,
        back=f"/gemensam-tid?{urlencode([('minutes', minutes), *(('people', n) for n in ticked)])}",
        errors=problems,
    )


@section.route_for(f"{HERE}/ny", allow=PLANNERS)
def new_poll() -> str:
    """Show who would be asked about which times, before anything is sent."""
    return _new_page()


@section.route_for(
    HERE,
    allow=PLANNERS,
    methods=("POST",),
    takes="common_time.AskPoll",
    lists=frozenset({"people", "times", "shown"}),
    again=_new_page,
)
def ask(form: "NewPoll") -> Any:
    """Send the question: one mail to each."""
    poll = opened(form)
    text = g.words.plural(
        "Frågan skickas till %(num)s person.",
        "Frågan skickas till %(num)s personer.",
        len(set(form.people)),
    )
    flash(text, "success")
    return redirect(f"{HERE}/{poll.id}", 303)


def opened(form: "NewPoll") -> TimePoll:
    """Open the poll that a form or the API asks for."""
    everyone = people(g.session, g.me.association_id)
    return open_poll(
        g.session,
        kind=form.kind,
        minutes=form.minutes,
        starts=form.times,
        people=chosen_people(form.people, everyone),
        closes_on=form.closes_on,
        person=myself(),
        now=g.now,
    )


def votes_of(poll: TimePoll) -> dict[int, dict[int, Vote]]:
    """Return what each person (by their row) says of each time."""
    return {
        asked.id: {one.poll_time_id: one.vote for one in asked.answers} for asked in poll.people
    }


def sums_of(poll: TimePoll, votes: Mapping[int, Mapping[int, Vote]]) -> dict[int, Counter[Any]]:
    """Return how many say what of each time; None for those who have not answered."""
    return {
        time.id: Counter(votes[asked.id].get(time.id) for asked in poll.people)
        for time in poll.times
    }


def _best_first(poll: TimePoll, sums: Mapping[int, Counter[Any]]) -> list[PollTime]:
    """Return the times: fewest no first, then most who can, then most who want it."""

    def rank(time: PollTime) -> tuple[int, int, int, datetime]:
        said = sums[time.id]
        can = said[Vote.YES] + said[Vote.BEST]
        return said[Vote.NO], -can, -said[Vote.BEST], time.starts_at

    return sorted(poll.times, key=rank)


def _place(asked: PollPerson) -> str:
    person: Person = asked.person
    return person.unit.name if person.unit else person.organisation.name


def _poll_page(number: int, errors: dict[str, str] | None = None, **_: Any) -> str:
    poll = poll_of(number)
    votes = votes_of(poll)
    sums = sums_of(poll, votes)
    chosen = next((time for time in poll.times if time.chosen), None)
    return render_template(
        "common_time/poll.html",
        poll=poll,
        times=poll.times,
        ranked=_best_first(poll, sums),
        length=timedelta(minutes=poll.minutes),
        votes=votes,
        sums=sums,
        said=VOTES,
        order=(Vote.YES, Vote.BEST, Vote.NO, None),
        place=_place,
        waiting=sum(asked.answered_at is None for asked in poll.people),
        is_open=takes_answers(poll, g.now),
        last_day=local_date(poll.closes_at - timedelta(seconds=1)),
        chosen=chosen,
        plan=plan_address(poll, chosen) if chosen else "",
        kinds=KIND_WORDS,
        states=STATES,
        errors=errors or {},
    )


@section.route_for(f"{HERE}/<int:number>", allow=PLANNERS)
def poll_page(number: int) -> str:
    """Show times against people, with what each has said."""
    return _poll_page(number)


def plan_address(poll: TimePoll, chosen: PollTime) -> str:
    """Return where a meeting at the chosen time is planned; "" for who plans none."""
    if not g.me.has(Role.ADMINISTRATOR) or poll.kind not in KINDS[Role.ADMINISTRATOR]:
        return ""
    local = chosen.starts_at.astimezone(STOCKHOLM)
    query: list[tuple[str, object]] = [
        ("slag", USUAL[MeetingKind(poll.kind.value)].word),
        ("day", local.date().isoformat()),
        ("clock", f"{local:%H:%M}"),
        ("minutes", poll.minutes),
        *(("people", asked.person_id) for asked in poll.people),
    ]
    return f"/moten/nytt?{urlencode(query)}"


@section.route_for(
    f"{HERE}/<int:number>/valj",
    allow=PLANNERS,
    methods=("POST",),
    takes="common_time.ChooseTime",
    again=_poll_page,
)
def choose(number: int, form: "ChooseTime") -> Any:
    """Choose a time, close the poll, and go on to plan the meeting."""
    poll = poll_of(number)
    chosen = close_poll(
        g.session,
        poll=poll,
        time_id=form.time,
        version=form.version,
        person=myself(),
        now=g.now,
    )
    flash(
        g.words.text(N_("Tiden är vald och omröstningen avslutad. Inga fler mejl om den skickas.")),
        "success",
    )
    return redirect((plan_address(poll, chosen) if chosen else "") or f"{HERE}/{number}", 303)


@section.route_for(
    f"{HERE}/<int:number>/avsluta",
    allow=PLANNERS,
    methods=("POST",),
    takes="common_time.ClosePoll",
    again=_poll_page,
)
def close(number: int, form: "ClosePoll") -> Any:
    """Close the poll without a time."""
    close_poll(
        g.session,
        poll=poll_of(number),
        time_id=None,
        version=form.version,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Omröstningen är avslutad utan att en tid valdes.")), "success")
    return redirect(f"{HERE}/{number}", 303)


@section.route_for(
    f"{HERE}/<int:number>/paminn",
    allow=PLANNERS,
    methods=("POST",),
    takes="signin.Nothing",
    again=_poll_page,
)
def remind_poll(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Mail those who have not answered, at most once a day."""
    sent = remind(g.session, poll=poll_of(number), person=myself(), now=g.now)
    text = g.words.plural(
        "En påminnelse går till %(num)s person.", "En påminnelse går till %(num)s personer.", sent
    )
    flash(text, "success")
    return redirect(f"{HERE}/{number}", 303)
