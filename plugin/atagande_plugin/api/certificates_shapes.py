"""What the API answers about certificates."""

from atagande_agreements.commitments.models import Status
from atagande_plugin.api.shapes import Moment, Shape


class CountsBySex(Shape):
    """Certificates by the patient's sex; one not known is in neither count."""

    received_women: int
    received_men: int
    lacking_women: int
    lacking_men: int


class CertificatesLine(Shape):
    """One municipality's figures of one clinic and half-year."""

    id: int
    #: The municipality that reports, and the clinic reported on.
    organisation: str
    unit: str
    period: str
    #: null: too small a number to be shown to you.
    received: int | None
    lacking: int | None
    completed: int | None
    #: null: not told, or not shown to you.
    by_sex: CountsBySex | None
    reported_at: Moment
    #: Send it back with a correction; it counts them.
    version: int


class CertificatesList(Shape):
    """Reports of the association."""

    items: list[CertificatesLine]
    next: int | None


class CertificateStatementLine(Shape):
    """What a clinic says about its figures of a half-year."""

    unit: str
    period: str
    number: int
    text: str
    #: Function of the person, never the name.
    by: str
    at: Moment


class CertificatesWhole(CertificatesLine):
    """A report with how the clinic's half-year stands, and what the clinic says."""

    status: Status | None
    statements: list[CertificateStatementLine]
