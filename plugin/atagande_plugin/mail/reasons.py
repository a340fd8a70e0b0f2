"""Why a mail became what it became, in words, and what to do about it."""

from atagande_agreements.i18n import N_
from atagande_plugin.mail.models import Outcome

_ASK = N_("Be avsändaren svara med länken i kallelsen.")
_READ = N_("Läs brevet i brevlådan och svara avsändaren om det behövs.")
_NOTHING = N_("Du behöver inte göra något.")

#: Stable code -> (why, what to do).
REASONS: dict[str, tuple[str, str]] = {
    "unknown_token": (N_("Brevet är inte ställt till någon av våra kallelser."), _READ),
    "no_calendar": (N_("Brevet innehåller inget kalendersvar."), _READ),
    "no_sender": (N_("Det går inte att läsa vem brevet kommer från."), _READ),
    "winmail": (N_("Svaret ligger i en winmail.dat från Outlook, som inte går att läsa."), _ASK),
    "unreadable_calendar": (N_("Kalendersvaret går inte att läsa."), _ASK),
    "calendar_too_large": (N_("Kalendersvaret är för stort för att läsas."), _ASK),
    "too_many_events": (N_("Kalendersvaret gäller för många möten på en gång."), _ASK),
    "too_large": (N_("Brevet är större än 20 MB och har inte lästs."), _READ),
    "too_complex": (N_("Brevet är uppbyggt av för många delar och har inte lästs."), _READ),
    "other_meeting": (N_("Kalendersvaret gäller ett annat möte än kallelsen."), _ASK),
    "no_answer": (N_("Kalendersvaret säger varken ja, nej eller kanske."), _ASK),
    "refused_method": (
        N_("Brevet försöker ändra eller ställa in mötet. Inget har ändrats."),
        N_("Fråga avsändaren vad som är menat."),
    ),
    "bad_proposal": (
        N_("En annan tid är föreslagen, men den går inte att läsa eller använda."),
        N_("Läs förslaget i brevlådan. Flytta mötet om ni är överens."),
    ),
    "unknown_delegate": (
        N_("Den kallade har skickat vidare till någon som inte finns bland personerna."),
        N_("Läs i brevlådan vem det är. Lägg till personen och kalla den."),
    ),
    "not_a_bounce": (N_("Brevet är ett svar till avsändaradressen på ett av våra brev."), _READ),
    "crash": (
        N_("Något gick fel när brevet lästes. Inget har ändrats."),
        N_("Läs brevet i brevlådan och hör av dig till den som sköter tjänsten."),
    ),
    "old_time": (N_("Svaret gäller en tidigare tid för mötet och räknas inte."), _NOTHING),
    "stand_in": (
        N_("Svaret kommer från någon annan än den som kallats och räknas inte."),
        _NOTHING,
    ),
    "shared_mailbox": (
        N_("Automatiskt svar från gruppbrevlåda. Det räknas inte."),
        N_("Någon som läser brevlådan behöver svara med länken i kallelsen."),
    ),
    "too_late": (N_("Mötet har varit eller är inställt."), _NOTHING),
    "sent_lately": (N_("Kallelsen är nyss skickad och skickas inte igen."), _NOTHING),
    "answered_alone": (N_("Svaret gäller serien, men varje möte är redan besvarat."), _NOTHING),
    "automatic": (N_("Automatiskt svar, till exempel att någon är ledig."), _NOTHING),
    "delivered": (N_("Besked om att ett brev kommit fram."), _NOTHING),
    "not_delivered": (N_("Ett av våra brev kom inte fram."), N_("Kontrollera mottagarens adress.")),
    "delayed": (N_("Ett av våra brev dröjer. Mottagarens server försöker igen."), _NOTHING),
}
#: Outcome -> (why, what to do), where the code says no more.
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.ANSWERED: (N_("Svaret är sparat."), _NOTHING),
    Outcome.UNCHANGED: (N_("Svaret sa inget nytt."), _NOTHING),
    Outcome.KEPT: (N_("Svaret är sparat men räknas inte."), _NOTHING),
    Outcome.PROPOSED: (N_("En annan tid är föreslagen."), N_("Svara på förslaget på mötets sida.")),
    Outcome.DELEGATED: (N_("Den kallade skickar någon annan, som nu är kallad."), _NOTHING),
    Outcome.RESENT: (N_("Kallelsen är skickad igen på begäran."), _NOTHING),
    Outcome.BOUNCED: (N_("Ett av våra brev kom tillbaka."), _NOTHING),
    Outcome.IGNORED: (N_("Automatiskt svar."), _NOTHING),
    Outcome.QUARANTINED: (N_("Brevet behöver läsas av någon."), _READ),
}


def words_of(outcome: Outcome, reason: str) -> tuple[str, str]:
    """Return why a mail became what it became, and what to do, as message ids."""
    return REASONS.get(reason) or OUTCOMES[outcome]
