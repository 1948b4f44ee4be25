"""Hand the rows of a sweep to a Ray cluster: one task a row, which Ray places and retries.

Tasks run in the cluster's own Python, and start the notebook's environment. Runs with a Python that
has ray[client], both of the cluster's versions.
"""

import sys
import time

import ray_handshake
from job import ClusterError, main, tell, tell_done, tell_failed
from ray_handshake import last_line

SCHEME = "ray://"


def versions(address):
    """Return the versions of the cluster and of this Python, whatever they are."""
    return attempted(ask, address)


def attempted(action, address):
    """Return what an action returns for an address; repeat it if Ray's server did not start."""
    for _ in range(ray_handshake.ATTEMPTS - 1):
        try:
            return action(address)
        except ClusterError as error:
            if not ray_handshake.is_unlucky(error):
                raise
        time.sleep(1)
    return action(address)


def ask(address):
    """Ask a cluster for its versions."""
    import ray

    try:
        engine, python = ray_handshake.versions_at(address[len(SCHEME) :])
    except ray_handshake.NoAnswerError as error:
        raise not_answering(address, str(error)) from None
    return {
        "engine": engine,
        "python": ".".join(python.split(".")[:2]),
        "own": ray.__version__,
        "own_python": "{}.{}".format(*sys.version_info[:2]),
    }


def not_answering(address, why):
    """Return the error about an address at which there is no Ray client server."""
    return ClusterError(
        "No Ray client server answers at {}: {}.".format(
            address, (why or "no reason was given").rstrip(".")
        ),
        "Check the address: it is the client server's, by default port 10001 of the head node, "
        "not that of ray start --address.",
    )


def run(job):
    """Run all rows, and print how each went."""
    import ray

    attempted(connect, job.address)
    try:
        payload = ray.put(job.payload)
        prepare(ray, payload, job)
        run_rows(ray, payload, job)
    except (ConnectionError, ray.exceptions.RaySystemError) as error:
        raise ClusterError(
            "The connection to {} was lost: {}.".format(job.address, last_line(error)),
            "Run the same command again: rows that are done stay done.",
        ) from None
    finally:
        ray.shutdown()


def connect(address):
    """Connect Ray to a cluster."""
    import ray

    try:
        with ray_handshake.failing_at_once():
            ray.init(address, logging_level="ERROR", log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise not_answering(address, last_line(error)) from None


def task(ray, source, name, **options):
    """Return a remote function of `run_row.py`, which travels with its source."""
    namespace = {"__name__": "__main__", "source": source, "name": name}
    code = (
        "def call(*given):\n"
        "    namespace = {'__name__': 'nbenv_row'}\n"
        "    exec(source, namespace)\n"
        "    return namespace[name](*given)\n"
    )
    exec(code, namespace)
    return ray.remote(**options)(namespace["call"])


def prepare(ray, payload, job):
    """Make the environment on each node, so that what fails there is said once."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    function = task(ray, job.source, "prepare", num_cpus=0, max_retries=0)
    tasks = {}
    for node in ray.nodes():
        if node["Alive"] and node.get("Resources", {}).get("CPU", 0) > 0:
            where = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            ref = function.options(scheduling_strategy=where).remote(payload, job.digest)
            tasks[ref] = node["NodeManagerAddress"]
    if not tasks:
        tell("note", text="The cluster has no nodes that run tasks yet; the rows wait for them.")
    wrong = []
    for ref, name in tasks.items():
        try:
            tell("node", **ray.get(ref, timeout=job.patience))
        except ray.exceptions.GetTimeoutError:
            wrong.append("{}: not finished within {:.0f} s".format(name, job.patience))
        except ray.exceptions.RayTaskError as error:
            wrong.append("{}: {}".format(name, error.cause))
    if wrong:
        raise ClusterError(
            "The environment cannot be made on every node.\n" + "\n".join(wrong),
            "Nothing was run.",
        )


def run_rows(ray, payload, job):
    """Submit the rows, and print each as it ends."""
    function = task(
        ray, job.source, "run", num_cpus=1, max_retries=job.retries,
        retry_exceptions=job.retries > 0,
    )  # fmt: skip
    rows = {function.remote(payload, job.digest, row["values"]): row["row"] for row in job.rows}
    waiting = list(rows)
    while waiting:
        done, waiting = ray.wait(waiting, num_returns=1)
        for ref in done:
            number = rows.pop(ref)
            try:
                tell_done(number, ray.get(ref))
            except ray.exceptions.RayTaskError as error:
                tell_failed(number, error.cause)
            except ray.exceptions.RayError as error:
                tell_failed(number, error)


if __name__ == "__main__":
    sys.exit(main(run, versions))
