"""Widgets of many packages in JupyterLab and Notebook 7, from environments alone.

They come from the real index and take minutes, so this runs only where ``TEST_WIDGETS`` is set. The
browser itself reaches no host but the server. ``TEST_WIDGETS=FOLDER`` keeps screenshots there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.support.browser import Lab, chromium, launched_with_profile, new_page
from tests.support.commands import succeed
from tests.support.server import JupyterServer

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("TEST_WIDGETS"),
        reason="set TEST_WIDGETS=1 to install many packages with widgets and look at them",
    ),
    pytest.mark.skipif(chromium() is None, reason="this machine has no Chromium"),
]
KERNELSPEC = {"name": "nbenv", "display_name": "Python (own environment)", "language": "python"}


@dataclass(frozen=True)
class Case:
    """Packages to install, code to run, and what its output then holds."""

    packages: tuple[str, ...]
    code: str
    selectors: tuple[str, ...]


CASES = {
    "ipywidgets": Case(
        ("ipywidgets",),
        """
import ipywidgets as w
from IPython.display import display
out = w.Output()
display(w.VBox([w.IntSlider(7), w.Dropdown(options=["a", "b"]), w.Tab([w.Text("t")]), out]))
with out:
    print("captured")
_ = w.interact(lambda x: print("x is", x), x=(0, 9))
""",
        (
            ".widget-slider",
            ".widget-dropdown select",
            ".widget-tab",
            ".jp-OutputArea .widget-output:has-text('captured'), .jp-OutputArea :text('captured')",
            ".widget-interact :text('x is 4')",
        ),
    ),
    "ipywidgets 7": Case(
        ("ipywidgets==7.8.5",),
        "import ipywidgets as w\n"
        "_ = w.interact(lambda x: print('x is', x), x=(0, 9))\n"
        "w.VBox([w.IntSlider(7), w.Dropdown(options=['a', 'b'])])",
        (
            ".widget-interact :text('x is 4')",
            ".widget-vbox .widget-slider",
            ".widget-dropdown select",
        ),
    ),
    "tqdm": Case(
        ("tqdm", "ipywidgets"),
        "from tqdm.notebook import tqdm\nfor _ in tqdm(range(5)): pass",
        (".widget-inline-hbox .progress, .jupyter-widgets.widget-hprogress", ":text('5/5')"),
    ),
    "ipympl": Case(
        ("ipympl",),
        "%matplotlib widget\nimport matplotlib.pyplot as plt\n"
        "_ = plt.figure(figsize=(3, 2)), plt.plot([1, 3, 2])\nplt.show()",
        (".jupyter-matplotlib canvas",),
    ),
    "anywidget": Case(
        ("anywidget",),
        """
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = "export default {render({model, el}) { el.innerHTML = '<b>any ' + model.get('n'); }}"
    n = traitlets.Int(4).tag(sync=True)
Counter()
""",
        ("b:text('any 4')",),
    ),
    "quak": Case(
        ("quak", "pandas"),
        "import quak, pandas as pd\nquak.Widget(pd.DataFrame({'a': range(50)}))",
        (".quak :text('50 rows'), :text('50 rows')",),
    ),
    "plotly": Case(
        ("plotly", "anywidget", "nbformat"),
        """
import plotly.graph_objects as go
from IPython.display import display
layout = {"height": 250, "width": 400}
display(go.FigureWidget([go.Bar(y=[2, 3, 1])], layout=layout))
go.Figure([go.Scatter(y=[2, 3, 1])], layout=layout).show()
""",
        (
            ".js-plotly-plot .barlayer path",
            # Plotly's own renderer shows its saved image after a reload, until one points at it.
            ".js-plotly-plot .scatterlayer path.js-line, img.plot-img",
        ),
    ),
    "ipyleaflet": Case(
        ("ipyleaflet",),
        "from ipyleaflet import Map, Marker\nm = Map(center=(52, 10), zoom=5)\n"
        "m.add(Marker(location=(52, 10)))\nm",
        (".leaflet-container .leaflet-marker-icon",),
    ),
    "bqplot": Case(
        ("bqplot",),
        "from bqplot import pyplot as plt\nplt.figure(title='a title')\n"
        "_ = plt.plot([1, 2, 3], [3, 1, 2])\nplt.show()",
        (".bqplot path.line", ".bqplot :text('a title')"),
    ),
    "ipydatagrid": Case(
        ("ipydatagrid",),
        "from ipydatagrid import DataGrid\nimport pandas as pd\n"
        "DataGrid(pd.DataFrame({'a': [1, 2]}), layout={'height': '120px'})",
        (".lm-DataGrid canvas",),
    ),
    "jupyter_bokeh": Case(
        ("jupyter_bokeh",),
        """
