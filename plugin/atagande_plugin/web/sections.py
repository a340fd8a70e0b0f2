"""All sections of pages, in one list."""

from atagande_plugin.web import (
    agreement,
    answer,
    clinics,
    deviations,
    enquiries,
    matrix,
    meetings,
    operations,
    outbox,
    signin,
    sip,
    site,
    start,
    steering,
)
from atagande_plugin.web.kernel import Section


def sections() -> list[Section]:
    """Return every section of pages."""
    return [
        site.section,
        signin.section,
        start.section,
        agreement.section,
        matrix.section,
        outbox.section,
        operations.section,
        enquiries.section,
        deviations.section,
        steering.section,
        meetings.section,
        answer.section,
        sip.section,
        clinics.section,
    ]
