"""Sentences that are checked: each stands on a condition, and the chapter stops when it turns false."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.errors import ClaimError, UsageError
from qualcode.present import claim, in_words, listed, paragraph


def test_a_sentence_that_holds_is_shown_as_it_is_written():
    assert claim("*Three* of them.", True, np.bool_(True))._repr_markdown_() == "*Three* of them."


@pytest.mark.parametrize("false", [False, np.bool_(False), pd.Series([1]).gt(2).any()])
def test_a_sentence_that_does_not_hold_stops_the_chapter_and_says_which_condition(false: object):
    with pytest.raises(ClaimError, match=r"this does not hold \(condition 2\): 'Most do.'; mend the sentence or"):
        claim("Most do.", True, false)


@pytest.mark.parametrize("strange", [pd.Series([True]), np.array([True]), 1, "yes", None])
def test_what_is_neither_true_nor_false_is_no_condition(strange: object):
    with pytest.raises(UsageError, match=r"condition 1 of a claim is neither true nor false: 'Most do.'"):
        claim("Most do.", strange)


def test_a_sentence_without_a_condition_is_no_claim():
    with pytest.raises(UsageError, match=r"a claim needs a condition under which it holds: 'Most do.'"):
        claim("Most do.")


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_a_claim_holds_when_all_conditions_do_and_only_then(conditions: list[bool]):
    if all(conditions):
        assert str(claim("So.", *conditions)) == "So."
    else:
        with pytest.raises(ClaimError):
            claim("So.", *conditions)


def test_claims_stand_one_after_another_in_a_paragraph():
    assert str(paragraph(claim("One.", True), claim("Two.", True))) == "One. Two."


def test_numbers_and_names_are_written_as_a_sentence_has_them():
    assert [in_words(n) for n in (0, 1, 12, 13, 1000, -1)] == ["none", "one", "twelve", "13", "1,000", "-1"]
    told = [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])]
    assert told == ["none", "a", "a and b", "a, b and c"]
