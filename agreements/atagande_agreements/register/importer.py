"""Brings an agreement file into the database."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Force,
    Obligation,
    OnMiss,
    Parameter,
    ParameterUnit,
)
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Unit,
    UnitKind,
)
from atagande_agreements.parties.names import names
from atagande_agreements.register.agreement_file import AgreementFile, dump, obligations
from atagande_agreements.register.kin import bind_kin, with_kin
from atagande_agreements.register.models import (
    Agreement,
    AgreementParty,
    AgreementVersion,
    Annex,
    Section,
    VersionState,
)


def import_agreement(
    session: Session, file: AgreementFile, *, actor: audit.Actor, now: datetime
) -> tuple[AgreementVersion, bool]:
    """Import an agreement file; return its version and whether anything changed.

    The same file again changes nothing. A changed file gives a new version in force; the earlier
    one is superseded and keeps its commitments, obligations and results.
    """
    association = _association(session, file)
    agreement = _agreement(session, association, file)
    digest = hashlib.sha256(dump(file).encode()).hexdigest()
    current = session.scalar(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    )
    if current is not None and current.digest == digest:
        return current, False
    number = 1
    if current is not None:
        current.state = VersionState.SUPERSEDED
        number = current.number + 1
        session.flush()
    version = AgreementVersion(
        agreement_id=agreement.id,
        number=number,
        state=VersionState.IN_FORCE,
        digest=digest,
        imported_at=now,
    )
    session.add(version)
    session.flush()
    _parties(session, association, version, file)
    _clauses(session, association, agreement, version, file)
    agreement.terms_opened_on = None
    audit.record(
        session,
        audit.Change(
            association_id=association.id,
            at=now,
            actor=actor,
            action="agreement.imported",
            object_type="agreement",
            object_id=agreement.id,
            changes={"version": (number - 1 or None, number), "digest": (None, digest)},
        ),
    )
    return version, True


def _association(session: Session, file: AgreementFile) -> Association:
    key = file.association.short.lower()
    association = session.scalar(select(Association).where(Association.key == key))
    if association is None:
        association = Association(key=key)
        session.add(association)
    association.name = file.association.name
    association.short_name = file.association.short
    association.address = file.association.address
    session.flush()
    return association


def _agreement(session: Session, association: Association, file: AgreementFile) -> Agreement:
    agreement = session.scalar(
        select(Agreement).where(
            Agreement.association_id == association.id, Agreement.key == file.agreement.key
        )
    )
    if agreement is None:
        agreement = Agreement(association_id=association.id, key=file.agreement.key)
        session.add(agreement)
    agreement.title = file.agreement.title
    agreement.target_group = file.agreement.target_group
    agreement.target_group_en = file.agreement.target_group_en
    agreement.valid_from = file.agreement.valid_from
    agreement.valid_to = file.agreement.valid_to
    agreement.source = file.agreement.source
    agreement.steering_name = file.steering_group.name
    agreement.steering_from = file.steering_group.valid_from
    session.flush()
    return agreement


def _parties(
    session: Session, association: Association, version: AgreementVersion, file: AgreementFile
) -> None:
    """Add or rename the organisations and units, and bind the organisations to the version.

    A change of name that was decided stands, whatever the file says; and so does the end of a
    party, its successor and its days, which no file tells of.
    """
    known = {
        one.key: one
        for one in session.scalars(
            select(Organisation).where(Organisation.association_id == association.id)
        )
    }
    renamed = names(session, association.id)
    for position, row in enumerate(file.organisations):
        organisation = known.get(row.key)
        if organisation is None:
            organisation = Organisation(association_id=association.id, key=row.key)
            session.add(organisation)
            known[row.key] = organisation
        if organisation.id not in renamed.organisations:
            organisation.name = row.name
            organisation.short_name = row.short
        organisation.kind = OrganisationKind(row.kind)
        organisation.email = row.email
        organisation.position = position
        session.flush()
        session.add(
            AgreementParty(
                version_id=version.id,
                organisation_id=organisation.id,
                member=organisation.kind is not OrganisationKind.ASSOCIATION,
            )
        )
    units = {
        one.key: one
        for one in session.scalars(select(Unit).where(Unit.association_id == association.id))
    }
    for position, place in enumerate(file.units):
        unit = units.get(place.key)
        if unit is None:
            unit = Unit(association_id=association.id, key=place.key)
            session.add(unit)
        if unit.valid_to is None:
            unit.organisation_id = known[place.organisation].id
        if unit.id not in renamed.units:
            unit.name = place.name
            unit.short_name = place.short
        unit.kind = UnitKind(place.kind)
        unit.address = place.address
        unit.email = place.email
        unit.position = position
        unit.in_agreement = True
        unit.by_succession = False
    named = {place.key for place in file.units}
    for unit in units.values():
        if unit.valid_to is not None and unit.key not in named:
            unit.by_succession = True
    session.flush()
    bind_kin(session, version)


def _clauses(
    session: Session,
    association: Association,
    agreement: Agreement,
    version: AgreementVersion,
    file: AgreementFile,
) -> None:
    """Add the version's sections, annexes, parameters, commitments and obligations."""
    sections = {
        row.key: Section(
            version_id=version.id,
            key=row.key,
            title=row.title,
            title_en=row.title_en,
            position=position,
            missing=row.missing,
            missing_en=row.missing_en,
        )
        for position, row in enumerate(file.sections)
    }
    session.add_all(sections.values())
    session.add_all(
        Annex(
            version_id=version.id,
            key=row.key,
            title=row.title,
            title_en=row.title_en,
            position=position,
        )
        for position, row in enumerate(file.annexes)
    )
    parameters = _parameters(session, agreement, file)
    session.flush()
    commitments: dict[str, Commitment] = {}
    for position, clause in enumerate(file.commitments):
        commitment = Commitment(
            association_id=association.id,
            agreement_id=agreement.id,
            version_id=version.id,
            section_id=sections[clause.section].id,
            key=clause.key,
            position=position,
            paragraph=clause.paragraph,
            title=clause.title,
            title_en=clause.title_en,
            text=clause.text,
            text_en=clause.text_en,
            rule_text=clause.rule_text,
            rule_text_en=clause.rule_text_en,
            force=Force(clause.force),
            obliged=" ".join(clause.obliged),
            rule=clause.rule,
            subject=clause.subject,
            on_miss=OnMiss(clause.on_miss),
            reporter=clause.reporter,
            uses=[
                CommitmentParameter(parameter=parameters[key], judges=judges)
                for keys, judges in ((clause.parameters, True), (clause.guidance, False))
                for key in keys
            ],
        )
        session.add(commitment)
        commitments[clause.key] = commitment
    session.flush()
    _obligations(session, association, agreement, commitments, file)


