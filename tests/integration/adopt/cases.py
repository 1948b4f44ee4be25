"""A corpus of small notebooks, one for each case, and what adopting must find in them.

``python -m tests.integration.adopt.cases FOLDER`` writes them as files.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from nbenv.installer.pip_config import default_index

__all__ = ["CASES", "Case"]


@dataclass(frozen=True)
class Case:
    """A notebook's cells (source, or source and output), its metadata and the files beside it.

    `wants` are the requirements that must be found, exactly. The other fields name words that the
    findings of that kind must hold; where none is given there must be none.
    """

    cells: tuple[str | tuple[str, str], ...]
    wants: tuple[str, ...]
    metadata: dict[str, object] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    prose: str = ""
    python: str | None = None
    unknown: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    as_of: str | None = None

    def write(self, folder: Path) -> Path:
        """Write the notebook and its files; return the notebook's path."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        cells = [nbformat.v4.new_markdown_cell(self.prose)] if self.prose else []
        for each in self.cells:
            source, output = (each, "") if isinstance(each, str) else each
            shown = [nbformat.v4.new_output("stream", text=output)] if output else []
            cells.append(nbformat.v4.new_code_cell(source, outputs=shown))
        path = folder / "notebook.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=self.metadata), path)
        return path


def ran_with(python: str) -> dict[str, object]:
    return {"language_info": {"name": "python", "version": f"{python}.5"}}


PEP_723 = """\
# /// script
# requires-python = ">=3.10"
# dependencies = ["pandas>=2", "rich", "mine"]
#
# [tool.uv]
# exclude-newer = "2024-05-01T00:00:00Z"
#
# [tool.uv.sources]
# mine = { git = "https://example.org/mine", tag = "v1" }
#
# [[tool.uv.index]]
# name = "extra"
# url = "https://example.org/simple"
# ///
"""
UV_LOCK = """\
version = 1
[[package]]
name = "pandas"
version = "2.2.1"
source = { registry = "https://example.org/simple" }
[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://example.org/simple" }
"""
PIPFILE = json.dumps(
    {
        "packages": {"pandas": "*", "numpy": {"version": "==1.26.4", "index": "pypi"}},
        "source": [{"name": "pypi", "url": default_index(), "verify_ssl": True}],
        "requires": {"python_version": "3.10"},
    }
)
PIPFILE_LOCK = json.dumps({"_meta": {}, "default": {"pandas": {"version": "==2.1.0"}}})
CONDA = """\
name: x
channels: [conda-forge]
dependencies:
  - python=3.10
  - numpy=1.26.4=py310h_0
  - pandas>=2
  - pytorch
  - conda-forge::opencv
  - libgdal
  - some-conda-thing
  - pip:
    - tabulate
"""

