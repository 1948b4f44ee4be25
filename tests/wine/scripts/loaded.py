"""Upgrade a package whose library the running kernel has loaded."""

from __future__ import annotations

import os
import shutil
import sys

sys.path.insert(0, r"Z:\w")
from cells import main

os.environ["NBENV_BACKGROUND"] = "0"
shutil.copy(r"C:\work\a.ipynb", r"C:\work\loaded.ipynb")
CELLS = [
    "%nbenv install wrapt==1.16.0",
    "import wrapt._wrappers; print('imported', wrapt.__version__)",
    "%nbenv install wrapt==1.17.0",
]
main("nbenv", r"C:\work\loaded.ipynb", CELLS, interrupt=False)
