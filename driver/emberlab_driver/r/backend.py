"""Spark's own server for R, in the driver's JVM."""

from ..log import log
from ..spark import active_context

# Both ends take silence for an end: Spark's default is less than two hours. A notebook may lie still for longer.
TIMEOUT_SECONDS = 10 * 365 * 24 * 3600
# One thread serves one connection, and an interrupted call may hold its own for a while.
THREADS = 32


class Backend:
    """What R connects to. Raises what Spark raises."""

    def __init__(self):
        jvm = active_context()._jvm
        conf = spark_conf()
        for name, value in (("backendConnectionTimeout", TIMEOUT_SECONDS), ("numRBackendThreads", THREADS)):
            if not conf.contains(f"spark.r.{name}"):
                conf.set(f"spark.r.{name}", str(value))
        self._timeout = conf.get("spark.r.backendConnectionTimeout")
        self._server = jvm.org.apache.spark.api.r.RBackend()
        address = self._server.init()
        self._port, self._secret = address._1(), address._2().secret()

    def environment(self):
        """The variables by which SparkR finds it."""
        return {
            "EXISTING_SPARKR_BACKEND_PORT": str(self._port),
            "SPARKR_BACKEND_AUTH_SECRET": self._secret,
            "SPARKR_BACKEND_CONNECTION_TIMEOUT": self._timeout,
        }

    def close(self):
        try:
            self._server.close()
        except Exception as error:
            log("the backend of R did not end in order", error)


def spark_conf():
    """The running driver's SparkConf, which Spark goes on reading."""
    return active_context()._jsc.sc().conf()