RECORDS = {
    "juv": Case(
        (PEP_723, "import pandas"),
        ("mine @ git+https://example.org/mine@v1", "pandas>=2", "rich"),
        metadata={"uv.lock": UV_LOCK},
        python="3.10",
        indexes=("https://example.org/simple",),
        as_of="2024-05-01",
    ),
    "nteract uv": Case(
        ("import pandas",),
        ("pandas>=2", "rich"),
        metadata={
            "runt": {"uv": {"dependencies": ["pandas>=2", "rich"], "requires-python": ">=3.10"}}
        },
        python="3.10",
    ),
    "nteract conda": Case(
        ("1",),
        ("numpy==1.26.*", "opencv-python"),
        metadata={"conda": {"dependencies": ["numpy=1.26", "opencv"], "python": "3.10"}},
        python="3.10",
    ),
    "nteract pixi": Case(
        ("1",),
        ("numpy", "rich"),
        metadata={"runt": {"pixi": {"dependencies": ["numpy"], "pypi_dependencies": ["rich"]}}},
    ),
    "jupyterlab-requirements": Case(
        ("import pandas",),
        ("numpy==1.26.4", "pandas==2.1.0"),
        metadata={"requirements": PIPFILE, "requirements_lock": PIPFILE_LOCK},
        python="3.10",
    ),
    "nbenv of 2017": Case(
        ("import numpy",),
        ("numpy==1.26.4", "opencv-python", "pandas>=2", "tabulate", "torch"),
        metadata={"conda_environment": CONDA},
        python="3.10",
        notes=("some-conda-thing",),
    ),
    "snapmyenv": Case(
        ("import pandas",),
        ("pandas==2.1.0",),
        metadata={
            "snapmyenv_snapshot": {
                "python_version": "3.10.4",
                "packages": ["pandas==2.1.0", "wheel==0.40"],
            }
        },
        python="3.10",
    ),
    "databricks": Case(
        ("import pandas",),
        ("pandas", "rich==13.7.0"),
        metadata={
            "application/vnd.databricks.v1+notebook": {
                "environmentMetadata": {"dependencies": ["rich==13.7.0"], "client": "1"}
            }
        },
    ),
    "polynote": Case(
        ("1",),
        ("matplotlib", "rich"),
        metadata={"config": {"dependencies": {"python": ["matplotlib", "rich?nocache"]}}},
    ),
    "adhoconda": Case(
        (f"%%condaenv x\n{CONDA}",),
        ("numpy==1.26.4", "opencv-python", "pandas>=2", "tabulate", "torch"),
        python="3.10",
        notes=("some-conda-thing",),
    ),
    "broken records": Case(
        ("# /// script\n# dependencies = [\n# ///",),
        (),
        metadata={
            "requirements": "{", "runt": 3, "config": {"dependencies": []}, "uv.lock": 1,
            "snapmyenv_snapshot": {"packages": [1, {"name": "x"}]}, "conda": {"dependencies": 7},
        },
        notes=("PEP 723",),
    ),
}  # fmt: skip

