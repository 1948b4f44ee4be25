"""Unit tests of ``nbenv.adopt.needs.rules``."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from nbenv.adopt.code.facts import Call
from nbenv.adopt.needs.rules import called_name
from nbenv.core.import_names import distribution_of, distributions
from tests.unit.adopt.test_resolve_imports import settled as examined

PANDAS = "import pandas as pd\n"
XARRAY = "import xarray as xr\n"
UNTABLED = {"dca", "google-search-results", "magic-impute"}
"""Packages whose module is mapped to another one."""
NEEDS = {
    # The kind of a file is known, from a literal, a variable, or what is put together.
    PANDAS + "pd.read_excel('x.xlsx')": "openpyxl",
    PANDAS + "name = 'x.XLS'\npd.read_excel(name)": "xlrd",
    PANDAS + "pd.read_excel(f'{folder}/x.ods')": "odfpy",
    PANDAS + "pd.read_excel('https://example.org/x.xlsb?raw=true')": "pyxlsb",
    PANDAS + "pd.read_excel(name)": "",
    PANDAS + "for name in folder.glob('*.xlsx'):\n    pd.read_excel(name)": "openpyxl",
    PANDAS + "if name.endswith('.xls'):\n    pd.read_excel(BytesIO(data))": "xlrd",
    PANDAS + "glob('*.xls'), glob('*.xlsx')\npd.read_excel(name)": "",
    PANDAS + "glob('a/*.xls')\npd.read_excel('x.xlsx')": "openpyxl",
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
    # What statsmodels draws itself, and what others draw beside it.
    "from statsmodels.api import Poisson\nd = Poisson(y).fit()\nd.plot_probs()":
    "statsmodels matplotlib",
    "import statsmodels.api as sm\nmine.plot_probs()": "statsmodels",
    # Models of Darts.
    "from darts.models import CatBoostModel, FFT": "darts catboost",
    "from darts.models.forecasting.xgboost import XGBModel": "darts xgboost",
    "from darts.models import ExponentialSmoothing, AutoETS": "darts statsforecast",
    "from darts.models import TCNModel": "darts pytorch-lightning",
    "import darts\nseries.to_dataframe(backend='polars')": "darts polars",
    # Data that comes with a library, in the form that is asked for.
    "import hvplot.xarray\nimport hvplot": "hvplot xarray",
    "import hvsampledata as hvs\nhvs.air_temperature('xarray')": "hvsampledata xarray netcdf4",
    "import hvsampledata as hvs, xarray, scipy\nhvs.air_temperature('xarray')":
    "hvsampledata xarray scipy",
    "import hvsampledata as hvs\nhvs.penguins('polars')": "hvsampledata polars",
    "import hvsampledata as hvs\nhvs.penguins('pandas')": "hvsampledata",
    "import hvplot\nhvplot.sampledata.stocks('polars')": "hvplot hvsampledata polars",
    "import hvplot\nhvplot.sampledata.stocks('pandas')": "hvplot hvsampledata",
    "import iris\niris.sample_data_path('uk_hires.pp')": "scitools-iris iris-sample-data",
    # What a class needs, its other ways to make an object need.
    "from qiskit_nature.second_q.drivers import PySCFDriver\nPySCFDriver.from_molecule(x)":
    "qiskit-nature pyscf",
    "from qiskit_nature.second_q import drivers\ndrivers.PySCFDriver.from_molecule(x)":
    "qiskit-nature pyscf",
    "from qiskit_nature.second_q.drivers import PySCFDriver\nPySCFDriver.__doc__":
    "qiskit-nature",
    # What is offered only where another package is there.
    "from ete3 import Tree\nTree('((a,b),c);').render('x.png')": "ete3 pyqt5",
    "import ete3\nts = ete3.TreeStyle()": "ete3 pyqt5",
    "import ete3\nprint(ete3.Tree('((a,b),c);'))": "ete3",
    "from xclim import ensembles as xens\nxens.create_ensemble(files)": "xclim netcdf4",
    "import shap\nshap.summary_plot(values)": "shap matplotlib",
    "import shap\nshap.plots.bar(values)": "shap matplotlib",
    "import shap\nshap.TreeExplainer(model)": "shap",
    "from astroquery.mast import Observations as O\nO.query().show_in_notebook()":
    "astroquery ipydatagrid pandas",
    # The stores that a catalog lists.
    "import intake\nu = 'https://storage.googleapis.com/x/pangeo-cmip6.json'\n"
    "intake.open_esm_datastore(u)": "intake intake-esm gcsfs",
    "import intake\nintake.open_esm_datastore('https://x.s3.amazonaws.com/y.json')":
    "intake intake-esm s3fs",
    "import intake\nintake.open_esm_datastore('y.json')": "intake intake-esm",
    # The tasks of models, and what decodes their data.
    "from transformers import pipeline\npipeline('object-detection')":
    "transformers torch timm",
    "from transformers import pipeline\npipeline(task='image-to-text')":
    "transformers torch pillow",
    "from transformers import pipeline\npipeline('sentiment-analysis')": "transformers torch",
    "from transformers import pipeline\nckpt = 'Helsinki-NLP/opus-mt-en-fr'\n"
    "pipeline('translation', model=ckpt)": "transformers torch sentencepiece",
    "from transformers import AutoTokenizer as T\nT.from_pretrained('google/mt5-small')":
    "transformers sentencepiece protobuf",
    "from transformers import AutoTokenizer as T\nT.from_pretrained('google/flan-t5-small')":
    "transformers",
    "from transformers import AutoImageProcessor as P\nP.from_pretrained('x')":
    "transformers pillow",
    "from datasets import Audio\nd.cast_column('audio', Audio(sampling_rate=16000))":
    "datasets torchcodec torch",
    "import datasets as ds\nds.Audio(decode=False)": "datasets",
    "import datasets as ds\nds.Features({'x': ds.Image()})": "datasets pillow",
    "from monai.losses import PerceptualLoss as L\nL(2)": "monai lpips",
    "from monai.losses import PerceptualLoss as L\nL(2, network_type='resnet50')":
    "monai torchvision",
    "from huggingface_hub import notebook_login\nnotebook_login()": "huggingface-hub ipywidgets",
    "import intake\nintake.open_stac_catalog('x')": "intake intake-stac",
    "import intake\nintake.open_esm_datastore('x')": "intake intake-esm",
    "import intake\nintake.open_catalog('x')": "intake",
    "import osmnx as ox\nox.distance.nearest_nodes(g, 1, 2)": "osmnx scikit-learn",
    "import osmnx as ox, sklearn\nox.nearest_nodes(g, 1, 2)": "osmnx scikit-learn",
    # What draws, decodes, downloads and solves.
    "import plotly.express as px\nf.show(renderer='png')": "plotly kaleido nbformat numpy",
    "import plotly.express as px\nf.show()": "plotly nbformat numpy",
    "import dash\nimport plotly.graph_objects as go\ngo.Figure()": "dash plotly",
    "import dash\nimport plotly.graph_objects as go\ngo.Figure().show()": "dash plotly nbformat",
    "import streamlit as st\nimport plotly.io": "streamlit plotly",
    "import plotly.express as px\npx.line({'a': [1]}, 'a', 'a')": "plotly nbformat pandas",
    "import dask\ndask.visualize(x, engine='cytoscape')": "dask ipycytoscape",
    "import dask.bag\nx.visualize(engine='cytoscape')": "dask ipycytoscape",
    "import lifelines\nf.print_summary(3)": "lifelines jinja2",
    "from segment_anything import SamPredictor": "segment-anything torchvision",
    "import plotly.io as pio\npio.renderers.default = 'svg'": "plotly kaleido nbformat",
    "import plotly.io as pio\npio.renderers.default = 'iframe'": "plotly nbformat",
    "import matplotlib as mpl\nmpl.use('Qt5Agg')": "matplotlib pyqt5",
    "import matplotlib as mpl\nmpl.use('Agg')": "matplotlib",
    "%matplotlib qt6": "matplotlib pyqt6",
    "import altair as alt\nalt.renderers.enable('svg')": "altair vl-convert-python",
    "import optuna\noptuna.visualization.plot_slice(s)": "optuna plotly",
    "from prophet.plot import plot_components_plotly as p\np(m, f)": "prophet plotly",
    PANDAS + "pd.read_csv('x.csv.zst')": "zstandard",
    PANDAS + "pd.read_csv('x.csv.gz')": "",
    "import polars as pl\nd = pl.DataFrame()\nd.style": "polars great-tables",
    "import rioxarray as r\nr.open_rasterio('x', chunks=True)": "rioxarray dask",
    "import rioxarray as r\nr.open_rasterio('x', chunks=None)": "rioxarray",
    "import torchvision as tv\ntv.datasets.CocoCaptions('x')": "torchvision pycocotools",
    "from torchvision.datasets import MNIST\nMNIST('x', download=True)": "torchvision",
    "import imageio\nimageio.get_writer('x.webm')": "imageio imageio-ffmpeg",
    "import imageio\nimageio.mimsave('x.gif', f)": "imageio",
    "from lightning.pytorch.loggers import WandbLogger as W\nW()": "lightning torch wandb",
    "from lightning.pytorch.loggers import CSVLogger as W\nW('x')": "lightning torch",
    "from transformers import TrainingArguments as T\nT(report_to='mlflow')":
    "transformers torch accelerate mlflow",
    "import pypsa\nn.optimize(solver_name='gurobi')": "pypsa gurobipy",
    "import pypsa\nn.optimize.optimize_mga(solver_name='xpress')": "pypsa xpress",
    "import pypsa\nn.optimize()": "pypsa",
    "import linopy\nm.solve(solver_name='mosek')": "linopy mosek",
    "import cvxpy as cp\np.solve(solver=cp.SCIP)": "cvxpy pyscipopt",
    "import cvxpy as cp\np.solve(solver='ECOS')": "cvxpy ecos",
    "import cvxpy as cp\np.solve(solver=cp.SCS)": "cvxpy",
    "import pulp\np.solve(pulp.HiGHS())": "pulp highspy",
    "import pulp\np.solve(pulp.PULP_CBC_CMD())": "pulp",
    # Arguments by keywords are variables, too.
    PANDAS + "path = 'x.xlsx'\npd.read_excel(io=path)": "openpyxl",
    # Drawing.
    PANDAS + "df['a'].plot()": "matplotlib",
    PANDAS + "pd.Series([1]).hist(bins=3)": "matplotlib",
    PANDAS + "df.plot(kind='kde')": "matplotlib scipy",
    PANDAS + "df.plot.density()": "matplotlib scipy",
    PANDAS + "pd.options.plotting.backend = 'plotly'\ndf.plot()": "plotly",
    PANDAS + "pd.set_option('plotting.backend', 'hvplot')\ndf.plot()": "hvplot",
    PANDAS + "df.plot(backend='plotly')": "plotly",
    "import seaborn, pandas\ndf.plot()": "seaborn",
    "import satpy, xarray as xr\nxr.open_mfdataset(p)": "satpy netcdf4",
    "import argopy, xarray as xr\nxr.open_dataset('x.nc')": "argopy",
    "import xradar, xarray as xr\nxr.open_mfdataset(p, engine='cfradial1')": "xradar",
    # What another package made draws by itself; what it turns into a data frame does not.
    PANDAS + "import graphistry\ng = graphistry.bind(source='a')\ng = g.edges(df)\ng.plot()":
    "graphistry",
    PANDAS + "import graphistry\ndef f(x):\n    return graphistry.bind()\nf(1).plot()":
    "graphistry",
    PANDAS + "import pygmt\nfig = pygmt.Figure()\nfig.plot(x=[1])": "pygmt",
    PANDAS + "import pygmt\ndf = pd.read_csv('x')\ndf.a.plot()": "pygmt matplotlib",
    PANDAS + "import polars as pl\npl.read_csv('x').plot.line()":
    "polars altair",
    PANDAS + "import polars as pl\nd = pl.read_csv('x').to_pandas()\nd.plot()":
    "polars pyarrow matplotlib",
    "import pyomo.environ as pyo\nname = 'appsi_highs'\npyo.SolverFactory(name)":
    "pyomo highspy",
    "from pyomo.environ import *\nSolverFactory('cbc')": "pyomo",
    "import dask.dataframe as dd\ns = 'https://example.org/'\ndd.read_csv(s + q)":
    "dask[dataframe] aiohttp",
    "import nltk\nnltk.cluster.util.cosine_distance(a, b)": "nltk numpy",
    "from nltk.cluster import KMeansClusterer": "nltk numpy",
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
    "import torch\nfrom keras.utils import image_dataset_from_directory as x\nx('a')": "keras "
    "tensorflow torch",
    "import jax, keras\nkeras.utils.timeseries_dataset_from_array(x, y)": "jax keras "
    "tensorflow",
    "import torch, keras\nkeras.layers.TextVectorization()": "keras tensorflow torch",
    "import torch, keras\nkeras.layers.Dense(3)": "keras torch",
    "import hiddenlayer as hl\nhl.build_graph(model)": "graphviz hiddenlayer matplotlib",
    "from pycaret.parallel import FugueBackend\nFugueBackend('dask')": "dask fugue pycaret",
    "from pycaret.parallel import FugueBackend as F\nF(spark)": "fugue pycaret",
    "from llama_index.core import VectorStoreIndex as V\nV(nodes)": "llama-index-core "
    "llama-index-embeddings-openai",
    "from llama_index.core import VectorStoreIndex as V\nV.from_documents(d).as_query_engine()":
    "llama-index-core llama-index-embeddings-openai llama-index-llms-openai",
    "from llama_index.core import VectorStoreIndex as V\nV(a, embed_model=b)": "llama-index-core",
    "from llama_index.core import VectorStoreIndex as V, Settings\nSettings.embed_model = 'local:a'"
    "\nV(nodes)": "llama-index-core",
    "from pycaret.classification import *\ndeploy_model(m, 'a', platform='azure')": "pycaret "
    "azure-storage-blob",
    "from pycaret.regression import load_model\nload_model('a', platform='gcp')": "pycaret "
    "google-cloud-storage",
    "from pycaret.regression import load_model\nload_model('a')": "pycaret",
    "from llama_index.core import VectorStoreIndex as V\nfrom llama_index.embeddings.cohere import "
    "CohereEmbedding\nV(nodes)": "llama-index-core llama-index-embeddings-cohere",
    "from langchain import HuggingFaceHub\nHuggingFaceHub()": "huggingface-hub langchain "
    "langchain-community",
    "from transformers import AutoModel\nAutoModel.from_pretrained('x')": "transformers torch",
    "from transformers import TFAutoModel\nTFAutoModel.from_pretrained('x', from_pt=True)":
        "transformers tensorflow tf-keras torch",
    "from transformers import AutoModel\nAutoModel.from_pretrained('x', from_tf=True)":
        "transformers torch tensorflow",
    "from skimage import data\ndata.imread('x.png')": "scikit-image",
    "import leafmap\nleafmap.netcdf_to_tif('a.nc', 'a.tif')":
        "leafmap xarray rioxarray netcdf4",
    "import outlines\noutlines.models.transformers('x')": "outlines torch transformers",
    "from transformers import AutoTokenizer\nAutoTokenizer.from_pretrained('x')": "transformers",
    "import gymnasium as gym\ngym.make('CartPole-v1')": "gymnasium",
    "import gymnasium as gym\ngym.make('CartPole-v1', render_mode='human')":
    "gymnasium[classic-control]",
    # Code from before a package moved.
    "from langchain.vectorstores import FAISS\nFAISS.from_documents(d, e)":
    "langchain langchain-community faiss-cpu",
    "from langchain.embeddings import HuggingFaceEmbeddings as E\nE()":
    "langchain langchain-community sentence-transformers",
    "from langchain_community.document_loaders import BSHTMLLoader\nBSHTMLLoader('x')":
    "langchain-community beautifulsoup4 lxml",
    "import scanpy.api as sc\nsc.tl.louvain(a)": "scanpy igraph louvain",
    # A data frame that another package made.
    "import odd\nodd.units().to_parquet('x')": "pyarrow",
    "import polars as pl\npl.DataFrame().to_parquet('x')": "polars",
    XARRAY + "xr.open_dataset(name)": "netcdf4",
    XARRAY + "import s3fs, zarr\nxr.open_dataset(s3fs.open(x))": "s3fs zarr h5netcdf",
    "import obspy\nobspy.read_inventory().plot(projection='local')": "obspy cartopy",
    "import hist\nhist.Hist(x).plot_pull('normal')": "hist scipy mplhep",
    "from aiida.plugins import CalculationFactory as F\nF('quantumespresso.pw')":
    "aiida-core aiida-quantumespresso",
    "from aiida.plugins import DataFactory\nDataFactory('core.array')": "aiida-core",
    # Addresses of databases.
    "from sqlalchemy import create_engine\ncreate_engine('mysql+pymysql://u:p@h/d')":
    "sqlalchemy pymysql",
    "import sqlalchemy as sa\nsa.create_engine(f'postgresql://{u}:{p}@h')":
    "sqlalchemy psycopg2-binary",
    "from sqlalchemy import create_engine\ncreate_engine('sqlite:///x.db')": "sqlalchemy",
    # A module that code goes through was imported, however its name was reached.
    "import sklearn\nsklearn.metrics.ConfusionMatrixDisplay.from_predictions(a, b)":
    "scikit-learn matplotlib",
    "import astropy\nz = astropy.cosmology.realizations.Planck18": "astropy scipy",
    "import xyz as sklearn\nsklearn.metrics.x.y()": "",
    # The same method of several classes: what made the object decides.
    "from obspy import read_inventory\nstations = read_inventory()\nstations.plot()":
    "obspy cartopy",
    "import obspy\nobspy.read_events().plot()": "obspy cartopy",
    "import obspy\nst = obspy.read()\nst.plot()": "obspy",
    # A class of another package has methods of the same names.
    XARRAY + "from xgcm import Grid\ngrid = Grid(ds)\ngrid.interp(a, 'X')": "xgcm",
    XARRAY + "from here import WideArray\na = WideArray(b)\na.interp(x=1)": "scipy",
    "import polars as pl\nfrom docx import Document\nd = Document()\nd.write_excel('x')":
    "polars python-docx",
    # A list of names, or of files.
    "import evaluate\nevaluate.combine(['f1', 'precision'])": "evaluate scikit-learn",
    XARRAY + "xr.open_mfdataset(['a.nc', 'b.nc'], engine='h5netcdf')": "h5netcdf dask",
    # Metrics import what their computation needs.
    "import evaluate\nevaluate.load('pearsonr')": "evaluate scipy",
    "import evaluate\nevaluate.load('super_glue', 'boolq')": "evaluate scikit-learn",
    "import evaluate\nevaluate.load('meteor')": "evaluate nltk",
    "import evaluate\nevaluate.load('bleu')": "evaluate",
    # What would be installed when it is first used.
    "from ultralytics import YOLO\nYOLO('x.pt').export(format='openvino')": "ultralytics openvino",
    "from ultralytics import YOLO\nYOLO('x.pt').track('v.mp4')": "ultralytics lap",
    "from ultralytics import YOLO\nYOLO('x.pt').export(format='torchscript')": "ultralytics",
    "from spacy.cli import download\ndownload('de_core_news_sm')": "spacy pip",
    # Data frames of geopandas, whoever made them.
    "import osmnx as ox\ng = ox.features_from_place('x', t)\ng.plot(scheme='quantiles')":
    "osmnx mapclassify matplotlib",
    "import hvplot.xarray\nx.hvplot.violin()": "hvplot xarray scipy",
    # What abandoned packages import of others, which have it no longer.
    "import face_recognition": "face-recognition setuptools<82",
    "from requests_html import HTMLSession": "requests-html lxml-html-clean",
    "from lxml.html.clean import Cleaner": "lxml lxml-html-clean",
    "from splinter import Browser\nBrowser()": "splinter selenium",
    "import splinter\nsplinter.Browser('flask', app=a)": "splinter flask lxml cssselect",
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


def test_an_old_exact_version_still_has_its_parts(tmp_path: Path) -> None:
    cells = ("!pip install langchain==0.0.147", "from langchain.chat_models import ChatOpenAI")
    assert examined(tmp_path, *cells).names() == {"langchain"}


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


def _rules(name: str = "rules.txt") -> list[tuple[str, list[str]]]:
    text = (files("nbenv.adopt.needs") / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    return [(head, needs.split()) for head, _, needs in (x.rpartition(": ") for x in lines)]


def test_every_rule_names_what_exists() -> None:
    table = (files("nbenv.adopt.needs") / "dependencies.txt").read_text(encoding="utf-8")
    extras = {line.partition(":")[0] for line in table.splitlines() if "[" in line}
    read = {key.partition("[")[0] for key in extras}
    for head, needs in _rules():
        assert head and needs, head
        owner = head.removeprefix("import ").split()[0]
        assert owner == "any" or distribution_of(owner.partition("*")[0].rstrip(".")), head
        for choice in "|".join(needs).lstrip("?^").split("|"):
            name, _, names = re.sub(r"^[?^]|<.*", "", choice).rstrip("]").partition("[")
            assert name == "-" or name in distributions() or name in UNTABLED, choice
            for extra in filter(None, names.split(",")):
                assert name not in read or f"{name}[{extra}]" in extras, choice


def test_every_rule_from_sources_names_what_exists() -> None:
    rules = _rules("derived.txt")
    assert len(rules) > 1000
    for head, needs in rules:
        owner = head.removeprefix("import ").split()[0]
        assert distribution_of(owner.partition("*")[0].rstrip(".")), head
        assert all(re.fullmatch(r"\^[a-z0-9-]+", each) for each in needs), head
        assert {each[1:] for each in needs} <= distributions(), head


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("from numpyro.contrib.funsor import config_enumerate", {"funsor"}),
        ("import pyhf.readxml", {"uproot", "pyhf"}),
        ("from mesa.visualization import SolaraViz", {"altair", "matplotlib", "mesa", "solara"}),
        ("import networkx as nx\nnx.draw_circular(g)", {"matplotlib"}),
        ("import shap\nshap.Explanation(1)", set()),
        ("from sktime.transformations.panel.rocket import MiniRocket\nMiniRocket()", {"numba"}),
        ("import gensim\nmodel.wmdistance(a, b)", {"pot"}),
        ("import holoviews as hv\nhv.extension('matplotlib')", {"matplotlib", "holoviews"}),
        ("from xgboost import XGBClassifier\nXGBClassifier()", {"scikit-learn", "xgboost"}),
        ("import lightgbm as lgb\nlgb.LGBMRanker()", {"scikit-learn", "lightgbm"}),
        ("import lightgbm as lgb\nlgb.cv(p, d, stratified=False)", {"lightgbm"}),
        ("import neptune.integrations.sklearn as n", {"neptune-sklearn", "neptune"}),
        ("import hvplot.pandas\nhvplot.extension('plotly')", {"plotly", "hvplot"}),
        ("import hvplot.pandas\nhvplot.sampledata.x('p')", {"hvsampledata", "hvplot"}),
        ("import numba, sktime.x as x\nx.MiniRocket()", {"numba"}),
    ],
)
def test_what_the_sources_of_libraries_tell(code: str, needed: set[str], tmp_path: Path) -> None:
    names = examined(tmp_path, code).names()
    assert needed <= names
    assert names - needed <= {"numpyro", "networkx", "shap", "sktime", "gensim"}
