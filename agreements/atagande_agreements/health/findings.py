"""What is missing in an agreement. Pure: what is known in, findings out."""

from collections.abc import Iterator, Mapping, Sequence

from atagande_agreements.commitments.models import Commitment, Parameter, ParameterUnit
from atagande_agreements.health.finding import About, Finding, Level
from atagande_agreements.health.known import Known
from atagande_agreements.i18n import N_
from atagande_agreements.register.models import Section
from atagande_agreements.rules import RULES

#: Without it nobody's time to reply ever ends.
REPLY_DAYS = "deviation_reply_days"
_CONVENED, _PUBLISHED = "attends_per_period", "published_reconfirmed"


def findings(known: Known) -> Iterator[Finding]:
    """Yield what is missing: in the clauses, their parameters, the parties and the source."""
    by_id = {one.id: one for one in known.parameters}
    for commitment in known.commitments:
        yield from _of_commitment(commitment, by_id)
    for parameter in known.parameters:
        if not parameter.decisions:
            yield _undecided(parameter, known.commitments)
    yield from _of_parties(known)
    for section in known.sections:
        if section.missing is not None:
            yield _empty(section)


def _of_commitment(
    commitment: Commitment, parameters: Mapping[int, Parameter]
) -> Iterator[Finding]:
    rule = RULES.get(commitment.rule)
    if rule is None:
        message = N_("Regeln %(rule)s finns inte i tjänsten, så åtagandet följs aldrig upp.")
        step = N_("Välj en regel som finns i överenskommelsens fil, och läs in den igen.")
        yield _clause(commitment, "no_rule", message, step, {"rule": commitment.rule})
        return
    judging = {
        parameters[use.parameter_id].unit
        for use in commitment.uses
        if use.judges and use.parameter_id in parameters
    }
    missing = [unit.value for unit in rule.NEEDS if unit not in judging]
    if missing:
        message = N_("Regeln behöver ett mätvärde i enheten %(units)s, så åtagandet bedöms aldrig.")
        step = N_("Lägg till mätvärdet under parameters i överenskommelsens fil, och läs in den.")
        yield _clause(commitment, "no_unit", message, step, {"units": ", ".join(missing)})


def _clause(
    commitment: Commitment, code: str, message: str, step: str, params: Mapping[str, object]
) -> Finding:
    return Finding(
        Level.ERROR,
        code,
        About.COMMITMENT,
        commitment.key,
        f"{commitment.key} {commitment.title}",
        f"{commitment.key} {commitment.title_en}",
        message,
        step,
        params,
    )


def _undecided(parameter: Parameter, commitments: Sequence[Commitment]) -> Finding:
    """Return what follows from a parameter that the steering group has not decided."""
    uses = [
        (one, use.judges)
        for one in commitments
        for use in one.uses
        if use.parameter_id == parameter.id
    ]
    judged = [one.key for one, judges in uses if judges]
    convenes = parameter.unit is ParameterUnit.ORGANISATION and any(
        one.rule == _CONVENED for one, _ in uses
    )
    level, code = Level.WARNING, "undecided"
    if judged:
        message = N_("Mätvärdet är inte beslutat, så %(keys)s bedöms inte.")
    elif convenes:
        code = "no_convener"
        message = N_("Ingen är utsedd att sammankalla nätverket, så ingen svarar för mötena.")
    elif parameter.key == REPLY_DAYS:
        code = "no_reply_time"
        message = N_("Tiden för yttrande är inte beslutad, så den tar aldrig slut.")
    elif uses:
        level, code = Level.HINT, "guidance_undecided"
        message = N_("Hur %(keys)s ska läsas är inte beslutat. Bedömningen väntar inte på det.")
    else:
        level, code = Level.HINT, "service_undecided"
        message = N_("Värdet gäller hela tjänsten och är inte beslutat.")
    return Finding(
        level,
        code,
        About.PARAMETER,
        parameter.key,
        parameter.label,
        parameter.label_en,
        message,
        N_("Styrgruppen beslutar det med datum och paragraf."),
        {"keys": ", ".join(judged or [one.key for one, _ in uses])},
    )


def _of_parties(known: Known) -> Iterator[Finding]:
    """Yield where nobody is, or nobody is told."""
    asked = any(one.rule == _PUBLISHED for one in known.commitments)
    for body in known.parties:
        about = (About.PARTY, body.key, body.name, body.name)
        if not body.staffed:
            yield Finding(
                Level.ERROR,
                "nobody",
                *about,
                N_("Parten har ingen person i tjänsten, så ingen kan skriva på eller svara."),
                N_("Lägg till en kontaktperson för parten."),
            )
        elif not body.chief:
            yield Finding(
                Level.WARNING,
                "no_chief",
                *about,
                N_("Parten har ingen enhetschef i tjänsten, så ingen får dess avvikelser."),
                N_("Ge någon hos parten rollen enhetschef."),
            )
        if asked and not body.published:
            yield Finding(
                Level.WARNING,
                "no_contacts",
                *about,
                N_("Parten har inte publicerat några kontaktvägar."),
                N_("Be parten lägga in och bekräfta dem under Kontaktvägar."),
            )
    for clinic in known.clinics:
        if not clinic.chief:
            yield Finding(
                Level.ERROR,
                "clinic_without_chief",
                About.CLINIC,
                clinic.key,
                clinic.name,
                clinic.name,
                N_("Mottagningen har ingen enhetschef i tjänsten, så ingen får SIP-kallelser."),
                N_("Ge någon på mottagningen rollen enhetschef."),
            )


def _empty(section: Section) -> Finding:
    return Finding(
        Level.HINT,
        "section_missing",
        About.SECTION,
        section.key,
        section.title,
        section.title_en,
        N_("Avsnittet saknas i källan, så inga egna åtaganden följs upp."),
        N_("Skriv in det i överenskommelsens fil när texten finns."),
    )
