"""Hälsokontroll: what is missing for the agreement to be followed up."""

from urllib.parse import quote

from flask import g, render_template

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.health.finding import About, Finding, Level
from atagande_agreements.i18n import N_
from atagande_plugin.auth.access import CASE_HOLDERS, FOLLOWERS
from atagande_plugin.health import examine
from atagande_plugin.web import kernel
from atagande_plugin.web.chosen import PATH, Chosen, choose

section = kernel.Section("health", __name__)

LEVELS = {
    Level.ERROR: N_("Fel"),
    Level.WARNING: N_("Varningar"),
    Level.HINT: N_("Bra att veta"),
}


@section.route_for(f"{PATH}/halsokontroll", allow=FOLLOWERS)
def health() -> str:
    """Show what is missing, the worst first, each with what to do."""
    chosen = choose()
    if chosen is None:
        raise NotFound
    found = examine(g.session, chosen.one, local_date(g.now))
    return render_template(
        "agreement/health.html",
        chosen=chosen,
        found=found,
        groups=[
            (level, g.words.text(label), [one for one in found if one.level is level])
            for level, label in LEVELS.items()
        ],
        address=lambda one: address(chosen, one),
    )


def address(chosen: Chosen, one: Finding) -> str:
    """Return where what a finding is about is seen to; "" where the person can't."""
    where = ""
    match one.about:
        case About.COMMITMENT:
            where = chosen.clause(one.key)
        case About.PARAMETER:
            where = chosen.parameter(one.key)
        case About.SECTION:
            where = f"{chosen.link(PATH)}#avsnitt-{quote(one.key)}"
        case About.MEETINGS:
            where = "/moten"
        case About.PARTY:
            where = "/kontaktvagar" if one.code == "no_contacts" else "/parter"
        case About.CLINIC if one.code == "no_hours" and CASE_HOLDERS.allows(g.me.roles):
            where = f"/mottagningar/{quote(one.key)}"
    return where
