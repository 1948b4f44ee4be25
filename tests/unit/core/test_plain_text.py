"""Text of strangers as it may be shown: nothing in it is hidden, or controls a terminal."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core.plain_text import HIDDEN, Payload, cleaned, escaped, safe

CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
DIRECTIONS = ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")


def must_be_written_out(character: str) -> bool:
    return character not in "\n\t" and (
        unicodedata.category(character) in CATEGORIES
        or unicodedata.bidirectional(character) in DIRECTIONS
        or "ZERO WIDTH" in unicodedata.name(character, "")
        or (
            unicodedata.name(character, "").startswith("HANGUL")
            and "FILLER" in unicodedata.name(character)
        )
    )


def test_every_hidden_character_of_unicode_is_written_out() -> None:
    everything = map(chr, range(sys.maxunicode + 1))
    left = [each for each in everything if must_be_written_out(each) and escaped(each) == each]
    assert left == []


def test_what_can_be_seen_stays() -> None:
    text = "naïve Ωμέγα 日本語 עברית العربية 👍🏽 a\u00a0b\u3000c e\u0301\n\tx"
    assert escaped(text) == text


@given(st.text(st.characters()))
def test_what_is_shown_hides_nothing_and_stays_so(text: str) -> None:
    shown = escaped(text)
    assert not HIDDEN.search(shown)
    assert escaped(shown) == shown
    shown.encode()  # no half of a character is left, which no stream can write


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x9b2J", r"\x9b2J"), ("\u202etxt", r"\u202etxt"), ("\U000e0041", r"\U000e0041")],
)
def test_as_python_writes_them(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_passwords_are_removed_from_messages() -> None:
    assert safe("see https://me:secret@host.example/x") == "see https://host.example/x"


def test_values_are_cleaned_except_for_what_was_asked_for() -> None:
    wanted = Payload("https://me:secret@host.example \x9b")
    value = {"\u202e": ["\x9b", ("https://me:secret@h.example", 1, None)], "text": wanted}
    assert cleaned(value) == {
        r"\u202e": [r"\x9b", ["https://h.example", 1, None]],
        "text": wanted,
    }
