"""An agreement of any size: parties that all owe all clauses, with a year of occurrences."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_agreements.commitments.models import (
    Commitment,
    Force,
    Obligation,
    Occurrence,
    OnMiss,
    Status,
)
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_agreements.register.models import (
    Agreement,
    AgreementParty,
    AgreementVersion,
    Section,
    VersionState,
)
from benchmarks.databases import NOW

#: Occurrences of one obligation: one a month.
MONTHS = 12
STATUSES = (Status.MET, Status.MET, Status.NOT_MET, Status.UNREPORTED)


def add_matrix(writer: sessionmaker[Session], *, parties: int, clauses: int) -> None:
    """Add an association with one agreement, and a steering member who follows it up."""
    with writer() as session, session.begin():
        association = Association(key="b", name="Mätförbundet", short_name="Mät")
        session.add(association)
        session.flush()
        own = {"association_id": association.id}
        agreement = Agreement(
            **own,
            key="b",
            title="Överenskommelse",
            target_group="Alla",
            target_group_en="All",
            valid_from=date(2025, 1, 1),
            steering_name="Styrgruppen",
            steering_from=date(2025, 1, 1),
        )
        version = AgreementVersion(
            agreement=agreement,
            number=1,
            state=VersionState.IN_FORCE,
            digest="0" * 64,
            imported_at=NOW,
        )
        section = Section(key="a", title="Avsnitt", title_en="Section", position=1)
        version.sections.append(section)
        organisations = [
            Organisation(
                **own,
                key=f"part-{number}",
                name=f"Part nummer {number}",
                short_name=f"Part {number}",
                kind=OrganisationKind.MUNICIPALITY,
                position=number,
            )
            for number in range(parties)
        ]
        session.add_all([agreement, version, *organisations])
        session.flush()
        own["agreement_id"] = agreement.id
        session.add(
            Person(
                association_id=association.id,
                organisation=organisations[0],
                name="Ledamot",
                email="ledamot@mat.example",
                created_at=NOW,
                grants=[RoleGrant(role=Role.STEERING)],
            )
        )
        session.add_all(
            AgreementParty(version_id=version.id, organisation_id=one.id, member=True)
            for one in organisations
        )
        commitments = [
            Commitment(
                **own,
                version_id=version.id,
                section_id=section.id,
                key=f"B{number}",
                position=number,
                paragraph="1",
                title=f"Svara på förfrågningar av slag {number}",
                title_en=f"Answer enquiries of kind {number}",
                text="Text",
                text_en="Text",
                rule_text="Regel",
                rule_text_en="Rule",
                force=Force.SHALL,
                obliged="all",
                rule="answers_within",
                on_miss=OnMiss.DEVIATION,
            )
            for number in range(clauses)
        ]
        session.add_all(commitments)
        session.flush()
        obligations = [
            Obligation(**own, commitment_id=commitment.id, organisation_id=organisation.id)
            for commitment in commitments
            for organisation in organisations
        ]
        session.add_all(obligations)
        session.flush()
        session.execute(
            insert(Occurrence),
            [
                {
                    **own,
                    "obligation_id": obligation.id,
                    "origin": f"bench:{month}",
                    "event_on": date(NOW.year, month + 1, 1),
                    "due_on": date(NOW.year, month + 1, 15),
                    "status": STATUSES[(number + month) % len(STATUSES)],
                    "on_miss": OnMiss.DEVIATION,
                    "settled_at": NOW,
                }
                for number, obligation in enumerate(obligations)
                for month in range(MONTHS)
            ],
        )
        # As in every association, the trail tells of what was done.
        audit.record(
            session,
            audit.Change(
                association_id=association.id,
                at=NOW,
                actor=audit.Actor.job("bench"),
                action="agreement.imported",
                object_type="agreement",
                object_id=agreement.id,
            ),
        )
