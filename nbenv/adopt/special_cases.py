"""Packages that imports, magics and calls need beyond the one that provides the module."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from nbenv.adopt.python_code import Call

__all__ = [
    "ALSO",
    "COMPANIONS",
    "EXTENSIONS",
    "MAGICS",
    "NEEDS",
    "PYTHON_2",
    "WINDOWS_ONLY",
    "offers",
    "required",
    "standard",
]

ALSO = {
    "cv2": "opencv-python opencv-python-headless opencv-contrib-python "
    "opencv-contrib-python-headless",
    "tensorflow": "tensorflow tensorflow-cpu tensorflow-gpu tf-nightly tensorflow-macos",
    "psycopg2": "psycopg2 psycopg2-binary",
    "faiss": "faiss-cpu faiss-gpu faiss-gpu-cu12",
    "cupy": "cupy cupy-cuda11x cupy-cuda12x cupy-cuda13x cupy-cuda101 cupy-cuda110",
    "sql": "ipython-sql jupysql",
    "PIL": "pillow pillow-simd",
    "mxnet": "mxnet mxnet-cu101 mxnet-cu112 mxnet-cu110",
    "newspaper": "newspaper3k newspaper4k",
    "dgl": "dgl dgl-cu111 dgl-cu113",
    "box2d": "box2d box2d-py box2d-kengz",
    "Box2D": "box2d box2d-py box2d-kengz",
    "magic": "python-magic python-magic-bin",
    "onnxruntime": "onnxruntime onnxruntime-gpu",
    "mysql": "mysql-connector-python mysql-connector",
    "fitz": "pymupdf pymupdf-binary",
    "ta": "ta ta-lib",
    "lightning": "lightning pytorch-lightning",
    "fbprophet": "fbprophet prophet",
    "jax": "jax jax-cuda12-plugin",
    "triton": "triton triton-windows",
    "airflow": "apache-airflow apache-airflow-core",
    "fpdf": "fpdf2 fpdf",
    "googlesearch": "googlesearch-python google",
    "kafka": "kafka-python kafka-python-ng",
    "pynvml": "nvidia-ml-py pynvml",
    "llama_index": "llama-index llama-index-core",
}
"""Module → all packages that provide it, where there are several."""

NEEDS = {
    "plotly": ("nbformat", "plotly uses it to show figures in notebooks"),
    "plotly.express": ("numpy", "plotly.express needs it"),
    "tqdm.notebook": ("ipywidgets", "tqdm.notebook uses it to draw progress bars"),
    "dask.dataframe": ("dask[dataframe]", "dask.dataframe needs it"),
    "dask.array": ("dask[array]", "dask.array needs it"),
    "dask.bag": ("dask", ""),
    "keras": ("tensorflow", "Keras uses it as its backend"),
    "pandas.plotting": ("matplotlib", "pandas.plotting uses it to draw"),
    "ray.tune": ("ray[tune]", "ray.tune needs it"),
    "ray.data": ("ray[data]", "ray.data needs it"),
    "ray.rllib": ("ray[rllib]", "ray.rllib needs it"),
    "ray.serve": ("ray[serve]", "ray.serve needs it"),
    "qiskit.visualization": ("qiskit[visualization]", "qiskit.visualization uses it to draw"),
    "networkx.drawing.nx_agraph": ("pygraphviz", "networkx uses it to draw"),
    "networkx.drawing.nx_pydot": ("pydot", "networkx uses it to draw"),
    "umap.plot": ("umap-learn[plot]", "umap.plot needs it"),
    "gym.wrappers": ("gym", ""),
    "holoviews": ("bokeh", "holoviews uses it to draw"),
    "pandas_datareader": ("setuptools", "pandas_datareader imports distutils"),
    "pytorch_lightning": ("torch", ""),
    "statsmodels.graphics": ("matplotlib", "statsmodels.graphics uses it to draw"),
    "sympy.plotting": ("matplotlib", "sympy.plotting uses it to draw"),
    "sklearn.tree.plot_tree": ("matplotlib", "plot_tree uses it to draw"),
    "skimage.data": ("pooch", "skimage.data uses it to download data"),
    "scipy.datasets": ("pooch", "scipy.datasets uses it to download data"),
    "torch.utils.tensorboard": ("tensorboard", "torch.utils.tensorboard uses it to write logs"),
    "d2l.torch": ("torch", "d2l.torch needs it"),
    "d2l.tensorflow": ("tensorflow", "d2l.tensorflow needs it"),
    "d2l.mxnet": ("mxnet", "d2l.mxnet needs it"),
    "d2l.jax": ("jax", "d2l.jax needs it"),
    "autogluon.tabular": ("autogluon-tabular[all]", "autogluon.tabular's models need it"),
}
"""Module, or the start of one → what it needs besides, and why."""

COMPANIONS = {
    "ipython-sql": ("prettytable<3.12", "ipython-sql fails with newer versions"),
}
"""Package that is no longer maintained → an undeclared limit that it needs, and why."""

MAGICS = {
    "matplotlib": "matplotlib",
    "pylab": "matplotlib",
    "bigquery": "google-cloud-bigquery",
    "R": "rpy2", "Rpush": "rpy2", "Rpull": "rpy2", "Rdevice": "rpy2",
    "octave": "oct2py", "julia": "julia", "cython": "cython", "manim": "manim",
    "sql": "ipython-sql", "tensorboard": "tensorboard", "wolfram": "wolframclient",
    "ipytest": "ipytest", "run_pytest": "ipytest", "stata": "stata-setup",
    "fortran": "fortran-magic", "cpp": "", "cppyy": "cppyy", "watermark": "watermark",
    "snakeviz": "snakeviz", "lprun": "line-profiler", "mprun": "memory-profiler",
    "memit": "memory-profiler", "tutor": "tutormagic", "nbtutor": "nbtutor",
    "pycodestyle": "pycodestyle-magic", "flake8": "pycodestyle-magic", "scalene": "scalene",
}  # fmt: skip
"""Magic → the package that has it."""

EXTENSIONS = {
    "autoreload": "", "storemagic": "", "google.colab.data_table": "", "cython": "cython",
    "Cython": "cython", "cythonmagic": "cython", "rmagic": "rpy2", "rpy2.ipython": "rpy2",
    "octavemagic": "oct2py", "oct2py.ipython": "oct2py", "sql": "ipython-sql",
    "nb_black": "nb-black", "lab_black": "nb-black", "jupyter_black": "jupyter-black",
    "blackcellmagic": "blackcellmagic", "autotime": "ipython-autotime", "ipython_unittest":
    "ipython-unittest", "fortranmagic": "fortran-magic", "julia.magic": "julia", "tikzmagic":
    "ipython-tikzmagic", "dotenv": "python-dotenv", "autoenv": "", "nbproject": "nbproject",
    "version_information": "version-information", "heat": "py-heat-magic", "jupyter_ai":
    "jupyter-ai", "jupyter_ai_magics": "jupyter-ai-magics",
    "cudf.pandas": "", "wurlitzer": "wurlitzer", "pymatbridge": "pymatbridge",
    "ipyparallel": "ipyparallel", "kedro.ipython": "kedro", "pretty_jupyter": "pretty-jupyter",
    "nb_mypy": "nb-mypy", "catalystcoop": "", "ferretmagic": "ferretmagic", "jyquickhelper":
    "jyquickhelper", "sparkmagic.magics": "sparkmagic", "tutormagic": "tutormagic",
    "ipython_memwatcher": "ipython-memwatcher", "itikz": "itikz", "d2lbook.contrib": "",
    "pycodestyle_magic": "pycodestyle-magic", "nbtutor": "nbtutor", "divvunmagic": "",
    "hvplot": "hvplot", "yapf": "", "bigquery_magics": "bigquery-magics",
}  # fmt: skip
"""IPython extension → its package, empty where none is needed or known."""

_METHODS = {
    "read_excel": "openpyxl", "to_excel": "openpyxl", "ExcelFile": "openpyxl",
    "ExcelWriter": "openpyxl", "read_html": "lxml", "read_xml": "lxml", "read_parquet": "pyarrow",
    "to_parquet": "pyarrow", "read_feather": "pyarrow", "to_feather": "pyarrow",
    "read_hdf": "tables", "to_hdf": "tables", "HDFStore": "tables", "to_markdown": "tabulate",
    "read_spss": "pyreadstat", "read_gbq": "pandas-gbq", "to_gbq": "pandas-gbq",
    "write_image": "kaleido", "to_image": "kaleido", "nx_agraph": "pygraphviz",
    "graphviz_layout": "pygraphviz", "to_networkx": "networkx", "clustermap": "scipy",
    "pagerank": "scipy", "to_scipy_sparse_array": "scipy", "to_numpy_array": "numpy",
    "explore": "folium", "open_dataset": "netcdf4", "load_dataset": "", "to_netcdf": "netcdf4",
    "open_mfdataset": "dask", "background_gradient": "jinja2", "to_latex": "jinja2",
    "create_engine": "", "to_zarr": "zarr", "open_zarr": "zarr", "lmplot": "",
    "spring_layout": "numpy", "kamada_kawai_layout": "scipy", "to_sql": "sqlalchemy",
    "plot_model": "pydot",
}  # fmt: skip
_OWNERS = {
    "openpyxl": "pandas", "lxml": "pandas", "pyarrow": "pandas", "tables": "pandas",
    "tabulate": "pandas", "pyreadstat": "pandas", "pandas-gbq": "pandas", "kaleido": "plotly",
    "pygraphviz": "networkx", "folium": "geopandas", "netcdf4": "xarray", "dask": "xarray",
    "zarr": "xarray", "jinja2": "pandas", "networkx": "networkx", "scipy": "networkx seaborn",
    "numpy": "networkx", "sqlalchemy": "pandas", "pydot": "tensorflow keras",
}  # fmt: skip
_ENGINES = {
    "xlsxwriter": "xlsxwriter", "openpyxl": "openpyxl", "xlrd": "xlrd", "odf": "odfpy",
    "pyxlsb": "pyxlsb", "calamine": "python-calamine", "fastparquet": "fastparquet",
    "pyarrow": "pyarrow", "netcdf4": "netcdf4", "h5netcdf": "h5netcdf", "zarr": "zarr",
    "cfgrib": "cfgrib", "numba": "numba", "lxml": "lxml", "html5lib": "html5lib",
    "bokeh": "bokeh", "plotly": "plotly", "ols": "statsmodels", "lowess": "statsmodels",
}  # fmt: skip
_ENGINE_WORDS = ("engine", "flavor", "backend", "trendline", "parser", "features")
_ADDRESSES = {"s3://": "s3fs", "gs://": "gcsfs", "gcs://": "gcsfs", "abfs://": "adlfs"}
_FITS = {"lowess", "robust", "logistic"}
"""Options of seaborn's regressions that statsmodels implements."""
_SUFFIXES = {".xls": "xlrd", ".ods": "odfpy", ".xlsb": "pyxlsb"}


