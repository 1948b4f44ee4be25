"""Packages that claim modules of other names."""

from __future__ import annotations

from pathlib import Path

from nbenv.core.import_names import candidates_of, known
from tools.candidates import CANDIDATES, candidates, worth_asking


def test_claims_that_count() -> None:
    provided = {
        "science-kit": {"scikits", "known", "utils"},
        "other": {"scikits"},
        "scikits": {"scikits"},
        "much": {f"m{n}" for n in range(20)},
        "plain": {"aside"},
        **{f"many{n}": {"common_one"} for n in range(6)},
    }
    found = candidates(provided, ["science-kit", "scikits", "much", "many1"], {"known": ""})
    assert found == {"scikits": ["science-kit"]}


def test_packages_about_science(tmp_path: Path) -> None:
    lines = ["name\tversion", "a\t1\t2020-01\t\tNeural data", "b\t1\t2020-01\t7\tx", "c\t1\t\t\tx"]
    lines.append("pytest-d\t1\t2020-01\t9\tdata")
    table = tmp_path / "all.tsv"
    table.write_text("\n".join(lines))
    assert list(worth_asking(table)) == ["a", "b"]


def test_the_file() -> None:
    lines = CANDIDATES.read_text(encoding="utf-8").splitlines()
    modules = [line.partition(" ")[0] for line in lines if line[0] != "#"]
    assert len(modules) > 15_000
    assert modules == sorted(modules)
    assert not {*modules} & {*known()}
    for line in lines[2::97]:
        module, *names = line.split()
        assert candidates_of(module) == tuple(names)
    assert candidates_of("surely_not_a_module_of_anybody") == ()
