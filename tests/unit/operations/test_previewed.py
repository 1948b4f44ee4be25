"""A preview's result, as data and as text."""

from __future__ import annotations

from dataclasses import replace

from nbenv.core.spec import Index
from nbenv.operations.previewed import PreviewedPackage, PreviewedRestore

PACKAGES = (
    PreviewedPackage("wheel", "1.0", None, 2_000_000, False),
    PreviewedPackage("built", "2.0", None, 30_000, True),
    PreviewedPackage("direct", None, "https://host.invalid/d.whl"),
)
FULL = PreviewedRestore(
    python="3.11",
    python_here=False,
    digest="0" * 32,
    approved=False,
    requirements=("wheel",),
    distributions=PACKAGES,
    indexes=(Index("far", "https://far.invalid"), Index("own", "https://own.invalid", True)),
    find_links=("./wheels",),
    direct=("direct @ https://host.invalid/d.whl", "mine @ ./mine"),
    unlocked=("late>=1",),
    editable=("mine @ ./mine",),
    local=("mine @ ./mine", "other @ ./other"),
    conditional=("maybe==1.0 ; python_full_version < '3.11.4'",),
    locked_source=("built",),
    looked_up=True,
    problem="One thing.",
)


def test_everything_that_matters_comes_first() -> None:
    assert FULL.text().splitlines() == [
        "Python:         3.11 (not on this machine: uv would download it)",
        "Packages:       3, download of 2.0 MB, plus 1 package of unknown size",
        "Foreign index:  far = https://far.invalid",
        "Foreign index:  own = https://own.invalid (instead of this machine's default index)",
        "Files from:     ./wheels",
        "Direct:         direct @ https://host.invalid/d.whl",
        "Local:          mine @ ./mine, installed in place",
        "Local:          other @ ./other",
        "Not locked:     late>=1 (the next change installs it, and may build it)",
        "Maybe:          maybe==1.0 ; python_full_version < '3.11.4'",
        "Built here:     built (building runs their code)",
        "Not known:      One thing.",
        "Approved here:  not yet",
        "",
        "Package  Version                       Download",
        "wheel    1.0                           2.0 MB",
        "built    2.0                           30.0 kB   built from source",
        "direct   @ https://host.invalid/d.whl  ?         ?",
    ]


def test_what_is_plain_is_short() -> None:
    plain = replace(
        FULL, python_here=True, approved=True, distributions=PACKAGES[:1], indexes=(), direct=(),
        find_links=(), unlocked=(), editable=(), local=(), conditional=(), locked_source=(),
        problem="",
    )  # fmt: skip
    assert plain.text().splitlines()[:3] == [
        "Python:         3.11",
        "Packages:       1, download of 2.0 MB",
        "Approved here:  yes",
    ]
    cached = replace(plain, distributions=(replace(PACKAGES[0], cached=True),)).text()
    assert cached.splitlines()[1] == "Packages:       1, nothing to download"
    assert cached.splitlines()[-1].split() == ["wheel", "1.0", "cached"]
    unsure = replace(plain, cache_known=False).text().splitlines()[1]
    assert unsure == "Packages:       1, download of 2.0 MB at most"
    unknown = replace(plain, distributions=PACKAGES[2:])
    assert "Packages:       1, download of unknown size" in unknown.text()
    assert replace(plain, distributions=()).text().splitlines()[-1] == "Approved here:  yes"


def test_sums_are_of_what_is_known() -> None:
    data = FULL.to_data()
    assert {key: data[key] for key in ("count", "download", "sizes_unknown", "source")} == {
        "count": 3, "download": 2_030_000, "sizes_unknown": 1, "source": ["built"],
    }  # fmt: skip
    assert data["indexes"] == (
        {"name": "far", "url": "https://far.invalid"},
        {"name": "own", "url": "https://own.invalid", "default": True},
        {"name": "files", "url": "./wheels"},
    )
    assert replace(FULL, distributions=PACKAGES[2:]).to_data()["download"] is None


def test_what_is_built_is_unknown_where_nothing_is_locked() -> None:
    unknown = replace(FULL, locked_source=None, distributions=())
    assert unknown.to_data()["source"] is None
    assert "Built here:     unknown until it is resolved (building runs code)" in unknown.text()
    assert FULL.to_data()["source"] == ["built"]
    assert replace(FULL, locked_source=("more",)).to_data()["source"] == ["built", "more"]
