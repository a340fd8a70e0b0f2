"""What several processes do at the same moment to deviations."""

from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.deviations import decisions, merging, verbs
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry
from atagande_agreements.errors import Refused
from atagande_agreements.parties.models import Person
from support.rivals import _together
from support.world import CLINIC_CHIEF, STEERING

#: What one process does, and to which deviation.
Act = tuple[str, int]


def act_together(url: str, at: str, act: Act, start: Barrier, outcome: Connection) -> None:
    """Do one thing with a deviation as it was read before the others; send what came of it."""
    engine, factory = _together(url, start)
    what, number = act
    now = parse_moment(at)
    with factory() as session:
        people = {
            person.email: person
            for person in session.scalars(
                select(Person).where(Person.email.in_((CLINIC_CHIEF, STEERING)))
            )
        }
        one = session.get_one(Deviation, number)
        chair, chief = people[STEERING], people[CLINIC_CHIEF]
        read = 2  # as the page showed it, whoever was first
        try:
            match what:
                case "close":
                    decisions.close(
                        session,
                        deviation=one,
                        decided=decisions.Decided(
                            paragraph="14", decided_on=now.date(), person=chair
                        ),
                        version=read,
                        now=now,
                    )
                case "reply":
                    verbs.reply(
                        session, deviation=one, text="Mer.", person=chief, version=read, now=now
                    )
                case "answer":
                    answer_enquiry(
                        session,
                        enquiry=session.get_one(Enquiry, number),
                        answered_on=date(2026, 4, 15),
                        person=chief,
                        now=now,
                    )
                case _:
                    merging.merge(
                        session,
                        deviation=one,
                        into=session.get_one(Deviation, 3 - number),
                        person=chair,
                        version=1,
                        now=now,
                    )
            session.commit()
        except Refused as refused:
            session.rollback()
            outcome.send(refused.code)
        except StaleDataError:
            session.rollback()
            outcome.send("stale")
        else:
            outcome.send("done")
    engine.dispose()
