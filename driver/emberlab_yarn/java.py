"""A small JVM with Spark's jars and the cluster's settings on its class path, which ends with this process."""

import os
import sys
from glob import glob

# Nobody waits here for a cluster that is away: who asks is told so, and asks again.
QUICK = {
    "ipc.client.connect.timeout": "4000",
    "ipc.client.connect.max.retries": "1",
    "ipc.client.connect.max.retries.on.timeouts": "1",
    "ipc.client.connect.retry.interval": "500",
    "ipc.client.rpc-timeout.ms": "15000",
    "yarn.resourcemanager.connect.max-wait.ms": "4000",
    "yarn.resourcemanager.connect.retry-interval.ms": "1000",
    "yarn.client.failover-max-attempts": "4",
    "yarn.client.failover-sleep-base-ms": "200",
    "yarn.client.failover-sleep-max-ms": "1000",
    "dfs.client.failover.max.attempts": "4",
    "dfs.client.failover.sleep.base.millis": "200",
    "dfs.client.failover.sleep.max.millis": "1000",
}
# As large as for the other, but for what is brought to the cluster; and open to Spark what its launcher opens.
SUBMIT_OPTIONS = [
    "-Xmx512m",
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-modules=jdk.incubator.vector",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar",
        )
    ),
]
OPTIONS = ["-Xmx128m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]


def find_py4j(spark_home):
    """Makes Spark's copy of Py4J importable. To be called before the others."""
    sys.path[1:1] = glob(os.path.join(spark_home, "python/lib/py4j-*-src.zip"))


def start_java(spark_home, conf_dir, krb5_conf=None):
    """The gateway to a new JVM. Logs of Hadoop go to stderr. `krb5_conf`: settings of Kerberos; None: the machine's."""
    options = OPTIONS + ([] if krb5_conf is None else [f"-Djava.security.krb5.conf={krb5_conf}"])
    return _start(spark_home, conf_dir, options)


def start_submit(spark_home, conf_dir, options):
    """The same for one that hands an application over, with the options of Spark's own launcher. Its class path begins
    as that of spark-submit, which an archive of classes goes by."""
    return _start(spark_home, conf_dir, [*SUBMIT_OPTIONS, *options], os.environ.get("SPARK_CONF_DIR"))


def _start(spark_home, conf_dir, options, first=None):
    from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway

    jars = os.path.join(spark_home, "jars")
    port, token = launch_gateway(
        classpath=os.pathsep.join([*([] if first is None else [first]), os.path.join(jars, "*"), conf_dir]),
        jarpath=glob(os.path.join(jars, "py4j-*.jar"))[0],
        javaopts=options,
        java_path=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java",
        die_on_exit=True,
        enable_auth=True,
        redirect_stdout=sys.stderr,
        redirect_stderr=sys.stderr,
    )
    return JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token, auto_convert=True))
