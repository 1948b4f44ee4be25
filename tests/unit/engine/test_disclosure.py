"""Everything that a record can make run or ask is listed, in words and as data."""

from __future__ import annotations

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.disclosure import Disclosure, contents, disclose, download_note
from nbenv.environments.interpreters import default_python

HASH = f"--hash=sha256:{'0' * 64}"
COMMIT = "0" * 40


def spec(requirements: list[str], lock: list[str], **more: object) -> Spec:
    record = {"version": 1, "python": "3.11", "requirements": requirements, "lock": lock, **more}
    return Spec.from_record(record)


def words(*parts: object, **more: object) -> str:
    return "\n".join(disclose(spec(*parts, **more)).sentences())  # type: ignore[arg-type]


def test_plain_wheels_need_no_words() -> None:
    plain = disclose(spec(["six"], [f"six==1.0 {HASH}"]), "3.11.7")
    assert list(plain.sentences()) == []
    nothing = ((), (), (), (), (), (), (), (), ())
    assert vars(plain) == vars(Disclosure(*nothing, lines=plain.lines))
    assert [each.name for each in plain.lines] == ["six"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("evil @ git+https://host.invalid/evil", "the next change installs it, and builds it"),
        ("evil @ https://host.invalid/evil.tar.gz", "installs it, and builds it"),
        ("evil @ https://host.invalid/evil-1.0-py3-none-any.whl", "the next change installs it."),
        ("evil @ https://host.invalid/evil", "installs it, and may build it"),
        ("evil @ ./evil", "installs it, and builds it"),
        ("evil>=1", "evil>=1: the next change installs that, and may build it"),
        (
            "evil ; python_version < '3'",
            "evil ; python_version < '3': the next change installs that",
        ),
        ("six>=2", "six>=2: the next change installs that"),
        ("six @ git+https://host.invalid/six", "Its lock lacks six @ git+https://host.invalid/six"),
    ],
)
def test_a_requirement_that_the_lock_lacks_is_listed(text: str, said: str) -> None:
    lock = [f"six==1.0 {HASH}"]
    assert said in words([*(f"p{n}" for n in range(8)), text], lock)
    found = disclose(spec([text], lock))
    assert len(found.unlocked) == 1
    assert (text in found.direct) is ("@" in text)


@pytest.mark.parametrize(
    "text",
    ["six", "Six[extra]", "six<2", "six==1.0", "six ; os_name == 'nt'", "six>=1.0a1"],
)
def test_what_is_locked_is_not_called_unlocked(text: str) -> None:
    assert disclose(spec([text], [f"six==1.0 {HASH}"])).unlocked == ()


@pytest.mark.parametrize("marker", ["os_name == 'none'", "python_version == '2.7'"])
def test_a_line_that_nobody_is_shown_locks_nothing_here(marker: str) -> None:
    lock = [
        f"evil @ git+https://host.invalid/evil@{COMMIT} ; {marker}",
        f"bad==1.0 ; {marker} {HASH}",
        f"far==1.0 ; {marker} {HASH}",
    ]
    asked = ["evil @ git+https://host.invalid/evil", "bad", "far ; os_name == 'none'"]
    assert disclose(spec(asked, lock)).unlocked == tuple(asked[:2])
    elsewhere = [f"{asked[0]} ; {marker}"]  # a change resolves for every platform
    assert disclose(spec(elsewhere, lock)).unlocked == tuple(elsewhere)


def test_what_matters_is_not_pushed_out_by_what_is_many_or_long() -> None:
    indexes = [{"name": f"i{n}", "url": f"https://host.invalid/{n}"} for n in range(50)]
    lock = [f"evil @ https://host.invalid/evil.tar.gz {HASH}", f"six==1.0 {HASH}"]
    record = spec(["a" * 4000], lock, source=["six"], indexes=indexes)
    first = list(disclose(record).sentences())[:4]
    assert first[0] == (
        "In all: 1 built from source, 1 installed directly from an address or a folder, "
        "1 that the lock lacks, 50 indexes."
    )
    assert [each.split()[1] for each in first[1:3]] == ["builds", "installs"]
    assert len(contents(record)) < 200


