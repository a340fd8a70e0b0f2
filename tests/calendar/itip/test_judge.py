"""What comes in is judged by who sent it and what they were last told, and by nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_calendar.itip.broker import Asked, Effect, Incoming, judge
from atagande_calendar.method import Partstat

ME, OTHER, ASSISTANT = "chef@kommun.example", "nagon@annan.example", "assistent@kommun.example"
START = datetime(2026, 3, 24, 8, tzinfo=UTC)
PROPOSED = (START, START + timedelta(hours=1))
ASKED = Asked(email=ME, sequence=2)
ADDRESSES = st.sampled_from([ME, OTHER, ASSISTANT, "", "x@kommun.example"])
INCOMING = st.builds(
    Incoming,
    method=st.sampled_from(["REPLY", "COUNTER", "REFRESH", "REQUEST", "CANCEL", "PUBLISH", ""]),
    sequence=st.integers(0, 5),
    attendee=ADDRESSES,
    sender=ADDRESSES,
    partstat=st.sampled_from(Partstat),
    sent_by=ADDRESSES,
    proposed=st.sampled_from([None, PROPOSED]),
    vouched=st.booleans(),
)


@pytest.mark.parametrize(
    ("came", "effect"),
    [
        (Incoming(method="REPLY", sequence=2, attendee=ME, sender=ME), Effect.REFUSED),
        (
            Incoming(
                method="REPLY", sequence=2, attendee=ME, sender=ME, partstat=Partstat.ACCEPTED
            ),
            Effect.ANSWER,
        ),
        (
            Incoming(
                method="REPLY", sequence=1, attendee=ME, sender=ME, partstat=Partstat.ACCEPTED
            ),
            Effect.OLD_TIME,
        ),
        (
            Incoming(
                method="REPLY", sequence=9, attendee=ME, sender=ME, partstat=Partstat.ACCEPTED
            ),
            Effect.ANSWER,
        ),
        (
            Incoming(
                method="REPLY",
                sequence=2,
                attendee=ME,
                sender=ASSISTANT,
                sent_by=ASSISTANT,
                partstat=Partstat.ACCEPTED,
            ),
            Effect.ANSWER,
        ),
        (
            Incoming(
                method="REPLY",
                sequence=2,
                attendee=ME,
                sender=OTHER,
                sent_by=OTHER,
                partstat=Partstat.ACCEPTED,
            ),
            Effect.STAND_IN,
        ),
        (
            Incoming(
                method="REPLY",
                sequence=2,
                attendee=OTHER,
                sender=OTHER,
                partstat=Partstat.ACCEPTED,
            ),
            Effect.STAND_IN,
        ),
        (
            Incoming(method="COUNTER", sequence=2, attendee="", sender=ME, proposed=PROPOSED),
            Effect.PROPOSAL,
        ),
        (
            Incoming(method="COUNTER", sequence=1, attendee="", sender=ME, proposed=PROPOSED),
            Effect.OLD_TIME,
        ),
        (
            Incoming(method="COUNTER", sequence=2, attendee=ME, sender=OTHER, proposed=PROPOSED),
            Effect.STAND_IN,
        ),
        (Incoming(method="COUNTER", sequence=2, attendee=ME, sender=ME), Effect.REFUSED),
        (Incoming(method="REFRESH", sequence=0, attendee="", sender=OTHER), Effect.REFRESH),
        (Incoming(method="REQUEST", sequence=9, attendee=ME, sender=ME), Effect.REFUSED),
        (Incoming(method="CANCEL", sequence=9, attendee=ME, sender=ME), Effect.REFUSED),
    ],
)
def test_what_a_message_means(came: Incoming, effect: Effect) -> None:
    assert judge(ASKED, came).effect is effect


@given(came=INCOMING)
def test_only_the_asked_or_who_speaks_for_them_answers(came: Incoming) -> None:
    judgement = judge(ASKED, came)
    if judgement.effect in {Effect.ANSWER, Effect.PROPOSAL}:
        assert came.sender.endswith("@kommun.example"), "nobody elsewhere answers for them"
        assert ME in {came.sender, came.attendee}
        assert came.sequence >= ASKED.sequence
    if judgement.effect is Effect.ANSWER:
        assert came.attendee == ME
        assert came.method == "REPLY"
        assert judgement.partstat is not Partstat.NEEDS_ACTION


@given(came=INCOMING)
def test_no_message_raises_the_sequence(came: Incoming) -> None:
    assert judge(ASKED, came).sequence <= ASKED.sequence
