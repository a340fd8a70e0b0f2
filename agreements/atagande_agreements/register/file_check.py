"""Checks that the rows of an agreement file agree with each other."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from atagande_agreements.i18n import N_
from atagande_agreements.register import file_words as words
from atagande_agreements.register.file_faults import Faults
from atagande_agreements.register.file_read import RawFile, RawRow

_PERCENT = 100
_UNKNOWN_REFERENCE: Final = N_("%(word)s finns inte i filen.")

#: What a miss may give, by force: only a *ska* can be breached.
_MISSES: Final[Mapping[str, tuple[str, ...]]] = {
    "ska": words.ON_MISS,
    "bor": ("observation", "none"),
    "verkar_for": ("observation", "none"),
    "kan": ("none",),
}


def check(raw: RawFile, faults: Faults) -> None:
    """Note every row that contradicts another, or itself."""
    for name, rows in raw.rows.items():
        _check_unique(name, rows, faults)
    _check_dates(raw, faults)
    _check_association(raw, faults)
    organisations = _keys(raw.rows["organisation"])
    for unit in raw.rows["unit"]:
        _check_reference(unit, "organisation", organisations, faults)
    for parameter in raw.rows["parameter"]:
        _check_parameter(parameter, organisations, faults)
    for commitment in raw.rows["commitment"]:
        _check_commitment(commitment, raw, faults)
    _check_sections(raw, faults)


def _keys(rows: Iterable[RawRow]) -> list[str]:
    return [key for row in rows if (key := row.text("key")) is not None]


def _check_unique(name: str, rows: list[RawRow], faults: Faults) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        key = row.text("key")
        if key is None:
            continue
        if key in seen:
            faults.add(
                "duplicate",
                f"{row.path}.key",
                N_("%(word)s finns redan i %(first)s."),
                N_("Ge raderna olika nycklar, eller ta bort den ena."),
                word=key,
                first=seen[key],
                table=name,
            )
        seen.setdefault(key, row.path)


def _check_reference(row: RawRow, key: str, known: list[str], faults: Faults) -> None:
    word = row.text(key)
    if word is not None and word not in known:
        faults.unknown(f"unknown_{key}", f"{row.path}.{key}", _UNKNOWN_REFERENCE, word, known)


def _check_dates(raw: RawFile, faults: Faults) -> None:
    agreement = raw.single.get("agreement")
    if agreement is None:
        return
    first, last = agreement.values.get("valid_from"), agreement.values.get("valid_to")
    if first is not None and last is not None and last < first:
        faults.add(
            "dates",
            "agreement.valid_to",
            N_("Överenskommelsen slutar %(last)s, före sin första dag %(first)s."),
            N_("Rätta ett av datumen, eller ta bort valid_to om den gäller tills vidare."),
            first=first,
            last=last,
        )


def _check_association(raw: RawFile, faults: Faults) -> None:
    """See that the association is exactly one of the organisations."""
    if "association" not in raw.single:
        return
    key = raw.single["association"].text("key")
    if key is None:
        return
    own = [one for one in raw.rows["organisation"] if one.text("kind") == words.ASSOCIATION_KIND]
    if not any(one.text("key") in {key, None} for one in own):
        faults.add(
            "association",
            "association.key",
            N_("Förbundet %(word)s finns inte bland parterna."),
            N_('Lägg till en [[organisation]] med key = "%(word)s" och kind = "%(kind)s".'),
            word=key,
            kind=words.ASSOCIATION_KIND,
        )
        return
    for extra in (one for one in own if one.text("key") not in {key, None}):
        faults.add(
            "association",
            f"{extra.path}.kind",
            N_("%(word)s är ett samordningsförbund men inte det som filen gäller."),
            N_("Bara en part får ha den sorten, och den har samma nyckel som [association]."),
            word=extra.text("key"),
        )


def _check_sections(raw: RawFile, faults: Faults) -> None:
    used = {row.text("section") for row in raw.rows["commitment"]}
    for section in raw.rows["section"]:
        languages = section.given & {"missing", "missing_en"}
        if len(languages) == 1:
            faults.add(
                "one_language",
                f"{section.path}.{next(iter(languages))}",
                N_("Uppgiften om att avsnittet saknas finns bara på ett språk."),
                N_("Skriv både missing och missing_en, eller ta bort båda."),
            )
        elif languages and section.text("key") in used:
            faults.add(
                "section_missing",
                f"{section.path}.missing",
                N_("Avsnittet sägs saknas men har åtaganden."),
                N_("Ta bort missing och missing_en, eller flytta åtagandena."),
            )
        elif not languages and section.text("key") not in {*used, None}:
            faults.add(
                "section_empty",
                section.path,
                N_("Avsnittet %(word)s har inga åtaganden."),
                N_("Ta bort avsnittet, eller säg varför det är tomt med missing och missing_en."),
                word=section.text("key"),
            )


def _check_parameter(row: RawRow, organisations: list[str], faults: Faults) -> None:
    unit = row.text("unit")
    if unit is None:
        return
    proposal = row.values.get("proposal")
    if unit in words.NUMBER_UNITS:
        _check_bounds(row, unit, proposal, faults)
        return
    for bound in ("minimum", "maximum"):
        if bound in row.values:
            faults.add(
                "bounds",
                f"{row.path}.{bound}",
                N_("Enheten %(unit)s har inget minsta eller största värde."),
                N_("Ta bort raden."),
                unit=unit,
            )
    expected = bool if unit == "boolean" else str
    if proposal is not None and not isinstance(proposal, expected):
        _wrong_proposal(row, unit, faults)
    elif unit == "organisation" and isinstance(proposal, str):
        _check_reference(row, "proposal", organisations, faults)


def _wrong_proposal(row: RawRow, unit: str, faults: Faults) -> None:
    faults.add(
        "wrong_type",
        f"{row.path}.proposal",
        N_("Förslaget passar inte enheten %(unit)s."),
        N_("Skriv ett heltal för antal och tid, true eller false för boolean, annars en text."),
        unit=unit,
    )


def _check_bounds(row: RawRow, unit: str, proposal: object, faults: Faults) -> None:
    low, high = row.values.get("minimum"), row.values.get("maximum")
    for name in ("minimum", "maximum"):
        if name not in row.given:
            faults.add(
                "missing_key",
                f"{row.path}.{name}",
                N_("Nyckeln %(key)s saknas."),
                N_("Lägg till %(key)s: enheten %(unit)s behöver ett minsta och ett största värde."),
                key=name,
                unit=unit,
            )
    if unit == "percent" and high is not None and high > _PERCENT:
        faults.add(
            "bounds",
            f"{row.path}.maximum",
            N_("Mer än 100 procent går inte."),
            N_("Skriv maximum = 100 eller lägre."),
        )
    if low is not None and high is not None and low > high:
        faults.add(
            "bounds",
            f"{row.path}.minimum",
            N_("Det minsta värdet %(low)s är större än det största, %(high)s."),
            N_("Byt plats på värdena eller rätta det ena."),
            low=low,
            high=high,
        )
    elif isinstance(proposal, bool | str):
        _wrong_proposal(row, unit, faults)
    elif isinstance(proposal, int) and (
        (low is not None and proposal < low) or (high is not None and proposal > high)
    ):
        faults.add(
            "proposal_outside",
            f"{row.path}.proposal",
            N_("Förslaget %(proposal)s ligger utanför det som får beslutas."),
            N_("Välj ett värde från %(low)s till %(high)s, eller ändra gränserna."),
            proposal=proposal,
            low="…" if low is None else low,
            high="…" if high is None else high,
        )


def _check_commitment(row: RawRow, raw: RawFile, faults: Faults) -> None:
    _check_reference(row, "section", _keys(raw.rows["section"]), faults)
    _check_subject(row, faults)
    _check_force(row, faults)
    if "obliged" in row.values:
        _check_obliged(row, raw, faults)
    parameters = _keys(raw.rows["parameter"])
    named: set[str] = set()
    for key in ("parameters", "guidance"):
        for number, word in enumerate(row.texts(key), start=1):
            path = f"{row.path}.{key}[{number}]"
            if word not in parameters:
                faults.unknown("unknown_parameter", path, _UNKNOWN_REFERENCE, word, parameters)
            elif word in named:
                _named_twice(path, word, faults)
            named.add(word)
    _check_needs(row, raw, faults)


def _check_needs(row: RawRow, raw: RawFile, faults: Faults) -> None:
    """See that the rule gets a parameter of every unit that it can't judge without."""
    from atagande_agreements.rules import RULES  # noqa: PLC0415 - it needs the tables' models

    rule = RULES.get(row.text("rule") or "")
    units = {one.text("key"): one.text("unit") for one in raw.rows["parameter"]}
    judging = {units.get(key) for key in row.texts("parameters")}
    # One that can't be read has a fault of its own, and might be what the rule needs.
    if rule is None or ("parameters" in row.given and None in judging):
        return
    for unit in rule.NEEDS:
        if unit.value not in judging:
            path = f"{row.path}.parameters" if "parameters" in row.given else row.path
            faults.add(
                "missing_unit",
                path,
                N_("Regeln %(rule)s behöver ett mätvärde i enheten %(unit)s, annars bedöms inget."),
                N_('Lägg till nyckeln till ett mätvärde med unit = "%(unit)s" i parameters.'),
                rule=row.text("rule"),
                unit=unit.value,
            )


