"""The steering group's page: what to decide, what to follow, the next meeting and the trend."""

from flask import g, render_template

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.followup.overview import gather as overview_of
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.queries import open_deviations
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import organisation_names
from atagande_calendar.steering import agenda, queries
from atagande_calendar.steering.items import OF_DEVIATIONS, Item, Topic
from atagande_plugin.auth.access import PREPARERS
from atagande_plugin.period_words import short_words
from atagande_plugin.steering_words import speech
from atagande_plugin.web import kernel
from atagande_plugin.web.chosen import choose
from atagande_plugin.web.effects import Effect
from atagande_plugin.web.followup import bar, columns

section = kernel.Section("steering", __name__)

#: Headings of an agenda with the topics below each, in order.
HEADINGS: tuple[tuple[str, str, tuple[Topic, ...]], ...] = (
    (
        "avvikelser",
        N_("Avvikelser"),
        (Topic.DEVIATION, Topic.LATE_REPLY, Topic.MEASURE_DONE, Topic.LATE_MEASURE),
    ),
    ("trappan", N_("Ärenden från trappan"), (Topic.LADDER,)),
    ("atertagna", N_("Återtagna sedan förra mötet"), (Topic.WITHDRAWN,)),
    ("matvarden", N_("Mätvärden som inte är beslutade"), (Topic.PARAMETER,)),
    ("dokument", N_("Dokument som väntar på publicering"), (Topic.DOCUMENT,)),
    ("undertecknande", N_("Undertecknande"), (Topic.SIGNATURES,)),
    ("fragor", N_("Frågor från nätverket"), (Topic.ISSUE,)),
    ("egna", N_("Egna punkter"), (Topic.OWN,)),
)
#: CSS pixels of a bar, a step of a trend and its height.
_SIZE = (96, 12, 28)


def under_headings(items: list[Item]) -> list[tuple[str, str, list[Item]]]:
    """Return items under the headings that have any: (id, heading, items)."""
    found = [
        (key, heading, [one for one in items if one.topic in topics])
        for key, heading, topics in HEADINGS
    ]
    return [one for one in found if one[2]]


def _waits(item: Item) -> bool:
    """Tell whether a deviation is the group's to decide now, rather than to follow."""
    return item.topic in OF_DEVIATIONS and (item.topic is Topic.LADDER or not item.ahead)


@section.route_for("/styrgruppen", allow=PREPARERS)
def overview() -> str:
    """Show the group's page."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    association_id = g.me.association_id
    today = local_date(g.now)
    every = queries.meetings(g.session, association_id)
    coming = queries.next_of(every, chosen.agreement.id, g.now)
    held = [
        one for one in every if one.ends_at <= g.now and one.agreement_id == chosen.agreement.id
    ]
    found = agenda.gather(
        g.session,
        association_id=association_id,
        agreement_id=chosen.agreement.id,
        meeting_id=coming.meeting.id if coming else None,
        since=held[-1].starts_at if held else None,
        today=today,
        until=None,
    )
    of_choice = any(one.parameter.unit is ParameterUnit.ORGANISATION for one in found.undecided)
    return render_template(
        "steering/page.html",
        chosen=chosen,
        found=found,
        to_decide=[one for one in found.items if _waits(one)],
        to_follow=[one for one in found.items if one.topic in OF_DEVIATIONS and not _waits(one)],
        documents=found.of(Topic.DOCUMENT),
        issues=found.of(Topic.ISSUE),
        withdrawn=found.of(Topic.WITHDRAWN),
        organisations=organisation_names(g.session, association_id) if of_choice else {},
        effects={
            one.parameter.key: Effect(today, None, judges=True, is_counted=False)
            for one in found.undecided
        },
        values={"value": "", "paragraph": ""}
        | dict.fromkeys(("decided_on", "valid_from"), today.isoformat()),
        awaiting=open_deviations(g.session, chosen.agreement.id, today).awaiting_decision,
        coming=coming.meeting if coming else None,
        last=held[-1] if held else None,
        can_decide=g.me.has(Role.STEERING),
        **speech(g.words),
    )


@section.route_for("/styrgruppen/trend", allow=PREPARERS)
def trend() -> str:
    """Show how each party has done over time, for the page above to take in."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    today = local_date(g.now)
    found = overview_of(
        g.session,
        agreement=chosen.agreement,
        version=chosen.version,
        period=chosen.period,
        today=today,
    )
    steps = [Period.parse(code) for code in found.steps]
    return render_template(
        "steering/trend.html",
        chosen=chosen,
        found=found,
        heads=[short_words(one, g.words) for one in steps],
        rows=[
            ("", found.tally, found.before, found.trend),
            *((one.name, one.tally, one.before, one.trend) for one in found.parties),
        ],
        bar=bar,
        columns=columns,
        size=_SIZE,
    )
