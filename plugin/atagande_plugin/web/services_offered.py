"""Pages of the preparatory services: every municipality's list, and one's own to keep."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, OrganisationKind, Role
from atagande_agreements.standing import services
from atagande_agreements.standing.models import PreparatoryService
from atagande_plugin.auth.access import FOLLOWERS, roles
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.standing import Service

section = kernel.Section("services_offered", __name__)
PAGE_SIZE = 50
#: Those who keep a municipality's list.
KEEPERS = roles(Role.UNIT_CHIEF, Role.CONVENER)


def _keeps() -> bool:
    """Tell whether the person keeps a municipality's list."""
    return g.me.organisation_kind is OrganisationKind.MUNICIPALITY and KEEPERS.allows(g.me.roles)


@section.route_for("/insatser", allow=FOLLOWERS)
def services_list() -> str:
    """Show what the municipalities offer, the person's own first to ask for."""
    today, page = local_date(g.now), page_number()
    parties = g.session.scalars(
        select(Organisation)
        .where(
            Organisation.association_id == g.me.association_id,
            Organisation.kind == OrganisationKind.MUNICIPALITY,
        )
        .order_by(Organisation.position, Organisation.id)
    ).all()
    party = next((one for one in parties if one.key == request.args.get("part")), None)
    ended = request.args.get("visa") == "avslutade"
    query = services.listed(
        g.me.association_id,
        today,
        organisation_id=party.id if party else None,
        ended=ended,
    )
    total = g.session.scalars(
        select(func.count()).select_from(
            query.with_only_columns(PreparatoryService.id).order_by(None).subquery()
        )
    ).one()
    rows = g.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return render_template(
        "standing/services.html",
        rows=rows,
        soon={one.id for one in rows if services.ends_soon(one, today)},
        parties=parties,
        party=party,
        ended=ended,
        total=total,
        keeps=_keeps(),
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )


def _own(service_id: int) -> PreparatoryService:
    """Return a service of the person's own municipality; raise NotFound for anyone else's."""
    found = services.one(g.session, g.me.association_id, service_id)
    if found is None or found.organisation_id != g.me.organisation_id or not _keeps():
        raise NotFound
    return found


def _page(
    service_id: int = 0,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> str:
    if not _keeps():
        raise Forbidden
    service = _own(service_id) if service_id else None
    fresh: Any = {"valid_from": local_date(g.now).isoformat()}
    if service is not None:
        fresh = {
            "name": service.name,
            "purpose": service.purpose,
            "place": service.place,
            "contact": service.contact,
            "valid_from": service.valid_from.isoformat(),
            "valid_to": service.valid_to.isoformat() if service.valid_to else "",
        }
    return render_template(
        "standing/service.html",
        service=service,
        values=request.form if request.method == "POST" else fresh,
        stale=service if isinstance(refusal, Stale) else None,
        errors=errors or {},
    )


@section.route_for("/insatser/ny", allow=KEEPERS)
def service_new() -> str:
    """Show the form for a new service."""
    return _page()


@section.route_for(
    "/insatser", allow=KEEPERS, methods=("POST",), takes="standing.Service", again=_page
)
def service_add(form: "Service") -> Any:
    """Put a service on the list."""
    services.add_service(
        g.session,
        offer=offered(form),
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Insatsen står på listan.")), "success")
    return redirect(_list_address(), 303)


@section.route_for("/insatser/<int:service_id>", allow=KEEPERS)
def service_edit(service_id: int) -> str:
    """Show the form for a service of one's own."""
    return _page(service_id)


@section.route_for(
    "/insatser/<int:service_id>",
    allow=KEEPERS,
    methods=("POST",),
    takes="standing.Service",
    again=_page,
)
def service_change(service_id: int, form: "Service") -> Any:
    """Change a service of one's own, or its last day."""
    services.change_service(
        g.session,
        service=_own(service_id),
        offer=offered(form),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Insatsen är ändrad.")), "success")
    return redirect(_list_address(), 303)


def offered(form: "Service") -> services.Offer:
    """Return what a form or a call of the API says of a service."""
    return services.Offer(
        name=form.name,
        purpose=form.purpose,
        place=form.place,
        contact=form.contact,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
    )


def _list_address() -> str:
    """Return the address of the person's own list."""
    party = g.session.get_one(Organisation, g.me.organisation_id)
    return f"/insatser?part={party.key}"
