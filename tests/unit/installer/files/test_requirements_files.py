"""Requirements files: what they include, and what is refused with its line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from nbenv.core.typed.asked_lines import AskedLine, FilesRead
from nbenv.errors import RequirementError
from nbenv.installer.files.requirements_files import read_files
from tests.support.files import serving


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, *lines: str, encoding: str = "utf-8") -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding=encoding)
    return name


def texts(lines: list[AskedLine]) -> list[str]:
    return [each.text for each in lines]


def read(*lines: str, **environ: str) -> FilesRead:
    return read_files([write("r.txt", *lines)], environ=environ)


def failure(*lines: str, **environ: str) -> RequirementError:
    with pytest.raises(RequirementError) as caught:
        read(*lines, **environ)
    return caught.value


def test_everything_in_a_file() -> None:
    Path("wheels").mkdir()
    Path("mine").mkdir()
    digest = f"sha256:{'a' * 64}"
    found = read(
        "-i https://main.invalid/simple",
        "--extra-index-url=https://more.invalid/simple --extra-index-url https://third.invalid",
        "-f wheels",
        "-f https://links.invalid/",
        "--no-binary leaf,twig",
        "--only-binary :all:",
        "--pre",
        "--prefer-binary --use-feature=fast-deps",
        "--trusted-host main.invalid",
        "leaf>=1 ; python_version > '3'  # why",
        f"twig==1 \\\n  --hash={digest}",
        "-e ./mine",
        "./mine",
        "x @ https://files.invalid/x-1.zip",
    )
    assert found == FilesRead(
        requirements=[
            AskedLine("leaf>=1 ; python_version > '3'", "r.txt, line 10"),
            AskedLine("twig==1", "r.txt, line 11", (digest,)),
            AskedLine("./mine", "r.txt, line 14"),
            AskedLine("x @ https://files.invalid/x-1.zip", "r.txt, line 15"),
        ],
        editable=[AskedLine("./mine", "r.txt, line 13")],
        index_url="https://main.invalid/simple",
        extra_index_urls=["https://more.invalid/simple", "https://third.invalid"],
        find_links=[str(Path.cwd() / "wheels"), "https://links.invalid/"],
        no_binary=["leaf", "twig"],
        only_binary=[":all:"],
        pre=True,
        prefer_binary=True,
        trusted_hosts=["main.invalid"],
        ignored=["--use-feature (r.txt, line 8)"],
    )
    assert read("--no-index").no_index
    assert read("", "# nothing") == FilesRead()


def test_nested_files_are_relative_to_theirs() -> None:
    write("sub/a.txt", "-r deeper/b.txt", "a", "-c ../limits.txt")
    write("sub/deeper/b.txt", "b", "-r ../a.txt", "-r ../../r.txt")  # a cycle
    write("limits.txt", "c<2", "b<3")
    found = read("-r sub/a.txt", "-c limits.txt", "-r sub/deeper/b.txt")
    assert [(each.text, each.place) for each in found.requirements] == [
        ("b", str(Path("sub/deeper/b.txt, line 1"))),
        ("a", "sub/a.txt, line 2"),
    ]
    assert texts(found.constraints) == ["c<2", "b<3"]


def test_a_constraints_file_of_the_command_line() -> None:
    write("limits.txt", "a<2", "-i https://main.invalid/simple")
    found = read_files([], ["limits.txt"])
    assert found == FilesRead(
        constraints=[AskedLine("a<2", "limits.txt, line 1")],
        index_url="https://main.invalid/simple",
    )


def test_files_from_a_server() -> None:
    files = {"/d/r.txt": b"-r sub/s.txt\na\n-r /top.txt", "/d/sub/s.txt": b"s", "/top.txt": b"t"}
    with serving(files) as url:
        found = read_files([f"{url}/d/r.txt"])
        assert texts(found.requirements) == ["s", "a", "t"]
        assert found.requirements[1].place == f"{url}/d/r.txt, line 2"
        write("sub/r.txt", f"-r {url}/top.txt")
        assert texts(read_files(["sub/r.txt"]).requirements) == ["t"]
        with pytest.raises(RequirementError, match="The server answered 404"):
            read_files([f"{url}/absent.txt"])


@pytest.mark.parametrize("line", ["-i https://h.invalid/${HOME}", "-r file:///etc/hostname"])
def test_a_file_from_a_server_learns_nothing_of_this_machine(line: str) -> None:
    with serving({"/r.txt": f"# c\n{line}".encode()}) as url:
        with pytest.raises(RequirementError, match="A file from another machine may not") as failed:
            read_files([f"{url}/r.txt"], environ={"HOME": "/home/me"})
        assert failed.value.what == f"{url}/r.txt, line 2 cannot be followed: {line}"


def test_a_file_by_its_url_on_this_machine() -> None:
    write("sub/a.txt", "a", "-r b.txt")
    write("sub/b.txt", "b")
    assert texts(read_files([(Path.cwd() / "sub/a.txt").as_uri()]).requirements) == ["a", "b"]


# -- variables


def test_variables_are_expanded() -> None:
    line = "-i https://${USER_NAME}:${TOKEN}@h.invalid/${TEAM}/simple"
    found = read(line, USER_NAME="me", TOKEN="s3cret", TEAM="blue")
    assert found.index_url == "https://me:s3cret@h.invalid/blue/simple"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-i https://h.invalid/${TOKEN}/simple", "Everyone who gets the notebook could read"),
        ("x @ https://h.invalid/x.zip?a=${MY_PASSWORD}", "the value of MY_PASSWORD"),
        ("-i https://h.invalid/${ABSENT}", "ABSENT is not set"),
        ("-i https://h.invalid/${EMPTY}", "EMPTY is not set"),
        ("toolz --index-url https://me:${TOKEN}@h.invalid", "belongs on a line of its own"),
        ("./${TOKEN}.whl", "TOKEN"),
    ],
)
def test_a_secret_is_never_recorded_or_shown(line: str, why: str) -> None:
    error = failure("a", line, TOKEN="s3cret", MY_PASSWORD="s3cret", EMPTY="")
    assert why in str(error)
    assert error.what == f"r.txt, line 2 cannot be followed: {line.replace('me:${TOKEN}@', '')}"
    assert "s3cret" not in str(error)


# -- what is refused


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("numpy 1.2", "Did you mean 'numpy==1.2'?"),
        ("numpy=1.2=py39_0", "NAME==VERSION"),
        ("numpy=1.2", "Write == before a version"),
        ("./absent", "There is no ./absent. Paths are relative to the current folder."),
        ("-e ./absent[x]", "There is no ./absent"),
        ("absent-1.0-py3-none-any.whl", "There is no absent-1.0"),
        ("file:///absent/x.whl", "There is no /absent/x.whl"),
        ("x @ file:///croot/x/dist/x.whl", "That file is not on this machine; pip"),
        ("x==1 --hash=md5:0", "is not a hash as sha256"),
        ("--nonesuch", "There is no option --nonesuch"),
        ("-c limits.txt", "A constraint limits a package by its name"),
        ("-c extras.txt", "A constraint has no extras"),
        ("-c editable.txt", "A constraint cannot be installed in place"),
        ("-r absent.txt", "is not there (r.txt, line 2 names it)"),
        ("-r .", "is a folder, not a requirements file (r.txt, line 2 names it)"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_named(line: str, why: str) -> None:
    write("limits.txt", "./x")
    write("extras.txt", "a[b]<2")
    write("editable.txt", "-e ./x")
    error = failure("a", line)
    assert why in str(error)
    place = "r.txt, line 2" if "-c" not in line else f"{line[3:]}, line 1"
    assert place in str(error)


def test_required_hashes() -> None:
    digest = f"sha256:{'a' * 64}"
    assert read("--require-hashes", f"a==1 --hash={digest}").requirements[0].hashes == (digest,)
    error = failure("--require-hashes", f"a==1 --hash={digest}", "b==1")
    assert error.what == "r.txt, line 3 cannot be followed: b==1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    write("r.txt", "# für alle", "leaf", encoding=encoding)
    assert texts(read_files(["r.txt"]).requirements) == ["leaf"]


def test_a_file_that_is_no_text() -> None:
    Path("r.txt").write_bytes(b"\x89PNG\0\0")
    with pytest.raises(RequirementError, match=r"r\.txt is not a text file"):
        read_files(["r.txt"])


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path.cwd()))
    write("r.txt", "a")
    assert texts(read_files(["~/r.txt"]).requirements) == ["a"]
    with pytest.raises(RequirementError, match="is not there"):
        read_files(["~/absent.txt"])


def test_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    write("c.txt", "a<2")
    stream = io.TextIOWrapper(io.BytesIO(b"a\n-c c.txt\nb c\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    with pytest.raises(RequirementError, match="line 3"):
        read_files(["-"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\n-c c.txt\n")))
    found = read_files(["-"])
    assert (texts(found.requirements), texts(found.constraints)) == (["a"], ["a<2"])
