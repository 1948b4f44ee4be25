"""Code for the page from a notebook's environment: who gets it, and by which addresses."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import quote

import pytest

from nbenv.environments.store import read_state
from tests.conftest import write_notebook
from tests.integration.server.conftest import Shared
from tests.integration.server.test_access import Browser
from tests.support.api import ask
from tests.support.commands import succeed
from tests.support.wheels import extension_files


@pytest.fixture
def shared(local: Shared) -> Shared:
    """A server with a notebook whose environment brings an extension."""
    assert local.index is not None
    files = extension_files("sliders", "1.0")
    local.index.wheel("sliders", "1.0", modules=files)
    succeed("install", write_notebook(local.server.root / "a.ipynb", "1"), "sliders")
    return local


def get(shared: Shared, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", shared.server.port, timeout=60)
    connection.request("GET", f"/nbenv/api/{path}", headers=headers)
    answer = connection.getresponse()
    answer.content = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_page_gets_what_it_lists_and_keeps_it(shared: Shared) -> None:
    [extension] = ask(shared.server, "extensions?path=a.ipynb")["extensions"]
    assert (extension["name"], extension["version"], extension["kind"]) == (
        "sliders",
        "1.0",
        "other",
    )
    # As the page's script elements: with its cookie, from its own address, without other proof.
    browser = Browser(shared.server)
    url = f"nbenv/api/{extension['url']}/{extension['load']}"
    assert browser.ask("GET", url, Referer=shared.server.url) == (200, b"// sliders 1.0\n")
    assert browser.ask("GET", url, Referer="https://evil.invalid/")[0] == 403
    assert browser.ask("GET", url)[0] == 403
    assert Browser(shared.server, log_in=False).ask("GET", url)[0] == 403
    token = {"Authorization": f"token {shared.server.token}"}
    answer = get(shared, f"{extension['url']}/{extension['load']}", **token)
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_other_address_gets_anything(shared: Shared, home: Path) -> None:
    token = {"Authorization": f"token {shared.server.token}"}
    [extension] = ask(shared.server, "extensions?path=a.ipynb")["extensions"]
    url, load = extension["url"], extension["load"]
    environment = url.split("/")[1]
    # A file beside the listed ones, and one that the address would reach with a step up.
    folder = home / "envs" / environment / "share/jupyter/labextensions/sliders"
    (folder / "secret.js").write_text("x", encoding="utf-8")
    for name in (
        "secret.js",
        "static/../secret.js",
        "static%2f..%2fsecret.js",
        "..%2f..%2f..%2f..%2fnbenv.json",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/nbenv.json",
        "..%252f..%252fnbenv.json",
        "..\\..\\..\\..\\nbenv.json",
        "static/remote.js%00",
        "static/remote.js%00.css",
        quote(str(folder / "secret.js"), safe=""),
        "static/",
        "static",
        "%ff",
    ):
        status = get(shared, f"{url}/{name}", **token).status
        assert status in (400, 404), name
    for other in (
        url.replace(environment, "other-1"),
        url.replace(environment, f"..%2fenvs%2f{environment}"),
        url.replace(environment, f"x%2f..%2f{environment}"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ):
        assert get(shared, f"{other}/{load}", **token).status == 404, other
    assert get(shared, f"{url}/{load}", **token).status == 200


def test_only_for_notebooks_of_this_server_that_were_approved(
    shared: Shared, tmp_path: Path
) -> None:
    token = {"Authorization": f"token {shared.server.token}"}
    [extension] = ask(shared.server, "extensions?path=a.ipynb")["extensions"]
    # The environment of a notebook outside of the server's root is none of its business.
    outside = write_notebook(tmp_path / "outside.ipynb", "1")
    succeed("install", outside, "sliders")
    state = read_state(str(outside))
    assert state is not None
    path = f"extensions/{state.environment}/{extension['digest']}/{extension['load']}"
    assert get(shared, path, **token).status == 404
    # Unless a link below the root leads there, which the server follows itself.
    (shared.server.root / "link.ipynb").symlink_to(outside)
    assert ask(shared.server, "extensions?path=link.ipynb")["extensions"]
    assert get(shared, path, **token).status == 200
    (shared.server.root / "link.ipynb").unlink()
    assert get(shared, path, **token).status == 404
    succeed("approvals", "--revoke", "all")
    assert ask(shared.server, "extensions?path=a.ipynb")["extensions"] == []
    assert get(shared, f"{extension['url']}/{extension['load']}", **token).status == 404
