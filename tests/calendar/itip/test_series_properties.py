"""Whatever happens to a series, the reader's calendar ends with exactly what is true."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_agreements.civil_time import local_time
from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient
from atagande_calendar.itip.recurrence import Frequency, Rule
from atagande_calendar.itip.series import (
    Series,
    cancel_occurrence,
    cancel_series,
    request_occurrence,
    request_series,
)
from atagande_calendar.itip.series_broker import SeriesOutgoing, SeriesTold, outgoing_series
from atagande_calendar.method import Method
from support.series_reader import Reader

#: Every second Thursday, over the change of the clocks on 25 October 2026.
RULE = Rule(frequency=Frequency.WEEKLY, weekday=3, interval=2, count=5)
FIRST = local_time(date(2026, 10, 1), time(9))
STARTS = RULE.starts(FIRST)
NOW = local_time(date(2026, 9, 1), time(8))

#: What happens to one occurrence: not asked to (None), or (days and hours later, place).
one = st.none() | st.tuples(st.sampled_from([0, 0, 0, 2, 26]), st.sampled_from(["A", "A", "B"]))
#: All occurrences, how many of them the rule has, and the words of all.
states = st.tuples(
    st.tuples(*[one] * 5), st.sampled_from([5, 5, 5, 3]), st.sampled_from(["X", "X", "Y"])
)


State = tuple[tuple[tuple[int, str] | None, ...], int, str]


def series_of(state: State) -> Series:
    occurrences, kept, words = state
    first = MeetingSnapshot(
        uid="serie@samverkan.example",
        sequence=0,
        starts_at=FIRST,
        ends_at=FIRST + timedelta(hours=2),
        summary=words,
        location="A",
    )
    rule = RULE if kept == len(STARTS) else RULE.before(STARTS[kept], FIRST)
    asked = {
        at: replace(
            first,
            starts_at=at + timedelta(hours=found[0]),
            ends_at=at + timedelta(hours=found[0] + 2),
            location=found[1],
        )
        for at, found in list(zip(STARTS, occurrences, strict=True))[:kept]
        if found is not None
    }
    return Series(first=first, rule=rule, asked=asked)


def text_of(message: SeriesOutgoing, series: Series) -> bytes:
    who = (
        Organizer(name="Samverkan", address="kalender+abc@samverkan.example"),
        Recipient(name="Åsa", email="asa@kommun.example", summoned=True),
        message.stamp,
    )
    first = replace(series.first, sequence=message.sequence)
    if message.recurrence_at is None:
        whole = replace(series, first=first)
        off = message.method is Method.CANCEL
        return cancel_series(whole, *who) if off else request_series(whole, *who)
    at = message.recurrence_at
    own = replace(series.asked.get(at, series.usual(at)), sequence=message.sequence)
    if message.method is Method.CANCEL:
        return cancel_occurrence(at, own, *who)
    return request_occurrence(at, own, *who)


def sent(changes: list[Series]) -> list[bytes]:
    """Return every message of a series' life, and check that repeating each change sends none."""
    told, highest, texts = SeriesTold(), 0, []
    for hours, series in enumerate(changes):
        now, before = NOW + timedelta(hours=hours), highest
        for message in outgoing_series(told, series, highest=before, now=now):
            texts.append(text_of(message, series))
            told = SeriesTold(
                whole=message.whole or told.whole, occurrences={**told.occurrences, **message.told}
            )
            highest = max(highest, message.sequence)
            assert message.sequence > before or not message.anew
        assert outgoing_series(told, series, highest=highest, now=now) == []
    return texts


def shown(series: Series) -> dict[datetime, tuple[datetime, datetime, str, str]]:
    return {
        at: (own.starts_at, own.ends_at, own.location, own.summary)
        for at, own in series.asked.items()
    }


@settings(deadline=None, max_examples=40)
@given(st.lists(states, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_messages_in_any_order_give_exactly_what_is_true(
    changes: list[State], chance: Random
) -> None:
    true = [series_of(state) for state in changes]
    texts = sent(true)
    for order in (texts, [*texts, *texts], chance.sample(texts, len(texts)), texts[::-1]):
        reader = Reader()
        for text in order:
            reader.receive(text)
        assert reader.meetings == shown(true[-1])


@settings(deadline=None)
@given(states, states)
def test_an_answer_stands_for_every_occurrence_that_did_not_change(
    before: State, after: State
) -> None:
    old, new = series_of(before), series_of(after)
    told = SeriesTold()
    for message in outgoing_series(told, old, highest=0, now=NOW):
        told = SeriesTold(whole=message.whole or told.whole, occurrences=dict(message.told))
    anew = frozenset[datetime]().union(
        *(one.anew for one in outgoing_series(told, new, highest=0, now=NOW))
    )
    for at, own in new.asked.items():
        was = old.asked.get(at)
        same = was is not None and (was.starts_at, was.location) == (own.starts_at, own.location)
        assert (at in anew) == (was is not None and not same)
