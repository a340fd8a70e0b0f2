from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from atagande_calendar.itip import MeetingSnapshot, MeetingStatus, significance_hash

Create = Callable[..., MeetingSnapshot]


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": datetime(2026, 12, 1, 12, 30, tzinfo=UTC)},
        {"ends_at": datetime(2026, 12, 1, 14, 30, tzinfo=UTC)},
        {"location": "Mötesrum Ängen"},
        {"location": ""},
        {"status": MeetingStatus.CANCELLED},
    ],
    ids=["start", "end", "place", "no place", "status"],
)
def test_people_answer_anew_when_this_changes(
    create_meeting: Create, changes: dict[str, Any]
) -> None:
    assert significance_hash(create_meeting(**changes)) != significance_hash(create_meeting())


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Nätverksmöte"},
        {"description": ("Ny dagordning.",)},
        {"description": ()},
        {"private": True},
        {"sequence": 4},
        {"uid": "annat@samverkan.example"},
        {"location": " Mötesrum Ån,  Storgatan 1,\nSollentuna "},
        {"starts_at": datetime(2026, 12, 1, 13, tzinfo=ZoneInfo("Europe/Stockholm"))},
        {"starts_at": datetime(2026, 12, 1, 12, 0, 0, 7, tzinfo=UTC)},
    ],
    ids=[
        "summary",
        "description",
        "no description",
        "private",
        "sequence",
        "uid",
        "spacing of the place",
        "zone of the same start",
        "microseconds",
    ],
)
def test_an_answer_stands_when_only_this_changes(
    create_meeting: Create, changes: dict[str, Any]
) -> None:
    assert significance_hash(create_meeting(**changes)) == significance_hash(create_meeting())


def test_the_hash_stays_the_same_over_releases(create_meeting: Create) -> None:
    """Stored hashes are compared with new ones: a change here asks everyone to answer again."""
    assert significance_hash(create_meeting()) == (
        "1:fbce4ff06011ac4dd6edaa07867da0157f4058efb7b8caf19a5948b70ec7e4a7"
    )
