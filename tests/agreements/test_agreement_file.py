"""The agreement that comes with the service: what it holds and who owes what."""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from atagande_agreements.register.agreement_file import (
    FORCES,
    ON_MISS,
    PARAMETER_UNITS,
    REPORTERS,
    RULE_KINDS,
    RULE_SUBJECTS,
    AgreementFile,
    FileSteeringGroup,
    dump,
    obligations,
    parse,
    shipped_text,
)
from atagande_agreements.register.file_shape import ROW_TABLES, SINGLE_TABLES
from atagande_agreements.register.file_words import ORGANISATION_KINDS, PARTY_GROUPS, UNIT_KINDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "overenskommelse-fil.md"


@pytest.fixture(scope="module")
def shipped() -> AgreementFile:
    agreement, faults = parse(shipped_text(), filename="suvs.toml")
    assert faults == []
    assert agreement is not None
    return agreement


def test_the_shipped_agreement_has_28_commitments_in_the_order_of_the_source(
    shipped: AgreementFile,
) -> None:
    assert [one.key for one in shipped.commitments] == [
        *("F1", "F2", "F3"),
        *(f"A{n}" for n in range(1, 9)),
        *("P1", "P2", "P3", "P4"),
        *("K1", "K2a", "K2b", "K2c", "K3", "K4", "K5", "K6", "K7", "K8"),
        *("AF1", "AF2", "AF3"),
    ]


def test_the_shipped_agreement_gives_93_obligations(shipped: AgreementFile) -> None:
    owed = obligations(shipped)
    assert len(owed) == len(set(owed)) == 93
    assert Counter(one.organisation for one in owed) == {
        "forbundet": 3,
        "af": 8 + 3,
        "fk": 8,
        "sollentuna": 8 + 10,
        "upplands-vasby": 8 + 10,
        "sigtuna": 8 + 10,
        "psykiatri-nordvast": 8 + 9,
    }
    assert Counter(one.unit for one in owed if one.unit is not None) == {
        "sollentuna-mottagning": 3,
        "sigtuna-upplands-vasby-mottagning": 3,
        "psykosmottagningen": 3,
    }


def test_a_permission_obliges_nobody(shipped: AgreementFile) -> None:
    assert "P4" not in {one.commitment for one in obligations(shipped)}


def test_the_shipped_agreement_is_in_force_from_its_date_until_further_notice(
    shipped: AgreementFile,
) -> None:
    assert shipped.agreement.valid_from == dt.date(2019, 10, 25)
    assert shipped.agreement.valid_to is None
    assert shipped.steering_group == FileSteeringGroup(
        name="Resursteamens styrgrupp", valid_from=dt.date(2020, 1, 1)
    )


def test_the_section_of_forsakringskassan_is_missing_and_not_invented(
    shipped: AgreementFile,
) -> None:
    empty = [one for one in shipped.sections if one.missing is not None]
    assert [(one.key, one.missing) for one in empty] == [
        ("forsakringskassan", "Eget avsnitt saknas i sammanfattningen")
    ]
    assert {one.commitment for one in obligations(shipped) if one.organisation == "fk"} == {
        f"A{n}" for n in range(1, 9)
    }


def test_only_a_plain_statement_can_be_breached(shipped: AgreementFile) -> None:
    by_key = {one.key: (one.force, one.on_miss) for one in shipped.commitments}
    assert {key: value for key, value in by_key.items() if value != ("ska", "deviation")} == {
        "A6": ("bor", "observation"),
        "A8": ("ska", "observation"),
        "P4": ("kan", "none"),
        "AF1": ("verkar_for", "none"),
    }


def test_every_rule_kind_is_used_by_the_shipped_agreement(shipped: AgreementFile) -> None:
    assert {one.rule for one in shipped.commitments} == set(RULE_KINDS)
    assert {(one.rule, one.subject) for one in shipped.commitments} == {
        (rule, subject) for rule, subjects in RULE_SUBJECTS.items() for subject in subjects
    }


def test_the_proposals_are_those_to_be_decided(shipped: AgreementFile) -> None:
    proposals = {
        one.key: (one.proposal, one.unit) for one in shipped.parameters if one.proposal is not None
    }
    assert proposals == {
        "steering_meetings_per_year": (4, "per_year"),
        "seminars_per_year": (2, "per_year"),
        "publish_days": (30, "calendar_days"),
        "network_attendance": (3, "per_year"),
        "year_start_month": (1, "count"),
        "network_convener": ("forbundet", "organisation"),
        "contact_reconfirm_months": (6, "months"),
        "training_validity_months": (24, "months"),
        "training_share": (80, "percent"),
        "followup_days": (10, "working_days"),
        "summons_notice_weeks": (3, "weeks"),
        "deputy_counts": (True, "boolean"),
        "certificate_share": (90, "percent"),
        "answer_days": (15, "working_days"),
        "service_count": (1, "count"),
        "letters_share": (90, "percent"),
        "material_days": (3, "working_days"),
        "contact_days": (10, "working_days"),
        "assessment_days": (15, "working_days"),
        "plan_days": (15, "working_days"),
        "sip_notice_weeks": (3, "weeks"),
        "sip_warning_days": (60, "calendar_days"),
        "deviation_reply_days": (60, "calendar_days"),
        "small_number_limit": (5, "count"),
    }


def test_commitments_name_the_parameters_they_use(shipped: AgreementFile) -> None:
    used = {one.key: {*one.parameters, *one.guidance} for one in shipped.commitments}

    def users(parameter: str) -> tuple[str, ...]:
        return tuple(key for key, parameters in used.items() if parameter in parameters)

    assert users("training_share") == ("A5", "K2a", "K2b", "K2c")
    assert users("answer_days") == ("P3",)
    assert users("network_convener") == ("A2",)
    assert users("small_number_limit") == ()


def test_every_clinic_has_an_address(shipped: AgreementFile) -> None:
    assert all((one.address or "").startswith("Demogatan") for one in shipped.units)
    assert len(shipped.units) == 3


def test_the_shipped_agreement_is_in_canonical_form(shipped: AgreementFile) -> None:
    assert dump(shipped) == shipped_text()


def test_the_shipped_text_is_composed_unicode(shipped: AgreementFile) -> None:
    assert unicodedata.is_normalized("NFC", dump(shipped))


def test_the_document_for_editors_names_every_table_key_and_word() -> None:
    named = set(re.findall(r"`([^`\n]+)`", DOCUMENT.read_text(encoding="utf-8")))
    words = {*FORCES, *ON_MISS, *RULE_KINDS, *PARAMETER_UNITS, *REPORTERS}
    words |= {*ORGANISATION_KINDS, *PARTY_GROUPS, *UNIT_KINDS}
    words |= {subject for subjects in RULE_SUBJECTS.values() for subject in subjects}
    words |= {f"[{name}]" for name in SINGLE_TABLES} | {f"[[{name}]]" for name in ROW_TABLES}
    shapes = [*SINGLE_TABLES.values(), *(shape for _, shape in ROW_TABLES.values())]
    words |= {one.name for shape in shapes for one in dataclasses.fields(shape)}
    assert words <= named