def test_a_repository_is_locked_at_a_commit() -> None:
    lock = [f"six @ git+https://host.invalid/six@{COMMIT}#subdirectory=in"]
    for text in ("six @ git+https://host.invalid/six", "six @ git+https://host.invalid/six@v1"):
        assert disclose(spec([f"{text}#subdirectory=in"], lock)).unlocked == ()
        assert disclose(spec([text], lock)).unlocked == (text,)
    other = "six @ git+https://host.invalid/other#subdirectory=in"
    assert disclose(spec([other], lock)).unlocked == (other,)


def test_lines_that_another_patch_version_installs_are_listed() -> None:
    maybe = f"evil @ https://host.invalid/evil.tar.gz ; python_full_version < '3.11.3' {HASH}"
    never = f"far==1.0 ; python_full_version < '3.10' {HASH}"
    record = spec([], [maybe, never])
    known = disclose(record, "3.11.7")
    assert (
        known.conditional
        == known.direct
        == ("evil @ https://host.invalid/evil.tar.gz ; python_full_version < '3.11.3'",)
    )
    assert "It installs evil directly from https://host.invalid/evil.tar.gz" in words([], [maybe])
    assert known.source == ("evil",)
    assert disclose(record).conditional == ()  # all that may be installed are chosen


def test_what_is_built_is_unknown_without_a_lock() -> None:
    assert disclose(spec(["six"], [])).source is None
    assert "what has to be built from source, which runs code, is unknown" in words(["six"], [])
    assert disclose(spec([], [])).source == ()
    assert disclose(spec(["six"], [f"six==1.0 {HASH}"], source=["six"])).source == ("six",)


def test_projects_of_this_machine() -> None:
    found = disclose(spec(["mine @ ./mine", "late @ ./late"], ["mine @ ./mine"], editable=["mine"]))
    assert found.local == ("mine @ ./mine", "late @ ./late")
    assert found.editable == ("mine @ ./mine",)
    assert found.unlocked == ("late @ ./late",)


def test_a_few_words_say_what_it_holds() -> None:
    many = spec([f"p{n}" for n in range(9)], [f"six==1.0 {HASH}"])
    assert contents(many) == "Python 3.11 with 1 package locked (p0, p1, p2, p3, p4, p5, p6, p7, …)"
    assert contents(spec([], [])) == "Python 3.11 with 0 packages locked"


def test_a_python_that_may_be_downloaded_is_named() -> None:
    assert download_note(Spec("3.99")).startswith(" Python 3.99 is downloaded")
    assert download_note(Spec(default_python())) == ""


def test_places_of_files_and_a_default_index_are_listed() -> None:
    index = {"name": "own", "url": "https://own.invalid/simple", "default": True}
    places = ["./wheels", "https://h.invalid/wheels"]
    text = words(["six"], [f"six==1.0 {HASH}"], indexes=[index], find_links=places)
    assert text.splitlines() == [
        "It uses the index own (https://own.invalid/simple) instead of this machine's default "
        "index.",
        "It takes files from ./wheels.",
        "It takes files from https://h.invalid/wheels.",
    ]


def test_what_the_next_change_builds_is_listed() -> None:
    lock = [f"six==1.0 {HASH}"]
    said = "The next change builds six from source, which runs their code."
    assert said in words(["six"], lock, no_binary=["six"])
    assert disclose(spec(["six"], lock, no_binary=["six"])).source == ("six",)
    assert words(["six"], lock, no_binary=["six"], source=["six"]).splitlines() == [
        "It builds six from source, which runs their code."
    ]
    assert "builds all packages from source" in words(["six"], lock, no_binary=[":all:"])


def test_system_packages_are_listed() -> None:
    found = disclose(Spec("3.11", system=("ffmpeg", "graphviz")))
    assert found.system == ("ffmpeg", "graphviz")
    assert list(found.sentences()) == [
        "It asks for system packages, which nbenv does not install: ffmpeg, graphviz."
    ]


def test_code_for_the_page_is_announced_by_name() -> None:
    lock = [f"ipympl==1.0 {HASH}", f"numpy==1.0 {HASH}", f"jupyterlab-widgets==3.0 {HASH}"]
    assert disclose(spec(["ipympl"], lock)).page == ("ipympl", "jupyterlab-widgets")
    said = "It brings widgets, whose code runs in Jupyter's page: ipympl, jupyterlab-widgets."
    assert words(["ipympl"], lock).splitlines() == [said]
