"""Say what somebody meant who asked for a name that is no distribution's.

Only names of the table of imports and of the lists below are suggested, never one that an index
offers: whoever registered a likely typo there would be recommended by us.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache

from packaging.utils import canonicalize_name

from nbenv.core.import_names import distribution_of, distributions, known

__all__ = ["alias_of", "confused_with", "is_standard", "meant_by", "nearest", "well_known"]

_MOST = 3
"""The most names that are suggested at once."""
_SHORT = 5
"""Up to this many letters, only one may be wrong."""
_SHORTEST = 3
_ALIASES = {
    "beautifulsoup": "beautifulsoup4",
    "crypto": "pycryptodome",
    "distutils": "setuptools",
    "opencv": "opencv-python",
    "python-opencv": "opencv-python",
    "pytorch": "torch",
    "sklearn": "scikit-learn",
    "scikit": "scikit-learn",
    "tf": "tensorflow",
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib",
    "sns": "seaborn",
    "dotenv": "python-dotenv",
    "huggingface": "huggingface-hub",
}
"""What people call a distribution by its project's, its logo's or its usual short name."""
_POPULAR = """
accelerate aiohttp altair arviz astropy attrs beautifulsoup4 biopython black bokeh boto3
botocore bottleneck bqplot cartopy catboost certifi cffi click cloudpickle colorama cryptography
cython dash dask datasets diffusers django dnspython docutils duckdb fastapi fastparquet flask
folium fsspec gensim geopandas gradio grpcio h5py holoviews httpx huggingface-hub hvplot
hypothesis imageio ipympl ipython ipywidgets isort jax jinja2 joblib jsonschema jupyter
jupyterlab keras langchain librosa lightgbm lightning llvmlite lxml mako markdown matplotlib
mlflow mypy nbconvert nbformat networkx nibabel nltk notebook numba numexpr numpy openai
opencv-contrib-python opencv-python openpyxl optuna orjson packaging pandas panel papermill
paramiko pillow pint plotly plotnine polars pooch protobuf psutil psycopg2-binary pyarrow
pycryptodome pydantic pydot pygments pymc pymongo pyodbc pyproj pysal pyspark pytest
python-dateutil python-dotenv pytorch-lightning pytz pyvista pyyaml pyzmq rasterio ray redis
regex requests rich ruff s3fs scikit-image scikit-learn scipy seaborn selenium
sentence-transformers sentencepiece setuptools shap shapely six sktime spacy sqlalchemy
statsmodels streamlit sympy tables tabulate tensorboard tensorflow textblob tiktoken tokenizers
torch torchaudio torchvision tornado tqdm traitlets transformers typer typing-extensions
umap-learn urllib3 uvicorn virtualenv voila wheel widgetsnbextension wordcloud xarray xgboost
xlrd xlsxwriter yfinance zarr
"""
"""Where several names are as near, the one that most people mean."""
_ADDED = {"annotationlib": 14, "compression": 14, "graphlib": 9, "tomllib": 11, "zoneinfo": 9}
"""Modules of the standard library → the minor version of Python 3 that brought them."""
_GONE = {
    12: "asynchat asyncore distutils imp smtpd",
    13: "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev "
    "pipes sndhdr spwd sunau telnetlib uu xdrlib",
}
_REMOVED = {name: minor for minor, names in _GONE.items() for name in names.split()}
"""The same for those that are gone."""


def is_standard(name: str, python: str) -> bool:
    """Return whether a module belongs to the standard library of a Python (``"3.11"``)."""
    minor = int(python.partition(".")[2] or 0)
    if name in _ADDED:
        return minor >= _ADDED[name]
    if name in _REMOVED:
        return minor < _REMOVED[name]
    return name in sys.stdlib_module_names and not name.startswith("_")


def meant_by(typed: str) -> tuple[str, ...]:
    """Return the distributions that were probably meant, the most likely one first.

    The name of an imported module means its distribution (``cv2``, ``matplotlib.pyplot``). Of
    others, the names with the fewest wrong letters are returned.
    """
    name = canonicalize_name("-".join(typed.split()))
    if alias := _alias(typed, name):
        return (alias,)
    if " " in typed and name in distributions():
        return (name,)
    popular = nearest(name, _popular())
    if popular:
        return tuple(dict.fromkeys(_popular()[each] for each in popular))[:1]
    return nearest(name, distributions())[:_MOST] if len(name) > _SHORT else ()


def confused_with(typed: str) -> str:
    """Return what somebody may mean who names a package like the module of a well-known one.

    It is "" for names that are well known themselves.
    """
    name, popular = canonicalize_name(typed), well_known()
    if name in popular:
        return ""
    alias = _ALIASES.get(name) or distribution_of(typed) or ""
    return alias if alias in popular else ""


@cache
def well_known() -> frozenset[str]:
    """Return the distributions that most people mean where several names are near."""
    return frozenset(_POPULAR.split())


def alias_of(typed: str) -> str:
    """Return the distribution that has a name for another name, or a module of it; "" for none."""
    return _alias(typed, canonicalize_name(typed))


def _alias(typed: str, name: str) -> str:
    alias = _ALIASES.get(name) or _distribution_of_module(typed) or ""
    return alias if alias != name else ""


def _distribution_of_module(typed: str) -> str | None:
    """Return what provides a module, also if its case is wrong, as canonical names have it."""
    return distribution_of(typed) or _in_lower_case().get(canonicalize_name(typed))


@cache
def _in_lower_case() -> Mapping[str, str]:
    return {
        canonicalize_name(module): name
        for module, name in known().items()
        if name and "." not in module
    }


@cache
def _popular() -> Mapping[str, str]:
    """Return popular names, and the modules that are called otherwise, with their distributions."""
    names = _POPULAR.split()
    wanted = set(names)
    modules = {
        module: name
        for module, name in _in_lower_case().items()
        if name in wanted and len(module) > _SHORT
    }
    return {**modules, **{name: name for name in names}}


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names with the fewest wrong letters, few enough to be a slip."""
    if len(name) < _SHORTEST:
        return ()
    most = 1 if len(name) <= _SHORT else 2
    near = [each for each in names if abs(len(each) - len(name)) <= most]
    ranked = sorted((wrong, each) for each in near if (wrong := _wrong_letters(name, each)) > 0)
    return tuple(each for wrong, each in ranked if wrong <= most and wrong == ranked[0][0])


def _wrong_letters(typed: str, name: str) -> int:
    """Return how many letters were left out, added, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for end, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [end]
        for column, other in enumerate(name, 1):
            best = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != other))
            if earlier and column > 1 and typed[end - 2 : end] == other + name[column - 2]:
                best = min(best, earlier[column - 2] + 1)
            row.append(best)
    return row[-1]
