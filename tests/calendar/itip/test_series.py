"""A series of meetings as one recurring event: every situation, told and read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient
from atagande_calendar.itip.errors import AlreadyCancelled, BadRule
from atagande_calendar.itip.message import MeetingStatus
from atagande_calendar.itip.recurrence import Frequency, Rule, nth_weekday
from atagande_calendar.itip.series import (
    Series,
    cancel_occurrence,
    cancel_series,
    request_occurrence,
    request_series,
)
from atagande_calendar.itip.series_broker import (
    SeriesOutgoing,
    SeriesTold,
    outgoing_series,
    whole_again,
)
from atagande_calendar.method import Method
from support.series_reader import Reader

Create = Callable[..., MeetingSnapshot]
Golden = Callable[[str], bytes]
HERE = Path(__file__).parent

#: The second Tuesday of six months: 9 February to 13 July 2027, over the change on 28 March.
RULE = Rule(frequency=Frequency.MONTHLY, weekday=1, nth=2, count=6)
FIRST = local_time(date(2027, 2, 9), time(9))
STARTS = RULE.starts(FIRST)
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


def first(**changes: Any) -> MeetingSnapshot:
    usual: dict[str, Any] = {
        "uid": "s4r1e5@samverkan.example",
        "sequence": 0,
        "starts_at": FIRST,
        "ends_at": FIRST + timedelta(hours=2),
        "summary": "Styrgruppsmöte",
        "location": "Turebergshuset",
        "description": ("Läget",),
    }
    return MeetingSnapshot(**usual | changes)


def series(rule: Rule = RULE, master: MeetingSnapshot | None = None) -> Series:
    """A series that its reader is asked to all of."""
    whole = Series(first=master or first(), rule=rule, asked={})
    starts = rule.starts(whole.first.starts_at)
    return replace(whole, asked={at: whole.usual(at) for at in starts})


def moved(one: Series, at: datetime, by: timedelta, **changes: Any) -> Series:
    was = one.asked[at]
    now = replace(was, starts_at=was.starts_at + by, ends_at=was.ends_at + by, **changes)
    return replace(one, asked={**one.asked, at: now})


def without(one: Series, *ats: datetime) -> Series:
    return replace(one, asked={at: own for at, own in one.asked.items() if at not in ats})


def only(one: Series, *ats: datetime) -> Series:
    return replace(one, asked={at: one.asked[at] for at in ats})


def after(told: SeriesTold, message: SeriesOutgoing) -> SeriesTold:
    return SeriesTold(
        whole=message.whole or told.whole, occurrences={**told.occurrences, **message.told}
    )


@dataclass
class Post:
    """One person's mail: what was sent, and what the calendar then shows."""

    organizer: Organizer
    recipient: Recipient
    judge: ModuleType
    told: SeriesTold = field(default_factory=SeriesTold)
    highest: int = 0
    now: datetime = NOW
    texts: list[bytes] = field(default_factory=list)
    reader: Reader = field(default_factory=Reader)

    def write(self, message: SeriesOutgoing, one: Series) -> bytes:
        at, who = message.recurrence_at, (self.organizer, self.recipient, message.stamp)
        master = replace(one.first, sequence=message.sequence)
        if at is None:
            whole = replace(one, first=master)
            if message.method is Method.CANCEL:
                return cancel_series(whole, *who)
            return request_series(whole, *who)
        own = replace(one.asked.get(at, one.usual(at)), uid=master.uid, sequence=message.sequence)
        if message.method is Method.CANCEL:
            return cancel_occurrence(at, own, *who)
        return request_occurrence(at, own, *who)

    def tell(self, one: Series) -> list[SeriesOutgoing]:
        self.now += timedelta(hours=1)
        messages = outgoing_series(self.told, one, highest=self.highest, now=self.now)
        for message in messages:
            text = self.write(message, one)
            assert_each_sendable(self.judge, text)
            self.texts.append(text)
            self.reader.receive(text)
            self.told = after(self.told, message)
        self.highest = max([self.highest, *(message.sequence for message in messages)])
        assert self.reader.meetings == {
            at: (own.starts_at, own.ends_at, own.location, own.summary)
            for at, own in one.asked.items()
        }
        assert not outgoing_series(self.told, one, highest=self.highest, now=self.now)
        return messages


