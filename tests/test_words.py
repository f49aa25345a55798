"""Words are counted as they are found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qualcode.plaintext.words import _COMMON as COMMON
from qualcode.plaintext.words import belongs, count, words_of

SIGNS = st.sampled_from("ab1éœß \n.-'’“—…_€\u00ad\u0301\u200d\u02ff陳´²")


@given(st.text(SIGNS, max_size=40))
def test_as_many_words_are_counted_as_there_are(text: str):
    assert count(text) == sum(1 for _ in words_of(text))


def test_among_common_signs_no_accent_stands_apart():
    assert not [c for c in map(chr, range(0x3000)) if COMMON.fullmatch(c) and belongs(c) and not c.isalnum()]
