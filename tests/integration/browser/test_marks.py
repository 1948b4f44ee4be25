"""Marks beside imports, and requests that wait for each other."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.integration.browser.conftest import written
from tests.support.browser import SLOW, Lab, expect_labels, saved
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

CELLS = (
    "import tabulate, cv2\n\nfrom sklearn import (\n    answer,\n)\nimport beside, nobody_knows",
    "%%bash\nimport sklearn",
    "%pip list\ntry:\n    import polars\nexcept ImportError:\n    polars = None",
)


def marks(lab: Lab, cell: int) -> Locator:
    """Return the marks in a cell."""
    return lab.cells.nth(cell).locator(".jp-nbenv-Mark")


def test_imports_are_marked_before_anything_runs(
    lab: Lab, own: Path, index: LocalIndex, server: JupyterServer
) -> None:
    (own.parent / "beside.py").touch()
    index.wheel("opencv-python", "4.1", modules={"cv2.py": "answer = 42\n"})
    path = written(server.root / "marked.ipynb", "nbenv", *CELLS)
    document = saved(path)
    document["metadata"]["nbenv"] = saved(own)["metadata"]["nbenv"]
    path.write_text(json.dumps(document), encoding="utf-8")
    lab.open(path.name)
    expect_labels(
        marks(lab, 0),
        [
            "✓ 0.9.0",
            "↓ will install opencv-python",
            "↓ will install scikit-learn",
            "⌂ local",
            "? unknown",
        ],
        timeout=SLOW,
    )
    expect(marks(lab, 1)).to_have_count(0)
    expect_labels(marks(lab, 2), ["↓ optional: polars"])
    expect(marks(lab, 0).first).to_have_attribute("aria-label", "tabulate 0.9.0 is installed.")

    # Typing moves them, and undoing takes back what was typed, not the marks.
    lab.cells.nth(2).locator(".cm-line").last.click()
    lab.page.keyboard.press("End")
    lab.page.keyboard.type("\nimport tabulate")
    expect_labels(marks(lab, 2), ["↓ optional: polars", "✓ 0.9.0"])
    lab.page.keyboard.press("Control+Z")
    expect(marks(lab, 2)).to_have_count(1)

    marks(lab, 0).first.click()
    card = lab.page.get_by_role("dialog", name="tabulate 0.9.0")
    expect(card).to_contain_text("The notebook asks for tabulate==0.9.0.")
    expect(card).to_contain_text("Version 0.10.0 is available.", timeout=SLOW)
    lab.press(card, "Choose a version…")
    expect(card.get_by_role("group").get_by_role("button")).to_have_text(
        ["0.10.0", "✓ 0.9.0"], timeout=SLOW
    )
    lab.page.keyboard.press("Escape")
    expect(card).to_have_count(0)

    # By keyboard: the command lists the cell's imports, and leads to the same card.
    lab.cells.nth(0).locator(".jp-InputPrompt").click()
    lab.page.keyboard.press("Control+Shift+C")
    lab.page.locator(".lm-CommandPalette-input").fill("Show Imports of the Active Cell")
    lab.page.keyboard.press("Enter")
    listed = lab.page.get_by_role("dialog", name="Imports of this cell")
    expect(listed.locator("li")).to_have_count(5)
    expect(listed).to_be_focused()
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    expect(card).to_be_focused()
    lab.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(lab.page.locator(".jp-Notebook :focus")).to_have_count(1)

    lab.press(lab.cells.nth(0), "Install all 2 and run")
    expect_labels(
        marks(lab, 0), ["✓ 0.9.0", "✓ 4.1", "✓ 1.0", "⌂ local", "? unknown"], timeout=SLOW
    )
    expect(lab.output(0)).to_contain_text("nobody_knows", timeout=SLOW)
    assert set(saved(path)["metadata"]["nbenv"]["requirements"]) == {
        "tabulate==0.9.0",
        "opencv-python",
        "scikit-learn",
    }


def test_a_mark_does_not_get_into_what_is_typed_over_it(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "typed.ipynb", "nbenv", *[CELLS[0]] * 6)
    lab.open(path.name)
    lab.shows("ready")
    for number in range(6):
        cell = lab.cells.nth(number)
        cell.scroll_into_view_if_needed()
        expect(cell.locator(".jp-nbenv-Marks")).to_have_count(3, timeout=SLOW)
        lab.write(number, f"x = {number}")
    lab.page.keyboard.press("Control+S")
    lab.page.wait_for_timeout(1500)
    sources = ["".join(each["source"]) for each in saved(path)["cells"]]
    assert sources == [f"x = {number}" for number in range(6)]


@pytest.mark.cold
def test_requests_wait_for_each_other_and_downloads_are_measured(
    lab: Lab, own: Path, index: LocalIndex
) -> None:
    index.wheel("six", "9.0", modules={"six.py": f"x = '{os.urandom(2_000_000).hex()}'\n"})
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    index.rate = 400_000
    lab.write(0, "import six, sklearn; print(sklearn.answer)")
    for name in ("six", "scikit-learn"):
        lab.cells.nth(0).locator(f".jp-nbenv-Mark[data-label*='{name}']").click()
        card = lab.page.get_by_role("dialog", name=name)
        lab.press(card, f"Install {name}")
        expect(lab.notice_bar).to_contain_text("Installing six", timeout=1000)
    expect(lab.notice_bar).to_contain_text("Next: Installing scikit-learn")
    # The panel shows the same, and asks for more meanwhile.
    running = panel.get_by_label("What is being done")
    expect(running).to_contain_text("Installing six")
    lab.choose(panel, "tabulate", "Remove")
    expect(panel.locator(".jp-nbenv-Proposal")).to_contain_text("This begins after: Installing six")
    lab.press(panel.locator(".jp-nbenv-Proposal"), "Remove")
    expect(running).to_contain_text("Next: Removing tabulate")
    lab.press(running, "Cancel: Removing tabulate")
    expect(lab.notice_bar).not_to_contain_text("Removing tabulate")
    expect(running.get_by_role("progressbar", name="Download")).to_be_visible(timeout=SLOW)
    bar = lab.notice_bar.get_by_role("progressbar", name="Download")
    expect(lab.notice_bar).to_contain_text("Downloading six…", timeout=SLOW)
    expect(lab.notice_bar).to_contain_text(re.compile(r"B of 4\.\d MB, \d+ s left"))
    shown = []
    while now := bar.evaluate_all("bars => bars.map(bar => bar.getAttribute('aria-valuenow'))"):
        shown.append(int(now[0] or 0))
        lab.page.wait_for_timeout(300)
    assert shown == sorted(shown)
    assert len(set(shown)) > 3
    lab.begin(0, "import six, sklearn; print(sklearn.answer)")
    expect_labels(marks(lab, 0), ["✓ 9.0", "✓ 1.0"], timeout=SLOW)
    expect(lab.notice_bar).to_have_count(0)
    expect(running).to_have_count(0)
    requirements = saved(own)["metadata"]["nbenv"]["requirements"]
    assert {"six", "scikit-learn", "tabulate==0.9.0"} <= set(requirements)
