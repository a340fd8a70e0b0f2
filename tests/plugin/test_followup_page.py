"""The follow-up's page, its choice of period, and the same in the API."""

import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from atagande_agreements.followup.period import Period
from atagande_plugin.period_words import period_words, short_words
from atagande_plugin.translation import words
from support.followup import ask, sweep_now
from support.meetings import FOUR, decide_network, hold
from support.queries import count_queries
from support.succession import JULY, NEW, A, at, merge
from support.succession import ask as register
from support.world import ADMINISTRATOR, CLINIC_CHIEF, READER, STEERING, World

PATH = "/uppfoljning"


def text_of(page: str) -> str:
    """Return what a page's main part says, without markup."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\xad", "").split())


@pytest.mark.parametrize(
    ("code", "swedish", "english"),
    [
        ("2026", "2026", "2026"),
        ("2026-Q3", "tredje kvartalet 2026", None),
        ("2026-H1", "första halvåret 2026", None),
        ("2026-02-01--2026-02-28", "februari 2026", "February 2026"),
        ("2026-02-01--2026-03-31", "februari–mars 2026", "February–March 2026"),
        ("2025-11-01--2026-01-31", "november 2025–januari 2026", "November 2025–January 2026"),
        ("2025-01-01--2026-12-31", "2025–2026", "2025–2026"),
        ("2026-02-03--2026-04-15", "3 februari–15 april 2026", "3 February–15 April 2026"),
        ("2026-02-03--2026-02-15", "3–15 februari 2026", "3–15 February 2026"),
        ("2026-02-03--2026-02-03", "3 februari 2026", "3 February 2026"),
        (
            "2025-02-03--2026-04-15",
            "3 februari 2025–15 april 2026",
            "3 February 2025–15 April 2026",
        ),
    ],
)
def test_a_period_is_called_what_people_call_it(
    code: str, swedish: str, english: str | None
) -> None:
    assert period_words(Period.parse(code), words("sv")) == swedish
    if english is not None:
        assert period_words(Period.parse(code), words("en")) == english
    assert short_words(Period.parse("2026-Q3"), words("sv")) == "kv. 3 2026"
    assert short_words(Period.of_year(2026), words("sv")) == "2026"


def test_the_first_sentence_says_how_it_stands(sqlite_lived_world: World) -> None:
    page = sqlite_lived_world.client(STEERING).get(PATH).text
    stands = (
        r"följs i \d+ av de \d+ åtaganden som går att bedöma 2026; \d+ av \d+ går inte att bedöma; "
    )
    found = re.search(stands, text_of(page))
    assert found
    matrix = text_of(sqlite_lived_world.client(STEERING).get("/matris").text)
    assert found[0] in matrix


def rows_of(page: str, heading: str) -> dict[str, list[int]]:
    """Return the numbers of each row of the table under a heading: statuses, then obligations."""
    table = page[page.index(f'id="{heading}"') :]
    table = table[table.index("<tbody>") : table.index("</table>")]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        name = " ".join(re.sub(r"<[^>]+>", "", row[: row.index("</th>")]).split())
        cells = re.findall(r'<td class="num[^>]*>(.*?)</td>', row, re.DOTALL)
        found[name] = [int(re.findall(r"\d+", re.sub(r"<[^>]+>", " ", one))[0]) for one in cells]
    return found


@pytest.mark.parametrize("code", ["2026", "2026-Q1", "2025-H2", "2025-11-03--2026-02-15"])
def test_every_row_adds_up_to_its_obligations_and_all_to_the_whole(
    sqlite_lived_world: World, code: str
) -> None:
    page = sqlite_lived_world.client(STEERING).get(f"{PATH}?period={code}").text
    for heading in ("parter", "typer"):
        rows = rows_of(page, heading)
        whole = rows.pop("Alla parter", None)
        summed: Counter[int] = Counter()
        for numbers in rows.values():
            *statuses, obligations = numbers
            assert sum(statuses) == obligations
            summed.update(dict(enumerate(numbers)))
        assert whole is None or whole == [summed[index] for index in range(len(whole))]


def test_everyone_who_follows_up_may_see_it_and_nobody_else(sqlite_world: World) -> None:
    for email in (ADMINISTRATOR, STEERING, READER, CLINIC_CHIEF):
        assert sqlite_world.client(email).get(PATH).status_code == 200
    assert sqlite_world.client().get(PATH).status_code == 302


@pytest.mark.parametrize("code", ["2026", "2026-Q1", "2025-11-03--2026-02-15"])
def test_it_takes_at_most_twelve_queries(lived_world: World, code: str) -> None:
    world = lived_world
    visitor = world.client(STEERING)
    visitor.get(PATH)
    with count_queries(world.services.engine) as sent:
        assert visitor.get(f"{PATH}?period={code}").status_code == 200
    assert len(sent) <= 12, len(sent)


def test_a_period_with_nothing_in_it_teaches(sqlite_world: World) -> None:
    page = sqlite_world.client(STEERING).get(f"{PATH}?period=2019-Q4").text
    said = text_of(page)
    assert "Inget av 93 åtaganden går att bedöma fjärde kvartalet 2019" in said
    assert "Inget att följa upp fjärde kvartalet 2019 än" in said
    assert "Mätvärden utan beslut i perioden" in said


@pytest.mark.parametrize(
    "bad", ["", "2018", "2099", "2026-Q5", "2026-Q", "x", "2026-04-02--2026-04-01", "9999", "0000"]
)
@pytest.mark.parametrize("path", [PATH, "/matris", "/overenskommelsen/P3", "/parter/af"])
def test_what_is_no_period_is_not_found(sqlite_world: World, path: str, bad: str) -> None:
    found = sqlite_world.client(STEERING).get(path, query_string={"period": bad})
    assert found.status_code == 404, bad


@pytest.mark.parametrize("page", [PATH, "/matris"])
def test_two_dates_make_a_period_without_script(sqlite_world: World, page: str) -> None:
    visitor = sqlite_world.client(STEERING)
    found = visitor.get(f"{PATH}/datum?sida={page}&fran=2026-02-03&till=2026-04-15")
    assert found.status_code == 303
    assert found.location == f"{page}?period=2026-02-03--2026-04-15"
    assert "3 februari–15 april 2026" in text_of(visitor.get(found.location).text)
    whole = visitor.get(f"{PATH}/datum?sida={page}&fran=2026-07-01&till=2026-09-30&status=met")
    assert whole.location == f"{page}?period=2026-Q3&status=met"


def test_reversed_or_impossible_dates_are_said_in_words(sqlite_world: World) -> None:
    visitor = sqlite_world.client(STEERING)
    for query, words_ in (
        ("fran=2026-04-15&till=2026-02-03", "Sista dagen är före den första"),
        ("fran=2026-13-01&till=2026-02-03", "Skriv första dagen som ÅÅÅÅ-MM-DD"),
        ("fran=2026-02-03&till=", "Skriv sista dagen som ÅÅÅÅ-MM-DD"),
        ("fran=2016-02-03&till=2026-02-03", "Välj dagar från och med 1 januari 2019"),
    ):
        found = visitor.get(f"{PATH}/datum?{query}")
        assert found.status_code == 400, query
        assert words_ in text_of(found.text)
        assert f'value="{query.split("=")[1].split("&")[0]}"' in found.text, "what was typed stays"
    assert visitor.get(f"{PATH}/datum").status_code == 200
    elsewhere = visitor.get(f"{PATH}/datum?sida=https://x.example/&fran=2026-02-03&till=2026-02-03")
    assert elsewhere.location == f"{PATH}?period=2026-02-03--2026-02-03"


def test_pages_keep_the_period_from_link_to_link(sqlite_world: World) -> None:
    visitor = sqlite_world.client(STEERING)
    code = "2026-Q1"
    page = visitor.get(f"{PATH}?period={code}").text
    assert "Inget att följa upp" in page
    for start in (f"/matris?period={code}", f"/parter/af?period={code}"):
        assert "första kvartalet 2026" in text_of(visitor.get(start).text)
    cell = re.search(
        r'href="(/overenskommelsen/P3\?part=[^"]+)"', visitor.get(f"/matris?period={code}").text
    )
    assert cell is not None
    address = cell[1].replace("&amp;", "&")
    assert f"period={code}" in address
    assert "första kvartalet 2026" in text_of(visitor.get(address).text)


def two_clicks(world: World, email: str, party: str, key: str) -> str:
    """Go from a party's row to its commitment as a person does; return what stands there."""
    visitor = world.client(email)
    row = re.search(rf'href="(/parter/{party}\?period=2026)[^"]*"', visitor.get(PATH).text)
    assert row is not None
    address = rf'href="(/overenskommelsen/{key}\?part={party}&amp;period=2026)"'
    link = re.search(address, visitor.get(row[1]).text)
    assert link is not None
    page = visitor.get(link[1].replace("&amp;", "&")).text
    assert "/overenskommelsen/parameter/" in page, "the parameter's decisions"
    assert link[1] in visitor.get("/matris?period=2026").text, "in one click from the matrix"
    return text_of(page)


