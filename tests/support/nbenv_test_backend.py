"""A PEP 517/660 build backend of the standard library only, copied into every test source tree.

It reads ``build.json`` beside it (written by :mod:`tests.support.wheels`) and packs ``src/``.
:mod:`tests.support.wheels` uses :func:`pack` too, so that wheels have one writer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
LOG_LINES = 200
ZIP_DATE = (2020, 1, 1, 0, 0, 0)


def pack(target: Path, dist_info: str, files: dict[str, bytes]) -> None:
    """Write the wheel `target` from `files`, with its RECORD; equal input gives equal bytes."""
    record = f"{dist_info}/RECORD"
    ordered = sorted(files.items(), key=lambda item: (item[0].startswith(dist_info), item[0]))
    lines = [_record_line(name, data) for name, data in ordered] + [f"{record},,\n"]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in [*ordered, (record, "".join(lines).encode())]:
            archive.writestr(_zip_info(name), data)


def _record_line(name: str, data: bytes) -> str:
    """Return one line of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    quoted = f'"{name}"' if "," in name else name
    return f"{quoted},sha256={digest},{len(data)}\n"


def _zip_info(name: str) -> zipfile.ZipInfo:
    """Return an archive member that holds nothing of this machine or moment."""
    info = zipfile.ZipInfo(name, ZIP_DATE)
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _build_spec() -> dict[str, Any]:
    """Return what :mod:`tests.support.wheels` recorded about this tree."""
    spec: dict[str, Any] = json.loads((HERE / "build.json").read_text(encoding="utf-8"))
    return spec


def _dist_info_files(spec: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of the wheel's .dist-info except RECORD."""
    return {f"{spec['dist_info']}/{name}": text.encode() for name, text in spec["texts"].items()}


def _sources() -> dict[str, bytes]:
    """Return everything in ``src/`` that belongs in a wheel."""
    return {
        path.relative_to(SOURCES).as_posix(): path.read_bytes()
        for path in SOURCES.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def _fail_if_meant_to(spec: dict[str, Any]) -> None:
    """Print a long log and raise if this tree's build is meant to fail."""
    if spec["fails"] is None:
        return
    for number in range(1, LOG_LINES + 1):
        print(f"building step {number} of {LOG_LINES}: cc -c part{number}.c", flush=True)
    raise RuntimeError(spec["fails"])


def _write_metadata(metadata_directory: str, spec: dict[str, Any]) -> str:
    """Write the .dist-info for a front end that asks for metadata only."""
    if not spec["static"]:
        _fail_if_meant_to(spec)
    for name, data in _dist_info_files(spec).items():
        path = Path(metadata_directory, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return str(spec["dist_info"])


def _build(wheel_directory: str, spec: dict[str, Any], contents: dict[str, bytes]) -> str:
    """Build a wheel of `contents`, or fail if the tree is meant to."""
    _fail_if_meant_to(spec)
    files = {**contents, **_dist_info_files(spec)}
    pack(Path(wheel_directory, spec["wheel"]), spec["dist_info"], files)
    return str(spec["wheel"])


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """PEP 517: nothing beyond ``build-system.requires``."""
    return []


get_requires_for_build_editable = get_requires_for_build_wheel


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: dict[str, Any] | None = None
) -> str:
    """PEP 517: the metadata; it fails too where a failing tree's metadata is not static."""
    return _write_metadata(metadata_directory, _build_spec())


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def build_wheel(
    wheel_directory: str,
    config_settings: dict[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """PEP 517: the wheel of ``src/``."""
    return _build(wheel_directory, _build_spec(), _sources())


def build_editable(
    wheel_directory: str,
    config_settings: dict[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """PEP 660: a wheel with one .pth file that points to ``src/``."""
    spec = _build_spec()
    return _build(wheel_directory, spec, {spec["pth"]: f"{SOURCES}\n".encode()})