from bokeh.io import output_notebook
from bokeh.plotting import figure, show
from bokeh.resources import INLINE
from jupyter_bokeh import BokehModel
output_notebook(INLINE)
first, second = figure(width=200, height=150), figure(width=200, height=150)
first.line([1, 2], [2, 1]); second.line([1, 2], [2, 1])
show(first)
BokehModel(second)
""",
        (
            ".jp-OutputArea-child:not(.jp-OutputArea-executeResult) .bk-Figure",
            ".jp-OutputArea-executeResult .bk-Figure",
        ),
    ),
    "panel": Case(
        ("panel", "jupyter_bokeh"),
        "import panel as pn\npn.extension(inline=True)\n"
        "slider = pn.widgets.IntSlider(value=3, end=9)\n"
        "pn.Column('# Hi', slider, pn.bind(lambda n: f'value {n}', slider))",
        (":text('value 3')", ".noUi-handle"),
    ),
}


def write(path: Path, *cells: str, **metadata: object) -> Path:
    document = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells],
        metadata={"kernelspec": KERNELSPEC, **metadata},
    )
    nbformat.write(document, path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("widgets")
    (folder / "root").mkdir()
    return folder


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the ``NBENV_HOME`` of all servers here."""
    monkeypatch.setenv("NBENV_HOME", str(folder / "home"))
    return folder / "home"


Serve = Callable[..., JupyterServer]


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Return what starts a server, with a folder for Jupyter and settings of the extension."""
    started: list[JupyterServer] = []

    def serve(brought: Path | None = None, **settings: object) -> JupyterServer:
        config = folder / f"config-{len(settings)}"
        place = config / "lab/user-settings/jupyter-nbenv/environments.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(settings), encoding="utf-8")
        environ = {"JUPYTER_CONFIG_DIR": str(config)}
        if brought is not None:
            environ["JUPYTER_PATH"] = str(brought)
        server = JupyterServer(folder / "root", environ).__enter__()
        started.append(server)
        return server

    yield serve
    for server in started:
        server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with launched_with_profile(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(browser: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page that only reaches this machine; keep a screenshot where one is wanted."""

    def refuse_others(route: Route) -> None:
        is_here = urlsplit(route.request.url).hostname == "127.0.0.1"
        route.continue_() if is_here else route.abort()

    with new_page(browser) as page:
        page.set_default_timeout(30_000)
        page.route("**/*", refuse_others)
        page.on("console", lambda said: print(f"{said.type}: {said.text}"))  # shown on a failure
        yield page
        place = Path(os.environ["TEST_WIDGETS"])
        if place.is_dir():
            page.screenshot(path=place / f"{re.sub(r'[^a-z0-9_-]+', '-', request.node.name)}.png")


def opened(page: Page, server: JupyterServer, name: str, where: str = "lab/tree") -> Lab:
    lab = Lab(page, server).open(name, where)
    lab.ready(server)
    return lab


def run(lab: Lab, number: int, code: str) -> None:
    lab.write(number, code)
    lab.page.keyboard.press("Shift+Enter")
    lab.ended(number)


def shows(lab: Lab, number: int, *selectors: str) -> None:
    cell = lab.cells.nth(number)
    for selector in selectors:
        expect(cell.locator(selector).first).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("name", CASES)
def test_shown_at_once_after_a_reload_and_after_a_restart(
    page: Page, serve: Serve, folder: Path, name: str
) -> None:
    case, server = CASES[name], serve()
    path = write(folder / "root" / f"{name}.ipynb", "", "", "")
    lab = opened(page, server, path.name)
    lab.write(0, f"%nbenv install {' '.join(case.packages)}")
    page.keyboard.press("Shift+Enter")
    lab.write(1, case.code)
    page.keyboard.press("Shift+Enter")  # it waits for the install, and nothing more
    lab.ended(1)
    shows(lab, 1, *case.selectors)
    lab.save()
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    opened(page, server, path.name)
    shows(lab, 1, *case.selectors)
    page.get_by_role("button", name=re.compile("^Restart the kernel")).first.click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    lab.ready(server)
    run(lab, 1, case.code)
    shows(lab, 1, *case.selectors)


def test_in_notebook_7(page: Page, serve: Serve, folder: Path) -> None:
    server, case = serve(), CASES["ipywidgets"]
    path = write(folder / "root" / "seven.ipynb", "", "", "")
    lab = opened(page, server, path.name, "notebooks")
    run(lab, 0, "%nbenv install ipywidgets ipympl")
    run(lab, 1, case.code)
    shows(lab, 1, *case.selectors)
    run(lab, 2, CASES["ipympl"].code)
    shows(lab, 2, *CASES["ipympl"].selectors)


def loaded(page: Page) -> list[str]:
    """Return the addresses of the extensions that were loaded from environments, in order."""
    names = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    return [url for url in names if "/nbenv/api/extensions/" in url and "remoteEntry" in url]


def open_beside(lab: Lab, name: str) -> None:
    """Open another notebook in the same page."""
    lab.page.locator(f".jp-DirListing-item:has-text('{name}')").dblclick()
    expect(lab.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name)).to_be_visible()
    lab.shows("ready")
    lab.page.wait_for_timeout(1000)  # until the kernel is idle


