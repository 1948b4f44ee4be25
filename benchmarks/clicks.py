"""Time from a click on each of the page's buttons until something of nbenv's has changed in sight.

Needs Chromium and a package index: ``python -m benchmarks.clicks``. The page itself measures, from
the event of the click to the frame after the first change. What the click asks of the server or an
index may take longer: the first change says that it is being done.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nbformat
from playwright.sync_api import Locator, expect

from benchmarks import common
from tests.support.browser import SLOW, Lab, open_page
from tests.support.commands import succeed
from tests.support.server import JupyterServer

CELLS = ("import six, sniffio", "import sniffio")
MEASURE = """
() => {
  const ours = '[class*="nbenv"], .lm-Menu, .jp-Dialog';
  const isOurs = node =>
    [node.closest, node.querySelector].some(find => find?.call(node, ours)) ||
    Boolean(node.parentElement?.closest(ours));
  let start = null;
  const observer = new MutationObserver(changes => {
    const nodes = changes.flatMap(each => [each.target, ...each.addedNodes, ...each.removedNodes]);
    if (start !== null && nodes.some(isOurs)) {
      const began = start;
      start = null;
      requestAnimationFrame(() => { window.nbenvAnswer = performance.now() - began; });
    }
  });
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true
  });
  const begin = event => { start = event.timeStamp; window.nbenvAnswer = null; };
  document.addEventListener('click', begin, true);
}
"""


class _Clicks:
    """Clicks in one page, and the milliseconds until each was answered."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.found = lab, defaultdict[str, list[float]](list)

    def click(self, name: str, place: Locator) -> None:
        """Click, and note how long it took until something changed."""
        expect(place).to_be_enabled(timeout=SLOW)
        self.lab.page.wait_for_timeout(400)  # what happened before is over
        place.click()
        page = self.lab.page
        answer = page.wait_for_function("window.nbenvAnswer", timeout=SLOW).json_value()
        self.found[name].append(answer)

    def button(self, place: Locator, label: str) -> None:
        """Click the button with this label."""
        self.click(label, place.get_by_role("button", name=label, exact=True))

    def entry(self, panel: Locator, label: str) -> None:
        """Click the menu of six, and an entry of it."""
        self.button(panel, "More for six")
        item = self.lab.page.get_by_role("menuitem", name=label, exact=True)
        self.click(f"menu: {label}", item)


def rows(rounds: int) -> Iterator[common.Row]:
    """Click on everything in turn; the row tells of the slowest, standard error of each."""
    with common.scratch() as folder:
        root = folder / "root"
        root.mkdir()
        _write(root / "clicks.ipynb")
        succeed("install", root / "clicks.ipynb", "six==1.16.0")
        environ = {"JUPYTER_CONFIG_DIR": str(folder / "config")}
        with JupyterServer(root, environ) as server, open_page() as page:
            lab = Lab(page, server).open("clicks.ipynb").ready(server)
            lab.shows("ready")
            page.evaluate(MEASURE)
            clicks = _Clicks(lab)
            for _ in range(rounds):
                for part in (_panel, _previews, _cells):
                    part(clicks)
    times = {name: median(each) for name, each in clicks.found.items()}
    for name, time in sorted(times.items(), key=lambda each: -each[1]):
        print(f"{time:6.0f} ms  {name}", file=sys.stderr)
    slowest = max(times, key=lambda name: times[name])
    yield common.Row(
        f"a click until the page changes, slowest of {len(times)} buttons",
        f"{times[slowest]:.0f} ms ({slowest})",
        "",
        f"{times[slowest]:.0f} ms",
        "≤ 100 ms",
    )


def _write(path: Path) -> None:
    spec = {"name": "nbenv", "display_name": "Python (own environment)", "language": "python"}
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)


def _panel(clicks: _Clicks) -> None:
    """Click on what shows something."""
    lab = clicks.lab
    lab.wait_until_still(lab.item)
    for name, item in (("toolbar", lab.item), ("status bar", lab.status_item)):
        if lab.panel.is_visible():
            lab.page.get_by_role("tab", name="Environment").click()  # closes it
            expect(lab.panel).not_to_be_visible()
        clicks.click(name, item)
        expect(lab.panel).to_be_visible()
    panel = lab.panel
    for label in ("Tree", "List", "History", "Check for updates"):
        clicks.button(panel, label)
    clicks.button(panel, "History")
    clicks.entry(panel, "Why is it here?")
    lab.page.keyboard.press("Escape")
    clicks.button(panel, "Export…")
    dialog = lab.page.locator(".jp-Dialog")
    clicks.button(dialog, "Close")
    lab.page.locator(".jp-nbenv-Mark:visible").first.click()
    lab.page.keyboard.press("Escape")
    clicks.click("mark of an import", lab.page.locator(".jp-nbenv-Mark:visible").first)
    lab.page.keyboard.press("Escape")


def _previews(clicks: _Clicks) -> None:
    """Click on what previews a change, and make one."""
    lab = clicks.lab
    panel, proposal = lab.panel, lab.panel.locator(".jp-nbenv-Proposal")
    field = panel.get_by_label("Packages to add")
    for label in ("Unpin", "Remove", "Unpin and upgrade"):
        clicks.entry(panel, label)
        clicks.button(proposal, "Cancel")
    field.fill("idna")
    clicks.button(panel, "Add")
    expect(proposal.locator("li").first).to_be_visible(timeout=SLOW)
    clicks.click("preview: Add", proposal.get_by_role("button", name="Add", exact=True))
    lab.shows("ready")
    expect(panel).to_contain_text("idna", timeout=SLOW)
    clicks.button(panel, "Undo")
    expect(proposal.locator("li").first).to_be_visible(timeout=SLOW)
    clicks.button(proposal, "Undo")
    expect(panel.get_by_role("button", name="Redo")).to_be_enabled(timeout=SLOW)
    clicks.button(panel, "Redo")
    clicks.button(proposal, "Cancel")


def _cells(clicks: _Clicks) -> None:
    """Click on what a failed cell offers, and undo it."""
    lab = clicks.lab
    lab.run(1, CELLS[1])
    offer = lab.page.locator(".jp-nbenv-Offer button").first
    clicks.click("offer below a failed cell", offer)
    lab.shows("updating", timeout=5000)
    lab.shows("ready")
    undo = lab.panel.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_enabled(timeout=SLOW)
    lab.press(lab.panel, "Undo")
    proposal = lab.panel.locator(".jp-nbenv-Proposal")
    expect(proposal.locator("li").first).to_be_visible(timeout=SLOW)
    lab.press(proposal, "Undo")
    expect(proposal).to_have_count(0)
    lab.shows("restart needed")  # the cell has imported what is gone now
    lab.press(lab.notice_bar, "Restart kernel")
    lab.page.wait_for_timeout(3000)


common.main(rows, __name__)