def _parameters(
    session: Session, agreement: Agreement, file: AgreementFile
) -> dict[str, Parameter]:
    """Add or relabel the agreement's parameters; their decisions stay."""
    known = {
        one.key: one
        for one in session.scalars(select(Parameter).where(Parameter.agreement_id == agreement.id))
    }
    for retired in known.values():
        retired.position = None
    for position, row in enumerate(file.parameters):
        parameter = known.get(row.key)
        if parameter is None:
            parameter = Parameter(
                association_id=agreement.association_id, agreement_id=agreement.id, key=row.key
            )
            session.add(parameter)
            known[row.key] = parameter
        parameter.position = position
        parameter.label = row.label
        parameter.label_en = row.label_en
        parameter.unit = ParameterUnit(row.unit)
        parameter.proposal = _as_text(row.proposal)
        parameter.minimum = row.minimum
        parameter.maximum = row.maximum
    return known


def _as_text(value: int | bool | str | None) -> str | None:  # noqa: FBT001 - TOML's own types
    """Return a proposal as a parameter keeps it: numbers in digits, yes as 1 and no as 0."""
    if value is None:
        return None
    return str(int(value)) if isinstance(value, bool) else str(value)


def _obligations(
    session: Session,
    association: Association,
    agreement: Agreement,
    commitments: dict[str, Commitment],
    file: AgreementFile,
) -> None:
    organisations = {
        row.key: row.id
        for row in session.execute(
            select(Organisation.key, Organisation.id).where(
                Organisation.association_id == association.id
            )
        )
    }
    units = {
        row.key: row.id
        for row in session.execute(
            select(Unit.key, Unit.id).where(Unit.association_id == association.id)
        )
    }
    places = [
        (
            commitments[owed.commitment].id,
            organisations[owed.organisation],
            units[owed.unit] if owed.unit is not None else None,
        )
        for owed in obligations(file)
    ]
    session.add_all(
        Obligation(
            association_id=association.id,
            agreement_id=agreement.id,
            commitment_id=commitment_id,
            organisation_id=organisation_id,
            unit_id=unit_id,
        )
        for commitment_id, organisation_id, unit_id in with_kin(session, association.id, places)
    )
    session.flush()
