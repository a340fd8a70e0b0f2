"""The mail that asks someone which of some proposed times suit."""

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.common_time import poll_queries
from atagande_calendar.common_time.models import PollKind, PollPerson
from atagande_calendar.common_time.polls import takes_answers
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_plugin.config import Settings
from atagande_plugin.mail.letters import Content
from atagande_plugin.translation import words

#: What a poll is about, in words.
KINDS: Mapping[PollKind, str] = {
    PollKind.NETWORK: N_("Nätverksmöte"),
    PollKind.SEMINAR: N_("Lunch- eller frukostseminarium"),
    PollKind.STEERING: N_("Styrgruppsmöte"),
    PollKind.PLANNING: N_("Planeringsmöte"),
    PollKind.FOLLOW_UP: N_("Uppföljning av samarbetet"),
    PollKind.INTRODUCTION: N_("Presentation av verksamheter"),
}


def poll_address(settings: Settings, asked: PollPerson) -> str:
    """Return the address where someone answers a poll, theirs alone."""
    token = make_token(settings.secret_key, Purpose.POLL, asked.id, asked.nonce)
    return f"{settings.base_url}/rosta/{token}"


def _asked(session: Session, message: OutboxMessage) -> PollPerson | None:
    return poll_queries.asked(session, int(json.loads(message.payload)["asked"]))


def is_waited_for(session: Session, message: OutboxMessage) -> bool:
    """Tell whether an answer to the mail would still be taken."""
    asked = _asked(session, message)
    return asked is not None and takes_answers(asked.poll, message.next_try_at)


def question(session: Session, settings: Settings, message: OutboxMessage) -> Content | None:
    """Return the mail with someone's own link; None once no answer would be taken.

    It says who asks and which times, and not who else is asked.
    """
    asked = _asked(session, message)
    if asked is None or not takes_answers(asked.poll, message.next_try_at):
        return None
    speak = words(message.language)
    poll = asked.poll
    last_day = local_date(poll.closes_at - timedelta(seconds=1))
    length = timedelta(minutes=poll.minutes)
    times = [speak.span(one.starts_at, one.starts_at + length) for one in poll.times]
    return Content(
        subject=speak.text(
            N_("Vilka tider passar dig? %(kind)s"), {"kind": speak.text(KINDS[poll.kind])}
        ),
        paragraphs=[
            speak.text(
                N_("%(party)s frågar vilka av de här tiderna som passar dig."),
                {"party": poll_queries.asker(session, poll).name},
            ),
            speak.text(N_("Svara senast %(day)s."), {"day": speak.day(last_day, weekday=True)}),
        ],
        facts=[
            (speak.text(N_("Gäller")), speak.text(KINDS[poll.kind])),
            *(
                (speak.text(N_("Tid %(number)s"), {"number": number}), text)
                for number, text in enumerate(times, start=1)
            ),
        ],
        action=(speak.text(N_("Svara på tiderna")), poll_address(settings, asked)),
        after=[
            speak.text(N_("Länken är din egen. Du behöver inte logga in.")),
            speak.text(N_("Du kan ändra ditt svar så länge frågan är öppen.")),
        ],
        language=speak.language,
    )
