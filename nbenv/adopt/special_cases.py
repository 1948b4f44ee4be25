"""Packages for modules that several provide, magics, and modules that Python has no longer."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

__all__ = [
    "ALSO",
    "BY_NAME",
    "COMPANIONS",
    "EXTENSIONS",
    "MAGICS",
    "PYTHON_2",
    "PYTHON_2_PACKAGES",
    "alternatives",
    "marker_of",
    "parts_of",
    "standard",
]

ALSO = {
    "cv2": "opencv-python opencv-python-headless opencv-contrib-python "
    "opencv-contrib-python-headless",
    "tensorflow": "tensorflow tensorflow-cpu tensorflow-gpu tf-nightly tensorflow-macos",
    "tensorflow_datasets": "tensorflow-datasets tfds-nightly",
    "tensorflow_probability": "tensorflow-probability tfp-nightly",
    "tensorflow_hub": "tensorflow-hub tf-hub-nightly",
    "tensorflow_addons": "tensorflow-addons tfa-nightly",
    "tensorflow_federated": "tensorflow-federated tensorflow-federated-nightly",
    "tensorflow_model_optimization": "tensorflow-model-optimization tf-model-optimization-nightly",
    "tensorflow_graphics": "tensorflow-graphics tensorflow-graphics-gpu",
    "tf_quant_finance": "tf-quant-finance tff-nightly",
    "psycopg2": "psycopg2 psycopg2-binary",
    "faiss": "faiss-cpu faiss-gpu faiss-gpu-cu12",
    "cupy": "cupy cupy-cuda11x cupy-cuda12x cupy-cuda13x cupy-cuda101 cupy-cuda110",
    "sql": "ipython-sql jupysql",
    "acme": "acme dm-acme",
    "reverb": "dm-reverb dm-reverb-nightly",
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
    "theano": "theano theano-pymc",
    "haystack": "haystack-ai farm-haystack",
    "twitter": "twitter python-twitter",
    "alphalens": "alphalens alphalens-reloaded",
    "pyfolio": "pyfolio pyfolio-reloaded",
    "empyrical": "empyrical empyrical-reloaded",
    "zipline": "zipline zipline-reloaded",
    "causalimpact": "causalimpact pycausalimpact tfcausalimpact",
    "dtw": "dtw dtw-python",
    "slack": "slackclient slack-sdk",
    "progressbar": "progressbar progressbar2",
    "colour": "colour-science colour",
    "esm": "esm fair-esm",
    "rl": "keras-rl keras-rl2",
    "gnupg": "gnupg python-gnupg",
    "snappy": "snappy python-snappy",
    "igraph": "igraph python-igraph",
    "rdkit": "rdkit rdkit-pypi",
    "soundfile": "soundfile pysoundfile",
    "pinecone": "pinecone pinecone-client",
    "MySQLdb": "mysqlclient mysql-python",
    "mlflow": "mlflow mlflow-skinny",
    "pyspark": "pyspark databricks-connect",
    "nmslib": "nmslib nmslib-metabrainz",
    "openbabel": "openbabel openbabel-wheel",
    "xgboost": "xgboost xgboost-cpu",
    "bson": "bson pymongo",
    "camelot": "camelot-py camelot-fork",
    "mnist": "mnist python-mnist",
    "binance": "python-binance binance-connector",
    "pycocotools": "pycocotools pycocotools-windows",
    "jose": "jose python-jose",
    "discord": "discord-py py-cord",
}
"""Module → all packages that provide it, where there are several."""


def marker_of(name: str) -> str:
    """Return the marker of a package that exists for one system only, empty for any other."""
    systems = (system for system, names in _OF_ONE_SYSTEM if names.fullmatch(name))
    return next((f'sys_platform == "{system}"' for system in systems), "")


def alternatives(name: str) -> set[str]:
    """Return a package and all others that provide the same module."""
    alike = (names.split() for names in ALSO.values())
    return {name}.union(*(names for names in alike if name in names))


BY_NAME = {
    "colour": ("colour", {"Color", "COLOR_NAME_TO_RGB", "RGB_color_picker", "make_color_factory"}),
    "haystack": ("farm-haystack", {"nodes", "pipelines"}),
}
"""Module → a package that is meant where one of these names is imported from it."""

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
    "sqlplot": "matplotlib",
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

_OF_ONE_SYSTEM = (
    (
        "win32",
        re.compile(
            r"pywin32(-ctypes)?|pypiwin32|pywinpty|pywinauto|wmi|winshell|win-inet-pton|"
            r"win-unicode-console|wincertstore|windows-curses|winkerberos|comtypes|menuinst"
        ),
    ),
    ("darwin", re.compile(r"pyobjc(-.+)?|applaunchservices|rumps|py2app|tensorflow-metal")),
    ("linux", re.compile(r"nvidia-.+-cu\d+|systemd-python|python-apt|pyinotify")),
)
"""Systems, as ``sys_platform`` names them, and packages that exist for one of them only."""

PYTHON_2 = frozenset(
    "BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO "  # noqa: SIM905
    "Tkinter UserDict __builtin__ anydbm cPickle cStringIO commands cookielib httplib md5 sets sha "
    "tkFileDialog tkMessageBox urllib2 urlparse xmlrpclib".split()
)
"""Modules of Python 2's standard library that Python 3 does not have."""

PYTHON_2_PACKAGES = frozenset(
    "backports-abc backports-functools-lru-cache backports-shutil-get-terminal-size "  # noqa: SIM905
    "backports-shutil-which backports-ssl-match-hostname configparser2 distribute enum34 "
    "functools32 futures pkg-resources singledispatch subprocess32 trollius unittest2 "
    "wsgiref".split()
)
"""Packages that only Python 2 needed: lists of what was installed have them, and they fail now."""

_PARTS = (
    (re.compile(r"langchain(\[.*\])?==v?0\.0\.\d+"), "langchain-community"),
    (re.compile(r"transformers(\[.*\])?==v?([23]|4\.[12]?\d(\.|$))"), "accelerate"),
    (re.compile(r"transformers(\[.*\])?==v?([23]|4\.([12]?\d|3[0-4])(\.|$))"), "tf-keras"),
)
"""Exact versions of packages that still had what another package has today, and that package."""


def parts_of(requirements: Iterable[str]) -> set[str]:
    """Return the packages that were not yet split off the required versions of others."""
    return {part for text in requirements for old, part in _PARTS if old.match(text)}


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