def assert_each_sendable(judge: ModuleType, text: bytes) -> None:
    """Fail unless each event of the text would pass as a message of its own, under one UID."""
    head, *events = text.split(b"BEGIN:VEVENT\r\n")
    for event in events:
        alone = event if event.endswith(b"END:VCALENDAR\r\n") else event + b"END:VCALENDAR\r\n"
        judge.assert_sendable(head + b"BEGIN:VEVENT\r\n" + alone)
    uids = {line.value for line in judge.event_lines(text, "UID")}
    assert len(uids) == 1


@pytest.fixture
def post(organizer: Organizer, summoned: Recipient, itip_assertions: ModuleType) -> Post:
    return Post(organizer, summoned, itip_assertions)


def said(messages: list[SeriesOutgoing]) -> list[tuple[str, int, datetime | None]]:
    return [(one.method.value, one.sequence, one.recurrence_at) for one in messages]


def test_an_invitation_is_the_whole_series_once(post: Post) -> None:
    messages = post.tell(series())
    assert said(messages) == [("REQUEST", 0, None)]
    assert messages[0].fresh == set(STARTS)
    assert messages[0].anew == frozenset()


def test_one_that_is_moved_is_told_alone_and_the_other_answers_stand(post: Post) -> None:
    post.tell(series())
    messages = post.tell(moved(series(), STARTS[2], timedelta(days=1, hours=2)))
    assert said(messages) == [("REQUEST", 1, STARTS[2])]
    assert messages[0].anew == {STARTS[2]}


def test_one_that_is_moved_back_is_told_again(post: Post) -> None:
    post.tell(series())
    post.tell(moved(series(), STARTS[2], timedelta(hours=1)))
    assert said(post.tell(series())) == [("REQUEST", 2, STARTS[2])]


def test_one_that_is_called_off_leaves_alone(post: Post) -> None:
    post.tell(series())
    messages = post.tell(without(series(), STARTS[1]))
    assert said(messages) == [("CANCEL", 1, STARTS[1])]
    assert messages[0].gone == {STARTS[1]}


def test_someone_removed_from_one_and_added_again_gets_the_whole_and_answers_that_one(
    post: Post,
) -> None:
    post.tell(series())
    post.tell(without(series(), STARTS[1]))
    messages = post.tell(series())
    assert said(messages) == [("REQUEST", 2, None)]
    assert messages[0].anew == {STARTS[1]}
    assert messages[0].told[STARTS[0]].sequence == 0


def test_someone_asked_to_one_alone_gets_that_one_and_later_the_whole(post: Post) -> None:
    messages = post.tell(only(series(), STARTS[3]))
    assert said(messages) == [("REQUEST", 0, STARTS[3])]
    messages = post.tell(series())
    assert said(messages) == [("REQUEST", 1, None)]
    assert STARTS[3] not in messages[0].fresh
    assert messages[0].anew == frozenset()


def test_someone_asked_to_one_alone_loses_that_one_alone(post: Post) -> None:
    post.tell(only(series(), STARTS[3]))
    assert said(post.tell(only(series()))) == [("CANCEL", 1, STARTS[3])]


def test_this_and_later_is_the_old_series_shortened_and_a_new_one(
    post: Post, organizer: Organizer, summoned: Recipient, itip_assertions: ModuleType
) -> None:
    post.tell(series())
    old = series(RULE.before(STARTS[3], FIRST))
    messages = post.tell(old)
    assert said(messages) == [("REQUEST", 1, None)]
    assert messages[0].gone == set(STARTS[3:])
    assert messages[0].anew == frozenset()
    later = [at + timedelta(hours=4) for at in STARTS[3:]]
    new = series(
        RULE.onwards(STARTS[3], FIRST),
        first(
            uid="n3w@samverkan.example", starts_at=later[0], ends_at=later[0] + timedelta(hours=2)
        ),
    )
    other = Post(organizer, summoned, itip_assertions)
    assert said(other.tell(new)) == [("REQUEST", 0, None)]
    assert list(other.reader.meetings) == later
    assert list(post.reader.meetings) == STARTS[:3]


