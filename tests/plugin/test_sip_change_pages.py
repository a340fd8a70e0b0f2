"""A convener moves and calls off a SIP on its page; nobody else finds the way there."""

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.errors import ClinicIsKnown
from atagande_agreements.parties.models import Person
from atagande_agreements.parties.outside import add_outside_clinic
from atagande_calendar.invitations.models import (
    AnswerWay,
    InvitationProposal,
    Partstat,
    ProposalState,
)
from atagande_calendar.invitations.verbs import propose
from atagande_calendar.meetings.models import MeetingState
from atagande_calendar.method import Method
from atagande_calendar.sip.models import Sip, SipCalledOff
from support.booking import answer_path, book, booked, invitation
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    STEERING,
    World,
)

NEXT = local_time(date(2026, 3, 10), time(9))
KEY = "2026-03-10T08:00Z"


def version(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found is not None
    return found[1]


def test_moving_says_what_is_sent_and_moves(world: World) -> None:
    number = booked(world, people=[AF])
    page = world.client(CONVENER).get(f"/sip/{number}/flytta").get_data(as_text=True)
    assert "När du flyttar skickas 3 ändrade kallelser" in page
    assert f'value="{KEY}"' in page
    answer = world.client(CONVENER).post(
        f"/sip/{number}/flytta", {"slot": KEY, "version": version(page)}
    )
    assert answer.status_code == 303
    with world.services.reader() as session:
        assert session.get_one(Sip, number).meeting.starts_at == NEXT
    shown = world.client(CONVENER).get(f"/sip/{number}").get_data(as_text=True)
    assert "tisdag 10 mars 2026 kl. 09.00–10.00" in shown


def test_a_form_that_was_read_before_another_change_is_stale(world: World) -> None:
    number = booked(world)
    page = world.client(CONVENER).get(f"/sip/{number}/flytta").get_data(as_text=True)
    said = {"slot": KEY, "version": version(page)}
    assert world.client(CONVENER).post(f"/sip/{number}/flytta", said).status_code == 303
    said["slot"] = "2026-03-17T08:00Z"
    assert world.client(CONVENER).post(f"/sip/{number}/flytta", said).status_code == 409


def test_a_slot_that_is_taken_offers_the_next_three(world: World) -> None:
    booked(world, by=OTHER_CONVENER, slot=NEXT)
    number = booked(world)
    answer = world.client(CONVENER).post(f"/sip/{number}/flytta", {"slot": KEY, "version": "1"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "De närmaste lediga tiderna" in text


def test_calling_off_asks_why_and_tells_everyone(world: World) -> None:
    number = booked(world, people=[AF])
    page = world.client(CONVENER).get(f"/sip/{number}/stall-in").get_data(as_text=True)
    assert "När du ställer in skickas 3 avbokningar" in page
    client = world.client(CONVENER)
    missing = client.post(f"/sip/{number}/stall-in", {"version": version(page)})
    assert missing.status_code in {400, 422}
    answer = client.post(
        f"/sip/{number}/stall-in", {"version": version(page), "because": "consent"}
    )
    assert answer.status_code == 303
    with world.services.reader() as session:
        sip = session.get_one(Sip, number)
        assert sip.called_off is SipCalledOff.CONSENT
        assert sip.meeting.state is MeetingState.CANCELLED
    shown = world.client(CONVENER).get(f"/sip/{number}").get_data(as_text=True)
    assert "Mötet är inställt" in shown
    assert "Samtycket är återtaget" in shown
    other = world.client(CLINIC_CHIEF).get(f"/sip/{number}").get_data(as_text=True)
    assert "Samtycket är återtaget" not in other, "why is the convener's to know"


@pytest.mark.parametrize("path", ["flytta", "stall-in", "vilka"])
@pytest.mark.parametrize(
    ("email", "status"),
    [(ADMINISTRATOR, 403), (STEERING, 403), (CLINIC_CHIEF, 404), (OTHER_CONVENER, 404)],
)
def test_only_its_convener_changes_a_sip(world: World, path: str, email: str, status: int) -> None:
    number = booked(world)
    assert world.client(email).get(f"/sip/{number}/{path}").status_code == status


def test_a_clinics_no_is_the_first_thing_the_convener_reads(world: World) -> None:
    number = booked(world, people=[AF])
    texts = []
    for email in (AF, CLINIC_CHIEF):
        texts.append(world.client(CONVENER).get(f"/sip/{number}").get_data(as_text=True))
        with world.writer() as session:
            found = invitation(session, session.get_one(Sip, number).meeting_id, email)
            found.partstat, found.answered_at = Partstat.DECLINED, world.now
            found.answered_sequence = 0
            session.commit()
    texts.append(world.client(CONVENER).get(f"/sip/{number}").get_data(as_text=True))
    sentence = "Mottagningen har tackat nej. Välj en ny tid eller be dem om en ersättare."
    assert [sentence in text for text in texts] == [False, False, True]


def test_a_called_off_meeting_takes_no_answers(world: World) -> None:
    number = booked(world)
    with world.services.reader() as session:
        meeting = session.get_one(Sip, number).meeting_id
    path = answer_path(world, meeting, CLINIC_CHIEF)
    world.client(CONVENER).post(f"/sip/{number}/stall-in", {"version": "1", "because": "client"})
    assert world.app.test_client().get(path).status_code == 410


def test_a_clinic_outside_the_agreement_is_added_with_its_mailbox(world: World) -> None:
    client = world.client(CONVENER)
    said = {
        "name": "Vårdcentralen Ån",
        "address": "Demogatan 1",
        "email": "samordning@vardcentral.example",
    }
    assert client.post("/sip/mottagning", said | {"email": "inte en adress"}).status_code == 422
    answer = client.post("/sip/mottagning", said)
    assert answer.status_code == 303
    assert answer.location.startswith("/sip/boka?mottagning=utanfor-")
    assert client.post("/sip/mottagning", said).status_code == 409
    for path in ("/parter", "/kontaktvagar", "/matris", "/mottagningar"):
        page = world.client(ADMINISTRATOR if path != "/mottagningar" else CONVENER).get(path)
        assert "Vårdcentralen Ån" not in page.get_data(as_text=True), path
    with world.services.reader() as session:
        mailbox = session.scalars(
            select(Person).where(Person.email == "samordning@vardcentral.example")
        ).one()
        assert mailbox.grants == []


def test_a_time_is_proposed_to_a_clinic_outside_in_three_steps(world: World) -> None:
    client = world.client(CONVENER)
    said = {
        "name": "Vårdcentralen Ån",
        "address": "Demogatan 1",
        "email": "samordning@vardcentral.example",
    }
    first = client.post("/sip/mottagning", said).location
    key = first.partition("mottagning=")[2]
    assert "Föreslå en tid om 60 minuter" in client.get(first).get_data(as_text=True)
    wrong = client.get(f"{first}&dag=2026-03-07&kl=10.00").get_data(as_text=True)
    assert "Välj en kommande vardag, mellan 08.00 och 17.00" in wrong
    second = client.get(f"{first}&dag=2026-03-05&kl=10.00").get_data(as_text=True)
    assert "Tiden föreslås, och gäller när mottagningen har sagt ja." in second
    chosen = {"unit": key, "slot": "2026-03-05T09:00Z", "venue": "clinic"}
    third = client.post("/sip/boka/vilka", chosen)
    assert third.status_code == 303
    assert "Föreslå tiden" in client.get(third.location).get_data(as_text=True)
    booked_ = client.post(
        "/sip/boka",
        chosen
        | {
            "minutes": "60",
            "consent": "1",
            "purpose_ready": "1",
            "requested_on": "2026-02-27",
        },
    )
    assert booked_.status_code == 303
    page = client.get(booked_.location).get_data(as_text=True)
    assert "Tiden är föreslagen." in page


def test_a_follow_up_carries_on_from_the_meeting_before(world: World) -> None:
    number = booked(world)
    client = world.client(CONVENER)
    first = client.get(f"/sip/boka?mottagning=sollentuna-mottagning&foljer={number}")
    assert "Boka uppföljande SIP" in first.get_data(as_text=True)
    chosen = {"unit": "sollentuna-mottagning", "slot": KEY, "follows": str(number)}
    assert f"foljer={number}" in client.post("/sip/boka/tid", chosen).location
    done = client.post(
        "/sip/boka",
        chosen
        | {
            "minutes": "60",
            "consent": "1",
            "purpose_ready": "1",
            "requested_on": "2026-02-27",
        },
    )
    assert done.status_code == 303
    with world.services.reader() as session:
        followed = session.get_one(Sip, number)
        sip = session.scalars(select(Sip).where(Sip.follows_id == number)).one()
        assert sip.reference != followed.reference
    assert followed.reference in client.get(done.location).get_data(as_text=True)
    rival = world.client(OTHER_CONVENER)
    assert rival.post("/sip/boka", chosen | {"consent": "1"}).status_code in {404, 422}


def test_the_convener_moves_to_a_proposed_time_or_says_no(world: World) -> None:
    number = booked(world, people=[AF])
    with world.writer() as session:
        meeting = session.get_one(Sip, number).meeting_id
        for email, at in ((CLINIC_CHIEF, NEXT), (AF, NEXT + timedelta(hours=7))):
            propose(
                session,
                invitation=invitation(session, meeting, email),
                starts_at=at,
                minutes=60,
                way=AnswerWay.LINK,
                now=world.now,
            )
        session.commit()
        declined = invitation(session, meeting, AF).id
    client = world.client(CONVENER)
    page = client.get(f"/sip/{number}").get_data(as_text=True)
    assert page.count("Flytta dit</button>") == 1
    assert "Mottagningen har ingen ledig tid då." in page
    assert "Flytta dit" not in world.client(CLINIC_CHIEF).get(f"/sip/{number}").get_data(
        as_text=True
    )
    no = client.post(f"/sip/{number}/forslag/nej", {"invitation": str(declined)})
    assert no.status_code == 303
    moved = client.post(f"/sip/{number}/flytta", {"slot": KEY, "version": "1"})
    assert moved.status_code == 303
    with world.services.reader() as session:
        states = session.scalars(
            select(InvitationProposal.state).order_by(InvitationProposal.id)
        ).all()
    assert states == [ProposalState.ACCEPTED, ProposalState.DECLINED]


def test_who_is_added_or_removed_hears_of_it_and_nobody_else(world: World) -> None:
    number = booked(world, people=[AF])
    client = world.client(CONVENER)
    with world.services.reader() as session:
        other = str(world.person(session, FK).id)
    page = client.get(f"/sip/{number}/vilka").get_data(as_text=True)
    said = {"people": other, "version": version(page)}
    assert client.post(f"/sip/{number}/vilka", said).status_code == 303
    assert world.client(AF).get(f"/sip/{number}").status_code == 404
    assert world.client(FK).get(f"/sip/{number}").status_code == 200
    shown = client.get(f"/sip/{number}").get_data(as_text=True)
    assert "0 av 3 har svarat" in shown
    assert "1 person är inte längre kallad" in shown
    with world.services.reader() as session:
        meeting = session.get_one(Sip, number).meeting_id
        methods = {
            email: [one.method for one in invitation(session, meeting, email).messages]
            for email in (CONVENER, CLINIC_CHIEF, AF, FK)
        }
    request, cancel = Method.REQUEST, Method.CANCEL
    assert methods == {
        CONVENER: [request],
        CLINIC_CHIEF: [request],
        AF: [request, cancel],
        FK: [request],
    }
    assert client.post(f"/sip/{number}/vilka", said).status_code == 409


def test_a_clinic_outside_is_found_only_where_a_sip_is_booked(world: World) -> None:
    said = {
        "name": "Vårdcentralen Ån",
        "address": "Demogatan 1",
        "email": "samordning@vardcentral.example",
    }
    world.client(CONVENER).post("/sip/mottagning", said)
    with world.services.reader() as session:
        mailbox = session.scalars(select(Person.id).where(Person.email == said["email"])).one()
    admin = world.client(ADMINISTRATOR)
    assert admin.get(f"/parter/person/{mailbox}").status_code == 404
    for path in ("/gemensam-tid", "/mina-kalendrar", "/moten/nytt"):
        for email in (ADMINISTRATOR, CONVENER):
            page = world.client(email).get(path).get_data(as_text=True)
            assert "Vårdcentralen Ån" not in page, (email, path)
    world.client().post("/logga-in", {"email": said["email"]})
    with world.services.reader() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def test_a_call_that_waits_for_the_clinic_is_not_on_the_first_page(world: World) -> None:
    with world.writer() as session:
        unit = add_outside_clinic(
            session,
            name="Vårdcentralen Ån",
            address="Demogatan 1",
            email="samordning@vardcentral.example",
            person=world.person(session, CONVENER),
            now=world.now,
        )
        book(world, session, unit=unit, people=[OTHER_CONVENER])
        session.commit()
    page = world.client(OTHER_CONVENER).get("/").get_data(as_text=True)
    assert "Vårdcentralen Ån" not in page
    assert "Samverkansmöte" not in page


def test_of_two_who_add_a_clinic_outside_at_once_one_is_told_that_it_is_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "name": "Vårdcentralen Ån",
        "address": "Demogatan 1",
        "email": "samordning@vardcentral.example",
    }
    world.client(CONVENER).post("/sip/mottagning", said)
    # The other had not committed when this one looked.
    with world.writer() as session:
        convener = world.person(session, CONVENER)
        monkeypatch.setattr(session, "scalar", lambda *_args: None)
        with pytest.raises(ClinicIsKnown):
            add_outside_clinic(session, **said, person=convener, now=world.now)
