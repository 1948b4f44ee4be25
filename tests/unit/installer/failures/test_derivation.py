"""Facts read from the reasons that uv gives; the texts are uv's own."""

from __future__ import annotations

from nbenv.installer.failures.derivation import Need, bare_name, read_derivation

LONG = """
error: No solution found when resolving dependencies for split (markers: implementation_name == 'c')
  cause: Because pandas>=3.0.0rc0,<=3.0.0rc1 depends on numpy>=1.26.0 and all of:
             pandas>=3.0.0rc2,<=3.0.3
             pandas>=3.0.5,<=3.0.6
         depend on numpy>=1.26.0, we can conclude that all of:
             pandas>=3.0.0rc0,<=3.0.3
             pandas>=3.0.5,<=3.0.6
         depend on numpy>=1.26.0.
         And because pandas>=3.1.0rc0 depends on numpy>=2.0.2 and pandas>=2.0.0,<=2.0.3 depends on \
numpy>=1.21.0, we can conclude that all of:
             pandas>=2.0.0,<=2.0.3
             pandas>=3.0.0rc0,<=3.0.3
         depend on numpy>=1.21.0.
         And because pandas>=2.1.2,<=2.2.1 depends on numpy>=1.23.2,<2 and pandas==3.0.4 was \
yanked (reason: Reported segfaults), we can conclude that pandas>=2.0.0 depends on numpy>=1.21.0.
         And because your project depends on numpy<1.20 and pandas>=2, we can conclude that your \
project's requirements are unsatisfiable.
"""


def test_the_last_statement_about_two_packages_counts() -> None:
    facts = read_derivation(LONG)
    assert facts.needs == (Need("pandas", ">=2.0.0", "numpy", ">=1.21.0"),)
    assert facts.roots == (Need("", "", "numpy", "<1.20"), Need("", "", "pandas", ">=2"))
    assert facts.yanked == (("pandas==3.0.4", "Reported segfaults"),)
    assert not (facts.unknown or facts.absent or facts.pythons)


def test_markers_extras_and_a_pythons_limits() -> None:
    facts = read_derivation(
        "cause: Because the requested Python version (==3.11.*) does not satisfy Python>=3.13 and "
        "all versions of newpy depend on Python>=3.13, we can conclude that all versions of newpy "
        "cannot be used. And because your project depends on newpy[fast]{sys_platform == 'win32'}, "
        "we can conclude that your project's requirements are unsatisfiable.\n"
        "hint: The `requires-python` value (==3.11.*) includes Python versions"
    )
    assert facts.pythons == (Need("newpy", "", "python", ">=3.13"),)
    assert (facts.python, facts.roots) == ("3.11", (Need("", "", "newpy", ""),))


def test_wheels_and_what_they_are_for() -> None:
    facts = read_derivation(
        "cause: Because torch==1.10.0 has no wheels with a matching Python version tag (e.g., "
        "`cp311`) and you require torch==1.10, we can conclude that your requirements are "
        "unsatisfiable.\nhint: Wheels are available for `torch` (v1.10.0) with the following "
        "Python ABI tags: `cp36m`, `cp39`"
    )
    assert facts.no_wheels == (("torch", "==1.10.0"),)
    assert facts.tags == ("cp36m", "cp39")


def test_what_is_not_understood_is_left_out() -> None:
    assert read_derivation("the moon is full").roots == ()
    assert read_derivation("").needs == ()


def test_wheels_for_other_platforms_alone() -> None:
    facts = read_derivation(
        "Because leaf<=2.0 has no `implementation_name == 'cpython' and sys_platform == 'linux'`-"
        "compatible wheels and only leaf<=2.0 is available, we can conclude that it is not."
    )
    assert facts.no_wheels == (("leaf", "<=2.0"),)


def test_the_bare_name() -> None:
    assert bare_name("pandas[excel]{os_name == 'nt'}>=2") == "pandas"
    assert bare_name("=") == "="
