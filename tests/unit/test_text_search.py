"""Words and regular expressions in texts of any length."""

from __future__ import annotations

import time

import pytest

from tbwidget.analysis.text_search import MOST_FINDS, TextSearch


def test_words_are_found_whatever_their_case_and_signs() -> None:
    assert TextSearch("a.b").found_in("A.B axb a.b\na.b") == ["A.B", "a.b"]
    assert TextSearch("a.b", regex=True).found_in("A.B axb\nq") == ["A.B", "axb"]
    assert TextSearch("(").found_in("f(x)") == ["("]
    assert TextSearch("x").found_in("") == []


def test_words_may_span_lines_and_a_regex_looks_at_each_line() -> None:
    text = "first line\nloss=1\nloss=2 end\n"
    assert TextSearch("line\nloss").found_in(text) == ["line\nloss"]
    assert TextSearch("^loss=.$", regex=True).found_in(text) == ["loss=1"]
    assert TextSearch("^$", regex=True).found_in(text) == []


def test_a_regex_with_repeats_finds_in_lines_of_any_length() -> None:
    line = "x" * 50_000 + " acc=0.25 " + "y" * 50_000
    assert TextSearch(r"acc=\d+\.\d+", regex=True).found_in(line) == ["acc=0.25"]
    assert TextSearch(r"^x+ acc", regex=True).found_in("no " + line) == []


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "[", "a" * 600, "(a?){40}"])
def test_what_could_hang_or_is_no_regex_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="the pattern"):
        TextSearch(pattern, regex=True)


def test_finds_are_bounded_in_number_length_and_time() -> None:
    many = " ".join(f"n{i}" for i in range(1_000))
    assert len(TextSearch("n[0-9]+", regex=True).found_in(many)) == MOST_FINDS
    (found,) = TextSearch("z+", regex=True).found_in("z" * 3_000)
    assert len(found) == 200
    assert TextSearch("n").found_in(many, until=time.monotonic() - 1) == []