INSTALLS = {
    "pip magic": Case(("%pip install -q pandas 'rich>=13'",), ("pandas", "rich>=13")),
    "pip in a shell": Case(("!pip install pandas", "!pip3 install rich"), ("pandas", "rich")),
    "uv": Case(
        ("!uv pip install pandas\n!uv add rich\n%uv pip install tabulate",),
        ("pandas", "rich", "tabulate"),
    ),
    "conda": Case(
        ("%conda install -y -c conda-forge numpy=1.26 opencv",), ("numpy==1.26.*", "opencv-python")
    ),
    "without a mark": Case(("pip install pandas\n1 + 1",), ("pandas",)),
    "continued": Case(("!pip install \\\n   pandas \\\n   rich",), ("pandas", "rich")),
    "chained": Case(
        ("!apt-get update && pip install pandas; pip install rich | tail -n 1",), ("pandas", "rich")
    ),
    "redirected": Case(
        ("!pip install pandas > /dev/null 2>&1\n!pip install rich>=13 &> log.txt",),
        ("pandas", "rich>=13"),
    ),
    "this interpreter": Case(
        ("!{sys.executable} -m pip install pandas\n!$sys.executable -m pip install rich",),
        ("pandas", "rich"),
    ),
    "several files": Case(
        ("%pip install -r a.txt -r inner/b.txt -r gone.txt",),
        ("pandas==2.1.0", "rich", "tabulate"),
        files={
            "a.txt": "pandas==2.1.0  # why\n-r inner/c.txt\n",
            "inner/b.txt": "rich\n",
            "inner/c.txt": "tabulate \\\n  --hash=sha256:00\n",
        },
        notes=("gone.txt",),
    ),
    "a file that a cell writes": Case(
        ("%%writefile r.txt\npandas\n", "!pip install -r r.txt"), ("pandas",)
    ),
    "indexes": Case(
        ("!pip install torch==2.1.0+cu121 --extra-index-url https://wheels.example.org/cu121",),
        ("torch==2.1.0+cu121",),
        indexes=("https://wheels.example.org/cu121",),
    ),
    "a mirror": Case(
        ("!pip install -i https://mirrors.example.org/pypi/simple pandas",),
        ("pandas",),
        notes=("mirror",),
    ),
    "a page of links": Case(
        ("!pip install torch==1.13.1+cu117 -f https://wheels.example.org/stable.html",),
        ("torch==1.13.1",),
        notes=("+cu117",),
    ),
    "credentials": Case(
        ("!pip install x -i https://me:secret@example.org/simple",),
        ("x",),
        indexes=("https://example.org/simple",),
    ),
    "version control": Case(
        ("!pip install git+https://github.com/openai/CLIP.git 'mine @ git+https://example.org/m'",),
        ("git+https://github.com/openai/CLIP.git", "mine @ git+https://example.org/m"),
    ),
    "in code": Case(
        (
            "import subprocess, sys, os\n"
            "def prepare():\n"
            "    subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'pandas'])\n"
            "os.system('pip install rich')\n"
            "if True:\n    !pip install tabulate\n",
        ),
        ("pandas", "rich", "tabulate"),
    ),
    "in the browser": Case(
        ("import piplite\nawait piplite.install(['pandas', 'rich'])", "%pip install tabulate"),
        ("pandas", "rich", "tabulate"),
        unknown=("piplite",),
    ),
    "after a failed import": Case(
        ("try:\n    import tabulate\nexcept ImportError:\n    !pip install tabulate\n",),
        ("tabulate",),
    ),
    "a version after a failed import": Case(
        ("try:\n    import tabulate\nexcept ImportError:\n    !pip install tabulate==0.1 rich\n",),
        ("tabulate",),
        hints=("rich under a condition",),
    ),
    "under a condition": Case(
        ("import sys\nif sys.version_info < (3, 8):\n    !pip install pandas==0.25\n",),
        (),
        hints=("pandas==0.25",),
    ),
    "under a condition that always holds": Case(
        ("if __name__ == '__main__':\n    !pip install pandas\n",), ("pandas",)
    ),
    "placeholders": Case(
        ("!pip install {package} torch=={version} $NAME rich [your-package] <name>",),
        ("rich", "torch"),
        notes=("{package}", "$NAME", "[your-package]", "<name>"),
    ),
    "the module of a package": Case(
        ("!pip install sklearn==0.0",), ("scikit-learn",), notes=("the module of scikit-learn",)
    ),
    "the module of a package in a record": Case(
        ("1",),
        ("opencv-python", "scikit-learn"),
        {"uv": {"dependencies": ["sklearn", "cv2"]}},
        notes=("asks for sklearn", "asks for cv2"),
    ),
    "packages of the system": Case(("!apt-get install -y ffmpeg\n!pip install rich",), ("rich",)),
    "what only conda has": Case(
        ("import numpy",),
        ("numpy",),
        files={"environment.yml": "variables: {A: 1}\ndependencies: [numpy, r-base, libfoo]\n"},
        notes=("sets variables, which nbenv does not: A", "left out: libfoo"),
    ),
    "a notebook that is imported": Case(
        ("import ipynb.fs.full.helper, ipynb.fs.defs.other",),
        ("ipynb", "rich", "toolz"),
        files={
            name: json.dumps(
                {
                    "nbformat": 4,
                    "nbformat_minor": 5,
                    "metadata": {},
                    "cells": [
                        {
                            "cell_type": "code",
                            "id": "a",
                            "metadata": {},
                            "outputs": [],
                            "execution_count": None,
                            "source": source,
                        }
                    ],
                }
            )
            for name, source in {
                "helper.ipynb": "import rich",
                "other.ipynb": "import toolz",
            }.items()
        },
    ),
    "numbers that are no versions": Case(
        (("import torch\nassert torch.__version__ > '1'\nprint(day)", "2019.09.3"),), ("torch",)
    ),
    "bash": Case(("%%bash\nset -e\npip install pandas\n",), ("pandas",)),
    "not a command": Case(("%%markdown\n!pip install pandas", "'!pip install rich'"), ()),
    "commented out": Case(("# !pip install pandas", "1"), (), hints=("pandas",)),
    "commented out, and imported": Case(
        ("#%pip install nobody-knows-this\nimport nobody_knows_this",),
        ("nobody-knows-this",),
        hints=("nobody-knows-this",),
    ),
    "only on Colab": Case(
        (
            "import sys\nIN_COLAB = 'google.colab' in sys.modules\n"
            "if IN_COLAB:\n    !pip install rich\n    import google.colab\nimport pandas",
        ),
        ("pandas",),
    ),
    "the better source wins": Case(
        ("%pip install pandas==2.1.0 matplotlib", "import pandas, matplotlib"),
        ("matplotlib==3.8.0", "pandas==2.1.0"),
        files={"requirements.txt": "pandas==1.5.0\nmatplotlib==3.8.0\n"},
    ),
}

