"""Errors for indexes that cannot be used; tests/integration/cli has them from uv itself."""

from __future__ import annotations

import pytest

from nbenv.installer.failures import no_index
from nbenv.installer.failures.no_index import closed_index, explain_no_index

URL = "http://h.invalid/simple/a/"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("failed to lookup address information", f"The host of {URL} is unknown"),
        ("Connection refused (os error 111)", f"{URL} refuses connections."),
        ("Network is unreachable (os error 101)", f"There is no way to {URL}."),
        ("deadline has elapsed", f"{URL} does not answer."),
        ("invalid peer certificate: UnknownIssuer", f"The certificate of {URL} is not trusted."),
        ("received corrupt message of type InvalidContentType", "does not speak TLS"),
        ("operation timed out", f"{URL} was too slow"),
        ("end of file before message length reached", f"{URL} broke off the transfer"),
        ("the moon is full", f"{URL} could not be read: the moon is full"),
    ],
)
def test_what_a_connection_met(cause: str, words: str) -> None:
    error = explain_no_index(f"error: Failed to fetch: {URL}\n  cause: {cause}")
    assert error.what == "A package index cannot be used."
    assert words in error.why
    assert error.todo.endswith("nothing was changed, and finished downloads are kept.")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "HTTPS_PROXY"),
        ("429 Too Many Requests", "Wait a few minutes"),
        ("503 Service Unavailable", "a problem of its own"),
        ("404 Not Found", "404"),
    ],
)
def test_what_a_server_answered(status: str, words: str) -> None:
    text = f"error: Failed to download `a==1`\n cause: HTTP status error ({status}) for url ({URL})"
    error = explain_no_index(text)
    assert f"answers {status.partition(' ')[0]}" in error.why
    assert "`a==1`" in error.why
    assert words in str(error)


@pytest.mark.parametrize("page", ["ipykernel/", "ipykernel"])
def test_the_kernels_page_is_called_by_its_index(page: str) -> None:
    text = f"Failed to fetch: `http://h.invalid/simple/{page}`\n cause: Connection refused"
    assert explain_no_index(text).why.startswith("http://h.invalid/simple/ refuses connections.")


def test_credentials() -> None:
    error = closed_index(f"An index URL ({URL}) could not be queried (401 Unauthorized)")
    assert error.what == "A package index requires credentials."
    assert "~/.netrc" in error.todo
    refused = closed_index(
        f"Because a was not found in the package registry\n"
        f"An index ({URL}) returned a 403 Forbidden"
    )
    assert "if they have no package named a." in refused.why


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:sesame@proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "")
    text = f"Failed to fetch: {URL}\n cause: tcp connect error\n cause: Connection refused"
    assert "through the proxy http://proxy.invalid:3128" in explain_no_index(text).why
    assert "through the proxy http://proxy.invalid:3128" in no_index.unreachable(URL, 4).why


def test_offline_and_turned_off() -> None:
    text = "error: Failed to download `a==1`\n cause: Network connectivity is disabled"
    assert "UV_OFFLINE" in explain_no_index(text).todo
    assert "PIP_NO_INDEX" in no_index.turned_off().todo


@pytest.mark.parametrize(
    ("cause", "why", "todo"),
    [
        (
            "HTTP status client error (404 Not Found) for url (https://h.invalid/x.whl)",
            "404",
            "the",
        ),
        ("dns error", "is unknown", "the network and the"),
        ("Connection refused", "or its server is down", "the network and the"),
    ],
)
def test_an_address_that_somebody_named_is_no_index(cause: str, why: str, todo: str) -> None:
    text = f"error: Failed to download `x @ https://h.invalid/x.whl`\n  cause: {cause}"
    error = explain_no_index(text)
    assert error.what == "x cannot be downloaded from its address."
    assert why in error.why
    assert error.todo.startswith(f"Check {todo} address")
    assert "index" not in str(error)
