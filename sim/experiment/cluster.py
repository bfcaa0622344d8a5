"""A Dask cluster as a place for jobs: for those who outgrow one machine.

The cluster's scheduler and workers are started by whoever runs it, with this package installed in the same version. A worker that dies
is replaced by another, which begins its jobs anew. The connection is neither secret nor checked unless the cluster uses TLS: keep it on
the loopback or a network of your own.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from sim.experiment.workers import KEPT, RunError

GREETING = 10.0
"""Seconds within which a scheduler must answer."""
PROTOCOLS = ("tcp", "tls", "ws", "wss")
PATIENCE = 60.0
"""Seconds for which a cluster may be without any worker before the run gives up."""


class Cluster:
    """A connection to a Dask scheduler.

    Args:
        address: such as ``tcp://127.0.0.1:8786``.

    Raises:
        RunError: if Dask is not installed, no scheduler answers at the address, or the cluster has no worker for long.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed

            library: Any = distributed
        except ImportError:
            raise RunError("--cluster needs Dask: install the package with its extra 'cluster', jobcentre-sim[cluster]") from None
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm", "distributed.batched"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by the errors here
        self.address = address
        if not _is_address(address):
            raise RunError(f"expected the address of a Dask scheduler, such as tcp://127.0.0.1:8786, not '{address}'")
        try:
            with ThreadPoolExecutor(1) as aside:  # a notebook has an event loop of its own in this thread
                who = aside.submit(asyncio.run, _greet(library, address)).result()
        except TimeoutError:
            raise RunError(f"no Dask scheduler answers at {address} within {GREETING:.0f} s") from None
        except OSError as error:
            raise RunError(f"cannot reach a Dask scheduler at {address}: {error}") from None
        except Exception as error:  # a stranger may say anything
            raise RunError(f"what answers at {address} is no Dask scheduler ({type(error).__name__})") from None
        if who != "Scheduler":
            raise RunError(f"expected the address of a Dask scheduler; at {address} is a {who.lower()}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions of this and that: those that matter are compared with each job
            self._client: Any = library.Client(address, timeout=GREETING, set_as_default=False)
        self.executor: Executor = self._client.get_executor(pure=False)
        self._seen, self._had_some = time.monotonic(), False
        try:
            while not self.workers():
                time.sleep(0.2)
        except BaseException:
            self.close()
            raise

    def workers(self) -> int:
        """Jobs that can be done at once: threads of all workers.

        Raises:
            RunError: if its scheduler has gone, or it has had no worker for PATIENCE seconds.
        """
        threads = -1
        with suppress(OSError, TimeoutError):
            if self._client.status == "running":
                threads = sum(self._client.nthreads(callback_timeout=GREETING).values())
        now = time.monotonic()
        if threads < 0:
            raise RunError(f"The Dask scheduler at {self.address} does not answer any more. {KEPT}.")
        if threads > 0:
            self._seen, self._had_some = now, True
        elif now - self._seen > PATIENCE:
            left = " since its workers left, as they do at once where this package is not installed" if self._had_some else ""
            raise RunError(f"The cluster at {self.address} has had no worker for {PATIENCE:.0f} s{left}. {KEPT}.")
        return threads

    def why(self, error: Exception) -> str:
        """What an error of Dask's means to whoever waits for the jobs; empty if it is a job's own."""
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        if isinstance(error, KilledWorker):
            return f"Worker after worker of the cluster died at a job, most often because memory ran out. {KEPT}."
        if isinstance(error, (CancelledError, CommClosedError)) or self._client.status != "running":
            return f"The cluster at {self.address} dropped a job, most often because its scheduler ended. {KEPT}."
        if isinstance(error, RuntimeError) and "deserialization" in str(error):
            return f"the scheduler at {self.address} cannot read the jobs: it needs this package as its workers do, in the same version"
        return ""

    def close(self) -> None:
        """Leave the cluster; it stays as it is."""
        with suppress(OSError, TimeoutError):
            self._client.close(timeout=5)


def _is_address(text: str) -> bool:
    """Whether it has a host and a port; Dask takes ``tcp`` for granted."""
    try:
        parts = urlsplit(text if "://" in text else f"tcp://{text}")
        return parts.scheme in PROTOCOLS and bool(parts.hostname and parts.port)
    except ValueError:
        return False


async def _greet(library: Any, address: str) -> str:
    """What is at an address, in Dask's words. Its client would wait for ever for a stranger who is silent."""
    security = library.Security().get_connection_args("client")
    async with asyncio.timeout(GREETING), library.rpc(address, connection_args=security) as it:
        return str((await it.identity())["type"])
