"""The actions of ``run``: here, in a container, on a cluster, or adopting on the way.

Each of these but the last can run the notebook for each row of a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbenv.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from nbenv.cli.call import Call
    from nbenv.operations.running.given_parameters import GivenParameters
    from nbenv.progress import Outcome, Steps

__all__ = ["run"]


def run(call: Call) -> Steps[Outcome]:
    """Run a notebook; nbclient is slow to import."""
    from nbenv.operations.run import run
    from nbenv.operations.running.given_parameters import GivenParameters

    options = call.options
    _check_place_is_named(options)
    if options.adopt:
        return _run_adopting(call)
    if options.yes or options.as_of or options.torch_backend:
        raise UsageError("--yes, --as-of and --torch-backend need --adopt.")
    given = GivenParameters(options.parameter, options.parameters_file)
    if options.on and "://" in options.on:
        return _sweep_on_cluster(call, given)
    if options.jobs and not options.sweep:
        raise UsageError("--jobs needs --sweep.")
    if options.on:
        return _run_elsewhere(call, given)
    if options.sweep:
        return _sweep(call, given)
    [values] = given.values(call.path)
    return run(call.path, options.output, options.python, options.fallback, values=values)


def _check_place_is_named(options: Namespace) -> None:
    """Raise if an option is about another place to run than here, and that is not named."""
    if (options.retries is not None or options.wheels) and "://" not in (options.on or ""):
        raise UsageError("--retries and --wheels need --on with the address of a cluster.")
    for name in ("mount", "memory", "network", "image", "namespace"):
        if getattr(options, name) and not options.on:
            raise UsageError(f"--{name} needs --on.")


def _check_recorded(options: Namespace, how: str) -> None:
    """Raise if an option asks for another environment than the recorded one."""
    if options.python or options.fallback:
        raise UsageError(
            f"run {how} runs what is recorded, and cannot be combined with --python or --fallback."
        )


def _run_elsewhere(call: Call, given: GivenParameters) -> Steps[Outcome]:
    from nbenv.containers.kubernetes.run_in_cluster import run_in_cluster
    from nbenv.containers.kubernetes.sweep_in_cluster import sweep_in_cluster
    from nbenv.containers.run_in_image import run_in_image
    from nbenv.containers.run_options import RunOptions
    from nbenv.containers.sweep_in_image import sweep_in_image
    from nbenv.operations.running.given_parameters import read_sweep

    options = call.options
    _check_recorded(options, "--on")
    request, is_cluster = call.request(RunOptions), options.on == "kubernetes"
    if options.sweep:
        rows = given.values(call.path, read_sweep(options.sweep))
        sweep = sweep_in_cluster if is_cluster else sweep_in_image
        return sweep(call.path, request, rows, options.jobs)
    [values] = given.values(call.path)
    return (run_in_cluster if is_cluster else run_in_image)(call.path, request, values)


def _sweep(call: Call, given: GivenParameters) -> Steps[Outcome]:
    from nbenv.operations.running.sweep import SweepOptions, sweep

    _check_recorded(call.options, "--sweep")
    return sweep(call.path, call.request(SweepOptions), given)


def _sweep_on_cluster(call: Call, given: GivenParameters) -> Steps[Outcome]:
    from nbenv.operations.running.sweep import SweepOptions, sweep
    from nbenv.workers.sweeps.cluster_sweep import ClusterOptions, cluster_runner

    options = call.options
    if not options.sweep:
        raise UsageError(
            "A cluster runs the rows of a table.", todo="Name it: --sweep FILE -o FOLDER"
        )
    _check_recorded(options, "--on")
    for name in ("jobs", "memory", "network", "image", "namespace"):
        if getattr(options, name):
            raise UsageError(
                "The cluster decides how many rows run at once, and with what.",
                todo=f"Leave out --{name}.",
            )
    runner = cluster_runner(call.request(ClusterOptions))
    return sweep(call.path, call.request(SweepOptions), given, runner)


def _run_adopting(call: Call) -> Steps[Outcome]:
    from nbenv.operations.adoption.adopt import AdoptOptions
    from nbenv.operations.adoption.run_adopt import run_adopting

    options = call.options
    if options.fallback:
        raise UsageError("run --adopt cannot be combined with --fallback.")
    if options.on:
        raise UsageError("run --adopt cannot be combined with --on.")
    if options.parameter or options.parameters_file or options.sweep or options.jobs:
        raise UsageError(
            "run --adopt takes no parameters.",
            todo="Adopt the notebook first: nbenv adopt NOTEBOOK",
        )
    return run_adopting(call.path, options.output, call.request(AdoptOptions), call.consent)