def test_all_moved_is_the_whole_to_be_answered_anew(post: Post) -> None:
    post.tell(series())
    start = FIRST + timedelta(hours=4)
    new = series(RULE, first(starts_at=start, ends_at=start + timedelta(hours=2)))
    # The answers follow the meetings to their new starts by the rule.
    hours = timedelta(hours=4)
    post.told = replace(
        post.told, occurrences={at + hours: one for at, one in post.told.occurrences.items()}
    )
    messages = post.tell(new)
    assert said(messages) == [("REQUEST", 1, None)]
    assert messages[0].anew == {at + hours for at in STARTS}


def test_all_called_off_is_one_cancel(post: Post) -> None:
    post.tell(series())
    post.tell(moved(series(), STARTS[2], timedelta(hours=1)))
    messages = post.tell(only(series()))
    assert said(messages) == [("CANCEL", 2, None)]
    assert messages[0].gone == set(STARTS)


def test_someone_removed_from_all_and_added_again_gets_the_whole_anew(post: Post) -> None:
    post.tell(series())
    post.tell(only(series()))
    messages = post.tell(series())
    assert said(messages) == [("REQUEST", 2, None)]
    assert messages[0].anew == set(STARTS)


def test_other_words_for_all_keep_sequence_and_answers(post: Post) -> None:
    post.tell(series())
    messages = post.tell(series(RULE, first(description=("Läget", "Budget"))))
    assert said(messages) == [("REQUEST", 0, None)]
    assert messages[0].anew == frozenset()


def test_other_words_for_one_keep_sequence_and_answers(post: Post) -> None:
    post.tell(series())
    messages = post.tell(moved(series(), STARTS[4], timedelta(), description=("Val",)))
    assert said(messages) == [("REQUEST", 0, STARTS[4])]
    assert messages[0].anew == frozenset()


def test_other_words_after_one_was_moved_reach_that_one_too(post: Post) -> None:
    post.tell(series())
    post.tell(moved(series(), STARTS[4], timedelta(hours=1)))
    new = moved(series(RULE, first(summary="Styrgrupp")), STARTS[4], timedelta(hours=1))
    assert said(post.tell(new)) == [("REQUEST", 1, None)]


def test_more_than_two_changed_ones_are_one_mail(post: Post) -> None:
    post.tell(series())
    two = moved(moved(series(), STARTS[0], timedelta(hours=1)), STARTS[1], timedelta(hours=1))
    assert said(post.tell(two)) == [("REQUEST", 1, STARTS[0]), ("REQUEST", 1, STARTS[1])]
    three = without(two, STARTS[2], STARTS[3], STARTS[4])
    messages = post.tell(three)
    assert said(messages) == [("REQUEST", 2, None)]
    assert messages[0].anew == frozenset()
    assert messages[0].gone == set(STARTS[2:5])


def test_what_has_been_held_is_left_as_it_was_told(post: Post) -> None:
    post.tell(series())
    changed = without(series(), *STARTS[1:])
    held = frozenset(STARTS[:1])
    changed = moved(changed, STARTS[0], timedelta(hours=3))
    (message,) = outgoing_series(post.told, changed, highest=0, now=NOW, fixed=held)
    assert message.method is Method.REQUEST
    assert message.gone == set(STARTS[1:])


def test_the_whole_can_be_sent_again_as_it_is(post: Post) -> None:
    post.tell(series())
    message = whole_again(post.told, series(), highest=0, now=NOW)
    assert (message.sequence, message.anew) == (0, frozenset())
    assert message.stamp > max(one.at for one in post.told.all)


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        (RULE, date(2027, 2, 9)),
        (Rule(frequency=Frequency.WEEKLY, weekday=3, interval=4, count=12), date(2027, 1, 7)),
        (Rule(frequency=Frequency.MONTHLY, weekday=0, nth=-1, count=12), date(2026, 9, 28)),
    ],
    ids=["second Tuesday", "every fourth Thursday", "last Monday"],
)
def test_nine_stays_nine_over_both_changes_of_the_clocks(
    post: Post, rule: Rule, start: date
) -> None:
    at = local_time(start, time(9))
    post.tell(series(rule, first(starts_at=at, ends_at=at + timedelta(hours=1))))
    found = [one.astimezone(STOCKHOLM) for one in sorted(post.reader.meetings)]
    assert len(found) == rule.count
    assert {one.time() for one in found} == {time(9)}
    assert len({one.utcoffset() for one in found}) == 2
    assert {one.weekday() for one in found} == {rule.weekday}


