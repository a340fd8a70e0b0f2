"""Answering a poll from its mail, without an account: the link's token is the key.

Mail scanners open links, so opening one changes nothing. Nothing is said of who else is asked.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Refused
from atagande_calendar.common_time import poll_queries
from atagande_calendar.common_time.errors import AnswersMissing, BadPollLink, PollClosed
from atagande_calendar.common_time.models import PollPerson, PollTime, Vote
from atagande_calendar.common_time.polls import answer, takes_answers
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.mail.poll_letters import KINDS
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.polls import VOTES

if TYPE_CHECKING:
    from atagande_plugin.forms.common_time import Votes

section = kernel.Section("votes", __name__)


def _open(token: str) -> PollPerson:
    """Return who a link is for, and speak their language."""
    asked = poll_queries.by_token(g.session, services().settings.secret_key, token)
    if asked is None:
        raise BadPollLink
    kernel.choose_language(asked.person.language)
    if not takes_answers(asked.poll, g.now):
        raise PollClosed
    return asked


def _field(times: list[PollTime], number: str) -> str:
    """Return the field of a time by its number."""
    return next((f"t{at}" for at, time in enumerate(times) if str(time.id) == number), "")


def _shown(template: str, token: str, asked: PollPerson, errors: dict[str, str]) -> Response:
    poll = asked.poll
    votes = {one.poll_time_id: one.vote.value for one in asked.answers}
    return kernel.unlisted(
        render_template(
            template,
            token=token,
            asker=poll_queries.asker(g.session, poll),
            kind=KINDS[poll.kind],
            length=timedelta(minutes=poll.minutes),
            rows=[
                (f"t{at}", time, request.form.get(f"t{at}", votes.get(time.id, "")))
                for at, time in enumerate(poll.times)
            ],
            said=VOTES,
            choices=[(vote.value, g.words.text(VOTES[vote][0])) for vote in Vote],
            answered=asked.answered_at is not None,
            last_day=local_date(poll.closes_at - timedelta(seconds=1)),
            errors=errors,
        )
    )


def _again(token: str, errors: dict[str, str], refusal: Refused) -> Response:
    asked = _open(token)
    if isinstance(refusal, AnswersMissing) and refusal.field:
        errors = {_field(asked.poll.times, refusal.field): next(iter(errors.values()))}
    return _shown("common_time/vote.html", token, asked, errors)


@section.route_for("/rosta/<token>", allow=PUBLIC)
def vote_page(token: str) -> Response:
    """Show the times, and what has been answered."""
    return _shown("common_time/vote.html", token, _open(token), {})


@section.route_for(
    "/rosta/<token>", allow=PUBLIC, methods=("POST",), takes="common_time.Votes", again=_again
)
def vote(token: str, form: "Votes") -> Any:
    """Record the answers; the same ones twice change nothing."""
    asked = _open(token)
    given = form.model_dump()
    answer(
        g.session,
        asked=asked,
        votes={
            time.id: Vote(given[f"t{at}"])
            for at, time in enumerate(asked.poll.times)
            if given[f"t{at}"]
        },
        now=g.now,
    )
    return redirect(f"/rosta/{token}/tack", 303)


@section.route_for("/rosta/<token>/tack", allow=PUBLIC)
def voted(token: str) -> Any:
    """Thank for the answer, and say until when it can be changed."""
    asked = _open(token)
    if asked.answered_at is None:
        return redirect(f"/rosta/{token}")
    return _shown("common_time/voted.html", token, asked, {})
