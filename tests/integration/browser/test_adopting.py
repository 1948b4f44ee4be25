"""Offer to adopt an ordinary notebook that is opened with the nbenv kernel."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.integration.browser.conftest import written
from tests.support.browser import SLOW, Lab, saved
from tests.support.server import JupyterServer


def requirements(path: Path) -> object:
    metadata = saved(path)["metadata"]
    return metadata.get("nbenv", {}).get("requirements")


def test_what_it_needs_is_found_and_installed_by_consent(lab: Lab, server: JupyterServer) -> None:
    code = "import tabulate, json\nfrom sklearn import answer\nimport nothing_that_is_known"
    path = written(server.root / "course.ipynb", "nbenv", code, "print(tabulate.__version__)")
    lab.open(path.name)
    lab.shows("ready")
    expect(lab.notice_bar).to_contain_text("does not record the packages it needs")
    lab.press(lab.notice_bar, "Find required packages…")
    offer = lab.panel.get_by_label("Packages this notebook needs")
    lab.press(offer, "Find required packages")
    expect(offer.locator("li")).to_have_text(["scikit-learn (sklearn)", "tabulate"])
    expect(offer).to_contain_text("No known package provides: nothing_that_is_known.")
    assert requirements(path) is None
    lab.press(offer, "Install and record")
    expect(offer).to_have_count(0, timeout=SLOW)
    lab.shows("ready")
    expect(lab.notice_bar).to_have_count(0)
    assert requirements(path) == ["scikit-learn", "tabulate"]
    lab.begin(0, "import tabulate, sklearn; print(sklearn.answer)")
    expect(lab.output(0)).to_contain_text("42", timeout=SLOW)


def test_the_offer_is_made_once_and_not_of_a_new_notebook(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "course.ipynb", "nbenv", "import tabulate")
    lab.open(path.name)
    lab.shows("ready")
    lab.press(lab.notice_bar, "Not now")
    expect(lab.notice_bar).to_have_count(0)
    lab.page.wait_for_timeout(1500)  # Lab keeps its state a moment later
    lab.page.reload()
    lab.shows("ready")
    expect(lab.notice_bar).to_have_count(0)
    new = written(server.root / "new.ipynb", "nbenv", "")
    lab.open(new.name)
    lab.shows("ready")
    lab.begin(0, "import json; print('typed', 'here')")
    expect(lab.output(0)).to_contain_text("typed here", timeout=SLOW)
    lab.page.wait_for_timeout(1000)
    expect(lab.notice_bar).to_have_count(0)
