"""A folder for Docker Compose that ``docker stack deploy`` reads too.

Only keys that both know are used: https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files, dockerfile
from nbenv.export.image_context import image_folder, tag
from nbenv.progress import Steps

__all__ = ["write", "write_serving"]


def write(snapshot: NotebookSnapshot) -> Files:
    """Return ``compose.yaml`` beside the image's build context."""
    return _build_folder(snapshot, dockerfile.write(snapshot), serve=False)


def write_serving(snapshot: NotebookSnapshot) -> Steps[Files]:
    """Return the same for an image that serves the notebook in JupyterLab."""
    text = yield from dockerfile.write_serving(snapshot)
    return _build_folder(snapshot, text, serve=True)


def _build_folder(snapshot: NotebookSnapshot, dockerfile_text: str, *, serve: bool) -> Files:
    name, image = dockerfile.image_name(snapshot.ref.notebook), tag(snapshot)
    services = yaml.safe_dump(_compose(name, image, serve), sort_keys=False)
    text = _usage(name, image, serve) + services
    return {"compose.yaml": text.encode(), **image_folder(snapshot, dockerfile_text)}


def _usage(name: str, image: str, serve: bool) -> str:
    results = f"then fetch the results: docker compose cp {name}:/results ."
    after = "its log shows the address" if serve else results
    return (
        f"# Locally:  docker compose up --build   ({after})\n"
        f"# On Swarm: docker build -t {image} . && docker stack deploy -c compose.yaml {name}\n"
        "#           With several nodes, push the image to a registry that all of them can reach,\n"
        "#           and write its name in that registry below.\n"
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
    # An older docker stack deploy requires a version; Compose ignores it.
    return {"version": "3.8", "services": {name: service}, "volumes": {"results": {}}}