FILES = {
    "requirements.txt": Case(
        ("import pandas",),
        ("openpyxl", "pandas==2.1.0"),
        files={"requirements.txt": "pandas==2.1.0\nopenpyxl\njupyterlab\n"},
        left_out=("jupyterlab",),
    ),
    "files for several notebooks": Case(
        ("import pandas",),
        ("pandas==2.1.0",),
        files={"requirements.txt": "pandas==2.1.0\ntensorflow==2.1\n", "other.ipynb": "{}"},
        left_out=("tensorflow",),
    ),
    "pyproject.toml": Case(
        ("import pandas",),
        ("pandas>=2", "rich"),
        files={"pyproject.toml": '[project]\nname = "x"\ndependencies = ["pandas>=2", "rich"]\n'},
    ),
    "poetry": Case(
        ("import pandas",),
        ("pandas<3,>=2.1", "rich"),
        files={"pyproject.toml": '[tool.poetry.dependencies]\npandas = "^2.1"\nrich = "*"\n'},
    ),
    "pylock.toml": Case(
        ("import pandas",),
        ("pandas==2.1.0",),
        files={
            "pylock.toml": '[[packages]]\nname = "pandas"\nversion = "2.1.0"\n'
        },
    ),
    "environment.yml": Case(
        ("import numpy",),
        ("numpy==1.26.4", "opencv-python", "pandas>=2", "tabulate", "torch"),
        files={"environment.yml": CONDA},
        python="3.10",
        notes=("some-conda-thing",),
    ),
    "Pipfile": Case(
        ("1",), ("pandas",), files={"Pipfile": '[packages]\npandas = "*"\n'}
    ),
    "binder": Case(
        ("1",), ("pandas",),
        files={"binder/requirements.txt": "pandas", "runtime.txt": "python-3.10"},
        python="3.10",
    ),
    "broken files": Case(
        ("1",), (), files={"pyproject.toml": "[", "environment.yml": "a: [b"},
        notes=("pyproject.toml", "environment.yml"),
    ),
}  # fmt: skip

