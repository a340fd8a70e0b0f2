"""What is written to an agreement file reads back equal, whatever it holds."""

from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from atagande_agreements.privacy import find_personal_number
from atagande_agreements.register.agreement_file import (
    RULE_KINDS,
    RULE_SUBJECTS,
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
    dump,
    obligations,
    parse,
)
from atagande_agreements.register.file_words import NUMBER_UNITS
from atagande_agreements.rules import RULES

#: Units that some rule can't judge without.
_NEEDED = sorted({unit.value for rule in RULES.values() for unit in rule.NEEDS})
_UNITS = ["working_days", "percent", "boolean", "organisation", "text"]
SMALL = (Path(__file__).parent / "files" / "small.toml").read_text(encoding="utf-8")


def read(text: str) -> AgreementFile:
    agreement, faults = parse(text, filename="prov.toml")
    assert faults == []
    assert agreement is not None
    return agreement


_TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=40
).filter(str.strip)
_PROSE = st.text(
    st.one_of(st.just("\n"), st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))),
    min_size=1,
    max_size=80,
).filter(str.strip)
_SLUG = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
_SNAKE = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,8}){0,2}", fullmatch=True)
_CODE = st.from_regex(r"[A-Z]{1,4}[0-9]{1,3}[a-z]?", fullmatch=True)
_EMAIL = st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True)
_FORCES = {"ska": "deviation", "bor": "observation", "verkar_for": "none"}


@st.composite
def parameters(
    draw: st.DrawFn, key: str, organisations: list[str], unit: str | None = None
) -> FileParameter:
    unit = unit or draw(st.sampled_from(_UNITS))
    low, high = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    is_number = unit in NUMBER_UNITS
    proposals: dict[str, st.SearchStrategy[int | bool | str]] = {
        "boolean": st.booleans(),
        "organisation": st.sampled_from(organisations),
        "text": _TEXT,
    }
    return FileParameter(
        key=key,
        label=draw(_TEXT),
        label_en=draw(_TEXT),
        unit=unit,
        proposal=draw(st.none() | proposals.get(unit, st.integers(low, high))),
        minimum=low if is_number else None,
        maximum=high if is_number else None,
    )


@st.composite
def commitments(draw: st.DrawFn, key: str, section: str, known: list[str]) -> FileCommitment:
    force = draw(st.sampled_from([*_FORCES, "kan"]))
    rule = draw(st.sampled_from([kind for kind in RULE_KINDS if kind != "permission"]))
    rule = "permission" if force == "kan" else rule
    uses = {name: draw(st.sampled_from(["judged", "guided", "unused"])) for name in known}
    needed = sorted(_needed(unit) for unit in RULES[rule].NEEDS)
    return FileCommitment(
        key=key,
        section=section,
        paragraph=draw(_TEXT),
        title=draw(_TEXT),
        title_en=draw(_TEXT),
        text=draw(_PROSE),
        text_en=draw(_PROSE),
        force=force,
        obliged=tuple(
            draw(st.lists(st.sampled_from(["association", "all_members"]), min_size=1, unique=True))
        ),
        rule=rule,
        subject=draw(st.sampled_from(RULE_SUBJECTS[rule])),
        on_miss=_FORCES.get(force, "none"),
        reporter="nobody" if force == "kan" else "party",
        rule_text=draw(_PROSE),
        rule_text_en=draw(_PROSE),
        parameters=(*(name for name in known if uses[name] == "judged"), *needed),
        guidance=tuple(name for name in known if uses[name] == "guided"),
    )


def _needed(unit: str) -> str:
    """Return the key of the parameter that rules get in a unit; longer than any that is drawn."""
    return f"what_every_rule_needs_in_{unit}"


def keys(pattern: st.SearchStrategy[str], fewest: int) -> st.SearchStrategy[list[str]]:
    return st.lists(pattern, min_size=fewest, max_size=3, unique=True)


