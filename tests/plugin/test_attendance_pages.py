"""The pages after a meeting: who came, what is lifted, and that it was called off."""

import re
from datetime import date
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_calendar.invitations.models import AnswerWay, InvitationMessage, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.attendance import LiftedIssue, MeetingAttendance, MeetingReport
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.method import Method
from atagande_plugin.outbox.delivery import deliver
from support.booking import invitation, published
from support.meetings import FOUR, MEMBERS, evening, meet, report
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)

DAY = FOUR[0]


def text(reply: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


def say(world: World, number: int, email: str, said: Partstat, stand_in: str = "") -> None:
    with world.writer() as session:
        answer(
            session,
            invitation=invitation(session, number, email),
            partstat=said,
            way=AnswerWay.LINK,
            now=world.now,
            stand_in=stand_in,
        )
        session.commit()


def filled(page: str) -> dict[str, list[str]]:
    """Return the attendance form as it is filled in."""
    selects = re.findall(r"<select.*?</select>", page, re.DOTALL)
    chosen = [re.search(r'value="(\w*)" selected', one) for one in selects]
    return {
        "party": re.findall(r'name="party" value="([0-9-]+)"', page),
        "presence": [one[1] if one else "" for one in chosen],
        "people": re.findall(r'name="people" value="(\d*)"', page),
    }


def test_attendance_is_filled_in_from_the_answers_and_saved_in_one_step(world: World) -> None:
    number = meet(world, DAY)
    say(world, number, FK, Partstat.ACCEPTED)
    say(world, number, AF, Partstat.DECLINED, "Sektionschefens ersättare")
    say(world, number, CLINIC_CHIEF, Partstat.DECLINED)
    administrator = world.client(ADMINISTRATOR)
    assert "Närvaro" not in text(administrator.get(f"/moten/{number}"))
    world.now = evening(DAY)
    administrator = world.client(ADMINISTRATOR)
    page = text(administrator.get(f"/moten/{number}"))
    assert "Mötet har varit och väntar på rapport." in page
    assert "Rapportera närvaro" in page
    form = filled(administrator.get(f"/moten/{number}/narvaro").get_data(as_text=True))
    assert form["presence"] == ["deputy", "present", "", "", "", "absent"]
    assert form["people"] == ["1", "1", "", "", "", ""]
    form["presence"] = ["deputy", "present", "present", "absent", "present", "absent"]
    form["people"] = ["1", "1", "2", "", "1", "0"]
    saved = administrator.post(f"/moten/{number}/narvaro", {"version": "0", **form})
    assert (saved.status_code, saved.location) == (303, f"/moten/{number}/fragor")
    page = text(administrator.get(f"/moten/{number}"))
    assert "5 personer kom, från 4 parter." in page
    assert "Lyft frågor och avsluta mötet" in page
    with world.services.reader() as session:
        assert session.get_one(Meeting, number).state is MeetingState.HELD
        assert len(session.scalars(select(MeetingAttendance)).all()) == 6


def test_what_is_wrong_is_named_and_the_rest_kept(sqlite_world: World) -> None:
    number = meet(sqlite_world, DAY)
    sqlite_world.now = evening(DAY)
    administrator = sqlite_world.client(ADMINISTRATOR)
    form = filled(administrator.get(f"/moten/{number}/narvaro").get_data(as_text=True))
    path, form["version"] = f"/moten/{number}/narvaro", ["0"]
    refused = administrator.post(path, form)
    assert refused.status_code == 422
    assert "Ange om Arbetsförmedlingen Nordöstra Stockholm var med." in text(refused)
    assert 'id="f-presence-0"' in refused.get_data(as_text=True)
    form |= {"presence": ["present"] * 6, "people": ["3", "1", "0", "1", "1", "1"]}
    refused = administrator.post(path, form)
    assert refused.status_code == 422
    assert "Antalet personer stämmer inte för Sollentuna kommun." in text(refused)
    assert 'name="people" value="3"' in refused.get_data(as_text=True)
    for wrong in (
        {"party": form["party"][:5]},
        {"party": [*form["party"][:5], form["party"][0]]},
        {"party": [*form["party"][:5], "999"]},
        {"party": [*form["party"][:5], "x"]},
        {"people": ["1"] * 5 + ["-1"]},
        {"people": ["1"] * 5 + ["9999"]},
        {"people": ["1"] * 5 + ["850709-9805"]},
        {"presence": ["present"] * 5 + ["late"]},
    ):
        assert administrator.post(path, form | wrong).status_code == 422, wrong
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(MeetingReport)).all() == []


