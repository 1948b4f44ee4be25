"""Nothing that was never approved is installed unless its own dialog was shown and agreed to."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.integration.browser.conftest import KERNELSPEC
from tests.support.browser import SLOW, Lab
from tests.support.commands import succeed
from tests.support.index import LocalIndex

pytestmark = pytest.mark.cold
COMMANDS = [
    "nbenv:restore",
    "nbenv:upgrade",
    "nbenv:undo",
    "nbenv:redo",
    "nbenv:restart",
    "nbenv:use-kernel",
]
EVIL = "evil @ http://127.0.0.1:9/evil-1.0.tar.gz"


def button(command: str, number: int = 0) -> str:
    """Return a button that has JupyterLab's command linker execute a command."""
    arguments = json.dumps({"isTrusted": True, "agreed": "x", "digest": "x"})
    return (
        f"<button data-commandlinker-command='{command}' "
        f"data-commandlinker-args='{arguments}'>lure {number}</button>"
    )


def replace_record(path: Path, record: dict[str, object] | None = None) -> None:
    """Replace the record with one that nobody approved, as a ``git pull`` would."""
    document = json.loads(path.read_text(encoding="utf-8"))
    value = record or document["metadata"]["nbenv"]
    value = {
        **value,
        "requirements": [*value["requirements"], EVIL],
        "lock": sorted([*value["lock"], f"{EVIL} --hash=sha256:{'0' * 64}"]),
    }
    document["metadata"]["nbenv"] = value
    path.write_text(json.dumps(document), encoding="utf-8")


def environments(home: Path) -> list[str]:
    folder = home / "envs"
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def nothing_installed(home: Path, index: LocalIndex) -> Iterator[None]:
    """Check at the end that nothing was installed, and no index asked."""
    yield
    assert environments(home) == []
    assert index.requests == []


def lure(path: Path, kernel: str) -> None:
    """Give a notebook buttons that execute our commands: in Markdown and in a saved output."""
    document = json.loads(path.read_text(encoding="utf-8"))
    buttons = [button(command, number) for number, command in enumerate(COMMANDS)]
    saved = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "".join(buttons), "text/plain": "lures"},
    }
    cell = {"cell_type": "code", "id": "saved", "metadata": {}, "source": "1"}
    document["cells"] = [
        {"cell_type": "markdown", "id": "text", "metadata": {}, "source": "\n".join(buttons)},
        {**cell, "execution_count": 1, "outputs": [saved]},
    ]
    document["metadata"]["kernelspec"] = {**KERNELSPEC, "name": kernel}
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("kernel", ["python3", "nbenv"])
@pytest.mark.parametrize("place", [".jp-RenderedMarkdown", ".jp-OutputArea"])
@pytest.mark.usefixtures("nothing_installed")
def test_a_button_in_untrusted_content_installs_nothing(
    lab: Lab, shared: Path, kernel: str, place: str
) -> None:
    lure(shared, kernel)
    before = shared.read_bytes()
    lab.open(shared.name)
    lab.shows("another kernel" if kernel == "python3" else "needs approval")
    own = lab.page.locator(".jp-Dialog")
    if kernel == "nbenv":
        expect(lab.approval).to_be_visible(timeout=SLOW)
        lab.page.keyboard.press("Escape")
    expect(own).to_have_count(0)
    for number, command in enumerate(COMMANDS):
        lab.page.locator(place).get_by_role("button", name=f"lure {number}").click()
        lab.page.wait_for_timeout(600)
        generic = own.get_by_role("button", name="Run", exact=False)
        if generic.count():  # newer versions of JupyterLab ask a question of their own
            generic.last.click()
            lab.page.wait_for_timeout(300)
        if command == "nbenv:restore":
            expect(lab.approval).to_contain_text("tabulate==0.9.0", timeout=SLOW)
        while own.count():
            lab.page.keyboard.press("Escape")
            lab.page.wait_for_timeout(200)
    lab.page.wait_for_timeout(1000)
    assert shared.read_bytes() == before


@pytest.mark.parametrize("kernel", ["python3", ""])
@pytest.mark.usefixtures("nothing_installed")
def test_the_menu_and_the_panel_ask_in_every_state(lab: Lab, shared: Path, kernel: str) -> None:
    lure(shared, kernel or "python3")
    lab.open(shared.name)
    lab.shows("another kernel")
    if not kernel:
        lab.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        lab.page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
        lab.shows("no kernel")
    lab.page.get_by_role("menuitem", name="Environment", exact=True).click()
    lab.page.get_by_role("menuitem", name="Restore Environment").click()
    expect(lab.approval).to_contain_text("tabulate==0.9.0", timeout=SLOW)
    lab.page.keyboard.press("Escape")
    panel = lab.show_panel()
    for name in ("Restore…", "Undo", "Check for updates", "Upgrade all"):
        control = panel.get_by_role("button", name=name, exact=True)
        if not control.count():  # there is nothing to undo or to upgrade here
            assert name != "Restore…"
            continue
        control.click()
        expect(lab.approval).to_contain_text("tabulate==0.9.0", timeout=SLOW)
        lab.page.keyboard.press("Escape")
        expect(lab.approval).to_have_count(0)
    panel.get_by_label("Packages to add").fill("scikit-learn")
    lab.page.keyboard.press("Enter")
    expect(lab.approval).to_contain_text("Approve this notebook’s environment", timeout=SLOW)
    lab.press(lab.approval, "Do not approve the environment")
    expect(lab.approval).to_have_count(0)
    proposal = panel.locator(".jp-nbenv-Proposal")
    expect(proposal.get_by_role("alert").last).to_contain_text("was not approved")


