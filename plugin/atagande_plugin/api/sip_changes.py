"""What happens to a SIP after it is booked: only its own convener reads and does it."""

from typing import TYPE_CHECKING

from flask import g

from atagande_agreements.civil_time import local_time
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.outside import add_outside_clinic, outside_clinics
from atagande_calendar.sip.changes import call_off_sip, move_sip
from atagande_calendar.sip.models import Sip
from atagande_plugin.api.sip_changes_shapes import OutsideClinic, OutsideClinicList, SipNow
from atagande_plugin.web.acting import myself
from atagande_plugin.web.sip import require_case_holder
from atagande_plugin.web.sip_after import own

if TYPE_CHECKING:
    from atagande_plugin.forms import sip_changes as forms


def _shown(sip: Sip) -> SipNow:
    return SipNow(
        id=sip.id,
        state=sip.meeting.state,
        standing=sip.standing,
        starts_at=sip.meeting.starts_at,
        minutes=sip.meeting.minutes,
        place=sip.meeting.place,
        follows=sip.follows_id,
        version=sip.version,
    )


def now(number: int) -> SipNow:
    """Return how one's own booking stands."""
    return _shown(own(number))


def move(number: int, form: "forms.MoveSip") -> SipNow:
    """Move one's own booking to another of the clinic's slots."""
    sip = own(number)
    move_sip(
        g.session,
        sip=sip,
        starts_at=form.slot,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _shown(sip)


def propose(number: int, form: "forms.MoveProposedSip") -> SipNow:
    """Propose another time to a clinic outside the agreement."""
    sip = own(number)
    move_sip(
        g.session,
        sip=sip,
        starts_at=local_time(form.day, form.clock),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _shown(sip)


def call_off(number: int, form: "forms.CallOffSip") -> SipNow:
    """Call one's own booking off."""
    sip = own(number)
    call_off_sip(
        g.session,
        sip=sip,
        because=form.because,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _shown(sip)


def _clinic(unit: Unit) -> OutsideClinic:
    return OutsideClinic(key=unit.key, name=unit.name, address=unit.address, email=unit.email)


def clinics() -> OutsideClinicList:
    """Return the clinics outside the agreement."""
    require_case_holder()
    units = outside_clinics(g.session, g.me.association_id)
    return OutsideClinicList(items=[_clinic(unit) for unit in units])


def add_clinic(form: "forms.AddOutsideClinic") -> OutsideClinic:
    """Add a clinic outside the agreement."""
    require_case_holder()
    return _clinic(
        add_outside_clinic(
            g.session,
            name=form.name,
            address=form.address,
            email=form.email,
            person=myself(),
            now=g.now,
        )
    )
