"""A folder for Docker Compose that ``docker stack deploy`` reads too.

Only keys that both know are used: https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files, dockerfile
from nbenv.export.image_context import image_folder, image_name, tag
from nbenv.progress import Steps

__all__ = ["write", "write_serving"]

_PUBLISHED = "127.0.0.1:8888:8888"


def write(snapshot: NotebookSnapshot) -> Files:
    """Return ``compose.yaml`` beside the image's build context."""
    context = image_folder(snapshot, dockerfile.write(snapshot))
    name, image = image_name(snapshot.ref.notebook), tag(snapshot, context)
    usage = (
        "# Locally:  docker compose up --build\n"
        f"#           then fetch the results: docker compose cp {name}:/results .\n"
        f"{_on_swarm(name, image)}"
    )
    services = _service(name, image, "results:/results")
    return {"compose.yaml": _text(usage, services, {"results": {}}), **context}


def write_serving(snapshot: NotebookSnapshot) -> Steps[Files]:
    """Return the same for an image that serves the notebook in JupyterLab.

    The port is published by a file of its own, which only Compose reads: a Swarm would publish it
    on every address of every node.
    """
    text = yield from dockerfile.write_serving(snapshot)
    context = image_folder(snapshot, text)
    name, image = image_name(snapshot.ref.notebook), tag(snapshot, context)
    usage = (
        "# Locally:  docker compose up --build   (its log shows the address)\n"
        f"#           What you save stays in a volume: docker compose cp {name}:/work .\n"
        f"{_on_swarm(name, image)}"
        "#           There no port is published. To publish it on all addresses of one node:\n"
        f"#           docker service update {name}_{name} \\\n"
        "#               --publish-add published=8888,target=8888,mode=host\n"
    )
    # Another export of the notebook has another volume, as a volume keeps what it had first.
    volumes = {"work": {"name": image.replace(":", "-work-")}}
    published = {"services": {name: {"ports": [_PUBLISHED]}}}
    return {
        "compose.yaml": _text(usage, _service(name, image, "work:/work"), volumes),
        "compose.override.yaml": yaml.safe_dump(published, sort_keys=False).encode(),
        **context,
    }


def _on_swarm(name: str, image: str) -> str:
    return (
        f"# On Swarm: docker build -t {image} . && docker stack deploy -c compose.yaml {name}\n"
        "#           With several nodes, push the image to a registry that all of them can reach,\n"
        "#           and write its name in that registry below.\n"
    )


def _service(name: str, image: str, volume: str) -> dict[str, object]:
    return {
        name: {
            "image": image,
            "build": ".",
            "init": True,
            "volumes": [volume],
            "deploy": {
                "restart_policy": {"condition": "none"},
                "resources": {"limits": {"cpus": "2", "memory": "4G"}},
            },
        }
    }


def _text(usage: str, services: Mapping[str, object], volumes: Mapping[str, object]) -> bytes:
    known = {"services": services, "volumes": volumes}
    return (usage + yaml.safe_dump(known, sort_keys=False)).encode()
