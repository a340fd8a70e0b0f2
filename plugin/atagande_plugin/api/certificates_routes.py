"""The API's routes of certificates."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

_REPORTERS = roles(Role.UNIT_CHIEF, Role.CONVENER)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/certificates",
        "certificates.listed",
        "What municipalities report of certificates, by clinic and half-year",
        FOLLOWERS,
        "certificates_shapes.CertificatesList",
        asks="certificates.CertificatesPage",
    ),
    Endpoint(
        "POST",
        "/certificates",
        "certificates.report",
        "Report, or correct, your municipality's figures of a clinic's half-year",
        _REPORTERS,
        "certificates_shapes.CertificatesLine",
        takes="certificates.NewCertificates",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/certificates/{number}",
        "certificates.one",
        "One report with the clinic's statements",
        FOLLOWERS,
        "certificates_shapes.CertificatesWhole",
    ),
    Endpoint(
        "POST",
        "/certificates/statements",
        "certificates.answer",
        "Add what your clinic says about its figures of a half-year",
        roles(Role.UNIT_CHIEF),
        "certificates_shapes.CertificateStatementLine",
        takes="certificates.NewCertificateStatement",
    ),
)
