"""Hand the rows of a sweep to a Dask cluster: one task a row, which Dask places and retries.

A task is a call of the builtin ``eval`` with source text, so that no function is pickled: the
workers' Python may be another one. Runs with any Python that has distributed.
"""

import asyncio
import os
import ssl
import sys
import uuid

from job import ClusterError, main, tell, tell_done, tell_failed

PREPARE = "(exec(source, globals()), prepare(payload, digest))[1]"
RUN = "(exec(source, globals()), run(payload, digest, values))[1]"
CONNECT = 10
CERTIFICATES = (
    "Name them in Dask's configuration on this machine: distributed.comm.tls in a file below "
    "~/.config/dask, or DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__TLS__CLIENT__CERT and "
    "…__TLS__CLIENT__KEY."
)


def versions(address):
    """Return the versions of the cluster's scheduler, and of this Python; pickle nothing."""
    import distributed
    from distributed.core import rpc

    arguments = security_for(address).get_connection_args("client")

    async def ask():
        scheduler = rpc(address, timeout=CONNECT, connection_args=arguments)
        try:
            return await asyncio.wait_for(scheduler.versions(), CONNECT)
        finally:
            await scheduler.close_rpc()

    try:
        found = asyncio.run(ask())
        packages = found["packages"]
    except (OSError, asyncio.TimeoutError, TypeError, KeyError, ValueError) as error:
        raise not_answering(address, error) from None
    python = ".".join(found["host"]["python"].split(".")[:2])
    return {
        "engine": packages["distributed"],
        "python": python,
        "own": distributed.__version__,
        "own_python": "{}.{}".format(*sys.version_info[:2]),
    }


def security_for(address):
    """Return the certificates for an address that Dask's own configuration names.

    Raises ClusterError where they cannot be read, or where TLS is asked for and there are none.
    """
    import dask
    from distributed.security import Security
    from distributed.utils import import_term

    loader = dask.config.get("distributed.client.security-loader", None)
    security = import_term(loader)({"address": address}) if loader else None
    security = Security() if security is None else security
    try:
        known = security.get_connection_args("client").get("ssl_context")
    except (OSError, ValueError) as error:
        text = "The certificates for {} cannot be read: {}.".format(
            address, missing_file(security) or error
        )
        raise ClusterError(text, CERTIFICATES) from None
    if known is None and address.startswith("tls://"):
        raise ClusterError("There are no certificates for {}.".format(address), CERTIFICATES)
    return security


def missing_file(security):
    """Return what to say of a file that is named and is not there; the error itself names none."""
    for name in ("tls_ca_file", "tls_client_cert", "tls_client_key"):
        value = getattr(security, name, None)
        if value and "\n" not in value and not os.path.exists(value):  # else the content itself
            return "there is no file {}".format(value)
    return ""


def not_answering(address, error):
    """Return the error about an address at which there is no scheduler."""
    refused = certificate_error(error)
    if refused is not None:
        text = "There is no secure connection to {}: {}.".format(address, refused)
        return ClusterError(text, CERTIFICATES)
    while error.__cause__ is not None:  # the outer ones are about Dask's own functions
        error = error.__cause__
    why = str(error).rstrip(".") or type(error).__name__
    about = (
        "The scheduler has to know the authority of the client's certificate, too."
        if address.startswith("tls://")
        else "That of a cluster with TLS begins with tls://."
    )
    return ClusterError(
        "No Dask scheduler answers at {}: {}.".format(address, why),
        "Check the address: it is the scheduler's, by default port 8786, not its dashboard's. "
        + about,
    )


def certificate_error(error):
    """Return the error about a certificate that is behind another error, None for none."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def run(job):
    """Run all rows, and print how each went."""
    from distributed import Client

    try:
        security = security_for(job.address)
        client = Client(job.address, timeout=CONNECT, set_as_default=False, security=security)
    except (OSError, asyncio.TimeoutError) as error:
        raise not_answering(job.address, error) from None
    with client:
        unique = uuid.uuid4().hex[:12]
        payload = client.submit(
            bytes, job.payload, key="nbenv-payload-" + unique, pure=False, retries=3
        )
        known = {"source": job.source, "digest": job.digest, "payload": payload}
        prepare(client, known, unique, job.patience)
        run_rows(client, known, unique, job)


def prepare(client, known, unique, patience):
    """Make the environment on each host, so that what fails there is said once."""
    hosts = {}
    for address, host in client.run(eval, "__import__('os').uname().nodename").items():
        hosts.setdefault(host, address)
    if not hosts:
        tell("note", text="The cluster has no workers yet; the rows wait for them.")
    tasks = {
        host: client.submit(
            eval, PREPARE, dict(known), key="nbenv-prepare-{}-{}".format(unique, number),
            workers=[address], allow_other_workers=False, pure=False, priority=1000, retries=0,
        )
        for number, (host, address) in enumerate(hosts.items())
    }  # fmt: skip
    wrong = []
    for host, task in tasks.items():
        try:
            tell("node", **task.result(timeout=patience))
        except Exception as error:
            wrong.append("{}: {}".format(host, str(error) or type(error).__name__))
    if wrong:
        raise ClusterError(
            "The environment cannot be made on every worker.\n" + "\n".join(wrong),
            "Nothing was run.",
        )


def run_rows(client, known, unique, job):
    """Submit the rows, and print each as it ends."""
    from distributed import as_completed

    rows = {
        client.submit(
            eval, RUN, dict(known, values=row["values"]),
            key="nbenv-row-{}-{}".format(row["row"], unique), pure=False, retries=job.retries,
        ): row["row"]
        for row in job.rows
    }  # fmt: skip
    for future in as_completed(list(rows), loop=client.loop):
        number = rows.pop(future)
        if future.status == "finished":
            tell_done(number, future.result())
        elif future.status == "error":
            tell_failed(number, future.exception())
        else:
            raise ClusterError(
                "The connection to {} was lost.".format(job.address),
                "Run the same command again: rows that are done stay done.",
            )
        future.release()


if __name__ == "__main__":
    sys.exit(main(run, versions))
