"""The text of a document, and what differs between two of its versions."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.documents.difference import (
    Line,
    Sign,
    Words,
    after,
    before,
    difference,
    shortened,
)
from atagande_agreements.documents.layout import Kind, blocks, normal

#: Few signs, so that the same words and lines come again.
TEXTS = st.text(st.sampled_from("ab å.-#1\n"), max_size=120)


@given(TEXTS, TEXTS)
def test_the_shown_difference_applied_to_the_old_text_gives_the_new(old: str, new: str) -> None:
    lines = difference(old, new)
    assert before(lines) == old
    assert after(lines) == new


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_sign_of_any_script_is_lost(old: str, new: str) -> None:
    lines = difference(old, new)
    assert (before(lines), after(lines)) == (old, new)


@given(TEXTS, TEXTS)
def test_what_is_folded_away_has_no_difference_in_it(old: str, new: str) -> None:
    lines = difference(old, new)
    runs = list(shortened(lines))
    assert [line for run in runs for line in run] == lines
    changed = [any(line.sign is not Sign.SAME for line in run) for run in runs]
    # Runs with a difference and runs without one take turns.
    assert all(one is not other for one, other in pairwise(changed))


def test_the_same_text_has_no_difference() -> None:
    assert {line.sign for line in difference("a\n\nb", "a\n\nb")} == {Sign.SAME}


def test_within_a_changed_line_the_words_are_marked() -> None:
    old, new = "Svaret ges inom tio dagar.", "Svaret ges inom femton dagar."
    assert difference(old, new) == [
        Line(
            Sign.CHANGED,
            (
                Words(Sign.SAME, "Svaret ges inom "),
                Words(Sign.REMOVED, "tio"),
                Words(Sign.ADDED, "femton"),
                Words(Sign.SAME, " dagar."),
            ),
        )
    ]


def test_lines_that_are_not_alike_went_and_came() -> None:
    signs = [line.sign for line in difference("Mottagningen svarar.", "Kommunen bjuder in alla")]
    assert signs == [Sign.REMOVED, Sign.ADDED]


def test_a_text_is_headings_paragraphs_and_lists() -> None:
    text = (
        "# Steg\nFörst\nsedan.\n\n- ett\n  och ett halvt\n* två\n\n3. tre\n4) fyra\n6. sex\n## Slut"
    )
    assert [(one.kind, one.lines, one.level, one.start) for one in blocks(text)] == [
        (Kind.HEADING, ["Steg"], 1, 1),
        (Kind.PARAGRAPH, ["Först sedan."], 0, 1),
        (Kind.BULLETS, ["ett och ett halvt", "två"], 0, 1),
        (Kind.NUMBERS, ["tre", "fyra"], 0, 3),
        (Kind.NUMBERS, ["sex"], 0, 6),
        (Kind.HEADING, ["Slut"], 2, 1),
    ]


def test_no_heading_is_more_than_one_below_the_one_before_it() -> None:
    levels = [one.level for one in blocks("### A\n#### B\n# C\n### D")]
    assert levels == [1, 2, 1, 2]


@given(st.text(max_size=200))
def test_every_word_of_a_text_is_in_a_block(text: str) -> None:
    kept = normal(text)
    assert normal(kept) == kept
    for block in blocks(kept):
        assert block.lines
        assert all(line.strip() for line in block.lines)
