#!/opt/env/bin/python
"""Skip what pip, uv, conda and nbenv would install in an image, which has what is locked.

So a notebook that installs what it needs runs in an image, too, and on a worker of a cluster. This
one file is the programs and the module pip, through links, and an extension of IPython for the
magics.
"""

import builtins
import os
import subprocess
import sys

LOOKS = ("list", "show", "freeze", "check", "inspect", "help", "--version", "-V")
"""Commands of pip that change nothing; the pip of the base image answers them."""
MAGICS = ("nbenv", "uv", "conda", "mamba", "micromamba")
"""Magics beside IPython's own %pip, which runs the module pip."""


def main(words=None, program="pip"):
    """Answer a command of one of the programs; return its exit status."""
    words = list(sys.argv[1:] if words is None else words)
    looks = words[1:] if program == "uv" and words[:1] == ["pip"] else words
    if program != "nbenv" and any(word in LOOKS for word in looks[:1]):
        python = os.path.join(sys.base_prefix, "bin", "python3")
        pip = [python, "-I", "-m", "pip", "--no-cache-dir", "--python", sys.executable]
        return subprocess.call([*pip, *looks])
    print("Skipped: {}".format(" ".join([program, *words])))
    print("The packages that the notebook locks are here, and no others are added.", flush=True)
    return 0


def load_ipython_extension(shell):
    """Register the magics that a notebook may use."""
    for program in MAGICS:
        shell.register_magic_function(_magic(program), "line", program)
    builtins.nbenv_record = record


def record(**values):
    """Record values of this run, for the table of a sweep: nbenv_record(loss=0.1)."""
    from IPython.display import display

    plain = {name: getattr(value, "item", lambda v=value: v)() for name, value in values.items()}
    text = ", ".join("{} = {!r}".format(*each) for each in plain.items())
    display({"application/vnd.nbenv.value+json": plain, "text/plain": text}, raw=True)


def _magic(program):
    def magic(line):
        """Skip what would change the environment."""
        main(line.split(), program)

    return magic


if __name__ == "__main__":
    name = os.path.basename(sys.argv[0])
    sys.exit(main(program="pip" if name.startswith("pip") else name))
