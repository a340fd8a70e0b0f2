"""Letters: what may stand in a template, how one is filled in, and that its history is kept."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.letters import errors, queries
from atagande_agreements.letters.models import LetterRevision
from atagande_agreements.letters.text import PLACEHOLDERS, Block, blocks, check, key_of
from atagande_agreements.letters.verbs import add_letter, change_letter
from support.world import ADMINISTRATOR, World

VALUES = {name: f"<{name}>" for name in PLACEHOLDERS}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("", errors.EmptyTemplate),
        ("  \n ", errors.EmptyTemplate),
        ("Till {doktorn}", errors.UnknownPlaceholder),
        ("Till {}", errors.UnknownPlaceholder),
        ("Till {mottagning", errors.BrokenPlaceholder),
        ("Till mottagning}", errors.BrokenPlaceholder),
        ("Namn: {rad}", errors.LineNotAlone),
        ("{rad} {rad}", errors.LineNotAlone),
    ],
)
def test_a_placeholder_that_nothing_fills_is_refused(body: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as caught:
        check(body)
    assert caught.value.field == "body"
    assert str(caught.value)


def test_paragraphs_lines_and_empty_lines_stay_apart() -> None:
    body = "Till {mottagning}\nRef {referens}\n\n{rad}\n{rad}\nHälsningar"
    assert blocks(body, VALUES) == [
        Block("Till <mottagning>\nRef <referens>"),
        Block(""),
        Block(""),
        Block("Hälsningar"),
    ]


def test_the_shipped_letters_are_three_and_can_be_filled_in() -> None:
    letters = queries.shipped()
    assert [one.key for one in letters] == ["forfragan", "komplettering", "paminnelse"]
    for one in letters:
        check(one.body)
        text = "\n".join(block.text for block in blocks(one.body, VALUES))
        assert "<referens>" in text
        assert Block("") in blocks(one.body, VALUES)


@pytest.mark.parametrize(
    ("name", "key"),
    [("Begäran om svar", "begaran-om-svar"), ("Å, ä & ö!", "a-a-o"), ("x" * 60, "x" * 40)],
)
def test_a_name_makes_an_address(name: str, key: str) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize("name", ["", "!", "1 brev", "Ny"])
def test_a_name_that_makes_no_address_is_refused(name: str) -> None:
    with pytest.raises(errors.BadName):
        key_of(name)


def test_a_changed_letter_takes_the_shipped_ones_place_and_keeps_its_history(world: World) -> None:
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)

        def change(body: str, version: int) -> None:
            change_letter(
                session,
                key="paminnelse",
                name="Påminnelse",
                body=body,
                in_use=True,
                person=person,
                version=version,
                now=world.now,
            )

        change("Svara, {mottagning}.", 0)
        change("Svara, {mottagning}.\r\n", 0)
        with pytest.raises(Stale):
            change("Svara nu.", 0)
        change("Svara nu, {mottagning}.", 1)
        letters = queries.letters_of(session, person.association_id)
        assert [one.key for one in letters] == ["forfragan", "komplettering", "paminnelse"]
        assert (letters[2].body, letters[2].version) == ("Svara nu, {mottagning}.", 2)
        history = queries.history(session, person.association_id, "paminnelse")
        assert [one.number for one in history] == [2, 1]
        session.commit()
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(update(LetterRevision).values(name="x"))


def test_a_letter_as_shipped_saved_unchanged_makes_nothing(world: World) -> None:
    with world.writer() as session:
        shipped = queries.shipped()[0]
        change_letter(
            session,
            key=shipped.key,
            name=shipped.name,
            body=shipped.body.replace("\n", "\r\n"),
            in_use=True,
            person=world.person(session, ADMINISTRATOR),
            version=0,
            now=world.now,
        )
        assert session.scalars(select(LetterRevision)).all() == []


def test_the_association_adds_a_letter_once(world: World) -> None:
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        for name, taken in (
            ("Tack för svaret", False),
            ("Tack för svaret!", True),
            ("Förfrågan", True),
        ):
            if taken:
                with pytest.raises(errors.NameTaken):
                    add_letter(session, name=name, body="Tack.", person=person, now=world.now)
            else:
                add_letter(session, name=name, body="Tack.", person=person, now=world.now)
        assert queries.letters_of(session, person.association_id)[-1].key == "tack-for-svaret"
        with pytest.raises(NotFound):
            change_letter(
                session,
                key="okand",
                name="x",
                body="y",
                in_use=True,
                person=person,
                version=0,
                now=world.now,
            )
