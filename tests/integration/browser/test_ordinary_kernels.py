"""Ordinary Python kernels: a notebook that lacks a module there is offered its own environment."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.integration.browser.conftest import Used, written
from tests.support.browser import SLOW, Lab, new_page, saved
from tests.support.server import JupyterServer

OFFER = ".jp-nbenv-Offer"
KERNEL = ".jp-Toolbar-kernelName:visible"
OWN = "Python (own environment)"
FOREIGN = "foreign"


@pytest.fixture(scope="module")
def server(
    used: Used, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JupyterServer]:
    """Yield one server for all, with a kernel of a Python that has no nbenv."""
    used.index.refill(wheels)
    folder = tmp_path_factory.mktemp("ordinary")
    root, home, data = folder / "root", folder / "home", folder / "data"
    root.mkdir()
    shutil.copytree(used.home / "bytecode", home / "bytecode", copy_function=os.link)
    [python] = (used.home / "envs").glob("work-*/bin/python")
    spec = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Foreign",
    }
    for name, language in ((FOREIGN, "python"), ("shell", "bash")):
        place = data / "kernels" / name / "kernel.json"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps({**spec, "language": language}), encoding="utf-8")
    environ = {
        **used.environ,
        "NBENV_HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(data),
    }
    with JupyterServer(root, environ) as server:
        yield server


@pytest.fixture
def page(browser: BrowserContext, server: JupyterServer) -> Iterator[Page]:
    """Yield a new page; Notebook 7 reports errors of its own."""
    with new_page(browser) as page:
        page.set_default_timeout(30_000)
        said: list[str] = []
        page.on("console", lambda each: each.type == "error" and said.append(each.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
    assert [text for text in said if "nbenv" in text or text.startswith("Comm not")] == []


@pytest.fixture(autouse=True)
def no_kernels(server: JupyterServer) -> Iterator[None]:
    yield
    for session in server.request("GET", "api/sessions")[1]:
        server.request("DELETE", f"api/sessions/{session['id']}")


def run_all(lab: Lab) -> None:
    """Run all cells with the menu."""
    lab.page.get_by_role("menuitem", name="Run", exact=True).click()
    lab.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def move_dialog(lab: Lab) -> Locator:
    return lab.page.locator(".jp-Dialog:has(.jp-nbenv-Move)")


def agree(lab: Lab, label: str) -> None:
    """Agree to what the dialog shows, once that is possible."""
    button = move_dialog(lab).get_by_role("button", name=label, exact=True)
    expect(button).not_to_have_attribute("aria-disabled", "true", timeout=SLOW)
    button.click()


def is_own(lab: Lab) -> None:
    expect(lab.page.locator(KERNEL)).to_contain_text(OWN, timeout=SLOW)


def until_saved(lab: Lab, path: Path, *requirements: str) -> None:
    for _ in range(100):
        metadata = saved(path)["metadata"]
        found = metadata.get("nbenv", {}).get("requirements")
        if found == list(requirements) and metadata["kernelspec"]["name"] == "nbenv":
            return
        lab.page.wait_for_timeout(100)
    raise AssertionError(metadata)


@pytest.mark.parametrize("where", ["lab/tree", "notebooks"])
def test_all_cells_are_run_in_the_notebooks_own_environment(
    lab: Lab, server: JupyterServer, where: str
) -> None:
    """The import was typed and never saved; what waited behind it runs, variables come along."""
    lines = "table = [6, 7]; import json; hold = open(__import__('os').devnull)"
    name = f"course-{where[:3]}.ipynb"
    path = written(server.root / name, "python3", lines, "", "print('len', len(table))")
    lab.open(name, where)
    lab.ready(server)
    lab.write(1, "import sklearn\nprint(sklearn.answer)")
    run_all(lab)
    offer = lab.page.locator(OFFER)
    expect(offer).to_contain_text("sklearn is not in this kernel.")
    expect(lab.output(1)).to_contain_text("%nbenv adopt")  # the same, from the kernel itself
    lab.press(offer, "Find required packages…")
    dialog = move_dialog(lab)
    expect(dialog).to_contain_text("scikit-learn (sklearn)")
    expect(dialog).to_contain_text("the newest, as of today")
    size = re.compile(r"(\d+(\.\d)? [kM]?B|nothing to download), \d+ packages")
    expect(dialog).to_contain_text(size, timeout=SLOW)
    expect(dialog.locator(".jp-nbenv-Lost li")).to_have_count(3)
    expect(dialog).to_contain_text("table (list")
    expect(dialog).to_contain_text("Then 2 cells run")
    expect(dialog.get_by_label("Rerun the cell that already ran.")).to_be_checked()
    dialog.get_by_label("Carry over the variables").check()
    agree(lab, "Install and switch")
    is_own(lab)
    expect(lab.output(1)).to_contain_text("42", timeout=SLOW)
    expect(lab.output(2)).to_contain_text("len 2", timeout=SLOW)
    told = lab.page.locator(".Toastify__toast", has_text="Carried over 2 variables.")
    expect(told).to_contain_text("Not carried over: hold")
    lab.press(told, "Show all")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text("hold: TypeError")
    lab.press(lab.page.locator(".jp-Dialog"), "Ok")
    expect(offer).to_have_count(0)
    until_saved(lab, path, "scikit-learn")
    assert list(Path(server._environ["NBENV_HOME"], "carried").iterdir()) == []


def test_what_ran_before_is_rerun(lab: Lab, server: JupyterServer) -> None:
    """Functions cannot be carried over; what failed or is empty is left out."""
    cells = ["def double(x): return 2 * x", "1 / 0", "", "table = [7]", "import sklearn"]
    last = "print(double(table[0]), sklearn.answer, 'ran', len(In))"
    path = written(server.root / "rerun.ipynb", "python3", *cells, last)
    lab.open(path.name)
    lab.ready(server)
    for number in (3, 0, 1, 3):  # the order of the first time
        lab.run(number, cells[number])
    lab.begin(2, "")
    lab.begin(4, cells[4])
    lab.press(lab.page.locator(OFFER), "Find required packages…")
    dialog = move_dialog(lab)
    expect(dialog.get_by_label("Rerun the 2 cells that already ran.")).to_be_checked()
    agree(lab, "Install and switch")
    is_own(lab)
    expect(lab.cells.nth(4).locator(".jp-InputPrompt")).to_have_text("[3]:", timeout=SLOW)
    output = lab.run(5, last)
    expect(output).to_contain_text("14 42 ran 5")


def test_a_recorded_notebook_is_approved_and_switched(
    lab: Lab, server: JupyterServer, recorded: str
) -> None:
    """Its record is a stranger's; in a kernel without nbenv the page alone makes the offer."""
    document = json.loads(recorded)
    document["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = server.root / "shared.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    lab.open(path.name)
    lab.ready(server)
    run_all(lab)
    offer = lab.page.locator(OFFER)
    expect(offer).to_contain_text("The notebook carries an environment of its own (Python 3.11")
    lab.press(offer, "Switch and run again")
    expect(lab.approval).to_contain_text("never approved on this machine")
    lab.page.wait_for_timeout(700)
    lab.press(lab.approval, "Restore the environment")
    is_own(lab)
    expect(lab.output(1)).to_contain_text("42", timeout=SLOW)
    lab.shows("Python 3.11: ready")


def test_in_a_kernel_without_nbenv(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "foreign.ipynb", FOREIGN, "x = 1", "import sklearn")
    lab.open(path.name)
    lab.ready(server)
    run_all(lab)
    offer = lab.page.locator(OFFER)
    lab.press(offer, "Find required packages…")
    dialog = move_dialog(lab)
    expect(dialog.locator(".jp-nbenv-Lost li")).to_have_text(["x (int, 28 B)"])
    expect(lab.output(1)).not_to_contain_text("nbenv:")
    lab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "nbenv" not in saved(path)["metadata"]
    expect(offer.get_by_role("button", name="Find required packages…")).to_be_enabled()


def test_a_notebook_in_another_language_is_left_alone(lab: Lab, server: JupyterServer) -> None:
    """Nothing is shown, and nothing is asked of the server, which would refuse."""
    path = written(server.root / "shell.ipynb", "shell", "print('be', 'fore')")
    document = saved(path)
    document["metadata"]["kernelspec"]["language"] = "bash"
    path.write_text(json.dumps(document), encoding="utf-8")
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.open(path.name)
    lab.ready(server)
    lab.begin(0, "print('be', 'fore')")
    expect(lab.output(0)).to_contain_text("be fore")
    lab.page.get_by_role("tab", name="Environment").click()
    expect(lab.panel).to_contain_text("This notebook is in bash.")
    expect(lab.item).to_have_count(0)
    expect(lab.status_item).to_have_count(0)
    assert [url for url in asked if "nbenv/api" in url and "version" not in url] == []


def test_an_install_takes_the_waiting_cells_along(lab: Lab, server: JupyterServer) -> None:
    """The page moves the notebook by itself, once; another page of it follows."""
    last = "import tabulate, sys; print(sys.prefix)"
    path = written(server.root / "moves.ipynb", "python3", "%nbenv install tabulate", last)
    asked: list[str | None] = []
    lab.page.on("request", lambda each: each.method == "PATCH" and asked.append(each.post_data))
    lab.open(path.name)
    lab.ready(server)
    run_all(lab)
    is_own(lab)
    expect(lab.output(1)).to_contain_text(os.path.join("envs", "moves"), timeout=SLOW)
    expect(lab.output(0)).to_contain_text("Installed tabulate")
    assert len([body for body in asked if body and '"nbenv"' in body]) == 1
    lab.page.wait_for_timeout(1500)  # by then the former kernel would have asked the server, too
    assert len(server.request("GET", "api/kernels")[1]) == 1
    until_saved(lab, path, "tabulate")


def test_two_pages_of_a_notebook(browser: BrowserContext, server: JupyterServer) -> None:
    """One of them moves it, once; the other follows; each cell runs once in the new kernel."""
    second = "import sys; print(sys.prefix, file=open('ran.txt', 'a'))"
    folder = server.root / "pages"
    folder.mkdir()
    path = written(folder / "two.ipynb", "python3", "import sklearn", second)
    asked: list[str] = []

    def note(page: Page) -> None:
        page.on(
            "request", lambda each: each.method == "PATCH" and asked.append(str(each.post_data))
        )

    with new_page(browser) as first_page, new_page(browser) as second_page:
        # Not the fixture's: Lab logs an error about each comm that the other page had.
        pages = [Lab(each, server) for each in (first_page, second_page)]
        lab = pages[0]
        for each in pages:
            each.page.set_default_timeout(SLOW)
            note(each.page)
            each.open(f"{folder.name}/{path.name}")
            each.ready(server)
        run_all(lab)
        lab.press(lab.page.locator(OFFER), "Find required packages…")
        agree(lab, "Install and switch")
        for each in pages:
            is_own(each)
        lab.ended(1)
        until_saved(lab, path, "scikit-learn")
        expect(pages[1].page.locator(OFFER)).to_have_count(0)
        assert len([body for body in asked if '"nbenv"' in body]) == 1
        [ran] = (folder / "ran.txt").read_text(encoding="utf-8").splitlines()
        assert os.path.join("envs", "two") in ran
        assert len(server.request("GET", "api/kernels")[1]) == 1


def test_where_nothing_is_offered(lab: Lab, server: JupyterServer) -> None:
    """Unknown and local modules, what the cell handles itself, other errors; after "Not now"."""
    (server.root / "beside.py").write_text("import sklearn", encoding="utf-8")
    (server.root / "cv2.py").write_text("", encoding="utf-8")
    (server.root / "elsewhere").mkdir()
    path = written(server.root / "quiet.ipynb", "python3", "", "")
    lab.open(path.name)
    lab.ready(server)
    offer = lab.page.locator(OFFER)
    for code in (
        "import nothing_that_is_known",
        "import os; os.chdir('elsewhere'); import sys; sys.path[:] = sys.path[1:]; import cv2",
        "try:\n    import sklearn\nexcept ImportError:\n    print('no', 1 / 0)",
        "import json.nothing",
        "1 / 0",
    ):
        lab.begin(0, code)
        expect(lab.output(0)).to_contain_text("Error")
        lab.page.wait_for_timeout(400)
        expect(offer).to_have_count(0)
    lab.begin(1, f"import sys; sys.path.insert(0, {str(server.root)!r}); import beside")
    expect(offer).to_have_count(1)  # what the local module needs
    lab.press(offer, "Not now")
    expect(offer).to_have_count(0)
    lab.begin(0, "import sklearn")
    expect(lab.output(0)).to_contain_text("Error")
    lab.page.wait_for_timeout(800)
    expect(offer).to_have_count(0)