IMPORTS = {
    "named otherwise": Case(
        ("import cv2, yaml, bs4\nfrom PIL import Image\nfrom sklearn import svm\nimport skimage",),
        ("beautifulsoup4", "opencv-python", "pillow", "pyyaml", "scikit-image", "scikit-learn"),
    ),
    "shared modules": Case(
        (
            "from google.cloud import storage\nimport azure.storage.blob\n"
            "from mpl_toolkits.mplot3d import Axes3D\nfrom dask.distributed import Client",
        ),
        ("azure-storage-blob", "distributed", "google-cloud-storage", "matplotlib"),
    ),
    "in functions": Case(("def f():\n    import pandas as pd\n    return pd",), ("pandas",)),
    "optional": Case(
        ("try:\n    import pandas\nexcept ImportError:\n    pandas = None\nimport rich",),
        ("rich",),
        optional=("pandas",),
    ),
    "needed, though tried": Case(
        ("try:\n    import pandas\nexcept ImportError:\n    raise SystemExit('no pandas')",),
        ("pandas",),
    ),
    "for types only": Case(
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas",), ()
    ),
    "the standard library": Case(("import os, sqlite3, tkinter.ttk\nimport asyncio",), ()),
    "a newer standard library": Case(
        ("import tomllib",), (), metadata=ran_with("3.9"), python="3.9",
        unknown=("tomllib",), as_of="2022-03-01",
    ),
    "gone from the standard library": Case(
        ("import distutils.core, cgi",),
        ("legacy-cgi", "setuptools"),
        metadata=ran_with("3.13"),
        python="3.13",
    ),
    "brought by the kernel": Case(
        ("from IPython.display import HTML", "import traitlets"), ("ipython", "traitlets")
    ),
    "unknown": Case(("import nobody_knows_this",), (), unknown=("nobody_knows_this",)),
    "on Colab": Case(("from google.colab import drive",), (), notes=("Colab",)),
    "beside the notebook": Case(
        ("import helper\nfrom pack import inner\nimport yaml",),
        ("pandas", "requests", "tabulate"),
        files={
            "helper.py": "import pandas\n",
            "pack/__init__.py": "import requests\n",
            "pack/inner.py": "from . import more\n",
            "pack/more.py": "import tabulate\n",
            "yaml.py": "",
        },
    ),
    "a folder is no module": Case(
        ("import pandas, lessons.one",),
        ("pandas", "rich"),
        files={"pandas/x.py": "", "lessons/one.py": "import rich"},
    ),
    "another folder on the path": Case(
        ("import sys\nsys.path.append('src')\nimport helper",),
        ("pandas",),
        files={"src/helper.py": "import pandas"},
    ),
    "a folder above, which the notebook works out": Case(
        ("import sys\nsys.path.insert(0, str(ROOT))\nimport helper.part",),
        ("pandas",),
        files={"../helper/__init__.py": "", "../helper/part.py": "import pandas"},
    ),
    "written by a cell": Case(
        ("%%writefile helper.py\nimport pandas\n", "import helper"), ("pandas",)
    ),
    "downloaded by a cell": Case(
        ("!wget https://example.org/raw/helper_functions.py", "import helper_functions"), ()
    ),
    "run": Case(
        ("%run other.ipynb\n%run -i script.py",),
        ("pandas", "rich", "tabulate"),
        files={
            "other.ipynb": json.dumps(
                {
                    "cells": [
                        {
                            "cell_type": "code", "source": ["import pandas\n", "%run script"],
                            "metadata": {}, "outputs": [], "execution_count": None,
                        }
                    ],
                    "metadata": {}, "nbformat": 4, "nbformat_minor": 4,
                }
            ),
            "script.py": "import rich\nfrom tabulate import *\n",
        },
    ),
    "star": Case(("from numpy import *",), ("numpy",)),
    "by name": Case(("import importlib\nimportlib.import_module('pandas')",), ("pandas",)),
    "syntax errors": Case(
        ("print 'hello'\nimport rich", "import pandas"), ("pandas", "rich"), skipped=("cell 1",)
    ),
    "magics": Case(
        ("%matplotlib inline\n%load_ext watermark\n%load_ext autoreload", "%%sql\nselect 1"),
        ("ipython-sql", "matplotlib", "prettytable<3.12", "watermark"),
    ),
    "widgets": Case(("%matplotlib widget",), ("ipympl", "matplotlib")),
    "other languages": Case(
        (
            "%load_ext rpy2.ipython", "%%R\nlibrary(ggplot2)", "%%bash\nimport pandas",
            "%%cython\ncimport numpy\nfrom libc.math cimport sin", "%%javascript\nimport x",
        ),
        ("cython", "numpy", "rpy2"),
    ),
    "timed": Case(("%%time\nimport pandas", "%time import rich"), ("pandas", "rich")),
    "another provider": Case(
        ("%pip install opencv-python-headless tensorflow-cpu", "import cv2, tensorflow"),
        ("opencv-python-headless", "tensorflow-cpu"),
    ),
    "engines": Case(
        (
            "import pandas as pd\npd.read_excel('x.xlsx')\npd.read_excel('y.xls')\n"
            "df.to_markdown()\npd.read_csv('z.csv', engine='pyarrow')",
        ),
        ("openpyxl", "pandas", "pyarrow", "tabulate", "xlrd"),
    ),
    "parsers that the code names": Case(
        (
            "import pandas as pd\nfrom bs4 import BeautifulSoup\npd.read_html('x.html')",
            "BeautifulSoup(text, 'lxml')\nBeautifulSoup(text, features='html5lib')\n"
            "BeautifulSoup('lxml', 'html.parser')",
        ),
        ("beautifulsoup4", "html5lib", "lxml", "pandas"),
    ),
    "books that choose a library": Case(
        ("from d2l import torch as d2l\nfrom torch.utils.tensorboard import SummaryWriter",),
        ("d2l", "tensorboard", "torch"),
    ),
    "lines that statsmodels fits": Case(
        (
            "import seaborn as sns\nsns.regplot(x='a', y='b', data=d, lowess=True)",
            "sns.lmplot(x='a', y='b', data=d, robust=False)",
        ),
        ("seaborn", "statsmodels"),
    ),
    "lines that nothing else fits": Case(
        ("import seaborn as sns\nsns.lmplot(x='a', y='b', data=d, robust=False)",), ("seaborn",)
    ),
    "pictures of models": Case(
        ("import tensorflow as tf\ntf.keras.utils.plot_model(model)",),
        ("pydot", "tensorflow"),
    ),
    "what only Windows has": Case(
        ("import win32com.client, pandas",), ("pandas", 'pywin32; sys_platform == "win32"')
    ),
    "modules of Python 2": Case(
        ("import numpy, cPickle\nfrom ConfigParser import SafeConfigParser",),
        ("numpy",),
        notes=("cPickle", "ConfigParser"),
    ),
    "bars": Case(("from tqdm.notebook import tqdm",), ("ipywidgets", "tqdm")),
    "figures": Case(("import plotly.express as px",), ("nbformat", "numpy", "plotly")),
    "models": Case(
        ("import spacy\nnlp = spacy.load('en_core_web_sm')",), ("spacy",), notes=("en_core_web_sm",)
    ),
    "the branch that is not for Colab": Case(
        (
            "import os, re\nif \"COLAB_\" not in \"\".join(os.environ.keys()):\n"
            "    !pip install rich\nelse:\n    import torch\n"
            "    !pip install --no-deps triton {xformers}",
            "try:\n    from google.colab import drive\n    %pip install pydrive\n"
            "except ImportError:\n    import tabulate",
        ),
        ("rich", "tabulate"),
    ),
    "options before the verb": Case(
        ("!pip -q install rich\n!pip --timeout=100 --quiet install git+https://example.org/x.git",),
        ("git+https://example.org/x.git", "rich"),
    ),
    "a cloned repository of another name than its package": Case(
        (
            "!git clone https://example.org/FastSAM.git\n%cd {HOME}/FastSAM",
            "from fastsam import FastSAM\nimport rich",
        ),
        ("rich",),
    ),
    "smuggled": Case(
        (
            "!pip install davos\nimport davos",
            "smuggle numpy as np\nfrom matplotlib smuggle pyplot as plt\nsmuggle rich  # pip: rich",
        ),
        ("davos", "matplotlib", "numpy", "rich"),
    ),
    "names that a package imports when they are used": Case(
        (
            "from darts.models import LightGBMModel, LinearRegressionModel",
            "import pytorch_lightning as pl\npl.Trainer(logger=pl.loggers.WandbLogger())",
        ),
        ("darts", "lightgbm", "pytorch-lightning", "torch", "wandb"),
    ),
    "back ends in lists": Case(
        (
            "from trl import SFTConfig\nSFTConfig(report_to=['wandb'], optim='adamw_8bit')",
            "from pycaret.classification import *\ncompare_models(include=['dt', 'catboost'])",
        ),
        ("bitsandbytes", "catboost", "pycaret", "trl", "wandb"),
    ),
    "what only a service has": Case(
        ("import notebookutils.fs\nimport rich",),
        ("rich",),
        notes=("notebookutils exists only on Fabric.",),
    ),
    "help and await": Case(("import pandas\npandas?\n?pandas\nawait pandas.x()",), ("pandas",)),
}  # fmt: skip

HINTS = {
    "watermark": Case(
        (
            "import pandas, sklearn\n%load_ext watermark",
            (
                "%watermark -v -p pandas,sklearn",
                "Python version: 3.10.4\n\npandas : 2.1.0\nsklearn: 1.3.0\n",
            ),
        ),
        ("pandas==2.1.0", "scikit-learn==1.3.0", "watermark"),
        python="3.10",
        as_of="2023-03-01",
    ),
    "a version shown": Case(
        (("import numpy as np\nprint(np.__version__)", "1.26.4\n"),), ("numpy==1.26.4",)
    ),
    "an old Python": Case(
        ("import pandas",), ("pandas",), metadata=ran_with("3.6"), python="3.6", as_of="2018-12-01"
    ),
    "a date in the text": Case(
        ("import pandas",), ("pandas",), prose="Last updated: 12 March 2021", as_of="2021-03-12"
    ),
}

CASES = {**RECORDS, **INSTALLS, **FILES, **IMPORTS, **HINTS}


if __name__ == "__main__":
    for name, case in CASES.items():
        case.write(Path(sys.argv[1], name.replace(" ", "-")))