@st.composite
def agreement_files(draw: st.DrawFn) -> AgreementFile:
    own, *members = draw(keys(_SLUG, 2))
    sections = draw(keys(_SLUG, 1))
    known = draw(keys(_SNAKE, 0))
    first = draw(st.dates())
    kinds = st.sampled_from(["kommun", "region", "arbetsformedlingen"])
    return AgreementFile(
        agreement=FileAgreement(
            key=draw(_SLUG),
            title=draw(_TEXT),
            target_group=draw(_PROSE),
            target_group_en=draw(_PROSE),
            valid_from=first,
            valid_to=draw(st.none() | st.dates(min_value=first)),
            source=draw(_PROSE),
        ),
        association=FileAssociation(
            key=own, name=draw(_TEXT), short=draw(_TEXT), address=draw(st.none() | _TEXT)
        ),
        steering_group=FileSteeringGroup(name=draw(_TEXT), valid_from=draw(st.dates())),
        organisations=(
            FileOrganisation(
                key=own, name=draw(_TEXT), short=draw(_TEXT), kind="samordningsforbund"
            ),
            *(
                FileOrganisation(
                    key=key,
                    name=draw(_TEXT),
                    short=draw(_TEXT),
                    kind=draw(kinds),
                    email=draw(st.none() | _EMAIL),
                )
                for key in members
            ),
        ),
        units=tuple(
            FileUnit(
                key=key,
                organisation=draw(st.sampled_from(members)),
                name=draw(_TEXT),
                short=draw(_TEXT),
                kind=draw(st.sampled_from(["clinic", "office"])),
                address=draw(st.none() | _TEXT),
                email=draw(st.none() | _EMAIL),
            )
            for key in draw(keys(_SLUG, 0))
        ),
        annexes=tuple(
            FileAnnex(key=key, title=draw(_TEXT), title_en=draw(_TEXT))
            for key in draw(keys(_SLUG, 0))
        ),
        sections=tuple(
            FileSection(
                key=key,
                title=draw(_TEXT),
                title_en=draw(_TEXT),
                missing=draw(_TEXT) if place else None,
                missing_en=draw(_TEXT) if place else None,
            )
            for place, key in enumerate(sections)
        ),
        parameters=(
            *(draw(parameters(key, [own, *members])) for key in known),
            *(draw(parameters(_needed(unit), [own, *members], unit)) for unit in _NEEDED),
        ),
        commitments=tuple(
            draw(commitments(key, sections[0], known)) for key in draw(keys(_CODE, 1))
        ),
    )


@settings(deadline=None)
@given(agreement_files())
def test_what_is_written_reads_back_equal_and_is_written_the_same_again(
    agreement: AgreementFile,
) -> None:
    text = dump(agreement)
    assume(find_personal_number(text) is None)
    again = read(text)
    assert again == agreement
    assert dump(again) == text


def test_a_file_in_another_form_means_the_same() -> None:
    text = SMALL.replace(
        'parameters = ["answer_days"]\nguidance = ["deputy"]',
        'guidance = [\n  "deputy", # kommentar\n]\nparameters = ["share", "answer_days"]',
    ).replace('text = "Mottagningen svarar."', 'text = """\\\n   Mottagningen \\\n   svarar."""')
    agreement = read("\ufeff" + text.replace("\n", "\r\n"))
    assert agreement.commitments[0].text == "Mottagningen svarar."
    assert agreement.commitments[0].parameters == ("answer_days", "share")
    assert read(dump(agreement)) == agreement


def test_a_line_break_in_prose_is_kept() -> None:
    agreement = read(SMALL.replace('"Mottagningen svarar."', '"""\nFörsta.\n\nAndra."""'))
    assert agreement.commitments[0].text == "Första.\n\nAndra."
    assert read(dump(agreement)) == agreement


def test_a_unit_can_be_obliged_by_its_key_and_nobody_twice() -> None:
    agreement = read(
        SMALL.replace('["clinics", "organisation:provby"]', '["clinics", "unit:norra"]')
    )
    assert obligations(agreement) == [("P3", "vard", "norra")]
