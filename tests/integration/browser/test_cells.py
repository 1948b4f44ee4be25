"""Notices between and below the cells."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.integration.browser.conftest import written
from tests.integration.browser.test_panel import wait_for_requirements
from tests.support.browser import SLOW, Lab, expect_labels, saved
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer


def test_an_install_in_the_ordinary_kernel_moves_in(lab: Lab, server: JupyterServer) -> None:
    """The notebook gets its own kernel; the cell's output and the selection stay."""
    path = written(server.root / "ordinary.ipynb", "python3", "'first'", "", "'last'")
    lab.open(path.name)
    lab.ready(server).shows("No environment")
    lab.begin(0, "print('be', 'fore')")
    expect(lab.output(0)).to_contain_text("be fore")
    lab.begin(1, "%nbenv install tabulate")
    expect(lab.output(1)).to_contain_text("Installed tabulate 0.10.0", timeout=SLOW)
    expect(lab.page.locator(".jp-Toolbar-kernelName:visible")).to_contain_text(
        "Python (own environment)", timeout=SLOW
    )
    lab.shows("Python 3.11: ready")
    expect(lab.output(0)).to_contain_text("be fore")
    expect(lab.output(1)).to_contain_text("Installed tabulate 0.10.0")
    expect(lab.cells.nth(1)).to_contain_class("jp-mod-active")
    lab.begin(2, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(2)).to_contain_text("0.10.0")


def test_a_missing_module_is_one_click_away(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(0, "import sklearn; print(sklearn.answer)")
    offer = lab.page.locator(".jp-nbenv-Offer")
    expect(offer).to_contain_text("The module sklearn is part of the package scikit-learn.")
    lab.press(offer, "Install scikit-learn and run again")
    expect(lab.output(0)).to_contain_text("42", timeout=SLOW)
    expect(offer).to_have_count(0)
    value = saved(own)["metadata"]["nbenv"]
    assert "scikit-learn" in value["requirements"]


def test_what_was_installed_in_another_way_need_not_be_installed(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(0, "import sklearn; print(sklearn.answer)")
    offer = lab.page.locator(".jp-nbenv-Offer")
    expect(offer).to_contain_text("The module sklearn is part of the package scikit-learn.")
    expect(lab.page.locator(".jp-nbenv-MarkInstall:visible")).to_have_count(0)
    lab.begin(1, "%nbenv install scikit-learn")
    expect(offer).to_contain_text("scikit-learn is installed now.", timeout=SLOW)
    lab.press(offer, "Run again")
    expect(lab.output(0)).to_contain_text("42", timeout=SLOW)
    expect(offer).to_have_count(0)


def test_an_unknown_module_offers_nothing(lab: Lab, own: Path) -> None:
    (own.parent / "beside.py").write_text("import nothing_that_is_known", encoding="utf-8")
    lab.open(own.name)
    lab.shows("ready")
    for code in ("import nothing_that_is_known", "import beside", "from tabulate import nothing"):
        lab.begin(0, code)
        expect(lab.output(0)).to_contain_text("Error")
        lab.page.wait_for_timeout(500)
        expect(lab.page.locator(".jp-nbenv-Offer")).to_have_count(0)


def test_a_failing_install_leaves_the_offer_and_has_buttons(
    lab: Lab, own: Path, index: LocalIndex
) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(0, "import yaml")  # these tests' index has no pyyaml
    offer = lab.page.locator(".jp-nbenv-Offer")
    lab.press(offer, "Install pyyaml and run again")
    alert = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    expect(alert).to_contain_text("pyyaml", timeout=SLOW)
    expect(offer.get_by_role("button")).to_be_enabled()
    lab.press(alert, "Dismiss")
    expect(alert).to_have_count(0)

    index.close()
    lab.press(offer, "Install pyyaml and run again")
    again = alert.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=SLOW)
    index.wheel("pyyaml", "6.0", requires=["tabulate>=0.10"])
    index.open()
    again.click()
    loosen = alert.get_by_role("button", name="Allow any version of tabulate")
    expect(loosen).to_be_visible(timeout=SLOW)
    loosen.click()
    mark = lab.cells.nth(0).locator(".jp-nbenv-Mark")
    expect_labels(mark, ["✓ 6.0"], timeout=SLOW)
    expect(alert).to_have_count(0)
    wait_for_requirements(lab, own, "pyyaml", "tabulate")


def test_a_change_in_a_cell_says_which_import_needs_the_restart(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.9.0")
    lab.begin(1, "%nbenv install -U 'tabulate>=0.10'")
    expect(lab.notice_bar).to_contain_text(
        "Restart the kernel to use tabulate 0.10.0: version 0.9.0 is already imported.",
        timeout=SLOW,
    )
    lab.shows("restart needed")
    lab.press(lab.notice_bar, "Restart kernel")
    lab.shows("ready")
    expect(lab.notice_bar).to_have_count(0)
