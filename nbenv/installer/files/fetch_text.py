"""Fetch the file behind a URL that the user typed, such as a requirements file."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit

from nbenv.core.urls import origin_of, without_credentials
from nbenv.errors import RequirementError
from nbenv.installer import pip_config
from nbenv.installer.reachability import is_silent

__all__ = ["fetch_text"]

_LARGEST = 5_000_000
_PATIENCE = 15
"""Seconds that a server may say nothing."""


def fetch_text(url: str) -> bytes:
    """Return what is behind an http or https URL.

    A login in the URL goes to its host alone, not to where that redirects. The proxy and the
    certificates are those of pip's configuration.

    Raises
    ------
    RequirementError
        It cannot be fetched; the message gives the reason.
    """
    shown = without_credentials(url)
    if is_silent(url):
        raise RequirementError(
            f"{shown} cannot be fetched.",
            "Its server cannot be reached: this machine is offline, or the address is wrong.",
            "Check the network and the address, then try again; nothing was changed.",
        )
    try:
        with _opener().open(_request(url), timeout=_PATIENCE) as answer:
            data: bytes = answer.read(_LARGEST + 1)
    except urllib.error.HTTPError as error:
        raise _failure(shown, f"The server answered {error.code} {error.reason}.") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise _failure(shown, f"{without_credentials(str(text)).rstrip('.')}.") from None
    if len(data) > _LARGEST:
        raise _failure(shown, f"It is larger than {_LARGEST // 1_000_000} MB.")
    return data


def _failure(shown: str, why: str) -> RequirementError:
    return RequirementError(f"{shown} cannot be fetched.", why, "Check the address.")


def _request(url: str) -> urllib.request.Request:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not origin_of(url):
        raise ValueError("It names no host")
    request = urllib.request.Request(parts._replace(netloc=host, fragment="").geturl())
    if at:  # a header that is not sent on to where the server redirects
        login = base64.b64encode(unquote(user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {login}")
    return request


def _opener() -> urllib.request.OpenerDirector:
    options = pip_config.read(os.environ)
    handlers: list[urllib.request.BaseHandler] = []
    if proxy := options.get("proxy"):
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    if certificates := options.get("cert"):
        context = ssl.create_default_context(cafile=certificates)
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return urllib.request.build_opener(*handlers)
