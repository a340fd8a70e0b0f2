"""Nobody can work out a small number of cases: every small world is tried, against every reader.

The limit is 3 here, so that all worlds of a few cases can be gone through: the numbers to protect
are 1 and 2. Two worlds that a reader can't tell apart are one to them. Where all of those agree
on a small number, it has been given away.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from itertools import product

import pytest

from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import (
    Atom,
    Group,
    Key,
    Picture,
    Place,
    Side,
    Split,
    add_up,
    differs,
    is_small,
    may_follow,
    picture,
    shown,
)

LIMIT = 3
SPAN = Period(date(2026, 1, 1), date(2026, 3, 31))
CLINICS = (Place(7, 1), Place(7, 2))
TOWNS = (Place(4), Place(5), Place(6))
ALL, YES, NO = Key("all"), Key("yes"), Key("no")
SENT = Key("sent")
#: What a reader may know: something that can be told from something else.
View = Hashable
World = tuple[int, ...]


def said(made: Picture) -> View:
    return tuple(
        (at, cell.count.value if cell.count is not None else None, cell.is_small)
        for at, cell in sorted(made.items(), key=lambda one: one[0])
    )


def published(group: Group, atoms: Iterable[Atom], limit: int = LIMIT) -> Picture:
    return picture(group, add_up(atoms)[SPAN], limit)


def all_worlds(parts: int, most: int) -> Iterator[World]:
    """Yield every way that up to `most` cases can be of some parts."""
    return (one for one in product(range(most + 1), repeat=parts) if sum(one) <= most)


def given_away(
    parts: int,
    most: int,
    view: Callable[[World], View],
    secrets: Callable[[World], Sequence[int]],
    limit: int = LIMIT,
) -> list[tuple[View, int, int]]:
    """Return what a reader who sees `view` of a world knows of its secrets, where it is small.

    Some views could come of more cases than the `most` that are tried; those tell nothing.
    """
    seen: dict[View, tuple[int, list[set[int]]]] = {}
    for world in all_worlds(parts, most):
        values = secrets(world)
        what = view(world)
        largest, possible = seen.get(what, (0, [set() for _ in values]))
        for known, value in zip(possible, values, strict=True):
            known.add(value)
        seen[what] = (max(largest, sum(world)), possible)
    return [
        (what, number, next(iter(known)))
        for what, (largest, possible) in seen.items()
        if largest + limit <= most
        for number, known in enumerate(possible)
        if len(known) == 1 and is_small(abs(next(iter(known))), limit)
    ]


# One clinic, cases of two municipalities, split in two: (yes, no) of each.
SPLIT = Group("one", Side("all", (Split(ALL, (YES, NO)),)))


def split_atoms(world: World, parts: Sequence[Key] = (YES, NO)) -> Iterator[Atom]:
    for number, value in enumerate(world):
        town = TOWNS[number // len(parts)]
        for key in (ALL, parts[number % len(parts)]):
            yield Atom(key, CLINICS[0], SPAN, value, town)


def split_secrets(world: World) -> list[int]:
    mine_yes, mine_no, other_yes, other_no = world
    yes, no = mine_yes + other_yes, mine_no + other_no
    return [yes, no, yes + no, other_yes, other_no, other_yes + other_no]


@pytest.mark.parametrize("knows", [(), (0, 1)])
def test_neither_an_outsider_nor_a_neighbour_works_out_a_part(knows: tuple[int, ...]) -> None:
    known = given_away(
        4,
        14,
        lambda world: (said(published(SPLIT, split_atoms(world))), *(world[at] for at in knows)),
        lambda world: split_secrets(world)[3:] if knows else split_secrets(world)[:3],
    )
    assert known == []


def test_every_rule_is_needed_for_that() -> None:
    """The search itself finds what each rule stops, so finding nothing means something."""

    def naive(world: World) -> View:
        yes, no = world[0] + world[2], world[1] + world[3]
        return tuple(shown(one, LIMIT) for one in (yes, no, yes + no))

    assert given_away(4, 14, naive, lambda world: split_secrets(world)[:3])
    shows_wholes = given_away(
        4,
        14,
        lambda world: (shown(sum(world), LIMIT), *world[:2]),
        lambda world: [world[2] + world[3]],
    )
    assert shows_wholes, "a neighbour subtracts its own"


THREE = tuple(Key("all", sex) for sex in ("women", "men", "unknown"))


def test_no_sex_is_worked_out() -> None:
    group = Group("three", Side("all", (Split(ALL, THREE),)))

    def view(world: World) -> View:
        atoms = [
            Atom(key, CLINICS[0], SPAN, value)
            for value, part in zip(world, THREE, strict=True)
            for key in (ALL, part)
        ]
        return said(published(group, atoms))

    assert given_away(3, 18, view, lambda world: [*world, sum(world)]) == []


def test_nothing_is_worked_out_from_two_splits_and_their_crossing() -> None:
    sexes = tuple(Key("all", sex) for sex in ("women", "men"))
    crossing = tuple(Key(which, sex) for which in ("yes", "no") for sex in ("women", "men"))
    splits = (Split(ALL, (YES, NO)), Split(ALL, sexes), Split(ALL, crossing))
    group = Group("crossed", Side("all", splits))

    def view(world: World) -> View:
        atoms = [
            Atom(key, CLINICS[0], SPAN, value)
            for value, cross in zip(world, crossing, strict=True)
            for key in (ALL, Key(cross.measure), Key("all", cross.sex), cross)
        ]
        return said(published(group, atoms))

    def secrets(world: World) -> list[int]:
        a, b, c, d = world
        return [a, b, c, d, a + b, c + d, a + c, b + d, sum(world)]

    assert given_away(4, 14, view, secrets) == []


def test_a_word_about_a_judged_share_gives_nothing_away() -> None:
    group = Group("judged", Side("all", (Split(ALL, (YES, NO), is_judged=True),)))
    loose = Group("loose", Side("all", (Split(ALL, (YES, NO)),)))

    def view(world: World, group: Group) -> View:
        yes, no = world
        atoms = [
            Atom(key, CLINICS[0], SPAN, value)
            for value, part in ((yes, YES), (no, NO))
            for key in (ALL, part)
        ]
        # Nine of ten is enough; nothing of nothing is no share.
        word = None if not yes + no else 10 * yes >= 9 * (yes + no)
        return (said(published(group, atoms)), word)

    def secrets(world: World) -> list[int]:
        return [*world, sum(world)]

    assert given_away(2, 24, lambda world: view(world, group), secrets) == []
    assert given_away(2, 24, lambda world: view(world, loose), secrets)


@pytest.mark.parametrize("knows", [(), (0,), (1,)])
@pytest.mark.parametrize("towns", [2, 3])
def test_no_neighbour_works_out_anothers_part_by_the_usual_limit(
    towns: int, knows: tuple[int, ...]
) -> None:
    limit, group = 5, Group("towns", Side("all"))

    def view(world: World) -> View:
        atoms = [
            Atom(ALL, CLINICS[0], SPAN, value, town)
            for value, town in zip(world, TOWNS, strict=False)
        ]
        return (said(published(group, atoms, limit)), *(world[at] for at in knows))

    def secrets(world: World) -> list[int]:
        return sums(world, towns, knows)

    assert given_away(towns, 32, view, secrets, limit) == []


# Two clinics asked by two municipalities, seen from both sides: the cases of clinic × municipality.
BOTH = Group("both", Side("all"), Side("sent"))


def both_atoms(world: World, towns: int) -> Iterator[Atom]:
    for number, value in enumerate(world):
        clinic, town = CLINICS[number // towns], TOWNS[number % towns]
        yield Atom(ALL, clinic, SPAN, value, town)
        yield Atom(SENT, town, SPAN, value, clinic)


def sums(world: World, towns: int, without: Iterable[int] = ()) -> list[int]:
    """Return each part, and the sums of clinics, municipalities and all, without what is known."""
    left = [0 if number in set(without) else value for number, value in enumerate(world)]
    rows = [sum(left[start : start + towns]) for start in range(0, len(left), towns)]
    columns = [sum(left[start::towns]) for start in range(towns)]
    return [*left, *rows, *columns, sum(left)]


@pytest.mark.parametrize(
    ("towns", "most", "knows"),
    [
        *((2, 14, knows) for knows in ((), (0, 2), (1, 3), (0, 1))),
        *((3, 9, knows) for knows in ((), (0, 3), (1, 4))),
    ],
)
def test_the_same_cases_seen_from_two_sides_give_nothing_away(
    towns: int, most: int, knows: tuple[int, ...]
) -> None:
    known = given_away(
        2 * towns,
        most,
        lambda world: (
            said(published(BOTH, both_atoms(world, towns))),
            *(world[at] for at in knows),
        ),
        lambda world: sums(world, towns, knows),
    )
    assert known == []


# A clinic over time: the cases of two municipalities when it was published, and later.
OVER_TIME = Group("time", Side("all"))


def seen_over_time(world: World, group: Group = OVER_TIME) -> View:
    """Return the pictures of a span at each moment that a new one could be published."""
    pictures: list[Picture] = []
    moments = []
    for start in range(0, len(world), 2):
        atoms = [
            Atom(ALL, CLINICS[0], SPAN, value, town)
            for value, town in zip(world[start : start + 2], TOWNS[:2], strict=True)
        ]
        made = published(group, atoms)
        if not pictures or (differs(made, pictures[-1]) and may_follow(made, pictures, LIMIT)):
            pictures.append(made)
        moments.append(said(pictures[-1]))
    return tuple(moments)


@pytest.mark.parametrize("knows", [False, True])
def test_nothing_is_worked_out_from_what_was_published_before(*, knows: bool) -> None:
    def view(world: World) -> View:
        return (seen_over_time(world), world[::2] if knows else ())

    def secrets(world: World) -> list[int]:
        first, then = (world[1], world[3]) if knows else (sum(world[:2]), sum(world[2:]))
        return [first, then, then - first]

    assert given_away(4, 16, view, secrets) == []


def test_no_two_pictures_ever_differ_by_a_small_number() -> None:
    for world in all_worlds(6, 12):
        numbers = {moment[0][1] for moment in seen_over_time(world) if moment[0][1] is not None}
        assert not any(is_small(abs(a - b), LIMIT) for a in numbers for b in numbers), world


def test_sums_of_what_is_shown_are_all_that_is_ever_added() -> None:
    """Quarters and places are independent, so a sum of shown numbers tells no more than they."""
    seen = defaultdict(set)
    for world in all_worlds(4, 12):
        made = published(BOTH, both_atoms(world, 2))
        total = sum(
            cell.count.value
            for (_place, key), cell in made.items()
            if key == ALL and cell.count is not None
        )
        seen[said(made)].add(total)
    assert all(len(totals) == 1 for totals in seen.values())


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (250, "250")]
)
def test_a_small_number_is_only_said_to_be_small(value: int, words: str) -> None:
    assert shown(value) == words
