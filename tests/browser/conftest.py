"""A picture of the page where a browser test failed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        path = Path(item.funcargs["tmp_path"], "page.png")
        with contextlib.suppress(Error):  # a page that is gone
            page.screenshot(path=path)
        report.sections.append(("page", str(path)))
    return report