def _named_twice(path: str, word: str, faults: Faults) -> None:
    faults.add(
        "duplicate",
        path,
        N_("%(word)s står två gånger i samma åtagande."),
        N_("Ta bort det ena."),
        word=word,
    )


def _check_subject(row: RawRow, faults: Faults) -> None:
    rule, subject = row.text("rule"), row.text("subject")
    if rule is None or subject is None or subject in words.RULE_SUBJECTS[rule]:
        return
    faults.unknown(
        "unknown_subject",
        f"{row.path}.subject",
        N_("%(word)s är inget som den regeln kan handla om."),
        subject,
        words.RULE_SUBJECTS[rule],
    )


def _check_force(row: RawRow, faults: Faults) -> None:
    """See that the verb, the rule, the reporter and what a miss gives fit together."""
    force, rule, on_miss = row.text("force"), row.text("rule"), row.text("on_miss")
    if force is not None and on_miss is not None and on_miss not in _MISSES[force]:
        faults.add(
            "force_on_miss",
            f"{row.path}.on_miss",
            N_("Ett åtagande med styrkan ”%(force)s” kan inte ge %(on_miss)s."),
            N_("Välj en av: %(choices)s."),
            force=force,
            on_miss=on_miss,
            choices=", ".join(_MISSES[force]),
        )
    if force is not None and rule is not None and (force == "kan") != (rule == "permission"):
        faults.add(
            "force_rule",
            f"{row.path}.rule",
            N_("Styrkan ”%(force)s” passar inte regeln %(rule)s."),
            N_("Styrkan ”kan” hör ihop med regeln permission, och bara med den."),
            force=force,
            rule=rule,
        )
    reporter = row.text("reporter")
    if (
        rule is not None
        and reporter is not None
        and (reporter == "nobody") != (rule == "permission")
    ):
        faults.add(
            "rule_reporter",
            f"{row.path}.reporter",
            N_("Regeln %(rule)s passar inte rapportören %(reporter)s."),
            N_("Skriv nobody för regeln permission, och bara för den."),
            rule=rule,
            reporter=reporter,
        )


