"""Every table of the service in one place, for migrations and whole-database work."""

from importlib import import_module

from atagande_agreements.db import Base
from atagande_agreements.followup.rollup_models import DERIVED

MODULES = (
    "atagande_agreements.audit.models",
    "atagande_agreements.certificates.models",
    "atagande_agreements.commitments.models",
    "atagande_agreements.competence.models",
    "atagande_agreements.contacts.models",
    "atagande_agreements.deviations.models",
    "atagande_agreements.documents.models",
    "atagande_agreements.enquiries.models",
    "atagande_agreements.followup.figures_models",
    "atagande_agreements.followup.rollup_models",
    "atagande_agreements.ladder.digest_models",
    "atagande_agreements.ladder.letter_models",
    "atagande_agreements.ladder.models",
    "atagande_agreements.letters.models",
    "atagande_agreements.outbox.models",
    "atagande_agreements.parties.models",
    "atagande_agreements.referrals.models",
    "atagande_agreements.register.models",
    "atagande_agreements.reports.models",
    "atagande_agreements.retention.models",
    "atagande_agreements.standing.models",
    "atagande_agreements.steering.models",
    "atagande_calendar.common_time.models",
    "atagande_calendar.feeds.models",
    "atagande_calendar.invitations.models",
    "atagande_calendar.invitations.series_models",
    "atagande_calendar.meetings.attendance",
    "atagande_calendar.meetings.materials",
    "atagande_calendar.meetings.models",
    "atagande_calendar.sip.models",
    "atagande_calendar.slots.models",
    "atagande_calendar.steering.models",
    "atagande_plugin.auth.models",
    "atagande_plugin.jobs.models",
    "atagande_plugin.mail.models",
)
for module in MODULES:
    import_module(module)

metadata = Base.metadata
#: Those that a copy of everything holds, in the order that references need; the database makes
#: the others from them.
KEPT = tuple(table for table in metadata.sorted_tables if not table.info.get(DERIVED))
