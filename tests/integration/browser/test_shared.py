"""Open a notebook that another person shared."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import SLOW, Lab
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer

pytestmark = pytest.mark.cold


def test_what_is_here_interrupts_nobody(lab: Lab, own: Path) -> None:
    lab.open(own.name)
    lab.shows("Python 3.11: ready")
    expect(lab.approval).to_have_count(0)
    expect(lab.notice_bar).to_have_count(0)
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.9.0")


def test_what_was_approved_comes_back_by_itself(
    lab: Lab, own: Path, home: Path, index: LocalIndex
) -> None:
    for environment in (home / "envs").iterdir():
        shutil.rmtree(environment)
    shutil.rmtree(os.environ["UV_CACHE_DIR"])
    index.stall = 1
    lab.open(own.name)
    expect(lab.notice_bar.locator(".jp-nbenv-Phases")).to_be_visible(timeout=SLOW)
    lab.shows("restoring")
    lab.begin(0, "import tabulate; print('version', tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("version 0.9.0", timeout=SLOW)
    lab.shows("ready")
    expect(lab.approval).to_have_count(0)


def test_the_dialog_says_what_would_happen(lab: Lab, shared: Path, index: LocalIndex) -> None:
    before = shared.read_bytes()
    document = json.loads(before)
    lock = document["metadata"]["nbenv"]["lock"]
    lab.open(shared.name)
    dialog = lab.approval
    expect(dialog).to_contain_text("Restore this notebook’s environment?", timeout=SLOW)
    expect(dialog).to_contain_text("Full list", timeout=SLOW)
    gist = dialog.locator(".jp-nbenv-Gist > div")
    expect(gist.nth(0)).to_have_text("tabulate==0.9.0 + 29 more packages")
    expect(gist.nth(1)).to_contain_text("Python 3.11")
    expect(gist.nth(2)).to_have_text("From your usual package index · nothing is built from source")
    expect(dialog.locator("dt")).to_have_text(["Locked for"])  # nothing else is unusual
    expect(dialog).to_contain_text("nothing is downloaded or run")
    expect(dialog.locator("table")).not_to_be_visible()
    dialog.locator("summary").click()
    expect(dialog.locator("tbody tr")).to_have_count(
        len([x for x in lock if "sys_platform ==" not in x and "implementation_name ==" not in x])
    )
    expect(dialog.locator("tbody")).to_contain_text("tabulate0.9.0")
    assert index.requests == []  # nobody wanted to know the size yet
    lab.press(dialog, "Check size")
    size = re.compile(r"^Python 3\.11 · download of \d+\.\d MB$")
    expect(gist.nth(1)).to_have_text(size, timeout=SLOW)
    assert index.downloads == []

    # Escape is safe: nothing is made, cells say what is missing, the notice bar offers it again.
    lab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    lab.shows("needs approval")
    lab.begin(0, "import tabulate")
    expect(lab.output(0)).to_contain_text("Nothing was downloaded or run.")
    assert index.downloads == []
    assert shared.read_bytes() == before
    expect(dialog).to_have_count(0)
    lab.press(lab.notice_bar, "Restore…")
    expect(dialog).to_be_visible()
    lab.press(dialog, "Open the notebook without its environment")
    expect(dialog).to_have_count(0)


def test_the_dialog_warns_of_what_is_not_this_machines(lab: Lab, shared: Path) -> None:
    document = json.loads(shared.read_text(encoding="utf-8"))
    value = document["metadata"]["nbenv"]
    value["indexes"] = [{"name": "theirs", "url": "http://127.0.0.1:9/simple/"}]
    value["requirements"].append("odd @ http://127.0.0.1:9/odd-1.0.tar.gz")
    value["lock"] = sorted(
        [*value["lock"], "odd @ http://127.0.0.1:9/odd-1.0.tar.gz --hash=sha256:" + "0" * 64]
    )
    shared.write_text(json.dumps(document), encoding="utf-8")
    lab.open(shared.name)
    warned = lab.approval.locator(".jp-nbenv-Warned:not([aria-label='Locked for'])")
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    expect(warned.nth(0)).to_contain_text("theirs: http://127.0.0.1:9/simple/")
    expect(warned.nth(1)).to_contain_text("odd @ http://127.0.0.1:9/odd-1.0.tar.gz")
    expect(warned.nth(2)).to_contain_text("odd")


def test_cells_wait_for_the_restore_and_then_run(lab: Lab, shared: Path, index: LocalIndex) -> None:
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    index.stall = 1.5
    lab.press(lab.approval, "Restore the environment")
    phases = lab.notice_bar.locator(".jp-nbenv-Phases li")
    expect(phases).to_have_text(["Python", "Resolve", "Environment", "Install"])
    lab.shows("restoring")
    lab.begin(0, "import tabulate; print('version', tabulate.__version__)")
    expect(lab.cells.nth(0).locator(".jp-InputPrompt")).to_have_text("[*]:")
    expect(lab.notice_bar.locator(".jp-mod-now")).to_have_text("Install", timeout=SLOW)
    expect(lab.notice_bar).to_contain_text(
        re.compile("distributions|Downloading|Prepared"), timeout=SLOW
    )
    expect(lab.output(0)).to_contain_text("version 0.9.0", timeout=SLOW)
    lab.shows("Python 3.11: ready")
    expect(lab.notice_bar).to_have_count(0)
    # What the page asked the waiting kernel has not kept it from the debugger.
    debugger = lab.page.locator('[data-jp-item-name="debugger-icon"] button:visible')
    debugger.click()
    expect(debugger).to_have_attribute("aria-pressed", "true")
    lab.begin(0, "1 + 1")
    expect(lab.output(0)).to_contain_text("2")


def test_cancel_leaves_nothing_half_made(
    lab: Lab, shared: Path, index: LocalIndex, home: Path
) -> None:
    before = shared.read_bytes()
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    index.stall = 3
    lab.press(lab.approval, "Restore the environment")
    expect(lab.notice_bar.locator(".jp-mod-now")).to_have_text("Install", timeout=SLOW)
    lab.press(lab.notice_bar, "Cancel")
    expect(lab.notice_bar.locator(".jp-nbenv-Phases")).to_have_count(0, timeout=SLOW)
    lab.shows("needs approval")
    assert list((home / "envs").iterdir()) == []
    assert shared.read_bytes() == before
    index.stall = 0
    lab.press(lab.notice_bar, "Restore…")
    lab.press(lab.approval, "Restore the environment")
    lab.shows("ready")
    lab.begin(0, "import tabulate; print('version', tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("version 0.9.0")


def test_a_reload_finds_the_restore_that_goes_on(lab: Lab, shared: Path, index: LocalIndex) -> None:
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    index.stall = 8  # longer than a page takes to load
    lab.press(lab.approval, "Restore the environment")
    expect(lab.notice_bar.locator(".jp-nbenv-Phases")).to_be_visible()
    lab.open(shared.name)
    expect(lab.notice_bar.locator(".jp-nbenv-Phases")).to_be_visible(timeout=SLOW)
    expect(lab.approval).to_have_count(0)
    index.stall = 0
    lab.shows("ready")


def test_a_failure_says_what_to_do_and_offers_it(lab: Lab, shared: Path, index: LocalIndex) -> None:
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    wheel = next(path.name for path in index.folder.glob("tabulate-0.9.0*"))
    index.corrupt.add(wheel)
    lab.press(lab.approval, "Restore the environment")
    alert = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    expect(alert).to_contain_text("tabulate", timeout=SLOW)
    expect(alert).not_to_contain_text("Traceback")
    index.corrupt.clear()
    lab.press(alert, "Try again")
    lab.shows("ready")
    expect(alert).to_have_count(0)


def test_a_missing_python_leads_to_the_choice_of_another(lab: Lab, shared: Path) -> None:
    text = shared.read_text(encoding="utf-8").replace('"python": "3.11"', '"python": "3.19"')
    shared.write_text(text, encoding="utf-8")
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("not on this machine", timeout=SLOW)
    lab.press(lab.approval, "Restore the environment")
    alert = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    expect(alert).to_contain_text("3.19", timeout=SLOW)
    lab.press(alert, "Use another Python…")
    lab.panel.get_by_label("Python version of this notebook").select_option("3.11")
    lab.press(lab.page.locator(".jp-Dialog"), "Switch")
    lab.shows("Python 3.11: ready")


def test_another_kernel_offers_the_move_once(lab: Lab, own: Path, server: JupyterServer) -> None:
    text = own.read_text(encoding="utf-8").replace('"name": "nbenv"', '"name": "python3"')
    own.write_text(text, encoding="utf-8")
    lab.open(own.name)
    lab.shows("another kernel")
    expect(lab.notice_bar).to_contain_text("has its own environment")
    lab.press(lab.notice_bar, "Not now")
    expect(lab.notice_bar).to_have_count(0)
    lab.page.wait_for_timeout(1500)  # Lab keeps its state a moment later
    lab.page.reload()
    lab.shows("another kernel")
    lab.page.wait_for_timeout(1000)
    expect(lab.notice_bar).to_have_count(0)
    # A declined offer stays available as a command.
    lab.page.get_by_role("menuitem", name="Environment").click()
    lab.page.get_by_role("menuitem", name="Use the Notebook’s Own Kernel").click()
    lab.press(lab.page.locator(".jp-Dialog"), "Switch")
    lab.shows("ready")


def test_policies_of_the_settings(lab: Lab, shared: Path, server: JupyterServer) -> None:
    name = "jupyter-nbenv:environments"
    answer = server.request("PUT", f"lab/api/settings/{name}", {"raw": '{"restore": "always"}'})
    assert answer[0] == 204
    lab.open(shared.name)
    lab.shows("ready")
    expect(lab.approval).to_have_count(0)
