"""Ask a Ray client server for its versions, whatever those of this Python are.

Ray's own client sends a pickle of its version first, and then ends after half a minute with an
error that is empty, or about something else. Runs with a Python that has ray[client].
"""

import contextlib
import logging
import queue
import uuid

PATIENCE = 60
"""Seconds that the cluster has to start what answers a client."""
ATTEMPTS = 3
"""Connections that are tried: on a busy head node, Ray fails to start what answers a client."""
_UNLUCKY = ("client server failed", "psutil.ZombieProcess", "psutil.NoSuchProcess")
"""Parts of what Ray says where a process of the head node ended while it was started.

The client server forks with grpcio's handlers, which start threads in the child before that runs
its program. On a busy machine one of them may run, meet half of its state, and end the child by a
signal (grpcio 1.85; not with GRPC_ENABLE_FORK_SUPPORT=0 on the head node).
"""
_AT_ONCE = 10
"""Seconds that the client server has for what needs no process of its own."""


class NoAnswerError(Exception):
    """No answer, with the reason."""


class OtherAnswerError(NoAnswerError):
    """An answer of another kind than known, with what was said."""


def is_unlucky(error):
    """Return whether a connection failed for a reason that another attempt may not meet."""
    return any(each in str(error) for each in _UNLUCKY)


@contextlib.contextmanager
def failing_at_once():
    """Let a connection that fails in the block say so at once.

    Ray's client first waits for the end of its streams of data and of logs. The client server keeps
    them for 30 and 40 seconds, also when it has just told that there is no process behind them.
    """
    try:
        from ray.util.client.worker import Worker

        close = Worker.close
    except (ImportError, AttributeError):  # a Ray that has it elsewhere
        yield
        return

    def closed(worker):
        streams = logging.getLogger("ray.util.client.dataclient")
        level, worker._in_shutdown = streams.level, True
        streams.setLevel(logging.CRITICAL + 1)  # that its stream ends is what is wanted
        try:
            if getattr(worker, "channel", None):
                worker.channel.close()
            close(worker)
        finally:
            streams.setLevel(level)

    Worker.close = closed
    try:
        yield
    finally:
        Worker.close = close


def versions_at(place):
    """Return the versions of Ray and of Python at ``HOST:PORT``, by the first messages of a client.

    Raises NoAnswerError, or ImportError where this Python cannot be a client.
    """
    import grpc
    from ray.core.generated import ray_client_pb2 as messages
    from ray.core.generated import ray_client_pb2_grpc as services

    requests = queue.Queue()
    init = messages.InitRequest(ray_init_kwargs="{}", reconnect_grace_period=1)
    requests.put(messages.DataRequest(req_id=1, init=init))
    about = [("client_id", uuid.uuid4().hex), ("reconnecting", "False")]
    channel = _channel(place)
    try:
        stub = services.RayletDataStreamerStub(channel)
        answers = stub.Datapath(iter(requests.get, None), metadata=about, timeout=PATIENCE)
        begun = next(answers).init
        if not begun.ok:
            raise OtherAnswerError(last_line(begun.msg))
        asked = messages.ConnectionInfoRequest()
        requests.put(messages.DataRequest(req_id=2, connection_info=asked))
        found = next(answers).connection_info
        bye = messages.ConnectionCleanupRequest()
        requests.put(messages.DataRequest(req_id=3, connection_cleanup=bye))
        next(answers)
    except grpc.RpcError as error:
        raise NoAnswerError(error.details() or error.code().name) from None
    except StopIteration:
        raise OtherAnswerError("it closed the connection") from None
    finally:
        requests.put(None)
        channel.close()
    return found.ray_version, found.python_version


def kept_at(place, key):
    """Return what `keep_at` put under a key at ``HOST:PORT``, b"" if nothing is there.

    The client server answers this by itself, within milliseconds, whatever the versions are.
    Raises NoAnswerError, or ImportError where this Python cannot be a client.
    """
    from ray.core.generated import ray_client_pb2 as messages

    return _call(place, "KVGet", messages.KVGetRequest(key=key.encode())).value


def keep_at(place, key, value):
    """Keep bytes under a key in the cluster itself, for as long as that runs."""
    from ray.core.generated import ray_client_pb2 as messages

    request = messages.KVPutRequest(key=key.encode(), value=value, overwrite=True)
    _call(place, "KVPut", request)


def _call(place, method, request):
    import grpc
    from ray.core.generated import ray_client_pb2_grpc as services

    channel = _channel(place)
    try:
        call = getattr(services.RayletDriverStub(channel), method)
        return call(request, metadata=[("client_id", uuid.uuid4().hex)], timeout=_AT_ONCE)
    except grpc.RpcError as error:
        raise NoAnswerError(error.details() or error.code().name) from None
    finally:
        channel.close()


def last_line(text):
    """Return the last line of a traceback."""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _channel(place):
    """Return a channel as Ray itself makes it, with its certificates and tokens."""
    import grpc

    for name in ("ray._private.grpc_utils", "ray._private.utils"):
        try:
            return __import__(name, fromlist=["init_grpc_channel"]).init_grpc_channel(place)
        except (ImportError, AttributeError):
            continue
    return grpc.insecure_channel(place)
