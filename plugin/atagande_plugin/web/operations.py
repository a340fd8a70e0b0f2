"""Drift: the scheduler's last sign of life, the queue, and failures in plain words."""

from datetime import timedelta
from typing import Any

from flask import Response, g, render_template
from sqlalchemy import exists, func, or_, select

from atagande_agreements.audit.models import AuditHead
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import ACTIVE, Deviation
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.auth.access import OPERATIONS, PUBLIC
from atagande_plugin.jobs.models import JobLease, JobRun
from atagande_plugin.services import services
from atagande_plugin.web import guard, kernel

section = kernel.Section("operations", __name__)

#: Silence of the scheduler that is called a stop.
SILENCE = timedelta(minutes=2)
JOB_NAMES = {
    "sweep": N_("Leta efter åtaganden som inte hållits i tid"),
    "outbox": N_("Skicka brev"),
    "inbox": N_("Läsa svar i brevlådan"),
    "calendars": N_("Hämta publicerade kalendrar"),
    "contacts": N_("Påminna om kontaktvägar"),
    "digests": N_("Ställa samman dagens brev"),
    "tidy": N_("Städa arbetsminnet"),
    "retention": N_("Gallra"),
    "figures": N_("Publicera siffror om ärenden"),
}
#: Stable code of what stopped a job -> what it means and what to do.
JOB_FAULTS = {
    "imap_connection": N_(
        "Brevlådans server svarar inte. Kontrollera adressen i ATAGANDE_IMAP_URL."
    ),
    "imap_login": N_(
        "Brevlådan godtar inte inloggningen. Kontrollera namn och lösenord i ATAGANDE_IMAP_URL."
    ),
    "imap_folder": N_("Mappen i ATAGANDE_IMAP_URL går inte att öppna. Kontrollera dess namn."),
    "retention_held_back": N_(
        "Något som skulle gallras hör ihop med en handling som är kvar, så det står kvar. Resten "
        "är gallrat. Loggen säger vilken sort det är."
    ),
    "imap_broken": N_("Förbindelsen med brevlådan bröts. Den läses igen inom en minut."),
}
OTHER_JOB_FAULT = N_("Misslyckades: %(code)s")


def job_fault(code: str) -> str:
    """Return in words what stopped a job."""
    text: str = g.words.text(JOB_FAULTS.get(code, OTHER_JOB_FAULT), {"code": code})
    return text


#: Kind of the mails about one person's case.
_SIP = "sip_invitation"


def _queue(*, sips: bool) -> dict[OutboxState, int]:
    """Count messages by state; with or without those about SIP meetings."""
    rows = g.session.execute(
        select(OutboxMessage.state, func.count().label("number"))
        .where(*([] if sips else [OutboxMessage.kind != _SIP]))
        .group_by(OutboxMessage.state)
    )
    return {row.state: row.number for row in rows}


@section.route_for("/drift", allow=OPERATIONS)
def operations() -> str:
    """Show whether the machinery runs, and what to do if it does not."""
    lease = g.session.scalar(select(JobLease))
    oldest = g.session.scalar(
        select(func.min(OutboxMessage.queued_at)).where(
            OutboxMessage.state == OutboxState.QUEUED, OutboxMessage.kind != _SIP
        )
    )
    late = g.session.scalar(
        exists()
        .where(Occurrence.sweep_at.is_not(None), Occurrence.sweep_at <= g.now - SILENCE)
        .select()
    )
    settings, queue = services().settings, _queue(sips=False)
    bounced = g.session.scalar(
        select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.bounced_at.is_not(None), OutboxMessage.kind != _SIP)
    )
    return render_template(
        "operations/page.html",
        bounced=bounced,
        lease=lease,
        alive=lease is not None and g.now - lease.heartbeat_at < SILENCE,
        runs=g.session.scalars(select(JobRun).order_by(JobRun.job)).all(),
        job_names=JOB_NAMES,
        job_fault=job_fault,
        mailbox=settings.imap.host if settings.imap else g.words.text(N_("läses inte")),
        queue=queue,
        oldest=oldest,
        late=late,
        # Whether, and not how many: the association reads this page too.
        sip_failed=g.session.scalar(
            exists()
            .where(
                or_(
                    OutboxMessage.state == OutboxState.FAILED,
                    OutboxMessage.bounced_at.is_not(None),
                ),
                OutboxMessage.kind == _SIP,
            )
            .select()
        ),
        failed=g.session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.state == OutboxState.FAILED, OutboxMessage.kind != _SIP)
        ),
        mail="SMTP" if settings.smtp else g.words.text(N_("filer i datakatalogen")),
        database=services().engine.dialect.name,
    )


@section.route_for("/metrics", allow=PUBLIC)
def metrics() -> Response:
    """Give Prometheus the service's figures; only to this machine, and nothing of anyone's."""
    if not guard.from_this_machine():
        return Response("metrics are served on loopback only\n", 403, content_type="text/plain")
    from prometheus_client import (  # noqa: PLC0415 - loaded on use: start-up time
        CollectorRegistry,
        Gauge,
        generate_latest,
    )

    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"atagande_{name}", text, registry=registry).set(value)

    queue = Gauge("atagande_outbox_messages", "Messages by state", ["state"], registry=registry)
    counts = _queue(sips=True)
    for state in OutboxState:
        queue.labels(state.value).set(counts.get(state, 0))
    figures: dict[str, tuple[str, Any]] = {
        "deviations_active": (
            "Deviations that are not closed",
            select(func.count()).select_from(Deviation).where(ACTIVE),
        ),
        "sweep_due": (
            "Occurrences due and not yet swept",
            select(func.count())
            .select_from(Occurrence)
            .where(Occurrence.sweep_at.is_not(None), Occurrence.sweep_at <= g.now),
        ),
        "audit_entries": (
            "Entries of the audit trail",
            select(func.coalesce(func.sum(AuditHead.number), 0)),
        ),
    }
    for name, (text, query) in figures.items():
        gauge(name, text, float(g.session.scalar(query) or 0))
    lease = g.session.scalar(select(JobLease))
    age = (g.now - lease.heartbeat_at).total_seconds() if lease else float("inf")
    gauge("scheduler_heartbeat_age_seconds", "Seconds since the scheduler's last beat", age)
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4")