@pytest.mark.parametrize("is_served", [False, True], ids=["alone", "with-the-servers-manager"])
def test_two_versions_side_by_side(page: Page, serve: Serve, folder: Path, is_served: bool) -> None:
    """Each notebook gets the version of its own environment, whoever brings the manager."""
    case, versions = CASES["bqplot"], ("0.12.45", "0.13.1")
    for version in versions:
        path = write(folder / "root" / f"bqplot-{version}.ipynb", "")
        succeed("install", path, f"bqplot=={version}", "six")  # of which 0.12 does not tell
    server = serve(_manager(folder) if is_served else None)
    lab = opened(page, server, f"bqplot-{versions[0]}.ipynb")
    run(lab, 0, case.code)
    shows(lab, 0, *case.selectors)
    open_beside(lab, f"bqplot-{versions[1]}.ipynb")
    run(lab, 0, case.code)
    shows(lab, 0, *case.selectors)
    page.locator(".lm-TabBar-tab", has_text=versions[0]).click()
    run(lab, 1, f"print('again')\n{case.code}")  # what it loads late is its own, too
    shows(lab, 1, *case.selectors)
    found = [url.split("/nbenv/api/extensions/")[1] for url in loaded(page)]
    assert len({url.split("/")[0] for url in found}) == 2
    assert len(found) == len(set(found)) == (3 if is_served else 4)  # 0.13 has bqscales, too


def test_two_versions_of_the_manager(page: Page, serve: Serve, folder: Path) -> None:
    """A page has one. The notebook whose widgets it cannot show is told, with what to do."""
    for major, limit in (("8", "ipywidgets>=8"), ("7", "ipywidgets<8")):
        succeed("install", write(folder / "root" / f"major-{major}.ipynb", ""), limit)
    server, code = serve(), "import ipywidgets\nipywidgets.IntSlider(7)"
    lab = opened(page, server, "major-8.ipynb")
    run(lab, 0, code)
    shows(lab, 0, ".widget-slider")
    open_beside(lab, "major-7.ipynb")
    page.get_by_role("button", name="What to do").click()
    said = lab.panel.locator(".jp-nbenv-PageCode")
    expect(said).to_contain_text("This notebook’s environment has ipywidgets 7")
    expect(said).to_contain_text("Install ipywidgets 8 in this notebook")
    # Alone, its own manager shows them.
    lab = opened(page, server, "major-7.ipynb")
    run(lab, 0, code)
    shows(lab, 0, ".widget-slider")


def test_what_the_server_has_is_not_loaded_again(page: Page, serve: Serve, folder: Path) -> None:
    server, case = serve(_manager(folder)), CASES["ipywidgets"]
    path = write(folder / "root" / "served.ipynb", "", "", "")
    lab = opened(page, server, path.name)
    run(lab, 0, "%nbenv install ipywidgets ipympl")
    run(lab, 1, case.code)
    shows(lab, 1, *case.selectors)
    run(lab, 2, CASES["ipympl"].code)
    shows(lab, 2, *CASES["ipympl"].selectors)
    assert len(loaded(page)) == 1
    lab.save()
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    lab = opened(page, server, path.name)  # where the server's manager restores all at once
    shows(lab, 1, *case.selectors)
    shows(lab, 2, *CASES["ipympl"].selectors)


@pytest.mark.parametrize("package", ["ipywidgets", "ipywidgets==7.8.5"])
def test_saved_state_is_shown_and_saved(
    page: Page, serve: Serve, folder: Path, package: str
) -> None:
    server, path = serve(), write(folder / "root" / f"state-{len(package)}.ipynb", "", "")
    lab = opened(page, server, path.name)
    run(lab, 0, f"%nbenv install {package}")
    run(lab, 1, "import ipywidgets\nipywidgets.IntSlider(7)")
    shows(lab, 1, ".widget-slider")
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Save Widget State Automatically").click()
    page.wait_for_timeout(1000)  # until the setting counts
    lab.save()
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    state = json.loads(path.read_text(encoding="utf-8"))["metadata"]["widgets"]
    assert "IntSliderModel" in json.dumps(state)
    for session in server.request("GET", "api/sessions")[1]:
        server.request("DELETE", f"api/sessions/{session['id']}")
    lab = opened(page, server, path.name)  # with a new kernel, which knows nothing of it
    shows(lab, 1, ".widget-slider")


def test_it_can_be_switched_off(page: Page, serve: Serve, folder: Path) -> None:
    server, path = serve(loadWidgets=False), write(folder / "root" / "off.ipynb", "", "")
    lab = opened(page, server, path.name)
    run(lab, 0, "%nbenv install ipywidgets")
    run(lab, 1, "import ipywidgets\nipywidgets.IntSlider(7)")
    expect(lab.output(1)).to_contain_text("IntSlider(value=7)")
    assert loaded(page) == []
    told = lab.show_panel().locator(".jp-nbenv-PageCode")
    expect(told).to_contain_text("is off in the settings")
    expect(told).to_contain_text("jupyterlab-widgets")


def _manager(folder: Path) -> Path:
    """Return a folder for Jupyter, as a server that has jupyterlab_widgets has it."""
    target = folder / "served"
    if not target.exists():
        words = ["-q", "--no-deps", "--target", str(target), "jupyterlab_widgets"]
        subprocess.run([sys.executable, "-m", "pip", "install", *words], check=True)
    return target / "share/jupyter"
