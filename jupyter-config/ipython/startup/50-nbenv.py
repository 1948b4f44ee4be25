"""``%nbenv`` in every IPython of this prefix: registered here, loaded at its first use."""


def _nbenv_register():
    shell = get_ipython()  # noqa: F821  (IPython runs this file in its own namespace)
    if shell is None or "nbenv" in shell.magics_manager.magics["line"]:
        return

    def nbenv(line):
        """Give this notebook an environment of its own: %nbenv install pandas, %nbenv --help"""
        import os
        import sys

        kept = sys.path[:]  # the notebook's folder is on it, and must not be taken for nbenv
        sys.path[:] = [each for each in kept if each not in ("", os.getcwd())]
        try:
            from nbenv.kernel.host_magic import run
        finally:
            sys.path[:] = kept

        run(line, shell)

    shell.register_magic_function(nbenv, "line")


try:
    _nbenv_register()
finally:
    del _nbenv_register
