"""Conventions of JupyterLab and Notebook 7: menus, settings, keyboard, accessibility, languages."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

import nbenv
from tests.support.browser import SLOW, Lab
from tests.support.server import JupyterServer

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "labextension" / "src"
AXE = ROOT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
SETTINGS = "jupyter-nbenv:environments"
THEMES = "@jupyterlab/apputils-extension:themes"
LANGUAGE = "@jupyterlab/translation-extension:plugin"


def settings(server: JupyterServer, plugin: str, **values: object) -> None:
    answer = server.request("PUT", f"lab/api/settings/{plugin}", {"raw": json.dumps(values)})
    assert answer[0] == 204


def test_the_launcher_has_a_tile_with_a_logo(lab: Lab) -> None:
    lab.open()
    tile = lab.page.locator(
        ".jp-LauncherCard[data-category='Notebook']", has_text="Python (own environment)"
    )
    picture = tile.locator("img")
    expect(picture).to_be_visible(timeout=SLOW)
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0


def test_the_menu_and_the_palette_have_every_command(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.page.get_by_role("menuitem", name="Environment", exact=True).click()
    menu = lab.page.locator(".lm-Menu .lm-Menu-itemLabel")
    expect(menu.filter(has_text=re.compile("^Export Environment"))).to_be_visible()
    labels = [label for label in menu.all_inner_texts() if label]
    expected = [
        "Show Environment",
        "Restore Environment",
        "Upgrade All Packages",
        "Undo Last Environment Change",
        "Redo Environment Change",
        "Restart Kernel to Apply Environment Changes",
        "Use the Notebook’s Own Kernel",
        "Show Imports of the Active Cell",
        "Export Environment…",
        "About nbenv",
    ]
    assert labels == expected
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("Control+Shift+C")
    lab.page.locator(".lm-CommandPalette-input").fill("environment")
    found = lab.page.locator(".lm-CommandPalette-itemLabel")
    for label in expected:
        expect(found.filter(has_text=label)).to_have_count(1)
    lab.page.locator(".lm-CommandPalette-input").fill("About nbenv")
    lab.page.keyboard.press("Enter")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text(
        f"The server is running nbenv {nbenv.__version__}."
    )


def test_settings(lab: Lab, own: Path, server: JupyterServer) -> None:
    lab.open(own.name)
    expect(lab.status_item).to_be_visible(timeout=SLOW)
    lab.page.keyboard.press("Control+,")
    editor = lab.page.locator(".jp-SettingsPanel")
    lab.page.get_by_role("tab", name=re.compile("Notebook environments")).click()
    for title in (
        "Restoring shared environments",
        "Save after a change",
        "Show in the status bar",
        "Suggest missing packages",
    ):
        expect(editor.get_by_text(title).first).to_be_visible()
    editor.get_by_label("Show in the status bar").uncheck()
    expect(lab.status_item).to_have_count(0)


def test_everything_by_keyboard(lab: Lab, shared: Path) -> None:
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    focused = lab.page.locator(":focus")
    expect(focused).to_contain_text("Open without")
    reached = []
    for _ in range(5):
        lab.page.keyboard.press("Tab")
        reached.append(focused.evaluate("node => node.textContent.trim()"))
    assert [text for text in reached if "Full list" in text], reached
    assert "Restore" in reached
    while focused.evaluate("node => node.textContent.trim()") != "Restore":
        lab.page.keyboard.press("Tab")
    expect(focused).to_have_attribute("aria-disabled", "false")  # no yes in the first moment
    lab.page.keyboard.press("Enter")
    lab.shows("ready")
    lab.item.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.panel).to_be_visible()
    field = lab.panel.get_by_label("Packages to add")
    field.focus()
    lab.page.keyboard.insert_text("scikit-learn")
    lab.page.keyboard.press("Enter")
    proposal = lab.panel.locator(".jp-nbenv-Proposal")
    expect(proposal.locator("li")).to_have_count(1, timeout=SLOW)
    lab.page.keyboard.press("Enter")
    expect(lab.panel.locator(".jp-nbenv-Row").nth(1)).to_contain_text("scikit-learn", timeout=SLOW)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_and_labelled(lab: Lab, shared: Path, server: JupyterServer, theme: str) -> None:
    """The accessibility checker axe-core finds nothing in the extension's parts."""
    settings(server, THEMES, theme=theme)
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    lab.approval.locator("summary").click()
    assert faults(lab.page, ".jp-nbenv-Approval") == []
    lab.press(lab.approval, "Restore the environment")
    lab.shows("ready")
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Row").first).to_be_visible()
    panel.get_by_label("Packages to add").fill("sea")
    expect(panel.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert faults(lab.page, ".jp-nbenv-Panel") == []
    panel.get_by_label("Packages to add").fill(">>")
    lab.page.keyboard.press("Enter")
    expect(panel.locator(".jp-nbenv-Complaint")).not_to_have_text("")
    lab.press(panel, "More for tabulate")
    expect(lab.page.get_by_role("menu")).to_be_visible()
    assert faults(lab.page, ".jp-nbenv-Panel", ".jp-nbenv-ToolbarItem") == []
    lab.press(panel, "Tree")
    lab.begin(0, "import sklearn")
    expect(lab.page.locator(".jp-nbenv-Offer")).to_be_visible()
    assert faults(lab.page, ".jp-nbenv-Panel", ".jp-nbenv-Offer") == []
    lab.press(panel, "Export…")
    expect(lab.page.locator(".jp-nbenv-Export-text")).to_contain_text("tabulate")
    assert faults(lab.page, ".jp-nbenv-Export") == []


def faults(page: Page, *places: str) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = page.evaluate("places => axe.run({include: places.map(each => [each])})", list(places))
    return [
        f"{fault['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def test_every_text_is_translated(lab: Lab, own: Path, server: JupyterServer) -> None:
    """With a catalogue that puts every text in brackets, the panel shows no text without them."""
    texts = re.findall(
        r"trans\.__\(\s*'((?:[^'\\]|\\.)*)'",
        "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")),
    )
    plural = re.findall(
        r"trans\._n\(\s*'([^']*)',\s*'([^']*)'",
        "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")),
    )
    assert len(texts) > 80
    catalogue: dict[str, object] = {text: [f"⟦{text}⟧"] for text in texts}
    catalogue |= {one: [f"⟦{one}⟧", f"⟦{many}⟧"] for one, many in plural}
    catalogue[""] = {
        "domain": "jupyter_nbenv",
        "language": "de-DE",
        "plural_forms": "nplurals=2; plural=(n != 1);",
        "version": "1",
    }

    def translate(route: Route) -> None:
        route.fulfill(json={"data": {"jupyter_nbenv": catalogue}, "message": ""})

    settings(server, LANGUAGE, locale="de_DE")
    lab.page.route(re.compile("/lab/api/translations/de"), translate)
    lab.open(own.name)
    lab.shows("⟦ready⟧")
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Row").first).to_be_visible()
    shown = panel.locator("p, button:not(.jp-nbenv-Small), label").all()
    for each in shown:
        text = each.inner_text()
        assert not text or "⟦" in text, text
    for each in panel.locator("[aria-label], [placeholder]").all():
        for name in ("aria-label", "placeholder"):
            value = each.get_attribute(name)
            assert value is None or "⟦" in value, value