def _check_obliged(row: RawRow, raw: RawFile, faults: Faults) -> None:
    path = f"{row.path}.obliged"
    tokens = row.texts("obliged")
    parties = _parties(raw)
    for number, word in enumerate(tokens, start=1):
        where = f"{path}[{number}]"
        if word in tokens[: number - 1]:
            _named_twice(where, word, faults)
        elif word not in parties:
            faults.unknown(
                "unknown_party", where, N_("%(word)s är ingen part i filen."), word, parties
            )
    if not any(parties.get(word, True) for word in tokens):
        faults.add(
            "nobody_obliged",
            path,
            N_("Åtagandet binder ingen part."),
            N_("Skriv vilka det gäller, till exempel all_members eller organisation:%(example)s."),
            example=next(iter(_keys(raw.rows["organisation"])), "af"),
        )


def _parties(raw: RawFile) -> dict[str, bool]:
    """Return every word for a party, and whether it stands for at least one."""
    organisations = raw.rows["organisation"]
    kinds = [row.text("kind") for row in organisations]
    parties: dict[str, Any] = {
        "association": words.ASSOCIATION_KIND in kinds,
        "all_members": any(kind != words.ASSOCIATION_KIND for kind in kinds),
        "clinics": any(row.text("kind") == "clinic" for row in raw.rows["unit"]),
        "municipalities": "kommun" in kinds,
    }
    parties |= {f"organisation:{key}": True for key in _keys(organisations)}
    parties |= {f"unit:{key}": True for key in _keys(raw.rows["unit"])}
    return parties
