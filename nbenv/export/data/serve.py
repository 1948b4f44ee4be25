"""Serve the notebook in JupyterLab: python serve.py NOTEBOOK [OPTIONS]."""

import os
import sys

from writable import use_writable_folders

LAB = "/opt/lab/bin/jupyter"
OPTIONS = (
    "--ip=0.0.0.0",  # the container's; its port is published by whoever starts it
    "--no-browser",
    "--allow-root",  # as that of some engines is a user without rights outside
    "--KernelSpecManager.ensure_native_kernel=False",  # JupyterLab's own has no package
    "--MultiKernelManager.default_kernel_name=nbenv",
)

use_writable_folders()
os.execv(LAB, [LAB, "lab", *OPTIONS, *sys.argv[1:]])