def test_notebook_7(lab: Lab, shared: Path) -> None:
    lab.open(shared.name, "notebooks")
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    lab.press(lab.approval, "Restore the environment")
    lab.shows("ready")
    lab.begin(0, "import sklearn")
    expect(lab.page.locator(".jp-nbenv-Offer")).to_contain_text("scikit-learn")
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Row").nth(1)).to_contain_text("tabulate")
    lab.page.get_by_role("menuitem", name="Environment", exact=True).click()
    lab.page.get_by_role("menuitem", name="Export Environment…").click()
    expect(lab.page.locator(".jp-nbenv-Export-text")).to_contain_text("tabulate==0.9.0")


def test_a_narrow_toolbar_keeps_the_kernel_and_the_environment(lab: Lab, own: Path) -> None:
    """They shrink before Lab moves anything into its menu, and grow again."""
    lab.open(own.name)
    lab.shows("ready")
    toolbar = lab.page.locator(".jp-NotebookPanel-toolbar:visible")
    more = toolbar.locator(".jp-Toolbar-responsive-opener")
    kernel = toolbar.locator(".jp-Toolbar-kernelName")
    words = toolbar.locator(".jp-nbenv-Item-text")
    lab.page.keyboard.press("Control+b")  # hides the file browser
    expect(words).to_be_visible()
    wide = kernel.bounding_box()
    lab.page.set_viewport_size({"width": 720, "height": 700})
    expect(words).to_be_hidden()
    lab.page.wait_for_timeout(1500)  # Lab lays the items out twice a second
    expect(more).to_be_hidden()
    for item in (kernel, lab.item, toolbar.locator("[data-jp-item-name=executionProgress]")):
        expect(item).to_be_visible()
    narrow = kernel.bounding_box()
    assert wide is not None
    assert narrow is not None
    assert 40 < narrow["width"] < wide["width"]
    lab.page.set_viewport_size({"width": 1500, "height": 700})
    expect(words).to_be_visible()
    expect(more).to_be_hidden()
    expect(kernel).to_be_visible()


def test_the_extension_is_small() -> None:
    static = Path(nbenv.__file__).parent / "labextension" / "static"
    if not static.is_dir():
        pytest.skip("runs where the extension was built")
    sizes = [len(gzip.compress(path.read_bytes())) for path in static.glob("*.js")]
    assert 0 < sum(sizes) <= 60_000
