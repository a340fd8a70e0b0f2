"""SIP afterwards: only its own convener reads and says it."""

from typing import TYPE_CHECKING

from flask import g

from atagande_calendar.sip.after import Afterwards, report_sip
from atagande_calendar.sip.models import Sip
from atagande_plugin.api.referrals_shapes import SipAfterwards
from atagande_plugin.web.acting import myself
from atagande_plugin.web.sip_after import own

if TYPE_CHECKING:
    from atagande_plugin.forms import sip as forms


def _shown(sip: Sip) -> SipAfterwards:
    return SipAfterwards(
        id=sip.id,
        venue=sip.venue,
        venue_reason=sip.venue_reason,
        result=sip.result,
        actual_minutes=sip.actual_minutes,
        minutes_sent_on=sip.minutes_sent_on,
        followup_sent_on=sip.followup_sent_on,
        version=sip.version,
    )


def one(number: int) -> SipAfterwards:
    """Return what has been said of one's own SIP."""
    return _shown(own(number))


def tell(number: int, form: "forms.Afterwards") -> SipAfterwards:
    """Record what became of one's own SIP."""
    return _shown(
        report_sip(
            g.session,
            sip=own(number),
            said=Afterwards(
                form.result, form.actual_minutes, form.minutes_sent_on, form.followup_sent_on
            ),
            person=myself(),
            version=form.version,
            now=g.now,
        )
    )