def offers(call: Call, imported: set[str]) -> Iterator[tuple[str, str]]:
    """Yield packages that a call may need, and the call's name; `imported` are those at hand."""
    called = f"{call.method}()"
    found = _METHODS.get(call.method, "")
    if found and imported & set(_OWNERS[found].split()):
        suffix = next((s for s in _SUFFIXES for text in call.texts[:1] if text.endswith(s)), "")
        yield (_SUFFIXES[suffix] if suffix and call.method == "read_excel" else found), called
    if call.method.startswith("read_") and call.texts and "pandas" in imported:
        for start, name in _ADDRESSES.items():
            if call.texts[0].startswith(start):
                yield name, f"{called} of {start}"


def required(call: Call) -> Iterator[tuple[str, str]]:
    """Yield packages that the arguments of a call require, and where they are named."""
    called = f"{call.method}()"
    for word, value in call.keywords:
        if word in _ENGINE_WORDS and value.lower() in _ENGINES:
            yield _ENGINES[value.lower()], f'{called} with {word}="{value}"'
    fitted = {word for word, value in call.keywords if value == "True"} & _FITS
    if fitted and call.method in ("lmplot", "regplot", "residplot"):
        yield "statsmodels", f"{called} with {min(fitted)}=True"
    if call.method == "BeautifulSoup":
        parsers = {"lxml": "lxml", "lxml-xml": "lxml", "xml": "lxml", "html5lib": "html5lib"}
        for text in call.texts[1:]:
            if text in parsers:
                yield parsers[text], f'{called} with "{text}"'


