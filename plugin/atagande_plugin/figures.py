"""All figures of cases: what is counted, in what words, and the job that publishes them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from atagande_agreements.certificates import figures as certificates
from atagande_agreements.civil_time import local_date
from atagande_agreements.enquiries import figures as enquiries
from atagande_agreements.followup.figures import Source, publish
from atagande_agreements.i18n import N_
from atagande_agreements.referrals import figures as referrals
from atagande_agreements.register.models import Agreement
from atagande_agreements.standing import figures as standing
from atagande_calendar.sip import figures as sips
from atagande_plugin.services import Services

#: A feature that counts people's cases has its place here; nothing else may show their number.
SOURCES: tuple[Source, ...] = (
    sips.SOURCE,
    enquiries.SOURCE,
    referrals.SOURCE,
    certificates.SOURCE,
    *standing.SOURCES,
)

#: Group -> its heading.
HEADINGS: Mapping[str, str] = {
    "sips": N_("SIP-möten"),
    "enquiries": N_("Förfrågningar"),
    "referrals": N_("Hänvisningar till Arbetsförmedlingen"),
    "certificates": N_("Läkarintyg"),
    "target_group": N_("Målgruppen"),
    "unasked": N_("Ärenden där ingen fråga ställdes"),
}

#: Measure -> its words. Those that only make a whole even with another are not shown by themselves.
WORDS: Mapping[str, str] = {
    sips.BOOKED: N_("Bokade SIP-möten"),
    sips.HELD: N_("Genomförda"),
    sips.CALLED_OFF: N_("Inställda"),
    sips.CONSENT_WITHDRAWN: N_("Inställda för att samtycket togs tillbaka"),
    sips.NOT_HELD: N_("Inte genomförda eller inte rapporterade"),
    sips.AT_CLINIC: N_("På mottagningen"),
    sips.ELSEWHERE: N_("På annan plats"),
    enquiries.ASKED: N_("Förfrågningar till mottagningen"),
    enquiries.IN_TIME: N_("Besvarade i tid"),
    enquiries.NOT_IN_TIME: N_("Inte besvarade i tid"),
    enquiries.PASSED_ON: N_("Förda vidare till läkaren"),
    enquiries.SENT: N_("Förfrågningar från kommunen"),
    enquiries.WRITTEN: N_("Skriftligt till mottagningen"),
    enquiries.OTHERWISE: N_("På annat sätt"),
    referrals.REFERRED: N_("Hänvisningar"),
    referrals.CONTACTED: N_("Har fått kontakt"),
    referrals.ASSESSED: N_("Är bedömda"),
    referrals.SUITS: N_("Insatserna passar"),
    referrals.REFERRED_ON: N_("Hänvisade till annan part"),
    referrals.PLANNED: N_("Har en planering"),
    referrals.MADE: N_("Hänvisningar från kommunen"),
    referrals.MET: N_("Med gemensamt första möte"),
    referrals.ATTENDED: N_("Kommunen var med på första mötet"),
    certificates.RECEIVED: N_("Mottagna intyg"),
    certificates.LACKING: N_("Utan aktivitetsförmåga"),
    certificates.STATING: N_("Anger aktivitetsförmåga"),
    certificates.COMPLETED: N_("Kompletterade"),
    standing.PEOPLE: N_("Personer i målgruppen"),
    standing.REACHED: N_("Nådde arbetslivsinriktad rehabilitering"),
    standing.UNASKED: N_("Oklara ärenden utan förfrågan"),
}

#: Measure of days -> its words, and whether they are working days.
DAYS: Mapping[str, tuple[str, bool]] = {
    sips.OFFERED_DAYS: (N_("Från behov till första erbjudna tid"), False),
    sips.MEETING_DAYS: (N_("Från behov till möte"), False),
    enquiries.ANSWER_DAYS: (N_("Från förfrågan till svar"), False),
    referrals.CONTACT_DAYS: (N_("Från hänvisning till kontakt"), True),
    referrals.ASSESSMENT_DAYS: (N_("Från kontakt till bedömning"), True),
    referrals.PLAN_DAYS: (N_("Från bedömning till planering"), True),
}

#: Sex -> its word.
SEXES: Mapping[str, str] = {
    "women": N_("kvinnor"),
    "men": N_("män"),
    "unknown": N_("kön inte angivet"),
}


def publish_job(services: Services) -> Mapping[str, Any]:
    """Publish the figures of every agreement whose reporting time is over."""
    now = services.now()
    published = 0
    with services.writer() as session, session.begin():
        for agreement in session.scalars(select(Agreement).order_by(Agreement.id)):
            published += publish(
                session, agreement=agreement, sources=SOURCES, today=local_date(now), now=now
            )
    return {"published": published}
