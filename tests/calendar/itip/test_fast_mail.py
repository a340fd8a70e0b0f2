"""The mails written out by hand are, byte for byte, what the standard library writes."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_calendar.itip import (
    Letter,
    Mailbox,
    MeetingSnapshot,
    Organizer,
    Recipient,
    cancel,
    invitation,
    message_id,
    plain_mail,
    request,
)
from support.mail_oracle import written

texts = st.text(st.characters(codec="utf-8"), max_size=200)
bodies = st.one_of(texts, st.lists(texts, max_size=4).map("\r\n".join))
subjects = st.text(
    st.one_of(
        st.sampled_from("aåÄö \u2013,.:;\"'<>@?="),
        st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")),
    ),
    min_size=1,
    max_size=200,
).filter(lambda text: "=?" not in text)
emails = st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,20}){0,2}(\+[a-z0-9]{1,30})?", fullmatch=True)
domains = st.from_regex(r"[a-z]{1,40}(\.[a-z]{1,20}){0,2}\.example", fullmatch=True)
mailboxes = st.builds(
    lambda name, local, domain: Mailbox(name=name, address=f"{local}@{domain}"),
    st.one_of(texts, subjects),
    emails,
    domains,
)


@st.composite
def letters(draw: st.DrawFn) -> Letter:
    domain = draw(domains)
    return Letter(
        sender=draw(mailboxes),
        to=draw(mailboxes),
        subject=draw(subjects),
        text=draw(bodies),
        html=draw(bodies),
        date=draw(
            st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - the zone is the strategy's
        ),
        message_id=message_id(domain, draw(texts)),
        first_message_id=draw(st.none() | texts.map(lambda text: message_id(domain, text))),
    )


@settings(deadline=None)
@given(letter=letters(), automatic=st.booleans(), called_off=st.booleans())
def test_every_mail_is_the_librarys_byte_for_byte(
    *, letter: Letter, automatic: bool, called_off: bool
) -> None:
    assert plain_mail(letter) == written(letter, automatic=True)
    meeting = MeetingSnapshot(
        uid="7k2m@samverkan.example",
        sequence=1,
        starts_at=datetime.fromisoformat("2026-12-01T12:00:00+00:00"),
        ends_at=datetime.fromisoformat("2026-12-01T14:00:00+00:00"),
        summary="Nätverksmöte",
    )
    compose, method = (cancel, "CANCEL") if called_off else (request, "REQUEST")
    calendar = compose(
        meeting,
        Organizer(name=letter.sender.name, address=letter.sender.address),
        Recipient(name=letter.to.name, email=letter.to.address, summoned=True),
        letter.date,
    )
    ours = invitation(letter, calendar, automatic=automatic)
    assert ours == written(letter, calendar, method=method, automatic=automatic)