def test_from_a_cell_it_is_two_clicks_to_clause_decision_and_evidence(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    decide_network(world)
    hold(world, FOUR)
    world.now = datetime(2026, 12, 30, 8, tzinfo=UTC)
    ask(world, A, date(2026, 3, 30), date(2026, 4, 15))
    sweep_now(world)
    # Its own cases are seen by the clinic alone; what is nobody's case by everyone.
    for email, party, key in ((CLINIC_CHIEF, A, "P3"), (READER, "fk", "A2")):
        said = two_clicks(world, email, party, key)
        assert "I källan" in said, "the clause"
        occurrences = said[said.index("Tillfällen för") :]
        assert "§" in occurrences, "the decision that each occurrence was judged with"
        assert "mottaget" in occurrences, "the evidence"


def test_over_a_change_of_parties_old_names_stay_and_nothing_counts_twice(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    register(world, A, date(2026, 1, 12), date(2026, 1, 15))
    merge(world)
    world.now = at(date(2026, 9, 1))
    rows = rows_of(world.client(STEERING).get(f"{PATH}?period=2026").text, "parter")
    assert "Sollentuna psykiatriska mottagning" in rows
    assert NEW.name in rows
    after = f"{JULY.isoformat()}--2026-12-31"
    found = world.client(STEERING).get(f"{PATH}?period={after}")
    assert found.status_code == 200


def test_the_api_gives_the_same_numbers(sqlite_lived_world: World) -> None:
    world = sqlite_lived_world
    call = world.api(STEERING)
    for code in ("2026", "2026-Q1", "2025-11-03--2026-02-15"):
        answer = call("GET", f"/agreements/sgi0/followup?period={code}")
        assert answer.status_code == 200
        found = answer.json
        assert found["period"] == code
        assert sum(found["tally"].values()) == found["obligations"] == len(found["cells"])
        page = rows_of(world.client(STEERING).get(f"{PATH}?period={code}").text, "parter")
        for one in found["parties"]:
            assert page[one["name"]] == [*one["tally"].values(), one["obligations"]]
        matrix = call("GET", f"/agreements/sgi0/matrix?period={code}").json
        assert matrix["period"] == code
        assert matrix["counts"] == found["tally"]


def test_the_api_refuses_what_is_no_period(sqlite_world: World) -> None:
    call = sqlite_world.api(STEERING)
    for path in ("followup", "matrix"):
        for bad, status in (("2026-Q5", 422), ("x", 422), ("2026-04-02--2026-04-01", 422)):
            answer = call("GET", f"/agreements/sgi0/{path}?period={bad}")
            assert answer.status_code == status, (path, bad)
        for outside in ("2018", "2099", "2018-05-01--2026-05-01"):
            assert call("GET", f"/agreements/sgi0/{path}?period={outside}").status_code == 404
    assert call("GET", "/agreements/nothing/followup").status_code == 404
