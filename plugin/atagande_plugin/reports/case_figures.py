"""The part of a report that tells of cases: the figures as they were published, and no others."""

from collections.abc import Mapping, Sequence

from atagande_agreements.enquiries import figures as enquiries
from atagande_agreements.followup.figures import LOWER, UPPER
from atagande_agreements.followup.figures_models import FigureKind
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import Side
from atagande_agreements.i18n import N_
from atagande_agreements.referrals import figures as referrals
from atagande_calendar.sip import figures as sips
from atagande_plugin.figures import DAYS, HEADINGS, SEXES, SOURCES, WORDS
from atagande_plugin.period_words import short_words
from atagande_plugin.reports.document import Cell, Column, Kind, Part, Row, Table
from atagande_plugin.reports.standings import Said
from atagande_plugin.reports.terms import listed, term
from atagande_plugin.translation import Words

#: Measure of days -> the group whose cases they are of.
_DAYS_OF = {
    sips.OFFERED_DAYS: "sips",
    sips.MEETING_DAYS: "sips",
    enquiries.ANSWER_DAYS: "enquiries",
    referrals.CONTACT_DAYS: "referrals",
    referrals.ASSESSMENT_DAYS: "referrals",
    referrals.PLAN_DAYS: "referrals",
}


def _groups() -> Mapping[str, str]:
    """Return the group of every measure."""
    found = dict(_DAYS_OF)
    for source in SOURCES:
        sides: list[Side | None] = [source.group.side, source.group.other]
        for side in sides:
            if side is not None:
                found |= {key.measure: source.group.name for key in side.keys}
    return found


def measure_words(measure: str, sex: str, words: Words) -> str | None:
    """Return what a measure counts; None for one that only makes a whole even with another."""
    if measure in WORDS:
        said = words.text(WORDS[measure])
        return f"{said}, {term(SEXES, sex, words)}" if sex else said
    base = measure.removesuffix(LOWER).removesuffix(UPPER)
    if base not in DAYS:
        return None
    name, in_working_days = DAYS[base]
    of = {"what": words.text(name)}
    if measure.endswith(LOWER):
        which = N_("%(what)s: en fjärdedel tog högst så många %(days)s")
    elif measure.endswith(UPPER):
        which = N_("%(what)s: tre fjärdedelar tog högst så många %(days)s")
    else:
        which = N_("%(what)s: hälften tog högst så många %(days)s")
    days = N_("arbetsdagar") if in_working_days else N_("dagar")
    return words.text(which, of | {"days": words.text(days)})


def figures(said: Said, words: Words) -> Part:
    """Tell the published figures of cases, and which are too small to tell."""
    text, limit = words.text, said["small_number_limit"]
    awaited = [short_words(Period.parse(code), words) for code in said["figures_awaited"]]
    parts = []
    if awaited:
        parts.append(
            text(
                N_("Inget är publicerat än för %(quarters)s: tiden att rapportera är inte slut."),
                {"quarters": listed(awaited, words)},
            )
        )
    heading = text(N_("Ärenden i siffror"))
    every = [
        (one, name)
        for one in said["figures"]
        for name in (measure_words(one["measure"], one["sex"], words),)
        if name is not None
    ]
    if not every:
        parts.append(text(N_("Det finns inga publicerade siffror om ärenden för perioden.")))
        return Part("figures", heading, parts)
    parts.append(
        text(
            N_(
                "Tal under %(limit)s visas inte. ”Dolt” och ”minst” betyder att något är utelämnat "
                "för att inte röja ett litet tal."
            ),
            {"limit": limit},
        )
    )
    told = [(one, name) for one, name in every if _is_told(one)]
    silent = len({one["measure"] for one, _ in every} - {one["measure"] for one, _ in told})
    if silent:
        parts.append(
            words.plural(
                "För %(num)s sak som räknas är talen för små för att visas.",
                "För %(num)s saker som räknas är talen för små för att visas.",
                silent,
            )
        )
    columns = (
        Column(text(N_("Vad som räknas")), Kind.TEXT, 5),
        Column(text(N_("Part")), Kind.TEXT, 5),
        Column(text(N_("Antal")), Kind.NUMBER, 2),
        Column(text(N_("Perioden före")), Kind.NUMBER, 2),
    )
    tables = [
        Table(
            "figures",
            text(N_("Alla publicerade siffror")),
            columns,
            [_row(one, name, limit, words) for one, name in every],
            on_page=False,
        )
    ]
    if told:
        tables.insert(
            0,
            Table(
                "figures_told",
                text(N_("Publicerade siffror")),
                columns,
                _grouped(told, limit, words),
                in_data=False,
            ),
        )
    return Part("figures", heading, parts, tables)


def _is_told(one: Said) -> bool:
    return one["value"] is not None or one["is_small"]


def _grouped(told: Sequence[tuple[Said, str]], limit: int, words: Words) -> list[Row]:
    """Return the rows that have a number, under the heading of their group."""
    groups, rows, last = _groups(), [], None
    for one, name in told:
        group = groups.get(_measure(one), "")
        if group != last and group in HEADINGS:
            rows.append(Row((), words.text(HEADINGS[group])))
        last = group
        rows.append(_row(one, name, limit, words))
    return rows


def _measure(one: Said) -> str:
    measure = str(one["measure"])
    if one["kind"] == FigureKind.MEDIAN:
        return measure.removesuffix(LOWER).removesuffix(UPPER)
    return measure


def _row(one: Said, name: str, limit: int, words: Words) -> Row:
    before = None
    if one["partial_before"] is not None:
        before = _figure(one["value_before"], limit, words, more=one["partial_before"])
    return Row(
        (
            name,
            one["party"] or words.text(N_("Alla tillsammans")),
            _figure(one["value"], limit, words, small=one["is_small"], more=one["partial"]),
            before,
        ),
        is_total=one["party"] is None,
    )


def _figure(
    value: int | None, limit: int, words: Words, *, small: bool = False, more: bool
) -> Cell:
    if value is None:
        return f"<{limit}" if small else words.text(N_("dolt"))
    return words.text(N_("minst %(number)s"), {"number": value}) if more else value
