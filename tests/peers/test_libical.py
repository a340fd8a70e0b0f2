"""libical judges our messages by the tables of RFC 5546."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient, cancel, request
from support.libical import Libical

GOLDEN = Path(__file__).parents[1] / "calendar" / "itip" / "golden"


def test_libical_finds_nothing_wrong_with_the_golden_texts(libical: Libical) -> None:
    files = sorted(GOLDEN.glob("*.ics"))
    assert len(files) >= 4
    verdicts = libical([file.read_bytes() for file in files])
    assert dict(zip((file.name for file in files), verdicts, strict=True)) == {
        file.name: [] for file in files
    }


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"\r\nUID:", b"\r\nX-UID:"),
        (b"\r\nDTSTAMP:", b"\r\nX-DTSTAMP:"),
        (b"\r\nORGANIZER;", b"\r\nX-ORGANIZER;"),
        (b"\r\nATTENDEE;", b"\r\nX-ATTENDEE;"),
        (b"\r\nSTATUS:CONFIRMED", b"\r\nSTATUS:FOO"),
    ],
)
def test_libical_notices_a_broken_text(libical: Libical, was: bytes, becomes: bytes) -> None:
    text = (GOLDEN / "request_winter.ics").read_bytes()
    assert was in text
    (verdict,) = libical([text.replace(was, becomes)])
    assert verdict


def test_libical_finds_nothing_wrong_with_odd_but_honest_meetings(libical: Libical) -> None:
    meeting = MeetingSnapshot(
        uid="odd@samverkan.example",
        sequence=7,
        starts_at=datetime(2026, 10, 25, 1, 15, tzinfo=UTC),
        ends_at=datetime(2026, 10, 25, 2, 15, tzinfo=UTC),
        summary='"Möte"; A, B & C: \\Nytt\\ 👩‍👩‍👧',
    )
    organizer = Organizer(name="", address="kalender+x@samverkan.example")
    recipient = Recipient(name="Öberg, Åsa", email="asa@kommun.example", summoned=False)
    stamp = datetime(2026, 10, 1, tzinfo=UTC)
    variants = [
        meeting,
        replace(meeting, private=True, location="Plan 3;\r\nSTATUS:X", description=("", "rad", "")),
        replace(meeting, location=" ", description=("\t", "")),
        replace(meeting, summary="å" * 300, location="👍" * 80),
    ]
    texts = [
        text
        for variant in variants
        for text in (
            request(variant, organizer, recipient, stamp, proposals=True),
            cancel(variant, organizer, recipient, stamp),
        )
    ]
    assert libical(texts) == [[]] * len(texts)
