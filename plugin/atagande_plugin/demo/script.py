"""What happens in the demo's year: who asks whom when, and how long the answer takes.

Nothing here touches a database. The same day gives the same script, since chance has a fixed seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from atagande_agreements.civil_time import add_working_days, is_working_day, working_days_after
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.parties.models import Role

SEED = 20191025
#: Enquiries over the year, and the working days before today that each of the last few was sent.
ENQUIRIES = 54
#: (working days ago, clinic, working days to the answer or None) that show each state of things.
LATEST = (
    (1, "sollentuna-mottagning", None),
    (3, "sigtuna-upplands-vasby-mottagning", None),
    (5, "psykosmottagningen", None),
    (8, "sollentuna-mottagning", 4),
    (9, "sigtuna-upplands-vasby-mottagning", None),
    (14, "sollentuna-mottagning", None),
    (18, "psykosmottagningen", None),
    (27, "psykosmottagningen", 15),
    (33, "sigtuna-upplands-vasby-mottagning", 13),
)
#: Share of answers that come too late, by clinic.
LATE = {
    "sollentuna-mottagning": 0.08,
    "sigtuna-upplands-vasby-mottagning": 0.15,
    "psykosmottagningen": 0.35,
}
#: Who asks, and which clinics they ask.
CONVENERS = {
    "samordnare@sollentuna.example": ("sollentuna-mottagning", "psykosmottagningen"),
    "samordnare@upplandsvasby.example": (
        "sigtuna-upplands-vasby-mottagning",
        "psykosmottagningen",
    ),
    "enhetschef@sigtuna.example": ("sigtuna-upplands-vasby-mottagning", "psykosmottagningen"),
}
#: Working days that the steering group gives an answer, in the demo.
ANSWER_DAYS = 10
#: Days before today of the steering group's meetings; the first two decide the parameters.
STEERING_MEETINGS = (400, 305, 214, 123, 32)
#: Local time that they begin; decisions are taken before noon.
STEERING_STARTS = time(10)
#: What the group decides first: what years and half-years are judged by.
FIRST_DECIDED = (
    ("deviation_reply_days", "60"),
    ("steering_meetings_per_year", "4"),
    ("seminars_per_year", "3"),
    ("seminar_attendance_share", "50"),
    ("network_attendance", "3"),
    ("year_start_month", "1"),
    ("network_convener", "forbundet"),
    ("training_validity_months", "24"),
    ("training_share", "80"),
    ("certificate_share", "90"),
    ("letters_share", "90"),
    ("first_meeting_share", "75"),
    ("activity_measure", "Antal personer i målgruppen som kommunen har arbetat med"),
    ("service_count", "1"),
    ("unclear_means", "När läkarintyget inte säger om insatsen passar"),
)
#: What it decides then: what single cases are judged by. The time to a plan is left open.
THEN_DECIDED = (
    ("answer_days", str(ANSWER_DAYS)),
    ("small_number_limit", "5"),
    ("lift_days", "10"),
    ("publish_days", "30"),
    ("contact_reconfirm_months", "6"),
    ("summons_notice_weeks", "3"),
    ("deputy_counts", "1"),
    ("followup_days", "10"),
    ("material_days", "3"),
    ("contact_days", "10"),
    ("assessment_days", "15"),
)
#: Whose words are their party's.
SPEAKERS = (Role.UNIT_CHIEF, Role.ADMINISTRATOR)
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Asked:
    """One enquiry of the script."""

    sent_on: date
    at: time
    convener: str
    clinic: str
    reference: str
    channel: Channel
    addressee: Addressee
    #: None: not answered, so far as the script goes.
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class Network:
    """One network meeting: days from today of its planning, publishing and the meeting."""

    planned: int
    published: int | None
    held: int
    agenda: str


NETWORK = (
    Network(-428, -426, -408, "Läget i varje part\nNätverkets uppgift"),
    Network(-405, -398, -388, "Läget i varje part\nSamtycke och SIP"),
    Network(-404, -397, -374, "Läget i varje part\nÅret som gick"),
    Network(-352, -345, -300, "Läget i varje part\nKontaktvägar\nSvarstid på förfrågningar"),
    Network(-252, -246, -207, "Läget i varje part\nSIP: hur går bokningarna?\nÖvrigt"),
    Network(-160, -152, -110, "Läget i varje part\nFörrehabiliterande insatser\nÖvrigt"),
    Network(-30, -21, 19, "Läget i varje part\nAvvikelser och svarstider\nÅrets seminarier"),
    Network(-4, None, 110, "Läget i varje part\nPlan för nästa år"),
)

#: Days before today that a SIP is booked, who convenes it, and who else comes.
SIPS = (
    (290, "samordnare@sollentuna.example", "sektionschef@af.example"),
    (248, "samordnare@upplandsvasby.example", "samverkan@fk.example"),
    (221, "enhetschef@sigtuna.example", "sektionschef@af.example"),
    (188, "samordnare@sollentuna.example", "samverkan@fk.example"),
    (150, "samordnare@upplandsvasby.example", "sektionschef@af.example"),
    (117, "samordnare@upplandsvasby.example", "samverkan@fk.example"),
    (89, "enhetschef@sigtuna.example", "sektionschef@af.example"),
    (61, "samordnare@sollentuna.example", "sektionschef@af.example"),
    (13, "samordnare@upplandsvasby.example", "sektionschef@af.example"),
    (9, "samordnare@sollentuna.example", "samverkan@fk.example"),
    (4, "enhetschef@sigtuna.example", "sektionschef@af.example"),
)

REPLIES = (
    "Brevet blev liggande under en semestervecka. Vi har nu en ersättare för posten.",
    "Vi saknade läkartid den veckan. Svaret lämnades så snart bedömningen var klar.",
    "Förfrågan kom till fel brevlåda hos oss. Vi har bett avsändarna använda mottagningens adress.",
    "Bemanningen var låg. Vi följer nu upp öppna förfrågningar varje måndag.",
)
#: To what is no enquiry.
OTHER_REPLIES = (
    "Det blev inte gjort i tid under en period med vakanser. Nu är det fördelat på två personer.",
    "Vi räknade fel på sista dagen. Den står nu i vår kalender, med en påminnelse en månad före.",
    "Vi har gått igenom det i ledningsgruppen och ändrat hur vi arbetar från och med nu.",
)
NOTES = (
    "Styrgruppen godtar yttrandet och följer upp nästa kvartal.",
    "Parten har ändrat sin rutin. Ärendet är avslutat.",
    "Styrgruppen ser att det är ordnat och stänger.",
)


def working_day(day: date) -> date:
    """Return `day`, or the next working day."""
    return day if is_working_day(day) else next(working_days_after(day))


def working_days_before(day: date, count: int) -> date:
    """Return the `count`-th working day before a date."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def enquiries(today: date, chance: random.Random) -> Iterator[Asked]:
    """Yield the year's enquiries in the order they are sent."""
    first, last = today - timedelta(days=365), working_days_before(today, 36)
    plan: list[tuple[date, str, int | None]] = []
    taken: int | None
    for number in range(ENQUIRIES):
        spread = (last - first).days * number // ENQUIRIES
        sent_on = working_day(first + timedelta(days=spread + chance.randrange(4)))
        clinic = chance.choice(sorted(LATE))
        late = chance.random() < LATE[clinic]
        taken = chance.randint(11, 19) if late else chance.randint(2, 9)
        plan.append((sent_on, clinic, taken))
    plan += [(working_days_before(today, ago), clinic, taken) for ago, clinic, taken in LATEST]
    for sent_on, clinic, taken in sorted(plan, key=lambda one: one[0]):
        asking = sorted(who for who, clinics in CONVENERS.items() if clinic in clinics)
        letter = chance.random() < 0.85  # noqa: PLR2004 - most are letters
        named = chance.random() < 0.07  # noqa: PLR2004 - a few go to a doctor by name
        signs = "".join(chance.choices(_SIGNS, k=7))
        yield Asked(
            sent_on=sent_on,
            at=time(chance.randint(8, 15), chance.randrange(0, 60, 5)),
            convener=chance.choice(asking),
            clinic=clinic,
            reference=f"{chance.choice(_LETTERS)}{signs[:3]}-{signs[3:]}",
            channel=Channel.LETTER if letter else Channel.SECURE_MESSAGE,
            addressee=Addressee.DOCTOR if named else Addressee.CLINIC,
            answered_on=None if taken is None else add_working_days(sent_on, taken),
        )