def test_a_rule_is_read_back_as_it_was_written() -> None:
    until = datetime(2027, 6, 8, 7, tzinfo=UTC)
    for rule in (
        RULE,
        replace(RULE, count=None, until=until),
        Rule(frequency=Frequency.WEEKLY, weekday=4, interval=2, count=9),
    ):
        assert Rule.parse(rule.text) == rule
    assert replace(RULE, count=None, until=until).text == (
        "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270608T070000Z"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 7},
        {"interval": 0},
        {"nth": None},
        {"nth": 5},
        {"count": None},
        {"count": 0},
        {"count": 61},
        {"until": NOW},
        {"frequency": Frequency.WEEKLY},
    ],
)
def test_a_rule_that_programs_read_differently_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        replace(RULE, **wrong)


@pytest.mark.parametrize(
    "text", ["", "FREQ=DAILY;BYDAY=MO;COUNT=3", "FREQ=WEEKLY;BYDAY=XX;COUNT=3", "FREQ=WEEKLY"]
)
def test_a_rule_that_we_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        Rule.parse(text)


@pytest.mark.parametrize(
    "start",
    [
        local_time(date(2027, 2, 10), time(9)),
        local_time(date(2027, 2, 9), time(2, 30)),
    ],
    ids=["another day than the rule's", "the hour that comes twice"],
)
def test_a_first_start_that_does_not_follow_the_rule_is_refused(start: datetime) -> None:
    with pytest.raises(BadRule):
        RULE.starts(start)


def test_what_never_ends_is_refused() -> None:
    far = replace(RULE, count=None, until=datetime(2045, 1, 1, tzinfo=UTC))
    with pytest.raises(BadRule):
        far.starts(FIRST)
    with pytest.raises(BadRule):
        RULE.before(FIRST, FIRST)
    with pytest.raises(BadRule):
        Series(first=first(), rule=RULE, asked={NOW: first()})


def test_nobody_is_asked_to_what_is_called_off(organizer: Organizer, summoned: Recipient) -> None:
    off = first(status=MeetingStatus.CANCELLED)
    with pytest.raises(AlreadyCancelled):
        request_series(series(RULE, off), organizer, summoned, NOW)
    with pytest.raises(AlreadyCancelled):
        request_occurrence(FIRST, off, organizer, summoned, NOW)


def test_the_weekdays_of_a_month() -> None:
    assert nth_weekday(2027, 2, 1, 2) == date(2027, 2, 9)
    assert nth_weekday(2027, 2, 0, 1) == date(2027, 2, 1)
    assert nth_weekday(2027, 2, 6, -1) == date(2027, 2, 28)


def _texts(post: Post) -> dict[str, bytes]:
    """Each sort of message of a series' life."""
    post.tell(series())
    post.tell(moved(series(), STARTS[2], timedelta(days=1, hours=2), location="Väsby"))
    changed = moved(series(), STARTS[2], timedelta(days=1, hours=2), location="Väsby")
    post.tell(without(changed, STARTS[4]))
    post.tell(series(RULE.before(STARTS[3], FIRST)))
    post.tell(only(series(RULE.before(STARTS[3], FIRST))))
    names = ("series", "series_moved", "series_one_off", "series_shortened", "series_off")
    found = dict(zip(names, post.texts, strict=True))
    whole = without(changed, STARTS[4])
    found["series_exceptions"] = request_series(
        replace(whole, first=first(sequence=3)), post.organizer, post.recipient, NOW
    )
    return found


@pytest.mark.parametrize(
    "name",
    [
        "series",
        "series_moved",
        "series_one_off",
        "series_shortened",
        "series_off",
        "series_exceptions",
    ],
)
def test_each_message_of_a_series_is_the_golden_text(post: Post, golden: Golden, name: str) -> None:
    assert _texts(post)[name] == golden(name)