def test_a_meeting_that_has_not_been_is_not_reported(world: World) -> None:
    number = meet(world, DAY)
    assert report(world, number).get_json()["code"] == "meeting_not_yet"
    page = text(world.client(ADMINISTRATOR).get(f"/moten/{number}/narvaro"))
    assert "Det går inte att rapportera närvaro" in page


def test_of_two_who_report_the_second_sees_what_the_first_saved(world: World) -> None:
    number = meet(world, DAY)
    world.now = evening(DAY)
    administrator = world.client(ADMINISTRATOR)
    path = f"/moten/{number}/narvaro"
    form = filled(administrator.get(path).get_data(as_text=True))
    form |= {"version": ["0"], "presence": ["present"] * 6, "people": ["1"] * 6}
    assert report(world, number, {"fk": "absent"}).status_code == 200
    late = administrator.post(path, form)
    assert late.status_code == 409
    assert "Någon annan hann ändra" in text(late)
    assert text(late).count("Nu är sparat: Inte med, 0 personer.") == 1
    form["version"] = re.findall(r'name="version" value="(\d+)"', late.get_data(as_text=True))
    assert form["version"] == ["1"]
    assert administrator.post(path, form).status_code == 303
    with world.services.reader() as session:
        assert {one.presence for one in session.scalars(select(MeetingAttendance))} == {"present"}


def test_calling_off_says_how_many_are_told_and_tells_them(world: World) -> None:
    number = meet(world, DAY)
    administrator = world.client(ADMINISTRATOR)
    page = text(administrator.get(f"/moten/{number}"))
    assert "När du ställer in mötet skickas 6 avbokningar med e-post." in page
    done = administrator.post(f"/moten/{number}/stall-in", {"version": "2"})
    assert done.status_code == 303
    page = text(administrator.get(f"/moten/{number}"))
    assert "Mötet är inställt och 6 avbokningar skickas." in page
    assert page.count("Avbokning: Väntar på att skickas") == 6
    again = administrator.post(f"/moten/{number}/stall-in", {"version": "2"})
    assert again.status_code == 409
    assert deliver(world.services, world.now).sent == 6
    with world.services.reader() as session:
        rows = session.scalars(
            select(OutboxMessage)
            .join(InvitationMessage, InvitationMessage.outbox_message_id == OutboxMessage.id)
            .where(InvitationMessage.method == Method.CANCEL)
        ).all()
        assert sorted(one.recipient for one in rows) == sorted(MEMBERS)
        uid = session.get_one(Meeting, number).uid
        for row in rows:
            mail = message_from_bytes(row.raw or b"", policy=policy.default)
            assert mail["Subject"] == "Inställt: Nätverksmöte SGI=0"
            body = mail.get_body(("plain",))
            assert body is not None
            assert "Mötet är inställt. Du behöver inte göra något." in body.get_content()
            calendar = next(
                part.get_content()
                for part in mail.walk()
                if part.get_content_type() == "text/calendar"
            )
            plain = calendar if isinstance(calendar, str) else calendar.decode()
            unfolded = re.sub(r"\r?\n[ \t]", "", plain)
            assert "METHOD:CANCEL" in unfolded
            assert f"UID:{uid}" in unfolded
            assert "SEQUENCE:1" in unfolded
            assert "STATUS:CANCELLED" in unfolded
            assert f"mailto:{row.recipient}" in unfolded.lower()


