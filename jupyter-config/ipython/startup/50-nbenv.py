"""``%nbenv`` in every IPython of this prefix: registered here, loaded at its first use.

Some prefixes are shared: IPython reads ``/usr/local/etc`` for every Python of the machine. Where
nbenv is not installed, the magic says so, and nothing else happens.
"""


def _nbenv_register():
    shell = get_ipython()  # noqa: F821  (IPython runs this file in its own namespace)
    if shell is None or "nbenv" in shell.magics_manager.magics["line"]:
        return

    def load(name):
        """Import a module of nbenv's."""
        import os
        import sys
        from importlib import import_module

        kept = sys.path[:]  # the notebook's folder is on it, and must not be taken for nbenv
        sys.path[:] = [each for each in kept if each not in ("", os.getcwd())]
        try:
            return import_module("nbenv.kernel." + name)
        finally:
            sys.path[:] = kept

    def nbenv(line):
        """Give this notebook an environment of its own: %nbenv install pandas, %nbenv --help"""
        try:
            magic = load("host_magic")
        except ModuleNotFoundError as error:
            if error.name != "nbenv":
                raise
            print(
                "nbenv is not installed in this kernel's Python. Use the kernel "
                "Python (own environment)."
            )
            return
        magic.run(line, shell)

    shown = [None]  # the last traceback that this kernel showed: %run shows one, and does not fail

    def after(result):
        import sys

        latest = getattr(sys, "last_value", None)
        error = result.error_in_exec or (latest if latest is not shown[0] else None)
        shown[0] = latest
        # A kernel of nbenv's has a magic of its own, and so a hint of its own.
        is_here = shell.magics_manager.magics["line"].get("nbenv") is nbenv
        if not is_here or not isinstance(error, ModuleNotFoundError):
            return
        try:
            text = load("host_hint").hint(error, shell)
        except Exception:  # nothing of nbenv's may add an error to a person's own
            return
        if text:
            print(text)

    shell.register_magic_function(nbenv, "line")
    if getattr(shell, "kernel", None) is not None:
        shell.events.register("post_run_cell", after)


try:
    _nbenv_register()
finally:
    del _nbenv_register