@pytest.mark.usefixtures("nothing_installed")
def test_a_record_swapped_behind_the_dialog_is_shown_anew(lab: Lab, shared: Path) -> None:
    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    expect(lab.approval).not_to_contain_text("Code for this page")
    record = json.loads(shared.read_text(encoding="utf-8"))["metadata"]["nbenv"]
    widgets = f"ipympl==1.0 --hash=sha256:{'0' * 64}"
    replace_record(shared, {**record, "lock": [*record["lock"], widgets]})
    lab.press(lab.approval, "Restore the environment")
    expect(lab.approval).to_contain_text("The notebook has changed", timeout=SLOW)
    expect(lab.approval.locator(".jp-nbenv-Warned")).to_contain_text([EVIL, "evil", "ipympl"])
    expect(lab.approval).to_contain_text("Code for this page")
    lab.page.keyboard.press("Escape")
    lab.shows("needs approval")


def asks_about_the_new_record(lab: Lab) -> None:
    expect(lab.approval).to_contain_text(EVIL, timeout=SLOW)
    lab.page.keyboard.press("Escape")
    expect(lab.approval).to_have_count(0)


def test_going_back_to_a_record_that_was_replaced_asks(
    lab: Lab, own: Path, home: Path, index: LocalIndex
) -> None:
    lab.open(own.name)
    lab.shows("ready")
    [environment] = (home / "envs").iterdir()
    shutil.rmtree(next(environment.glob("lib/python*/site-packages/tabulate-*.dist-info")))
    lab.begin(1, "1")
    lab.shows("out of sync")
    drift = lab.show_panel().locator(".jp-nbenv-Drift")
    expect(drift).to_be_visible()
    index.requests.clear()
    replace_record(own)
    lab.press(drift, "Restore what is recorded")
    asks_about_the_new_record(lab)
    assert index.requests == []


def test_trying_again_asks_about_a_record_that_was_replaced(
    lab: Lab, own: Path, home: Path, index: LocalIndex
) -> None:
    for environment in (home / "envs").iterdir():
        shutil.rmtree(environment)
    index.corrupt.add(next(path.name for path in index.folder.glob("tabulate-0.9.0*")))
    shutil.rmtree(os.environ["UV_CACHE_DIR"])
    lab.open(own.name)
    alert = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    expect(alert).to_contain_text("tabulate", timeout=SLOW)
    index.corrupt.clear()
    index.requests.clear()
    replace_record(own)
    lab.press(alert, "Try again")
    asks_about_the_new_record(lab)
    assert index.requests == []


def test_using_the_kernel_asks_about_a_record_that_was_replaced(
    lab: Lab, own: Path, index: LocalIndex
) -> None:
    rewrite_kernel(own, "python3")
    lab.open(own.name)
    lab.shows("another kernel")
    index.requests.clear()
    replace_record(own)
    lab.press(lab.notice_bar, "Use it")
    asks_about_the_new_record(lab)
    assert index.requests == []


def rewrite_kernel(path: Path, name: str) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["metadata"]["kernelspec"]["name"] = name
    path.write_text(json.dumps(document), encoding="utf-8")


def test_putting_back_asks_about_a_record_that_came_meanwhile(
    lab: Lab, own: Path, index: LocalIndex
) -> None:
    document = json.loads(own.read_text(encoding="utf-8"))
    record = document["metadata"].pop("nbenv")
    own.write_text(json.dumps(document), encoding="utf-8")
    lab.open(own.name)
    expect(lab.notice_bar).to_contain_text("has lost the record", timeout=SLOW)
    lab.wait_until_still(lab.notice_bar)  # the page soon reads what is replaced now
    index.requests.clear()
    replace_record(own, record)
    lab.press(lab.notice_bar, "Put it back")
    asks_about_the_new_record(lab)
    assert index.requests == []


def test_adopting_shows_the_indexes_that_it_would_ask(lab: Lab, shared: Path) -> None:
    document = json.loads(shared.read_text(encoding="utf-8"))
    del document["metadata"]["nbenv"]
    line = "!pip install tabulate --extra-index-url http://127.0.0.1:9/theirs/simple/"
    document["cells"][0]["source"] = f"{line}\nimport tabulate"
    shared.write_text(json.dumps(document), encoding="utf-8")
    lab.open(shared.name)
    lab.shows("ready")
    panel = lab.show_panel()
    offer = panel.get_by_label("Packages this notebook needs")
    lab.press(offer, "Find required packages")
    expect(offer.locator(".jp-nbenv-Warned")).to_contain_text(
        "http://127.0.0.1:9/theirs/simple/", timeout=SLOW
    )


def test_an_agreement_installs_what_was_shown(lab: Lab, shared: Path) -> None:
    lure(shared, "python3")
    lab.open(shared.name)
    lab.shows("another kernel")
    lab.page.get_by_role("menuitem", name="Environment", exact=True).click()
    lab.page.get_by_role("menuitem", name="Restore Environment").click()
    expect(lab.approval).to_contain_text("Full list", timeout=SLOW)
    lab.press(lab.approval, "Restore the environment")
    for _ in range(SLOW // 500):
        lab.page.wait_for_timeout(500)
        if json.loads(succeed("status", shared, "--json").out)["ready"]:
            break
    assert json.loads(succeed("status", shared, "--json").out)["approved"]
