"""Options that pip and uv take from the machine: environment variables, and pip's configuration.

https://pip.pypa.io/en/stable/topics/configuration/ and
https://docs.astral.sh/uv/reference/environment/
Where packages come from, and how the network is reached, counts for every command, and is not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbenv.cli.pip_lines.pip_grammar import PipLine
from nbenv.cli.pip_lines.pip_options import OPTIONS, Fate, PipOption
from nbenv.installer import pip_config

__all__ = ["add_environment"]

_EVERYWHERE = {
    *("index_url", "default_index", "indexes", "find_links", "no_index", "trusted_hosts"),
    *("constraint_files", "no_binary", "only_binary", "prefer_binary"),
}
"""Fields that `nbenv.installer` fills for every command: they are the machine's, not recorded."""
_UNSAID = {"--break-system-packages", "--compile-bytecode", "--root-user-action"}
"""Settings of images that allow or hasten what nbenv does not do: nobody misses them."""
_OF_UV = {
    "UV_BREAK_SYSTEM_PACKAGES": "--break-system-packages",
    "UV_BUILD_CONSTRAINT": "--build-constraint",
    "UV_COMPILE_BYTECODE": "--compile-bytecode",
    "UV_CONSTRAINT": "--constraint",
    "UV_EXCLUDE_NEWER": "--exclude-newer",
    "UV_FORK_STRATEGY": "--fork-strategy",
    "UV_NO_BINARY": "--no-binary",
    "UV_NO_BINARY_PACKAGE": "--no-binary-package",
    "UV_NO_BUILD": "--no-build",
    "UV_NO_BUILD_ISOLATION": "--no-build-isolation",
    "UV_NO_BUILD_PACKAGE": "--no-build-package",
    "UV_NO_SOURCES": "--no-sources",
    "UV_OVERRIDE": "--overrides",
    "UV_PRERELEASE": "--prerelease",
    "UV_PYTHON": "--python",
    "UV_REQUIRE_HASHES": "--require-hashes",
    "UV_RESOLUTION": "--resolution",
    "UV_SYSTEM_PYTHON": "--system",
}
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
_KNOWN_VALUES = {
    "--prerelease": ("allow", "if-necessary", "if-necessary-or-explicit"),
    "--resolution": ("highest", "lowest", "lowest-direct"),
    "--upgrade-strategy": ("eager", "only-if-needed"),
}


def add_environment(line: PipLine, environ: Mapping[str, str]) -> list[str]:
    """Put the options of the machine before those of an install's line, which count more.

    Returns
    -------
    list[str]
        A line for each variable or setting that cannot be followed here, with the reason.
    """
    options: list[tuple[PipOption, str, str]] = []
    ignored: list[str] = []
    for source, flag, text in _given(environ):
        option = _BY_FLAG.get(flag)
        if option is None or option.to in _EVERYWHERE or flag in _UNSAID:
            continue
        if text not in _KNOWN_VALUES.get(flag, (text,)):
            ignored.append(f"Ignored {source}: {flag} {text} cannot be followed.")
        elif option.fate is Fate.FOLLOWED:
            options += [(option, flag, value) for value in _values(option, flag, text)]
        elif option.fate is Fate.IGNORED:
            ignored.append(f"Ignored {source}: {option.why}.")
        elif option.fate is Fate.REFUSED:
            ignored.append(f"Ignored {source}: it {option.why}.")
        elif "--quiet" in option.flags:
            options.append((option, flag, ""))
    line.options[:0] = options
    return ignored


def _given(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is set: its name for messages, its option, and its value."""
    for name, text in pip_config.read(environ).items():
        variable = f"PIP_{name.upper().replace('-', '_')}"
        source = variable if environ.get(variable) else f"{name} in pip's configuration"
        flag = f"--{name}"
        if text and (_takes_value(flag) or pip_config.is_true(text)):
            yield source, flag, text
    for variable, flag in _OF_UV.items():
        text = environ.get(variable, "")
        if variable == "UV_NO_BINARY":
            text = ":all:" if pip_config.is_true(text) else ""
        if text and (_takes_value(flag) or pip_config.is_true(text)):
            yield variable, flag, text


def _takes_value(flag: str) -> bool:
    return flag in _BY_FLAG and _BY_FLAG[flag].value


def _values(option: PipOption, flag: str, text: str) -> list[str]:
    """Return an option's values: those that can be given more than once are separated by spaces."""
    if not option.value:
        return [""]
    return [text] if flag in ("--exclude-newer", "--uploaded-prior-to") else text.split()
