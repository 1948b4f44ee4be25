"""A folder for Docker Compose, which ``docker stack deploy`` reads as well.

Only what both know is used: https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export.dockerfile import image_name
from nbenv.export.image_context import image_folder, tag
from nbenv.progress import Steps

__all__ = ["write_folder"]


def write_folder(document: NotebookSnapshot, serve: bool = False) -> Steps[dict[str, bytes]]:
    """Return ``compose.yaml`` beside what the image is built of."""
    name = image_name(document.ref.notebook)
    files = yield from image_folder(document, serve)
    text = _about(name, tag(document), serve) + yaml.safe_dump(
        _compose(name, tag(document), serve), sort_keys=False
    )
    return {"compose.yaml": text.encode(), **files}


def _about(name: str, image: str, serve: bool) -> str:
    fetch = f"docker compose cp {name}:/results ." if not serve else "see its log for the address"
    return (
        f"# Here:       docker compose up --build     (then {fetch})\n"
        f"# On a Swarm: docker build -t {image} . && docker stack deploy -c compose.yaml {name}\n"
        "# (with several nodes, push the image to a registry that all reach, and name it here)\n"
    )


def _compose(name: str, image: str, serve: bool) -> dict[str, object]:
    service: dict[str, object] = {
        "image": image,
        "build": ".",
        "volumes": ["results:/results"],
        "deploy": {
            "restart_policy": {"condition": "none"},
            "resources": {"limits": {"cpus": "2", "memory": "4G"}},
        },
    }
    if serve:
        service["ports"] = ["127.0.0.1:8888:8888"]
    # Older docker stack deploy wants a version; Compose takes no notice of it.
    return {"version": "3.8", "services": {name: service}, "volumes": {"results": {}}}
