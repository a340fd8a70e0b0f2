"""The fast composer writes, byte for byte, what the icalendar library does; libical agrees."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from atagande_agreements.errors import NaiveDatetime
from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient, document, fast
from atagande_calendar.itip.text import clean_text

#: The library loads at the first example.
patient = settings(deadline=None)

TRICKS = (
    "\r\nATTENDEE:mailto:x@y.example",
    "\nEND:VEVENT",
    "\u2028STATUS:CANCELLED",
    "\\N",
    "\\",
    "\\\\;",
    ",",
    ";",
    ":",
    '"',
    "'",
    "\u2019",
    "^n",
    "^",
    "\t",
    " ",
    "\x00",
    "\ufeff",
    "\ud800",
    "👩‍👩‍👧",
    "å" * 40,
    "x" * 73,
    "x" * 74,
    "€" * 25,
)
texts = st.lists(
    st.one_of(st.sampled_from(TRICKS), st.text(st.characters(), max_size=40)), max_size=6
).map("".join)
emails = st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,20}){0,2}(\+[a-z0-9]{1,40})?", fullmatch=True)
#: Both hours of the night when clocks go back are among them.
moments = st.one_of(
    st.datetimes(datetime(1997, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is the strategy's
    st.integers(0, 180).map(
        lambda n: datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(minutes=n)
    ),
)


@st.composite
def meetings(draw: st.DrawFn) -> MeetingSnapshot:
    starts_at = draw(moments)
    return MeetingSnapshot(
        uid=draw(st.from_regex(r"[A-Za-z0-9._+=@-]{1,70}", fullmatch=True)),
        sequence=draw(st.integers(0, 2**31 - 1)),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 600))),
        summary=draw(texts.filter(lambda text: bool(clean_text(text).strip()))),
        location=draw(texts),
        description=tuple(draw(st.lists(texts, max_size=3))),
        private=draw(st.booleans()),
    )


people = st.builds(
    lambda name, email, summoned: Recipient(
        name=name, email=f"{email}@kommun.example", summoned=summoned
    ),
    texts,
    emails,
    st.booleans(),
)
organizers = st.builds(
    lambda name, email: Organizer(name=name, address=f"{email}@samverkan.example"), texts, emails
)


@patient
@given(
    meeting=meetings(),
    organizer=organizers,
    recipients=st.lists(people, min_size=1, max_size=3),
    dtstamp=moments,
    proposals=st.booleans(),
)
def test_every_message_is_the_librarys_byte_for_byte(
    *,
    meeting: MeetingSnapshot,
    organizer: Organizer,
    recipients: list[Recipient],
    dtstamp: datetime,
    proposals: bool,
) -> None:
    for one in recipients:
        ours = fast.request(meeting, organizer, one, dtstamp, proposals=proposals)
        theirs = document.request(meeting, organizer, one, dtstamp, proposals=proposals)
        assert ours == theirs
        assert fast.cancel(meeting, organizer, one, dtstamp) == document.cancel(
            meeting, organizer, one, dtstamp
        )
    [event] = Calendar.from_ical(ours).events
    assert str(event["ATTENDEE"]) == f"mailto:{recipients[-1].email}"


@given(line=texts.map(lambda text: clean_text(text).replace("\n", "")))
@example("x" * 73 + "\\,")
@example("å" * 36 + "x^n" + "å")
def test_a_line_is_folded_whole_character_by_whole_character(line: str) -> None:
    folded = fast.fold(line)
    parts = folded.removesuffix(b"\r\n").split(b"\r\n ")
    assert all(len(part) <= 74 for part in parts)
    assert "".join(part.decode() for part in parts) == line
    assert not any(part.endswith((b"\\", b"^")) for part in parts[:-1])


def test_a_moment_without_its_zone_is_refused(
    create_meeting: object, organizer: Organizer, summoned: Recipient
) -> None:
    with pytest.raises(NaiveDatetime):
        fast.request(
            create_meeting(),  # type: ignore[operator]  # a fixture of the folder
            organizer,
            summoned,
            datetime(2026, 11, 2),  # noqa: DTZ001 - what is refused
            proposals=False,
        )