def test_a_call_off_before_the_invitations_have_left_is_told_to_nobody(world: World) -> None:
    number = published(world, people=MEMBERS)
    administrator = world.client(ADMINISTRATOR)
    administrator.post(f"/moten/{number}/stall-in", {"version": "2"})
    done = deliver(world.services, world.now)
    assert (done.sent, done.cancelled) == (0, 12)
    with world.services.reader() as session:
        states = session.execute(
            select(InvitationMessage.method, OutboxMessage.state)
            .join(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
            .distinct()
        ).all()
        assert {tuple(row) for row in states} == {
            (Method.REQUEST, OutboxState.CANCELLED),
            (Method.CANCEL, OutboxState.CANCELLED),
        }


def test_nobody_answers_or_reports_what_is_called_off(world: World) -> None:
    number = meet(world, DAY)
    world.client(ADMINISTRATOR).post(f"/moten/{number}/stall-in", {"version": "2"})
    assert world.client(FK).post(f"/moten/{number}/svar", {"answer": "yes"}).status_code == 410
    world.now = evening(DAY)
    assert report(world, number).get_json()["code"] == "meeting_not_standing"
    assert "Mötet är inställt." in text(world.client(FK).get(f"/moten/{number}"))


def test_a_network_meeting_closes_with_issues_or_with_nothing_to_lift(world: World) -> None:
    number = meet(world, DAY)
    world.now = evening(DAY)
    report(world, number)
    administrator = world.client(ADMINISTRATOR)
    path = f"/moten/{number}/fragor"
    assert "Inget att lyfta" in text(administrator.get(path))
    today = DAY.isoformat()
    for wrong, said in (
        ({"texts": ["", ""]}, "Skriv minst en fråga"),
        ({"texts": ["En fråga"], "nothing": "1"}, "inte både och"),
        ({"texts": ["En fråga"], "lifted_on": "2026-03-25"}, "kan inte ha gått"),
        ({"texts": ["En fråga"], "lifted_on": "2026-03-23"}, "kan inte ha gått"),
        ({"texts": ["Om 850709-9805"]}, "personnummer"),
    ):
        refused = administrator.post(path, {"version": "1", "lifted_on": today} | wrong)
        assert refused.status_code == 422
        assert said in text(refused)
    with world.services.reader() as session:
        fk = world.person(session, FK).organisation_id
    done = administrator.post(
        path,
        {
            "version": "1",
            "lifted_on": today,
            "texts": ["Fler SIP-tider", "", "Gemensam utbildning"],
            "raised_by": [str(fk), "", ""],
        },
    )
    assert done.status_code == 303
    page = text(administrator.get(f"/moten/{number}"))
    assert "Avslutat" in page
    assert "Fler SIP-tider" in page
    assert "Rätta närvaron" not in page
    assert report(world, number, version=2).get_json()["code"] == "meeting_closed"
    steering = text(world.client(STEERING).get("/styrgruppen"))
    assert "Gemensam utbildning" in steering
    assert "Försäkringskassan Stockholms län nord. Lyft" in steering
    assert "2 frågor" in text(world.client(READER).get("/moten/lyfta-fragor"))


def test_a_party_speaks_once_for_itself(world: World) -> None:
    number = meet(world, DAY)
    assert world.client(FK).get(f"/moten/{number}/fragor").status_code == 404
    world.now = evening(DAY)
    fk = world.client(FK)
    assert "Svara för er part" in text(fk.get(f"/moten/{number}"))
    path = f"/moten/{number}/var-part"
    assert fk.post(path, {"texts": ["", ""]}).status_code == 422
    done = fk.post(path, {"texts": ["Tydligare läkarintyg", ""]})
    assert done.status_code == 303
    assert "Tydligare läkarintyg" in text(fk.get(f"/moten/{number}"))
    assert fk.post(path, {"nothing": "1"}).status_code in {404, 409}
    assert world.client(CONVENER).post(path, {"nothing": "1"}).status_code == 303
    assert world.client(READER).post(path, {"nothing": "1"}).status_code == 403
    with world.services.reader() as session:
        assert len(session.scalars(select(LiftedIssue)).all()) == 1


@pytest.mark.parametrize(
    ("word", "heading", "title", "ticked"),
    [
        ("natverk", "Planera nätverksmöte", "Nätverksmöte SGI=0", 10),
        ("seminarium", "Planera seminarium", "Lunchseminarium SGI=0", 10),
        ("styrgrupp", "Planera styrgruppsmöte", "Resursteamens styrgrupp", 5),
    ],
)
def test_each_kind_is_planned_as_it_usually_is(
    sqlite_world: World, word: str, heading: str, title: str, ticked: int
) -> None:
    page = sqlite_world.client(ADMINISTRATOR).get(f"/moten/nytt?slag={word}")
    assert heading in text(page)
    assert f'value="{title}"' in page.get_data(as_text=True)
    assert page.get_data(as_text=True).count(" checked") == ticked


def test_a_steering_meeting_says_whether_the_target_group_is_on_its_agenda(world: World) -> None:
    administrator = world.client(ADMINISTRATOR)
    with world.services.reader() as session:
        people = [str(world.person(session, email).id) for email in (STEERING, CLINIC_CHIEF)]
    form = {
        "kind": "steering",
        "title": "Styrgrupp",
        "day": "2026-03-31",
        "clock": "13:00",
        "minutes": "120",
        "place": "Turebergshuset",
        "people": people,
    }
    for changed, said in (({"target_group": "1"}, "Ja"), ({}, "Nej")):
        made = administrator.post("/moten", form | changed)
        assert made.status_code == 303
        page = text(administrator.get(made.location))
        assert f"Målgruppen på dagordningen {said}" in page
        assert "Styrgruppsmöte" in page
    assert administrator.post("/moten", form | {"kind": "sip"}).status_code == 422


def test_participants_are_counted_for_uppfoljning_finsam(world: World) -> None:
    numbers = [meet(world, day) for day in FOUR[:2]]
    for day, number in zip(FOUR, numbers, strict=False):
        world.now = evening(day)
        report(world, number, {"fk": "absent"} if day == DAY else {})
    page = text(world.client(READER).get("/moten/narvaro"))
    assert "2 möten hölls 2026." in page
    assert "Försäkringskassan Stockholms län nord Nätverksmöte 1 1" in page
    found = world.client(READER).get("/moten/narvaro.csv?ar=2026")
    assert found.content_type.startswith("text/csv")
    lines = found.get_data().decode("utf-8-sig").splitlines()
    assert "2026;Nätverksmöte;2;;;" in lines
    assert "2026;Nätverksmöte;2;Försäkringskassan Stockholms län nord;1;1" in lines
    assert "2026;Nätverksmöte;2;Sigtuna kommun;2;2" in lines
    assert "0 möten hölls 2025." in text(world.client(READER).get("/moten/narvaro?ar=2025"))


def test_the_pages_cost_the_same_number_of_queries_whatever_there_is(world: World) -> None:
    number = meet(world, DAY)
    world.now = evening(DAY)
    administrator, fk = world.client(ADMINISTRATOR), world.client(FK)
    paths = (
        (administrator, f"/moten/{number}"),
        (administrator, f"/moten/{number}/narvaro"),
        (administrator, f"/moten/{number}/fragor"),
        (administrator, "/moten/narvaro"),
        (administrator, "/moten/lyfta-fragor"),
        (fk, f"/moten/{number}"),
        (fk, f"/moten/{number}/fragor"),
    )

    def costs() -> list[int]:
        found = []
        for visitor, path in paths:
            with count_queries(world.services.engine) as sent:
                assert visitor.get(path).status_code == 200, path
            found.append(len(sent))
        return found

    report(world, number)
    few = costs()
    world.client(CONVENER).post(
        f"/moten/{number}/var-part", {"texts": [f"Fråga {place}" for place in range(20)]}
    )
    assert costs() == few
    assert max(few) <= 12


def test_a_steering_meeting_lists_each_summoned_clinic(world: World) -> None:
    number = meet(
        world,
        date(2026, 3, 24),
        people=[STEERING, CLINIC_CHIEF, FK],
        kind=MeetingKind.STEERING,
        title="Styrgrupp",
    )
    world.now = evening(DAY)
    page = world.client(ADMINISTRATOR).get(f"/moten/{number}/narvaro")
    assert "Sollentuna psykiatriska mottagning" in text(page)
    form = filled(page.get_data(as_text=True))
    assert len(form["party"]) == 3
    assert sum("-" in one for one in form["party"]) == 1
