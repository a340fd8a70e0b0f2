"""The SIP meetings' figures: by the clinic where they are booked."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.followup.figures import Days, Source
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Atom, Group, Key, Place, Side, Split
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.queries import is_party
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip, SipResult, SipVenue

#: Booked, by the day of the booking; what became of them.
BOOKED = "sips"
HELD, CALLED_OFF, NOT_HELD = "sips_held", "sips_called_off", "sips_not_held"
CONSENT_WITHDRAWN, OFF_OTHERWISE = "sips_consent_withdrawn", "sips_called_off_otherwise"
#: Where: in the clinic's premises (A6), or elsewhere.
AT_CLINIC, ELSEWHERE = "sips_at_clinic", "sips_elsewhere"
#: Calendar days from the need to the first slot that was offered, and to the meeting.
OFFERED_DAYS, MEETING_DAYS = "sip_days_offered", "sip_days_to_meeting"

GROUP = Group(
    "sips",
    Side(
        BOOKED,
        (
            # Not held: nor called off, or nobody has said yet.
            Split(Key(BOOKED), (Key(HELD), Key(CALLED_OFF), Key(NOT_HELD))),
            Split(Key(CALLED_OFF), (Key(CONSENT_WITHDRAWN), Key(OFF_OTHERWISE))),
            Split(Key(BOOKED), (Key(AT_CLINIC), Key(ELSEWHERE))),
        ),
    ),
)


def _booked(
    session: Session, agreement_id: int, first: date, last: date
) -> Iterator[tuple[Row[Sip, Meeting, int], Place, Period]]:
    for row in session.execute(
        select(Sip, Meeting, Unit.organisation_id)
        .join(Meeting, Meeting.id == Sip.meeting_id)
        .join(Unit, Unit.id == Sip.unit_id)
        .join(Organisation, Organisation.id == Unit.organisation_id)
        .where(
            Meeting.agreement_id == agreement_id,
            is_party(),
            Meeting.created_at >= local_time(first, time()),
            Meeting.created_at < local_time(last + timedelta(days=1), time()),
        )
        .execution_options(yield_per=1000)
    ):
        sip, meeting, region_id = row
        span = Period.quarter_of(local_date(meeting.created_at))
        yield row, Place(region_id, sip.unit_id), span


def counts_by_quarter(
    session: Session, agreement_id: int, first: date, last: date
) -> Iterator[Atom]:
    """Yield the SIP meetings booked between two local dates, counted."""
    for (sip, _meeting, _region_id), clinic, span in _booked(session, agreement_id, first, last):
        measures = [BOOKED, AT_CLINIC if sip.venue is SipVenue.CLINIC else ELSEWHERE]
        if sip.called_off is not None:
            withdrawn = sip.consent_withdrawn_at is not None
            measures += [CALLED_OFF, CONSENT_WITHDRAWN if withdrawn else OFF_OTHERWISE]
        else:
            measures.append(HELD if sip.result is SipResult.HELD else NOT_HELD)
        for measure in measures:
            yield Atom(Key(measure), clinic, span, 1, Place(sip.organisation_id))


def days_by_quarter(session: Session, agreement_id: int, first: date, last: date) -> Iterator[Days]:
    """Yield how long those wait whose SIP was booked between two local dates, by clinic."""
    found: dict[tuple[str, Place, Period], list[int]] = defaultdict(list)
    for (sip, meeting, _region_id), clinic, span in _booked(session, agreement_id, first, last):
        for measure, moment in (
            (OFFERED_DAYS, sip.first_offered_at),
            (MEETING_DAYS, meeting.starts_at),
        ):
            found[measure, clinic, span].append((local_date(moment) - sip.requested_on).days)
    for (measure, clinic, span), days in found.items():
        yield Days(measure, Key(BOOKED), clinic, span, days)


SOURCE = Source(GROUP, counts_by_quarter, days_by_quarter)
