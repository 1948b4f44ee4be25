"""The distribution that an import means: facts from a table, and no guesses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from nbenv.core.import_names import distribution_of, is_namespace, known

CHECKED = Path(__file__).with_name("import_names_checked.txt")
DIFFERENT = {
    "fitz": "pymupdf",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "skimage.filters": "scikit-image",
    "sklearn.linear_model": "scikit-learn",
    "bs4": "beautifulsoup4",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "dotenv": "python-dotenv",
    "Crypto": "pycryptodome",
    "Crypto.Cipher": "pycryptodome",
    "OpenSSL": "pyopenssl",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "umap": "umap-learn",
    "community": "python-louvain",
    "magic": "python-magic",
    "serial": "pyserial",
    "usb": "pyusb",
    "jwt": "pyjwt",
    "git": "gitpython",
    "attr": "attrs",
    "dateutil": "python-dateutil",
    "imblearn": "imbalanced-learn",
    "skopt": "scikit-optimize",
    "Bio": "biopython",
    "zmq": "pyzmq",
    "wx": "wxpython",
    "pywt": "pywavelets",
    "speech_recognition": "speechrecognition",
    "talib": "ta-lib",
    "googleapiclient": "google-api-python-client",
    "ot": "pot",
    "pyro": "pyro-ppl",
    "psycopg2": "psycopg2-binary",
    "faiss": "faiss-cpu",
    "whisper": "openai-whisper",
    "haiku": "dm-haiku",
    "sentence_transformers": "sentence-transformers",
    "pkg_resources": "setuptools",
    "IPython.display": "ipython",
}
SAME = [
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "tabulate",
    "seaborn",
    "requests",
    "tqdm",
    "torch",
]
SAME += [
    "tensorflow",
    "polars",
    "spacy",
    "nltk",
    "networkx",
    "folium",
    "datascience",
    "statsmodels",
]
SHARED = {
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.storage.blob": "google-cloud-storage",
    "google.cloud.vision_v1": "google-cloud-vision",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.cloud.bigquery_storage": "google-cloud-bigquery-storage",
    "google.protobuf.message": "protobuf",
    "google.oauth2.credentials": "google-auth",
    "google.generativeai": "google-generativeai",
    "azure.storage.blob": "azure-storage-blob",
    "azure.identity.aio": "azure-identity",
    "azure.ai.ml": "azure-ai-ml",
    "mpl_toolkits": "matplotlib",
    "mpl_toolkits.mplot3d": "matplotlib",
    "mpl_toolkits.basemap": "basemap",
    "sklearnex": "scikit-learn-intelex",
    "dask.dataframe": "dask",
    "dask.distributed": "distributed",
    "ruamel.yaml": "ruamel-yaml",
    "llama_index.llms.openai": "llama-index-llms-openai",
    "pyannote.audio.pipelines": "pyannote-audio",
    "pyannote.core": "pyannote-core",
    "orbax.checkpoint": "orbax-checkpoint",
    "pysat.solvers": "python-sat",
    "dwave.system": "dwave-system",
    "ml4t.data": "ml4t-data",
    "IPython.parallel": "ipyparallel",
    "zope.event": "zope-event",
    "jaraco.text": "jaraco-text",
    "sphinxcontrib.bibtex": "sphinxcontrib-bibtex",
    "backports.tempfile": "backports-tempfile",
    "google.ads.googleads.client": "google-ads",
    "snowflake.snowpark": "snowflake-snowpark-python",
    "databricks.sql": "databricks-sql-connector",
    "orangecontrib.text": "orange3-text",
    "IPython.html.widgets": "ipywidgets",
}
UNKNOWN = [
    "google", "google.cloud", "google.colab", "azure", "zope",  # shared, and nothing told which
    "utils", "helpers", "config", "test", "mymodule", "image", "data", "agent",  # somebody's own
    "os", "os.path", "json", "sqlite3", "asyncio", "distutils", "sys",  # the standard library
    "surely_not_a_module_of_anybody", "psi4", "ROOT",  # not on the index
]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), list((DIFFERENT | SHARED).items()))
def test_named_otherwise(module: str, name: str) -> None:
    assert distribution_of(module) == name


@pytest.mark.parametrize("module", SAME)
def test_known_to_be_named_alike(module: str) -> None:
    assert distribution_of(module) == module
    assert distribution_of(f"{module}.some.part") == module


@pytest.mark.parametrize("module", UNKNOWN)
def test_unknown(module: str) -> None:
    assert distribution_of(module) is None


def test_two_thousand_names() -> None:
    lines = CHECKED.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(" ") for line in lines if not line.startswith("#")]
    assert len(pairs) >= 2000
    found = {module: distribution_of(module) for module, _, _ in pairs}
    assert found == {module: name or None for module, _, name in pairs}


def test_one_name_is_looked_up_as_in_the_whole_table() -> None:
    for module, name in list(known().items())[::7]:
        assert distribution_of(module) == (name or canonicalize_name(module))
        other = f"{module}0"
        is_version = re.search(r"_v\d\w*$", other)  # of an API, which the table may leave out
        assert "." in other or is_version or other in known() or distribution_of(other) is None


def test_no_name_that_only_looks_right() -> None:
    impostors = {
        "sklearn",
        "bs4",
        "cv2",
        "skimage",
        "yaml",
        "opencv",
        "fitz",
        "dotenv",
        "pil",
        "jwt",
        "docx",
    }
    assert not impostors & {distribution_of(module) for module in known()}


def test_the_table() -> None:
    table = {module: name or canonicalize_name(module) for module, name in known().items()}
    assert all(canonicalize_name(name) == name for name in table.values())
    assert all(part.isidentifier() for module in table for part in module.split("."))
    assert not {module.partition(".")[0] for module in table} & set(sys.stdlib_module_names)
    differing = [module for module, name in table.items() if canonicalize_name(module) != name]
    assert len(differing) >= 2000
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in table.values())


def test_namespaces() -> None:
    assert all(map(is_namespace, ("google", "google.cloud", "azure", "zope", "jaraco")))
    assert not any(map(is_namespace, ("numpy", "google.cloud.storage", "goog", "surely_nobody")))


def test_nothing_is_read_before_it_is_asked() -> None:
    code = "import nbenv.core.import_names as m; print(m._text.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
