"""The environment at a glance, and the panel that shows and changes it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.integration.browser.conftest import written
from tests.support.browser import SLOW, Lab, saved
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.mirror import OTHER_PYTHON
from tests.support.server import JupyterServer


def requirements(path: Path) -> list[str]:
    return saved(path)["metadata"]["nbenv"]["requirements"]


def wait_for_requirements(lab: Lab, path: Path, *wanted: str) -> None:
    for _ in range(100):
        if requirements(path) == list(wanted):
            return
        lab.page.wait_for_timeout(100)
    assert requirements(path) == list(wanted)


def test_at_a_glance_it_is_the_kernels_truth(lab: Lab, own: Path, home: Path) -> None:
    lab.open(own.name)
    lab.shows("Python 3.11: ready")
    # Words only where a person should act, and never the same ones twice.
    expect(lab.item).to_have_text("3.11")
    expect(lab.status_item).to_have_text("30 packages")
    # Behind nbenv's back, as in a terminal: the installed packages change, but not the record.
    [environment] = (home / "envs").iterdir()
    module = next(environment.glob("lib/python*/site-packages/tabulate-*.dist-info"))
    shutil.rmtree(module)
    lab.begin(1, "1")
    lab.shows("out of sync")
    expect(lab.item).to_have_text("out of sync")
    panel = lab.show_panel()
    drift = panel.locator(".jp-nbenv-Drift")
    expect(drift).to_contain_text("tabulate 0.9.0 is recorded but not installed")
    lab.press(drift, "Restore what is recorded")
    lab.shows("ready")
    expect(drift).to_have_count(0)


def test_recording_what_is_installed(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(
        0,
        "import subprocess, sys; from pathlib import Path\n"
        "site = next(Path(sys.prefix).glob('lib/python*/site-packages'))\n"
        "info = site / 'scikit_learn-1.0.dist-info'; info.mkdir()\n"
        "text = 'Metadata-Version: 2.1\\nName: scikit-learn\\nVersion: 1.0\\n'\n"
        "_ = (info / 'METADATA').write_text(text)\n"
        "_ = (info / 'RECORD').write_text('scikit_learn-1.0.dist-info/METADATA,,\\n')\n"
        "print('slipped', 'past')",
    )
    expect(lab.output(0)).to_contain_text("slipped past")
    lab.shows("out of sync")
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Drift")).to_contain_text(
        "scikit-learn 1.0 is installed but not recorded"
    )
    lab.press(panel, "Record what is installed")
    lab.press(panel.locator(".jp-nbenv-Proposal"), "Record")
    lab.shows("ready")
    wait_for_requirements(lab, own, "scikit-learn", "tabulate==0.9.0")


def test_adding_removing_undoing(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Head")).to_contain_text(
        re.compile(r"30 packages, 1 yours · [\d.]+ MB · all as locked")
    )
    expect(panel.get_by_role("button", name="Restore")).to_have_count(0)
    field, complaint = panel.get_by_label("Packages to add"), panel.locator(".jp-nbenv-Complaint")
    field.fill("scikit-learn==")
    lab.page.wait_for_timeout(600)  # a pause must not make Enter do nothing
    field.press("Enter")
    expect(complaint).to_contain_text("Did you mean scikit-learn?")
    field.fill("")
    field.press_sequentially("scikit-l")
    expect(panel.get_by_role("listbox").get_by_role("option").first).to_contain_text("scikit-learn")
    field.press("ArrowDown")
    field.press("Tab")
    expect(field).to_have_value("scikit-learn")
    field.fill("%pip install 'scikit-learn>=0.5'  # a pasted line")
    field.press("Enter")
    proposal = panel.locator(".jp-nbenv-Proposal")
    expect(proposal).to_contain_text("Add scikit-learn>=0.5?")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"])
    field.press("Escape")
    expect(proposal).to_have_count(0)
    assert requirements(own) == ["tabulate==0.9.0"]
    field.press("Enter")
    field.press("Enter")  # at once: the second one counts as soon as the preview is there
    rows = panel.locator(".jp-nbenv-Row")
    expect(rows.nth(1)).to_contain_text("scikit-learn", timeout=SLOW)
    expect(rows.nth(1)).to_contain_text(">=0.5")
    expect(field).to_have_value("")
    wait_for_requirements(lab, own, "scikit-learn>=0.5", "tabulate==0.9.0")
    lab.begin(0, "import sklearn; print(sklearn.answer)")  # at once, no restart
    expect(lab.output(0)).to_contain_text("42")

    lab.choose(panel, "scikit-learn", "Why is it here?")
    expect(panel).to_contain_text("You asked for scikit-learn>=0.5.")
    lab.page.keyboard.press("Escape")
    lab.choose(panel, "scikit-learn", "Remove")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"])
    lab.page.keyboard.press("Enter")
    # It was imported: only a restart removes it, and the button says so.
    expect(lab.notice_bar).to_contain_text(
        "stop using scikit-learn (sklearn): it is still imported", timeout=SLOW
    )
    lab.shows("restart needed")
    wait_for_requirements(lab, own, "tabulate==0.9.0")

    lab.press(panel, "Undo")
    expect(proposal).to_contain_text("Undo “Removed scikit-learn”?")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"])
    assert requirements(own) == ["tabulate==0.9.0"]  # nothing happened yet
    lab.press(proposal, "Undo")
    wait_for_requirements(lab, own, "scikit-learn>=0.5", "tabulate==0.9.0")
    lab.shows("ready")  # what was imported is there again
    expect(lab.notice_bar).to_have_count(0)
    lab.press(panel, "History")
    past = panel.get_by_label("History").locator("li")
    expect(past.locator("span")).to_have_text(
        ["Removed scikit-learn (undone)", "Added scikit-learn", "Added tabulate"][: past.count()]
    )
    lab.press(panel, "Redo")
    lab.press(proposal, "Redo")
    wait_for_requirements(lab, own, "tabulate==0.9.0")


def test_adding_what_is_there(lab: Lab, own: Path) -> None:
    """Nothing would change, not even the record; a file is told apart from a package."""
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    field, proposal = panel.get_by_label("Packages to add"), panel.locator(".jp-nbenv-Proposal")
    field.fill("tabulate == 0.9.0")
    lab.page.keyboard.press("Enter")
    expect(proposal).to_contain_text("Already among your packages.", timeout=SLOW)
    expect(proposal.get_by_role("button")).to_have_text(["Close"])
    field.fill("requirements.txt")
    lab.page.keyboard.press("Enter")
    expect(proposal).to_contain_text("is the name of a file, not of a package", timeout=SLOW)
    field.fill("comm")  # which the kernel has
    lab.page.keyboard.press("Enter")
    expect(proposal).to_contain_text("it is added to your packages", timeout=SLOW)
    expect(proposal.get_by_role("button", name="Add")).to_be_enabled()


def test_a_package_of_another_index(lab: Lab, own: Path, tmp_path: Path) -> None:
    """Its address is asked for, and what it would bring is shown before it is installed."""
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    with LocalIndex(tmp_path / "other") as other:
        other.wheel("acme-tools", "1.0", requires=[])
        panel.get_by_label("Packages to add").fill("acme-tools")
        lab.page.keyboard.press("Enter")
        proposal = panel.locator(".jp-nbenv-Proposal")
        expect(proposal.get_by_role("alert")).to_contain_text("acme-tools", timeout=SLOW)
        expect(proposal).not_to_contain_text("--index")  # which is no way out here
        lab.press(proposal, "From another index…")
        dialog = lab.page.locator(".jp-Dialog")
        dialog.get_by_role("textbox").fill(other.url)
        lab.press(dialog, "Look there")
        expect(proposal).to_contain_text(f"Add acme-tools from {other.url}?")
        expect(proposal.locator("li")).to_have_text(["acme-tools 1.0"], timeout=SLOW)
        lab.press(proposal, "Add")
        wait_for_requirements(lab, own, "acme-tools", "tabulate==0.9.0")
    [index] = saved(own)["metadata"]["nbenv"]["indexes"]
    assert index["url"] == other.url


def test_upgrading_one_and_all(lab: Lab, own: Path, server: JupyterServer) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.9.0")
    panel = lab.show_panel()
    lab.press(panel, "Check for updates")
    expect(panel.get_by_role("status").filter(has_text="1 update")).to_be_visible(timeout=SLOW)
    row = panel.locator(".jp-nbenv-Row").nth(1)
    expect(row).to_contain_text("↑ 0.10.0")
    expect(row).to_contain_text("pinned")
    lab.press(row, "Upgrade tabulate")
    expect(panel.locator(".jp-nbenv-Proposal li")).to_have_text(["tabulate 0.9.0 → 0.10.0"])
    lab.press(panel, "Unpin and upgrade")
    expect(lab.notice_bar).to_contain_text(
        "Restart the kernel to use tabulate 0.10.0: version 0.9.0 is already imported.",
        timeout=SLOW,
    )
    lab.press(lab.notice_bar, "Restart kernel")
    lab.shows("ready")
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.10.0", timeout=SLOW)
    assert requirements(own) == ["tabulate"]
    lab.press(panel, "Upgrade all")
    expect(panel.locator(".jp-nbenv-Proposal")).to_contain_text(
        "as new as their requirements allow"
    )


def test_another_python(lab: Lab, own: Path, server: JupyterServer) -> None:
    found = [each["python"] for each in server.request("GET", "nbenv/api/pythons")[1]["pythons"]]
    other = OTHER_PYTHON
    if other not in found:
        pytest.skip(f"this machine has no Python {other}")
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    panel.get_by_label("Python version of this notebook").select_option(other)
    lab.press(lab.page.locator(".jp-Dialog"), "Switch")
    lab.page.wait_for_timeout(500)
    alert = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    expect(alert.or_(lab.notice_bar.filter(has_text="Restart the kernel"))).to_be_visible(
        timeout=SLOW
    )
    expect(alert).to_have_count(0)
    lab.press(lab.notice_bar, "Restart kernel")
    lab.shows(f"Python {other}: ready")
    lab.begin(1, "import sys; print('now', sys.version.split()[0])")
    expect(lab.output(1)).to_contain_text(f"now {other}.", timeout=SLOW)


def test_the_tree_by_keyboard(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    lab.press(panel, "Tree")
    items, press = panel.get_by_role("treeitem"), lab.page.keyboard.press
    expect(items).to_have_count(3)  # what is yours, tabulate, and the kernel, closed
    panel.get_by_role("tree").focus()
    for key in ("End", "ArrowRight", "ArrowRight", "ArrowRight"):
        press(key)
    expect(panel.get_by_role("treeitem", level=3).filter(has_text="tornado")).to_be_visible()
    press("ArrowLeft")
    expect(panel.get_by_role("treeitem", level=3)).to_have_count(0)
    press("Enter")
    expect(panel.get_by_role("menu").get_by_role("menuitem").first).to_be_focused()
    press("Escape")
    expect(panel.get_by_role("tree")).to_be_focused()
    panel.get_by_label("Filter by name").fill("tornado")
    expect(items.filter(has_text="tornado").first).to_be_visible()  # with the way to it
    press("ArrowDown")
    expect(panel.get_by_role("tree")).to_be_focused()
    panel.get_by_label("Filter by name").fill("no-such-thing")
    expect(panel).to_contain_text("No installed package is called “no-such-thing”.")


def test_exports(lab: Lab, own: Path, server: JupyterServer, tmp_path: Path) -> None:
    lab.open(own.name)
    lab.shows("ready")
    lab.press(lab.show_panel(), "Export…")
    dialog = lab.page.locator(".jp-Dialog:has(.jp-nbenv-Export)")
    text = dialog.locator(".jp-nbenv-Export-text")
    expect(text).to_have_text("tabulate==0.9.0\n")
    formats = server.request("GET", "nbenv/api/version")[1]["formats"]
    choice = dialog.get_by_label("Export format")
    expect(choice.locator("option")).to_have_count(len(formats))
    for name in formats:
        choice.select_option(name)
        expect(text).not_to_have_text("Exporting…", timeout=SLOW)
        expect(text).not_to_have_text("")
        shown = text.inner_text()
        told = succeed("export", own, "--format", name).out
        assert shown.strip() == told.strip(), name
    choice.select_option("requirements-locked")
    expect(text).to_contain_text("--hash=sha256:")
    with lab.page.expect_download() as download:
        lab.press(dialog, "Download")
    assert download.value.suggested_filename == "requirements-locked.txt"
    assert "tabulate==0.9.0" in Path(download.value.path()).read_text(encoding="utf-8")
    lab.press(dialog, "Save next to the notebook")
    expect(dialog.get_by_role("status")).to_have_text("Saved requirements-locked.txt.")
    assert (server.root / "requirements-locked.txt").is_file()
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.press(dialog, "Copy")
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert copied == (server.root / "requirements-locked.txt").read_text(encoding="utf-8")


def test_a_thousand_distributions_scroll(lab: Lab, own: Path, home: Path) -> None:
    [environment] = (home / "envs").iterdir()
    site = next(environment.glob("lib/python*/site-packages"))
    for number in range(1000):
        info = site / f"many_{number:04}-1.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: many-{number:04}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n", encoding="utf-8")
    lab.open(own.name)
    lab.shows("out of sync")
    panel = lab.show_panel()
    rows = panel.locator(".jp-nbenv-Row")
    expect(rows.first).to_be_visible()
    assert rows.count() < 80  # only visible rows are in the document
    place = panel.locator(".jp-nbenv-List")
    place.evaluate("node => { node.scrollTop = node.scrollHeight }")
    expect(rows.last).to_have_attribute("aria-posinset", "1004")  # with three headings
    assert rows.count() < 80
    panel.get_by_label("Filter by name").fill("many-0500")
    expect(rows).to_have_count(2)


def test_without_an_environment(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "plain.ipynb", "python3", "1")
    lab.open(path.name)
    lab.shows("No environment")
    panel = lab.show_panel()
    expect(panel).to_contain_text("This notebook has no environment of its own yet.")
    panel.get_by_label("Packages to add").fill("tabulate")
    lab.page.keyboard.press("Enter")
    lab.press(panel.locator(".jp-nbenv-Proposal"), "Add")
    expect(lab.notice_bar).to_contain_text("has its own environment", timeout=SLOW)
    lab.press(lab.notice_bar, "Use it")
    lab.shows("ready")
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.10.0", timeout=SLOW)
