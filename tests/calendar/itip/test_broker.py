"""What the broker sends: per person, from what they were last told to what is true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atagande_calendar.itip.broker import Told, outgoing
from atagande_calendar.itip.message import MeetingSnapshot, MeetingStatus
from atagande_calendar.method import Method

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MEETING = MeetingSnapshot(
    uid="7k2m9x4q@samverkan.example",
    sequence=0,
    starts_at=NOW + timedelta(days=20),
    ends_at=NOW + timedelta(days=20, hours=2),
    summary="Nätverksmöte",
    location="Turebergshuset",
    description=("Läget i kommunerna",),
)
MOVED = replace(
    MEETING,
    starts_at=MEETING.starts_at + timedelta(days=1),
    ends_at=MEETING.ends_at + timedelta(days=1),
)
OTHER_PLACE = replace(MEETING, location="Kommunhuset")
OTHER_WORDS = replace(MEETING, description=("Läget", "Övrigt"))
OTHER_TITLE = replace(MEETING, summary="Nätverksmöte SGI=0")
CALLED_OFF = replace(MEETING, status=MeetingStatus.CANCELLED)


def told(snapshot: MeetingSnapshot = MEETING) -> Told:
    first = outgoing(None, snapshot, asked=True, highest=0, now=NOW)
    assert first is not None
    return first.told()


def test_who_is_asked_for_the_first_time_gets_a_request_with_the_present_sequence() -> None:
    message = outgoing(None, MEETING, asked=True, highest=3, now=NOW)
    assert message is not None
    assert (message.method, message.sequence, message.answer_anew) == (Method.REQUEST, 3, False)


def test_what_is_already_true_is_not_sent_again() -> None:
    assert outgoing(told(), MEETING, asked=True, highest=0, now=NOW) is None
    assert outgoing(told(), replace(MEETING, sequence=7), asked=True, highest=7, now=NOW) is None


def test_another_time_or_place_raises_the_sequence_and_is_answered_anew() -> None:
    for changed in (MOVED, OTHER_PLACE):
        message = outgoing(told(), changed, asked=True, highest=0, now=NOW)
        assert message is not None
        assert (message.method, message.sequence, message.answer_anew) == (Method.REQUEST, 1, True)


def test_other_words_keep_the_sequence_and_the_answer_but_not_the_stamp() -> None:
    for changed in (OTHER_WORDS, OTHER_TITLE):
        message = outgoing(told(), changed, asked=True, highest=0, now=NOW)
        assert message is not None
        assert (message.sequence, message.answer_anew) == (0, False)
        assert message.stamp > NOW


def test_who_is_removed_gets_a_cancel_once_and_who_never_was_asked_gets_nothing() -> None:
    message = outgoing(told(), MEETING, asked=False, highest=4, now=NOW)
    assert message is not None
    assert (message.method, message.sequence) == (Method.CANCEL, 5)
    assert outgoing(message.told(), MEETING, asked=False, highest=5, now=NOW) is None
    assert outgoing(None, MEETING, asked=False, highest=4, now=NOW) is None


def test_who_is_removed_and_added_again_gets_a_request_above_the_cancel() -> None:
    gone = outgoing(told(), MEETING, asked=False, highest=0, now=NOW)
    assert gone is not None
    back = outgoing(gone.told(), MEETING, asked=True, highest=gone.sequence, now=NOW)
    assert back is not None
    assert (back.method, back.sequence, back.answer_anew) == (Method.REQUEST, 2, True)


def test_a_called_off_meeting_is_cancelled_for_whoever_has_it() -> None:
    message = outgoing(told(), CALLED_OFF, asked=True, highest=0, now=NOW)
    assert message is not None
    assert (message.method, message.sequence) == (Method.CANCEL, 1)
    assert outgoing(message.told(), CALLED_OFF, asked=True, highest=1, now=NOW) is None
    assert outgoing(None, CALLED_OFF, asked=True, highest=0, now=NOW) is None


#: A meeting's truths, one after the other, each with whether the person is asked.
TRUTHS = st.lists(
    st.tuples(
        st.sampled_from([MEETING, MOVED, OTHER_PLACE, OTHER_WORDS, OTHER_TITLE, CALLED_OFF]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


class Client:
    """A calendar that keeps what has the highest SEQUENCE, and then the latest DTSTAMP."""

    def __init__(self) -> None:
        self.key: tuple[int, datetime] | None = None
        self.has: MeetingSnapshot | None = None

    def take(self, key: tuple[int, datetime], has: MeetingSnapshot | None) -> None:
        if self.key is None or key > self.key:
            self.key, self.has = key, has


@given(truths=TRUTHS, data=st.data())
def test_any_order_of_the_messages_ends_with_what_is_true(
    truths: list[tuple[MeetingSnapshot, bool]], data: st.DataObject
) -> None:
    known, highest, messages = None, 0, []
    for snapshot, asked in truths:
        message = outgoing(known, snapshot, asked=asked, highest=highest, now=NOW)
        again = message and outgoing(
            message.told(), snapshot, asked=asked, highest=message.sequence, now=NOW
        )
        assert again is None, "a repeat says nothing"
        if message is None:
            continue
        if known is not None:
            assert message.stamp > known.at
            assert message.sequence >= known.sequence
        known, highest = message.told(), max(highest, message.sequence)
        held = snapshot if message.method is Method.REQUEST else None
        messages.append(((message.sequence, message.stamp), held))
    client = Client()
    for key, has in data.draw(st.permutations([*messages, *messages])):
        client.take(key, has)
    snapshot, asked = truths[-1]
    wanted = snapshot if asked and snapshot.status is MeetingStatus.CONFIRMED else None
    assert client.has == wanted
