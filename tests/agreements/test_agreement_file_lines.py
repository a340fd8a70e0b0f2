"""The line of each key in a TOML text, whatever shape its values have."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_agreements.register.file_lines import Lines

#: Values that look like other things inside, each with the offsets of the items it holds.
VALUES: list[tuple[str, dict[str, int]]] = [
    ("1", {}),
    ("2019-10-25 10:00:00 # [x]", {}),
    ('"# [[row]] = \\" ] } "', {}),
    ("'\\'", {}),
    ('""', {}),
    ("''", {}),
    ('"""\nkey = 1\n[[row]]\n\\"""\n"""', {}),
    ('""""quoted""""', {}),
    ("'''\nkey = \"\n'''", {}),
    ("[]", {}),
    ('["a", "b"]', {"[1]": 0, "[2]": 0}),
    ('[\n  "a", # ] "\n  "b = c",\n]', {"[1]": 1, "[2]": 2}),
    ("[\n[true],\n[\n1, 2]\n]", {"[1]": 1, "[1][1]": 1, "[2]": 2, "[2][1]": 3, "[2][2]": 3}),
    ('{ a = 1, b.c = "}", "d e" = [\n1] }', {".a": 0, ".b.c": 0, ".d e": 0, ".d e[1]": 1}),
    ("[{ a = 1 },\n { a = 2 }]", {"[1].a": 0, "[2].a": 1}),
]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["[table%d]", "[[row]]", "[a.b%d]", "# [[row]]", ""]),
            st.lists(st.sampled_from(VALUES), max_size=4),
        ),
        max_size=6,
    )
)
def test_every_key_is_found_on_its_line(
    parts: list[tuple[str, list[tuple[str, dict[str, int]]]]],
) -> None:
    rows: list[str] = []
    expected: dict[str, int] = {}
    table, tables = "", 0
    for number, (header, values) in enumerate(parts):
        text = header % number if "%" in header else header
        rows.append(text)
        if header == "[[row]]":
            tables += 1
            table = f"row[{tables}]"
            expected[table] = len(rows)
        elif header.startswith("["):
            table = text.strip("[]")
            expected[table] = len(rows)
        for place, (value, items) in enumerate(values):
            path = f"{table}.k{number}x{place}".lstrip(".")
            line = len(rows) + 1
            expected[path] = line
            expected |= {path + item: line + offset for item, offset in items.items()}
            rows += f"k{number}x{place} = {value}".split("\n")
    text = "\n".join(rows)
    tomllib.loads(text)
    lines = Lines(text)
    assert {path: lines.line(path) for path in expected} == expected
    assert all(one.closed and one.repeats is None for one in lines.statements)


def test_a_path_that_is_not_there_falls_back_to_what_is_around_it() -> None:
    lines = Lines("\n[a]\nx = 1\n[[row]]\n[[row]]\n")
    assert lines.line("a.missing") == 2
    assert lines.line("row[2].missing") == 5
    assert lines.line("row[3]") == 4
    assert lines.line("nothing.at.all") == 1


def test_dotted_and_quoted_keys_have_lines() -> None:
    lines = Lines('a . "b c" = 1\n\n["d"]\n\'e\'.f = 2\n')
    assert [lines.line(path) for path in ("a", "a.b c", "d", "d.e", "d.e.f")] == [1, 1, 3, 4, 4]


def test_rows_within_rows_are_counted_anew() -> None:
    lines = Lines("[[a]]\n[[a.b]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\nx = 1\n[a.c]\ny = 1\n")
    assert lines.line("a[1].b[2].x") == 4
    assert lines.line("a[2].b[1].x") == 7
    assert lines.line("a[2].c.y") == 9


def test_a_list_without_an_end_stops_before_the_next_statement() -> None:
    lines = Lines('a = ["x",\n  "y = z",\nb = 1\nc = [1,\n[[row]]\nd = [2\n')
    assert [(one.path, one.first, one.last, one.closed) for one in lines.statements] == [
        ("a", 1, 2, False),
        ("b", 3, 3, True),
        ("c", 4, 4, False),
        ("row[1]", 5, 5, True),
        ("row[1].d", 6, 6, False),
    ]
    assert lines.path(2) == "a"
    assert lines.path(3) == "b"


def test_a_key_that_stands_twice_tells_where_it_stood_first() -> None:
    lines = Lines("a = 1\n[t]\na = 1\n\na = 2\n")
    assert [one.repeats for one in lines.statements] == [None, None, None, 3]


@settings(deadline=None)
@given(st.text("ab=[]{}\"'\\,.#\n\r \t1", max_size=80))
def test_no_text_stops_the_scanner(text: str) -> None:
    lines = Lines(text)
    last = text.count("\n") + 1
    assert all(1 <= one.first <= one.last <= last for one in lines.statements)
