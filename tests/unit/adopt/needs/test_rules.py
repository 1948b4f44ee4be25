"""Unit tests of ``nbenv.adopt.needs.rules``."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from nbenv.adopt.needs.rules import ImpliedNeed, brought, called_name, settled
from nbenv.adopt.python_code import Call
from nbenv.core.import_names import distribution_of, distributions
from tests.unit.adopt.test_resolve_imports import settled as examined

PANDAS = "import pandas as pd\n"
XARRAY = "import xarray as xr\n"
UNTABLED = {"magic-impute"}
"""Packages whose module is mapped to another one."""
NEEDS = {
    # The kind of a file is known, from a literal, a variable, or what is put together.
    PANDAS + "pd.read_excel('x.xlsx')": "openpyxl",
    PANDAS + "name = 'x.XLS'\npd.read_excel(name)": "xlrd",
    PANDAS + "pd.read_excel(f'{folder}/x.ods')": "odfpy",
    PANDAS + "pd.read_excel('https://example.org/x.xlsb?raw=true')": "pyxlsb",
    PANDAS + "pd.read_excel(name)": "",
    PANDAS + "pd.read_excel('x.xlsx', engine='calamine')": "python-calamine",
    PANDAS + "pd.ExcelFile('a' + '/b.xlsx')": "openpyxl",
    PANDAS + "df.to_excel('x.xlsx')": "openpyxl|xlsxwriter",
    "import pandas as pd, xlsxwriter\ndf.to_excel('x.xlsx')": "xlsxwriter",
    PANDAS + "pd.read_parquet('x')": "pyarrow",
    PANDAS + "pd.read_parquet('x', engine='fastparquet')": "fastparquet",
    "import pandas, polars as pl\npl.read_parquet('x')": "polars",
    PANDAS + "pd.read_html('x')": "lxml",
    PANDAS + "pd.read_csv('s3://bucket/x.csv')": "s3fs",
    PANDAS + "df.astype('string[pyarrow]')": "pyarrow",
    # Drawing.
    PANDAS + "df['a'].plot()": "matplotlib",
    PANDAS + "pd.Series([1]).hist(bins=3)": "matplotlib",
    PANDAS + "df.plot(kind='kde')": "matplotlib scipy",
    PANDAS + "df.plot.density()": "matplotlib scipy",
    PANDAS + "pd.options.plotting.backend = 'plotly'\ndf.plot()": "plotly",
    PANDAS + "pd.set_option('plotting.backend', 'hvplot')\ndf.plot()": "hvplot",
    PANDAS + "df.plot(backend='plotly')": "plotly",
    "import seaborn, pandas\ndf.plot()": "seaborn",
    PANDAS + "df.style.format('{:.1f}')": "jinja2",
    PANDAS + "df.style": "jinja2",
    PANDAS + "df.style.background_gradient()": "jinja2 matplotlib",
    PANDAS + "df.corr(method='kendall')": "scipy",
    PANDAS + "df.corr(method='spearman')": "",
    PANDAS + "df.a.corr(df.b, method='spearman')": "scipy",
    PANDAS + "df.interpolate(method='linear')": "",
    "import matplotlib.pyplot as plt\nplt.style.use('x')": "matplotlib",
    # Other libraries' data frames.
    # A class made from another needs what that one does, and so does a function that is passed on.
    "from transformers import Trainer\nclass T(Trainer): pass": "transformers torch accelerate",
    PANDAS + "list(map(pd.read_parquet, names))": "pyarrow",
    "from pycaret.regression import *\ninterpret_model(m)": "pycaret shap",
    "import deepchem as dc\ndc.models.MultitaskClassifier(1)": "deepchem torch",
    "import datasets\nd.add_faiss_index('x')": "datasets faiss-cpu",
    "from dask.dot import dot_graph": "dask graphviz",
    "from matminer.data_retrieval.retrieve_MDF import MDFDataRetrieval as M\nM()": (
        "matminer[mdfforge]"
    ),
    "from MDAnalysis.tests.datafiles import PSF": "mdanalysis mdanalysistests",
    "import polars as pl\ndf.to_pandas()": "polars pandas pyarrow",
    "import duckdb\nduckdb.sql('select 1').df()": "duckdb pandas",
    "from sklearn.datasets import load_iris\nload_iris(as_frame=True)": "scikit-learn pandas",
    "from sklearn.datasets import load_iris\nload_iris()": "scikit-learn",
    "from sklearn import datasets\ndatasets.fetch_openml('x')": "scikit-learn pandas",
    "from sklearn.metrics import RocCurveDisplay": "scikit-learn matplotlib",
    # xarray.
    XARRAY + "da.plot()": "matplotlib",
    XARRAY + "ds.t.plot.contourf()": "matplotlib",
    XARRAY + "xr.open_dataset('x.nc')": "netcdf4",
    XARRAY + "xr.open_dataset('x.nc', engine='h5netcdf')": "h5netcdf",
    XARRAY + "xr.open_dataset('x.nc', chunks={})": "netcdf4 dask",
    XARRAY + "xr.open_mfdataset('x*.nc')": "netcdf4 dask",
    XARRAY + "xr.tutorial.open_dataset('air')": "netcdf4 pooch",
    XARRAY + "ds.chunk({'time': 1})": "dask",
    XARRAY + "ds.interp(x=1)": "scipy",
    # Graphs, figures, maps.
    "import networkx as nx\nnx.draw_networkx(g)": "networkx matplotlib",
    "import networkx as nx\nnx.pagerank(g)": "networkx scipy",
    "import networkx as nx\nnx.spring_layout(g)": "networkx numpy",
    "import networkx as nx\nnx.spring_layout(g)\nnx.draw(g)": "networkx matplotlib",
    "import networkx as nx\nnx.nx_agraph.to_agraph(g)": "networkx pygraphviz",
    "from networkx.drawing.nx_pydot import write_dot": "networkx pydot",
    "import plotly.express as px\npx.data.iris()": "plotly nbformat pandas",
    "import plotly.graph_objects as go\nfig.write_image('x')": "plotly nbformat kaleido",
    "import altair as alt\nchart.save('x.png')": "altair vl-convert-python",
    "import altair as alt\nchart.save('x.html')": "altair",
    "import geopandas as gpd\ngdf.explore()": "geopandas folium mapclassify matplotlib",
    "from tqdm.notebook import tqdm": "tqdm ipywidgets",
    "import dask\nx.visualize()": "dask graphviz",
    "%load_ext sql\n%sql postgresql+psycopg2://u@h/d":
    "ipython-sql prettytable<3.12 psycopg2-binary",
    PANDAS + "pd.read_sql('select 1', 'mysql+pymysql://h/d')": "sqlalchemy pymysql",
    # scikit-image has some of its pictures in the wheel.
    "from skimage import data\ndata.astronaut()": "scikit-image",
    "from skimage.data import camera\ncamera()": "scikit-image",
    "from skimage import data\ndata.cells3d()": "scikit-image pooch",
    "import skimage\nskimage.data.skin()": "scikit-image pooch",
    # Of several fields.
    "from astropy.cosmology import Planck18": "astropy scipy",
    "import scanpy as sc\nsc.tl.leiden(a)": "scanpy leidenalg igraph",
    "import scanpy as sc\nsc.tl.leiden(a, flavor='igraph')": "scanpy igraph",
    "import scanpy as sc\nsc.tl.draw_graph(a)": "scanpy igraph",
    "import ibis\nibis.duckdb.connect()": "ibis-framework[duckdb]",
    "import ibis\nibis.connect('postgres://host')": "ibis-framework[postgres]",
    "from qiskit import QuantumCircuit\nqc.draw('mpl')": "qiskit matplotlib pylatexenc",
    "from qiskit import QuantumCircuit\nqc.draw(output='mpl')": "qiskit matplotlib pylatexenc",
    "from qiskit import QuantumCircuit\nqc.draw()": "qiskit",
    "import trimesh\nmesh.convex_hull": "trimesh scipy",
    "from sympy import *\nplot(x)": "sympy matplotlib",
    "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras": "keras jax",
    "import keras": "keras tensorflow",
    "import torch, keras": "keras torch",
    "from transformers import AutoModel\nAutoModel.from_pretrained('x')": "transformers torch",
    "from transformers import AutoTokenizer\nAutoTokenizer.from_pretrained('x')": "transformers",
    "import gymnasium as gym\ngym.make('CartPole-v1')": "gymnasium",
    "import gymnasium as gym\ngym.make('CartPole-v1', render_mode='human')":
    "gymnasium[classic-control]",
    # Addresses of databases.
    "from sqlalchemy import create_engine\ncreate_engine('mysql+pymysql://u:p@h/d')":
    "sqlalchemy pymysql",
    "import sqlalchemy as sa\nsa.create_engine(f'postgresql://{u}:{p}@h')":
    "sqlalchemy psycopg2-binary",
    "from sqlalchemy import create_engine\ncreate_engine('sqlite:///x.db')": "sqlalchemy",
    "import pandas as pd, sqlite3\npd.read_sql('select 1', sqlite3.connect('x'))": "",
}  # fmt: skip


@pytest.mark.parametrize(("source", "needs"), NEEDS.items())
def test_needs(source: str, needs: str, tmp_path: Path) -> None:
    found = {each.requirement for each in examined(tmp_path, source).settled()}
    own = {"pandas", "xarray"} - set(needs.split())
    wanted = {tuple(each.split("|")) for each in needs.split()}
    assert {x for x in found if x not in own} == {
        next((each for each in choices if each in found), choices[0]) for choices in wanted
    }


def test_what_only_may_be_needed_is_offered(tmp_path: Path) -> None:
    findings = examined(tmp_path, PANDAS + "pd.read_excel(name)")
    assert [each.requirement for each in findings.offered] == ["openpyxl"]


def test_what_only_a_use_suggests_is_speculative(tmp_path: Path) -> None:
    findings = examined(tmp_path, "from networkx.drawing.nx_agraph import graphviz_layout")
    assert findings.speculative == {"pygraphviz"}
    named = examined(tmp_path, "import pygraphviz\nimport networkx.drawing.nx_agraph")
    assert named.speculative == set()


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("pd.read_csv", "pandas.read_csv"),
        ("df.plot.bar", ".plot.bar"),
        ("pd.Series([1]).plot", ".plot"),
        ("df['pd.x'].plot", ".plot"),
        ("plot", "plot"),
    ],
)
def test_called_names(name: str, full: str) -> None:
    assert called_name(Call(name), {"pd": "pandas"}) == full


def test_one_of_several_is_enough() -> None:
    need = ImpliedNeed(("netcdf4", "h5netcdf"), "")
    assert settled([need], ["h5netcdf>=1"]) == []
    assert settled([need], ["pandas"]) == [("netcdf4", need)]
    assert settled([need, ImpliedNeed(("h5netcdf",), "")], []) == [
        ("h5netcdf", ImpliedNeed(("h5netcdf",), ""))
    ]


def test_dependencies_are_followed() -> None:
    assert {"matplotlib", "numpy"} <= brought(["seaborn>=0.13"])
    assert "duckdb" in brought(["ibis-framework[duckdb]"])
    assert brought(["nobody-knows-this"]) == set()


def _rules() -> list[tuple[str, list[str]]]:
    text = (files("nbenv.adopt.needs") / "rules.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    return [(head, needs.split()) for head, _, needs in (x.rpartition(": ") for x in lines)]


def test_every_rule_names_what_exists() -> None:
    table = (files("nbenv.adopt.needs") / "dependencies.txt").read_text(encoding="utf-8")
    extras = {line.partition(":")[0] for line in table.splitlines() if "[" in line}
    read = {key.partition("[")[0] for key in extras}
    for head, needs in _rules():
        assert head and needs, head
        owner = head.removeprefix("import ").split()[0]
        assert distribution_of(owner.partition("*")[0].rstrip(".")), head
        for choice in "|".join(needs).lstrip("?^").split("|"):
            name, _, names = re.sub(r"^[?^]", "", choice).rstrip("]").partition("[")
            assert name == "-" or name in distributions() or name in UNTABLED, choice
            for extra in filter(None, names.split(",")):
                assert name not in read or f"{name}[{extra}]" in extras, choice
