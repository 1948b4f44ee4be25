"""Files behind URLs: logins stay with their host, failures are named without them."""

from __future__ import annotations

import base64

import pytest

from nbenv.errors import RequirementError
from nbenv.installer.files import fetch_text as module
from nbenv.installer.files.fetch_text import fetch_text
from tests.support.files import serving

LOGIN = "Basic " + base64.b64encode(b"me:s3/cret").decode()


def test_a_login_in_the_url_is_sent() -> None:
    with serving({"/r.txt": b"a"}, login=LOGIN) as url:
        assert fetch_text(f"{url.replace('//', '//me:s3%2Fcret@')}/r.txt") == b"a"
        with pytest.raises(RequirementError, match="The server answered 401"):
            fetch_text(f"{url}/r.txt")


def test_a_login_is_not_sent_to_where_it_redirects() -> None:
    with (
        serving({"/r.txt": b"a"}) as other,
        serving({}, {"/r.txt": f"{other}/r.txt"}, LOGIN) as url,
    ):
        assert fetch_text(f"{url.replace('//', '//me:s3%2Fcret@')}/r.txt") == b"a"


def test_what_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"/r.txt": b"aaa"}) as url:
        monkeypatch.setattr(module, "_LARGEST", 2)
        with pytest.raises(RequirementError, match="It is larger than"):
            fetch_text(f"{url}/r.txt")
    for bad in (url, "http://me:s3cret@127.0.0.1:x/", "http://"):
        with pytest.raises(RequirementError, match="cannot be fetched") as failed:
            fetch_text(bad)
        assert "s3cret" not in str(failed.value)
