"""Gives an agreement back as a file, equal to the one it was imported from."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Parameter,
    ParameterUnit,
)
from atagande_agreements.parties.models import Association, Organisation, OrganisationKind, Unit
from atagande_agreements.register.agreement_file import (
    NUMBER_UNITS,
    AgreementFile,
    FileAgreement,
    FileAnnex,
    FileAssociation,
    FileCommitment,
    FileOrganisation,
    FileParameter,
    FileSection,
    FileSteeringGroup,
    FileUnit,
)
from atagande_agreements.register.models import Agreement, AgreementParty, AgreementVersion


def export_agreement(session: Session, version: AgreementVersion) -> AgreementFile:
    """Return a version of an agreement as a file.

    It names the parties that the imported file named; those that have followed them are no part
    of it (`register.kin`).
    """
    agreement = version.agreement
    association = session.get_one(Association, agreement.association_id)
    organisations = session.scalars(
        select(Organisation)
        .join(AgreementParty, AgreementParty.organisation_id == Organisation.id)
        .where(AgreementParty.version_id == version.id, ~AgreementParty.by_succession)
        .order_by(Organisation.position)
        .options(selectinload(Organisation.units))
    ).all()
    own = next(one for one in organisations if one.kind is OrganisationKind.ASSOCIATION)
    return AgreementFile(
        agreement=FileAgreement(
            key=agreement.key,
            title=agreement.title,
            target_group=agreement.target_group,
            target_group_en=agreement.target_group_en,
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
            source=agreement.source,
        ),
        association=FileAssociation(
            key=own.key,
            name=association.name,
            short=association.short_name,
            address=association.address,
        ),
        steering_group=FileSteeringGroup(
            name=agreement.steering_name, valid_from=agreement.steering_from
        ),
        organisations=tuple(
            FileOrganisation(
                key=one.key,
                name=one.name,
                short=one.short_name,
                kind=one.kind.value,
                email=one.email,
            )
            for one in organisations
        ),
        units=_units(session, agreement, organisations),
        annexes=tuple(
            FileAnnex(key=one.key, title=one.title, title_en=one.title_en)
            for one in version.annexes
        ),
        sections=tuple(
            FileSection(
                key=one.key,
                title=one.title,
                title_en=one.title_en,
                missing=one.missing,
                missing_en=one.missing_en,
            )
            for one in version.sections
        ),
        parameters=_parameters(session, agreement),
        commitments=_commitments(session, version),
    )


def _units(
    session: Session, agreement: Agreement, organisations: Sequence[Organisation]
) -> tuple[FileUnit, ...]:
    """Return the units that the agreement names; those added by hand are not part of the file."""
    keys = {one.id: one.key for one in organisations}
    units = session.scalars(
        select(Unit)
        .where(
            Unit.association_id == agreement.association_id,
            Unit.in_agreement,
            ~Unit.by_succession,
        )
        .order_by(Unit.position)
    )
    return tuple(
        FileUnit(
            key=unit.key,
            organisation=keys[unit.organisation_id],
            name=unit.name,
            short=unit.short_name,
            kind=unit.kind.value,
            address=unit.address,
            email=unit.email,
        )
        for unit in units
    )


def _value(parameter: Parameter) -> int | bool | str | None:
    """Return a proposal as the file has it."""
    if parameter.proposal is None:
        return None
    if parameter.unit is ParameterUnit.BOOLEAN:
        return parameter.proposal == "1"
    return int(parameter.proposal) if parameter.unit in NUMBER_UNITS else parameter.proposal


def _parameters(session: Session, agreement: Agreement) -> tuple[FileParameter, ...]:
    found = session.scalars(
        select(Parameter)
        .where(Parameter.agreement_id == agreement.id, Parameter.position.is_not(None))
        .order_by(Parameter.position)
    )
    return tuple(
        FileParameter(
            key=one.key,
            label=one.label,
            label_en=one.label_en,
            unit=one.unit.value,
            proposal=_value(one),
            minimum=one.minimum,
            maximum=one.maximum,
        )
        for one in found
    )


def _keys(uses: list[CommitmentParameter], *, judges: bool) -> tuple[str, ...]:
    chosen = [use.parameter for use in uses if use.judges is judges]
    return tuple(one.key for one in sorted(chosen, key=lambda one: one.position or 0))


def _commitments(session: Session, version: AgreementVersion) -> tuple[FileCommitment, ...]:
    found = session.scalars(
        select(Commitment)
        .where(Commitment.version_id == version.id)
        .order_by(Commitment.position)
        .options(
            joinedload(Commitment.section),
            selectinload(Commitment.uses).joinedload(CommitmentParameter.parameter),
        )
    )
    return tuple(
        FileCommitment(
            key=one.key,
            section=one.section.key,
            paragraph=one.paragraph,
            title=one.title,
            title_en=one.title_en,
            text=one.text,
            text_en=one.text_en,
            force=one.force.value,
            obliged=tuple(one.obliged.split()),
            rule=one.rule,
            subject=one.subject,
            on_miss=one.on_miss.value,
            reporter=one.reporter,
            rule_text=one.rule_text,
            rule_text_en=one.rule_text_en,
            parameters=_keys(one.uses, judges=True),
            guidance=_keys(one.uses, judges=False),
        )
        for one in found
    )
