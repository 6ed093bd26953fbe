from __future__ import annotations

from coview.cli.docs import arguments, first_line, plain

DOC = """One idea
    in two lines.

    Args:
        a, b: both mean this,
            told in two lines.
        c: alone.

    Example:
        >>> c: no argument
    """


def test_names_of_one_entry_share_its_text() -> None:
    assert arguments(DOC) == {
        "a": "both mean this, told in two lines.",
        "b": "both mean this, told in two lines.",
        "c": "alone.",
    }


def test_first_line_is_the_whole_sentence() -> None:
    assert first_line(DOC) == "One idea in two lines."


def test_plain_leaves_out_the_arguments_alone() -> None:
    assert "both mean" not in plain(DOC)
    assert ">>> c" in plain(DOC)
