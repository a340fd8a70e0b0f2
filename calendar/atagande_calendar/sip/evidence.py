"""What a SIP shows of its convener's commitments: place (A6), follow-up (A7) and length (A8).

All of it is worked out from the booking and the convener's report each time, so any order of the
same reports ends in the same verdict. The occurrences tell no reference.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.evidence import withdraw
from atagande_agreements.commitments.queries import owed
from atagande_agreements.filing import Shown, Told, report
from atagande_agreements.parties.models import Person
from atagande_agreements.rules import Outcome
from atagande_calendar.meetings.models import SIP_MINUTES
from atagande_calendar.sip.models import Sip, SipResult, SipVenue


def origin(sip_id: int) -> str:
    """Return what the occurrences of a SIP are keyed on."""
    return f"sip:{sip_id}"


def show_case(session: Session, *, sip: Sip, person: Person, now: datetime) -> None:
    """Set all that is known of the convener's occurrences of a SIP; open those that are new.

    One that was not held asks nothing of anyone.
    """
    if sip.result is SipResult.NOT_HELD:
        withdraw(session, association_id=sip.association_id, origin=origin(sip.id), now=now)
        return
    source = f"sip:{sip.id}:v{sip.version}"
    held_on = local_date(sip.meeting.starts_at)
    for (rule, subject), shown in shown_by(sip).items():
        known = shown.kept_on is not None or shown.outcome is not Outcome.NONE
        # What the booking says of itself is no report; what comes afterwards is.
        told = Told(source, shown.kept_on or held_on, person) if known and sip.result else None
        for obligation in owed(
            session,
            sip.meeting.agreement_id,
            rule=rule,
            subject=subject,
            organisation_id=sip.organisation_id,
            on=held_on,
        ):
            report(
                session,
                obligation=obligation,
                origin=origin(sip.id),
                event_on=held_on,
                shown=shown,
                told=told,
                now=now,
            )


def shown_by(sip: Sip) -> dict[tuple[str, str], Shown]:
    """Return what a SIP that was not called off shows, by (rule, subject) of the commitment."""
    at_clinic = sip.venue is SipVenue.CLINIC
    # It was planned for 60 minutes at most; only its real length can say otherwise.
    in_time = (sip.actual_minutes or 0) <= SIP_MINUTES
    sent = (sip.minutes_sent_on, sip.followup_sent_on)
    days = [day for day in sent if day is not None]
    return {
        ("case_gate", "sip_venue"): Shown(outcome=Outcome.KEPT if at_clinic else Outcome.NOT_KEPT),
        ("case_gate", "sip_length"): Shown(outcome=Outcome.KEPT if in_time else Outcome.NOT_KEPT),
        ("followed_up_within", "sip_preparation"): Shown(
            kept_on=max(days) if len(days) == len(sent) else None
        ),
    }
