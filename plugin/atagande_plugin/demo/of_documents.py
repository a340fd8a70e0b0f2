"""The year of the documents: what was decided, what came in time, late, and not yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.documents import governing, queries, verbs
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Year

Event = Callable[[Session, datetime], None]
ADMINISTRATOR, CHAIR = "administrator@suvs.example", "ordforande@suvs.example"
#: Days from today on which the first versions are published.
FIRST = -425

AGREEMENT, ANNEX, MODEL, MODEL_ANNEX = (
    "overenskommelsen",
    "bilaga",
    "samre-modellen",
    "samre-bilaga",
)
TEXTS = {
    AGREEMENT: """\
# Lokal överenskommelse

Texten här är en kort återgivning för provet. Den undertecknade överenskommelsen finns hos parterna.

## Vad parterna vill

Den som är sjukskriven utan sjukpenning ska möta myndigheter som drar åt samma håll.

## Så arbetar parterna

- Förbundet ser till att det finns en styrgrupp.
- Parterna deltar i nätverket fyra gånger om året.
- Vården svarar på kommunens förfrågningar så snart det går.

## Uppföljning

Styrgruppen följer upp överenskommelsen varje kvartal.""",
    ANNEX: """\
# Bilaga

1. Parternas kontaktvägar publiceras på förbundets webbplats.
2. Kontaktvägarna bekräftas två gånger om året.""",
    MODEL: """\
# SAMRE-modellen

Modellen beskriver stegen från första kontakt till planering.

1. Kommunen kartlägger behovet tillsammans med klienten.
2. Kommunen frågar mottagningen om förrehabiliterande insatser.
3. Parterna möts inom tio arbetsdagar.
4. Arbetsförmedlingen planerar aktiviteter.""",
    MODEL_ANNEX: """\
# Bilaga till SAMRE-modellen

- Mall för förfrågan till mottagningen.
- Mall för underlag till första mötet.""",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A decided change: days from today, and the words that replace others."""

    document: str
    decided: int
    #: None: not published yet.
    published: int | None
    paragraph: str
    note: str
    before: str
    after: str


CHANGES = (
    # Before the group had decided any time for it.
    Change(
        ANNEX,
        -395,
        -375,
        "7",
        "Kontaktvägarna bekräftas oftare.",
        "två gånger om året",
        "minst var sjätte månad",
    ),
    Change(
        MODEL,
        -280,
        -262,
        "15",
        "Längre tid till det gemensamma mötet.",
        "inom tio arbetsdagar",
        "inom femton arbetsdagar, fysiskt eller på telefon",
    ),
    Change(
        MODEL_ANNEX,
        -190,
        -145,
        "23",
        "En mall till, för kallelse till SIP.",
        "- Mall för underlag till första mötet.",
        "- Mall för underlag till första mötet.\n- Mall för kallelse till SIP.",
    ),
    Change(
        AGREEMENT,
        -9,
        None,
        "38",
        "Styrgruppen följer upp två gånger per halvår i stället för varje kvartal.",
        "varje kvartal",
        "två gånger per halvår",
    ),
)
#: Days from today, name, issuer, address, commitments.
GOVERNING = (
    (
        -300,
        "Riktlinjer för ekonomiskt bistånd",
        "Sollentuna kommun",
        "https://www.sollentuna.example/riktlinjer-ekonomiskt-bistand",
        ("K1", "K5"),
    ),
    (
        -250,
        "Rutin för samordnad individuell plan",
        "Regionen",
        "https://www.regionen.example/rutin-sip",
        ("A6", "A7", "A8"),
    ),
)


def events(year: "Year") -> None:
    """Publish every document, change some, and tie the governing documents to clauses."""
    for key, text in TEXTS.items():
        year.add(year.on(FIRST), time(10), _publish(year, key, text, 0))
    for change in CHANGES:
        year.add(year.on(change.decided), time(11, 30), _decide(year, change))
        if change.published is not None:
            changed = TEXTS[change.document].replace(change.before, change.after)
            carried_out = _publish(year, change.document, changed, 1)
            year.add(year.on(change.published), time(10), carried_out)
    for day, title, issuer, link, commitments in GOVERNING:
        year.add(year.on(day), time(10), _govern(year, (title, issuer, link), commitments))


def _in_force(session: Session, agreement: Agreement) -> int:
    return session.scalars(
        select(AgreementVersion.id).where(
            AgreementVersion.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    ).one()


def _document(session: Session, year: "Year", key: str) -> queries.Document:
    found = queries.documents(session, year.agreement, _in_force(session, year.agreement))
    return next(one for one in found if one.key == key)


def _publish(year: "Year", key: str, text: str, after: int) -> Event:
    def publish(session: Session, at: datetime) -> None:
        document = _document(session, year, key)
        verbs.publish(
            session,
            agreement=year.agreement,
            document=document,
            text=text,
            link="",
            published_on=local_date(at),
            updates=[one.id for one in document.waiting],
            after=after,
            person=year.person(session, ADMINISTRATOR),
            now=at,
        )

    return publish


def _decide(year: "Year", change: Change) -> Event:
    def decide(session: Session, at: datetime) -> None:
        verbs.decide_update(
            session,
            agreement=year.agreement,
            document=_document(session, year, change.document),
            paragraph=change.paragraph,
            decided_on=local_date(at),
            note=change.note,
            person=year.person(session, CHAIR),
            now=at,
        )

    return decide


def _govern(year: "Year", said: tuple[str, str, str], commitments: tuple[str, ...]) -> Event:
    def govern(session: Session, at: datetime) -> None:
        title, issuer, link = said
        governing.add(
            session,
            agreement=year.agreement,
            version_id=_in_force(session, year.agreement),
            title=title,
            issuer=issuer,
            link=link,
            commitments=commitments,
            person=year.person(session, ADMINISTRATOR),
            now=at,
        )

    return govern
