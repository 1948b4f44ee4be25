"""The grammar of requirements files, compared with the parser of the pip that is installed."""

from __future__ import annotations

import codecs
import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core.typed.requirements_file import Line, decode, expand, logical_lines, parse_line
from nbenv.errors import RequirementError

PIP: Any = importlib.import_module("pip._internal.req.req_file")
PIP_PARSE = PIP.get_line_parser(None)


def lines(text: str) -> list[tuple[int, str]]:
    return list(logical_lines(text))


def parsed(text: str) -> Line:
    return parse_line(text, "r.txt, line 1")


# -- encodings


@pytest.mark.parametrize(
    "data",
    [
        "Größe".encode(),
        codecs.BOM_UTF8 + "Größe".encode(),
        "Größe".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Größe".encode("utf-16-be"),
        "Größe".encode("utf-32"),
        "Größe".encode("latin-1"),
    ],
)
def test_encodings(data: bytes) -> None:
    assert decode(data) == "Größe"


def test_a_coding_line_counts() -> None:
    text = "# -*- coding: cp1250 -*-\nGrößeš"
    assert decode(text.encode("cp1250")) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\3\4\0\0", "is not a text file"),
        (b"# coding: none-such\nx", "is not written in none-such"),
        (codecs.BOM_UTF8 + b"\xff", "is not written in utf-8"),
    ],
)
def test_what_is_no_text(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode(data)


# -- lines


def test_lines_are_joined_and_keep_their_number() -> None:
    text = "# c\r\n\r\ntoolz \\\r\n  >=1 \\\r\n  # why\r\nsix # not seven\nurl#egg=x\n\\\n"
    assert lines(text) == [(3, "toolz   >=1"), (6, "six"), (7, "url#egg=x")]


@given(
    st.lists(
        st.sampled_from([
            "toolz", "six>=1", " # c", "#c", "\\", " \\", "", "  ", "a#b", "x  #y", "-r o.txt",
            "\t# t\\", "é @ ./x \\", "\x0c",
        ]),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)  # fmt: skip
def test_the_lines_are_pips(parts: list[str], end: str) -> None:
    text = end.join(parts)
    assert lines(text) == list(PIP.ignore_comments(PIP.join_lines(enumerate(text.splitlines(), 1))))


@given(st.text(alphabet="\\ #ab\n\r-=\t", max_size=40))
def test_the_lines_of_any_text_are_pips(text: str) -> None:
    assert lines(text) == list(PIP.ignore_comments(PIP.join_lines(enumerate(text.splitlines(), 1))))


# -- variables


def test_variables() -> None:
    text = "https://${USER_1}:${TOKEN}@h/${lower}/$HOME/${NONE}"
    expected = "https://me:s@h/${lower}/$HOME/${NONE}"
    assert expand(text, {"USER_1": "me", "TOKEN": "s", "HOME": "x"}) == (expected, ["NONE"])


@given(st.text(alphabet="${}AB_1a ", max_size=30))
def test_variables_are_pips(text: str) -> None:
    known = {"A": "1", "B": "", "AB_1": "two"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PIP, "os", SimpleNamespace(getenv=known.get))
        assert expand(text, known)[0] == next(PIP.expand_env_variables([(1, text)]))[1]


# -- options

ATTRIBUTES = {
    "--index-url": "index_url",
    "--extra-index-url": "extra_index_urls",
    "--no-index": "no_index",
    "--constraint": "constraints",
    "--requirement": "requirements",
    "--editable": "editables",
    "--find-links": "find_links",
    "--prefer-binary": "prefer_binary",
    "--require-hashes": "require_hashes",
    "--pre": "pre",
    "--trusted-host": "trusted_hosts",
}
WORDS = [
    "-i", "-r", "-c", "-e", "-f", "--index-url", "--index", "--extra-index-url", "--extra", "--pre",
    "--no-index", "--prefer", "--require-hashes", "--trusted-host", "--find-links", "--req",
    "--requirement", "--constraint", "--editable",
]  # fmt: skip
VALUES = ["https://h.invalid/simple", "./x", "a.txt", "'my folder'", "h.invalid:80", '"q"', "git+x"]


@given(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(" ="), st.sampled_from(VALUES))),
    st.booleans(),
)
def test_options_are_pips(written: list[tuple[str, str, str]], glued: bool) -> None:
    flags = ("--pre", "--no-index", "--prefer", "--require-hashes")
    text = " ".join(
        word
        if word in flags
        else f"{word}{'' if glued and len(word) == 2 else ' ' if len(word) == 2 else space}{value}"
        for word, space, value in written
    )
    try:
        _, theirs = PIP_PARSE(text)
    except PIP.OptionParsingError:
        with pytest.raises(RequirementError):
            parsed(text)
        return
    ours = parsed(text)
    for option, attribute in ATTRIBUTES.items():
        found = getattr(theirs, attribute)
        values = list(ours.values(option))
        if isinstance(found, list):
            assert values == found
        elif option == "--index-url":
            assert (values or [None])[-1] == found
        else:
            assert bool(values) == bool(found)


@pytest.mark.parametrize(
    "text",
    [
        "toolz",
        "toolz[a, b]>=1,<2 ; python_version < '3'",
        "toolz @ git+https://h.invalid/x@v1#egg=a&subdirectory=b",
        "./my folder/x.whl[extra]",
        "a==1.0-1",
    ],
)
def test_a_requirement_is_left_as_it_is(text: str) -> None:
    assert parsed(text) == Line("r.txt, line 1", text, text)
    digest = f"sha256:{'a' * 64}"
    line = parsed(f"{text} --hash={digest}   --hash {digest}")
    assert line.requirement == text == PIP_PARSE(f"{text} --hash={digest}")[0]
    assert line.values("--hash") == (digest, digest)


def test_tabs_are_spaces() -> None:
    line = parsed("toolz\t[a]\t>=1\t; python_version\t<'3'\t--hash=sha256:aa")
    assert line.requirement == "toolz [a] >=1 ; python_version <'3'"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--nonesuch", "There is no option --nonesuch"),
        ("--no", "There is no option --no in"),
        ("-q", "There is no option -q"),
        ("-i", "-i needs a value"),
        ("--index-url=", "--index-url needs a value"),
        ("--pre=yes", "--pre takes no value"),
        ("-e ./x toolz", "Something follows the value"),
        ("toolz -i https://h.invalid", "--index-url applies to the whole file"),
        ("toolz --pre", "belongs on a line of its own"),
        ("--hash=sha256:00", "--hash belongs behind a requirement"),
        ("-e ./x --hash=sha256:00", "--hash belongs behind a requirement"),
        ("toolz --config-settings a=b", "--config-settings changes how a package is built"),
        ("toolz -Ca=b", "--config-settings changes"),
        ("toolz --global-option=x", "--global-option changes"),
        ("-e 'x", "No closing quotation"),
    ],
)
def test_what_cannot_be_followed_is_named(text: str, why: str) -> None:
    with pytest.raises(RequirementError, match=why) as failed:
        parsed(text)
    assert failed.value.what == f"r.txt, line 1 cannot be followed: {text}"


def test_a_message_holds_no_secret() -> None:
    with pytest.raises(RequirementError) as failed:
        parse_line("-i https://me:s3cret@h.invalid x", "r.txt, line 1", "-i https://${A}@h x")
    assert "s3cret" not in str(failed.value)
    with pytest.raises(RequirementError) as failed:
        parsed("-i https://me:s3cret@h.invalid/simple x")
    assert "s3cret" not in str(failed.value)
