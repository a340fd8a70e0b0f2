"""Every route of the API in one table: who may reach it, what it takes and what it gives.

The handlers and the models are imported when the first call needs them. OpenAPI is made from this
same table, so there is no second description.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from flask import Response, request

from atagande_agreements.parties.models import Role
from atagande_plugin import forms
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import (
    ADMINISTRATOR,
    CASE_HOLDERS,
    CONVENER,
    FOLLOWERS,
    PUBLIC,
    STEERING,
    roles,
)
from atagande_plugin.web.kernel import Section

PREFIX = "/api/v1"
INVITERS = roles(Role.ADMINISTRATOR, Role.CONVENER, Role.UNIT_CHIEF)


#: Modules of this package that bring their own routes, as ENDPOINTS.
FEATURES: tuple[str, ...] = (
    "attendance",
    "certificates",
    "common_time",
    "clinic_hours",
    "competence",
    "contacts",
    "deviations",
    "documents",
    "enquiries",
    "feeds",
    "followup",
    "inbound",
    "ladder",
    "meeting_changes",
    "occurrences",
    "parties",
    "referrals",
    "reports",
    "retention",
    "series",
    "sip_changes",
    "standing",
    "steering",
)

_KEY = "/agreements/{key}"

_OWN = (
    Endpoint(
        "GET",
        "/agreements",
        "agreements.listed",
        "The association's agreements",
        FOLLOWERS,
        "AgreementList",
        asks="api_lists.Page",
    ),
    Endpoint("GET", _KEY, "agreements.one", "One agreement", FOLLOWERS, "AgreementWhole"),
    Endpoint(
        "GET",
        f"{_KEY}/commitments",
        "agreements.commitments",
        "Clauses of the version in force",
        FOLLOWERS,
        "CommitmentList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "GET",
        f"{_KEY}/parameters",
        "agreements.parameters",
        "What the agreement leaves open, with every decision",
        FOLLOWERS,
        "ParameterList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "GET",
        f"{_KEY}/parameters/{{parameter}}",
        "agreements.parameter_one",
        "One parameter",
        FOLLOWERS,
        "ParameterLine",
    ),
    Endpoint(
        "POST",
        f"{_KEY}/parameters/{{parameter}}/decisions",
        "agreements.decide",
        "Record the steering group's decision about a parameter",
        STEERING,
        "ParameterLine",
        takes="agreement.DecideParameter",
        makes=True,
    ),
    Endpoint(
        "GET",
        f"{_KEY}/matrix",
        "matrix.matrix",
        "Parties by commitments in a period",
        FOLLOWERS,
        "Matrix",
        asks="api_lists.Followed",
    ),
    Endpoint(
        "GET",
        "/enquiries",
        "enquiries.listed",
        "Enquiries of your municipality or clinic",
        CASE_HOLDERS,
        "EnquiryList",
        asks="api_lists.EnquiryPage",
    ),
    Endpoint(
        "POST",
        "/enquiries",
        "enquiries.register",
        "Register an enquiry to a clinic by opaque number",
        CASE_HOLDERS,
        "EnquiryLine",
        takes="enquiries.NewEnquiry",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/enquiries/{number}",
        "enquiries.one",
        "One enquiry",
        CASE_HOLDERS,
        "EnquiryLine",
    ),
    Endpoint(
        "POST",
        "/enquiries/{number}/answer",
        "enquiries.answer",
        "Record the date an answer came",
        CASE_HOLDERS,
        "EnquiryLine",
        takes="enquiries.Answer",
    ),
    Endpoint(
        "GET",
        "/meetings",
        "meetings.listed",
        "Meetings of the association, never a SIP",
        FOLLOWERS,
        "MeetingList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "POST",
        "/meetings",
        "meetings.plan",
        "Plan a meeting as a draft; no mail leaves",
        ADMINISTRATOR,
        "MeetingWhole",
        takes="api_input.PlanMeeting",
        makes=True,
    ),
    Endpoint("GET", "/meetings/{number}", "meetings.one", "One meeting", FOLLOWERS, "MeetingWhole"),
    Endpoint(
        "POST",
        "/meetings/{number}/publish",
        "meetings.publish",
        "Publish a draft; each invited person gets one invitation",
        ADMINISTRATOR,
        "Published",
        takes="meetings.Publish",
    ),
    Endpoint(
        "GET",
        "/people",
        "people.listed",
        "People who can be asked to a meeting",
        INVITERS,
        "PersonList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "GET",
        "/clinics",
        "clinics.listed",
        "Clinics that take SIP meetings",
        CASE_HOLDERS,
        "ClinicList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "GET",
        "/clinics/{key}/slots",
        "clinics.slots",
        "A clinic's free 60-minute slots",
        CASE_HOLDERS,
        "SlotList",
        asks="api_lists.SlotPage",
    ),
    Endpoint(
        "GET",
        "/sips",
        "sips.listed",
        "SIP bookings you hold or are called to",
        CASE_HOLDERS,
        "SipList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "POST",
        "/sips",
        "sips.book",
        "Book a SIP in a free slot; the invitations leave",
        CONVENER,
        "SipWhole",
        takes="api_input.BookSip",
        makes=True,
    ),
    Endpoint("GET", "/sips/{number}", "sips.one", "One SIP booking", CASE_HOLDERS, "SipWhole"),
    Endpoint(
        "GET",
        "/outbox",
        "outbox.listed",
        "What is sent to whom and how far it has come",
        ADMINISTRATOR,
        "OutboxList",
        asks="api_lists.OutboxPage",
    ),
)

ENDPOINTS: tuple[Endpoint, ...] = _OWN + tuple(
    endpoint
    for name in FEATURES
    for endpoint in import_module(f"atagande_plugin.api.{name}_routes").ENDPOINTS
)


def _handler(endpoint: Endpoint) -> Callable[..., Response]:
    """Return what answers a route: reads the query, runs the handler, writes its answer."""
    module, _, function = endpoint.handler.partition(".")

    def handle(**values: Any) -> Response:
        if endpoint.asks is not None:
            values["asked"] = forms.read(endpoint.asks, request.args.to_dict())
        run = getattr(import_module(f"atagande_plugin.api.{module}"), function)
        made = run(**values)
        if isinstance(made, Response):
            return made
        shape, location = made if isinstance(made, tuple) else (made, None)
        response = Response(
            f"{shape.model_dump_json()}\n", endpoint.status, content_type="application/json"
        )
        if location is not None:
            response.headers["Location"] = f"{PREFIX}{location}"
        return response

    handle.__name__ = endpoint.name
    return handle


def build() -> Section:
    """Return the API as a section, with its description."""
    section = Section("api", __name__, api=True, url_prefix=PREFIX)
    for endpoint in ENDPOINTS:
        declared: Mapping[str, Any] = {"takes": endpoint.takes} if endpoint.takes else {}
        section.route_for(
            endpoint.rule, allow=endpoint.allow, methods=(endpoint.method,), **declared
        )(_handler(endpoint))
    section.route_for("/openapi.json", allow=PUBLIC)(openapi)
    return section


def openapi() -> Response:
    """Give the description of the API, which holds nothing of anyone's."""
    from atagande_plugin.api.openapi import as_json  # noqa: PLC0415 - loaded on use

    return Response(as_json(), content_type="application/json")