WINDOWS_ONLY = frozenset({"pywin32", "pypiwin32", "pywinpty", "wmi", "winshell", "pywinauto"})
"""Packages that exist for Windows only."""

PYTHON_2 = frozenset(
    "BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO "  # noqa: SIM905
    "Tkinter UserDict __builtin__ anydbm cPickle cStringIO commands cookielib httplib md5 sets sha "
    "tkFileDialog tkMessageBox urllib2 urlparse xmlrpclib".split()
)
"""Modules of Python 2's standard library that Python 3 does not have."""

# -- the standard library of each Python

_GONE = {
    "distutils": (12, "setuptools"), "imp": (12, ""), "asynchat": (12, ""), "asyncore": (12, ""),
    "smtpd": (12, ""), "binhex": (11, ""), "formatter": (10, ""), "parser": (10, ""),
    "symbol": (10, ""), "macpath": (8, ""), "aifc": (13, "standard-aifc"),
    "audioop": (13, "audioop-lts"), "cgi": (13, "legacy-cgi"), "cgitb": (13, "legacy-cgi"),
    "chunk": (13, "standard-chunk"), "crypt": (13, ""), "imghdr": (13, "standard-imghdr"),
    "mailcap": (13, ""), "msilib": (13, ""), "nis": (13, ""), "nntplib": (13, "standard-nntplib"),
    "ossaudiodev": (13, ""), "pipes": (13, "standard-pipes"), "sndhdr": (13, "standard-sndhdr"),
    "spwd": (13, ""), "sunau": (13, "standard-sunau"), "telnetlib": (13, "standard-telnetlib"),
    "uu": (13, "standard-uu"), "xdrlib": (13, "standard-xdrlib"), "lib2to3": (13, ""),
}  # fmt: skip
_CAME = {"tomllib": 11, "zoneinfo": 9, "graphlib": 9, "compression": 14, "annotationlib": 14}


def standard(module: str, python: str) -> bool | str | None:
    """Return whether a module belongs to the standard library of a Python.

    Parameters
    ----------
    module
        Its dotted name.
    python
        The version, as ``"3.11"``.

    Returns
    -------
    bool or str or None
        For a module that was removed before that Python: the package that has it now, None if there
        is none. Otherwise whether it is in the standard library.
    """
    top, minor = module.partition(".")[0], int(python.partition(".")[2])
    if top in _GONE:
        gone, now = _GONE[top]
        return True if minor < gone else now or None
    if top in _CAME:
        return minor >= _CAME[top]
    return top in sys.stdlib_module_names or top in ("__main__", "__future__")
