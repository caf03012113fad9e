"""A short life of a driver, lived once so that its JVM can write down which classes drivers load.

Run as `spark-submit --properties-file FILE emberlab_driver/training.py FOLDER`, with a folder for its files and a JVM
that was told where to archive its classes at its exit. It ends with 0 when Python and Spark worked; the other kinds of
code are worth having, but an archive without them is of use too.
"""

import os
import signal
import sys
import urllib.request

# As in __main__.py: spark-submit runs this file as a script.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_driver.capture import Capture  # noqa: E402
from emberlab_driver.interpreter import Success  # noqa: E402
from emberlab_driver.interpreters import Interpreters, Parts, StartError  # noqa: E402
from emberlab_driver.interrupts import InterruptGate  # noqa: E402
from emberlab_driver.kinds import MAKERS  # noqa: E402
from emberlab_driver.live_output import LiveOutput  # noqa: E402
from emberlab_driver.log import log  # noqa: E402
from emberlab_driver.spark import SparkApplication, active_context  # noqa: E402

# Nobody may be left who would end a run that hangs.
LIMIT_SECONDS = 900
UI_SECONDS = 10
OUTPUT_BYTES = 64 * 1024

FIRST_STEPS = """
spark.range(100).selectExpr("id", "id % 7 AS rest", "CAST(id AS string) AS text", "current_timestamp() AS at"
    ).write.mode("overwrite").parquet(training_folder + "/table")
table = spark.read.parquet(training_folder + "/table")
table.createOrReplaceTempView("training")
spark.sql("SELECT rest, count(*) AS n, max(text) FROM training WHERE id > 3 GROUP BY rest ORDER BY n").show()
table.alias("a").join(table.alias("b"), "id").select("id", "a.text").orderBy("id").limit(5).collect()
table.write.mode("overwrite").option("header", True).csv(training_folder + "/csv")
spark.read.option("header", True).option("inferSchema", True).csv(training_folder + "/csv").count()
spark.createDataFrame([(1, "one"), (2, "two")], ["number", "name"]).cache().count()
sc.parallelize(range(4), 2).map(lambda number: number + 1).sum()
"""

STATEMENTS = [
    ("pyspark", FIRST_STEPS),
    ("sql", "SELECT rest, count(*) FROM training GROUP BY rest"),
    ("spark", 'spark.range(3).map(_ + 1).collect().sum\nspark.sql("SHOW TABLES").show()'),
]

# Nothing listens there, and nobody waits.
NO_CLUSTER = {
    "fs.defaultFS": "hdfs://127.0.0.1:1",
    "yarn.resourcemanager.address": "127.0.0.1:1",
    "yarn.resourcemanager.connect.max-wait.ms": "1",
    "yarn.resourcemanager.connect.retry-interval.ms": "1",
    "yarn.timeline-service.enabled": "false",
    "ipc.client.connect.max.retries": "0",
}
# What a cluster's answers make of it.
OF_YARN = [
    "org.apache.spark.deploy.yarn.Client",
    "org.apache.spark.deploy.yarn.YarnClusterApplication",
    "org.apache.spark.deploy.yarn.ClientDistributedCacheManager",
    "org.apache.spark.deploy.yarn.config.package$",
    *(
        f"org.apache.hadoop.yarn.api.records.impl.pb.{name}PBImpl"
        for name in (
            "ApplicationSubmissionContext",
            "ContainerLaunchContext",
            "LocalResource",
            "ApplicationReport",
            "NodeReport",
            "QueueInfo",
        )
    ),
    "org.apache.hadoop.hdfs.DFSOutputStream",
    "org.apache.hadoop.hdfs.DataStreamer",
    "org.apache.hadoop.hdfs.protocol.datatransfer.sasl.SaslDataTransferClient",
]


def train(folder):
    """Starts Spark and runs something of each kind; returns the exit code. Main thread only."""
    capture = Capture(lambda: None, LiveOutput(lambda frame: None))
    capture.install()
    spark = SparkApplication("Emberlab class archive", 0)
    names = spark.start()
    names["training_folder"] = folder
    interpreters = Interpreters(MAKERS, Parts(capture, InterruptGate(), OUTPUT_BYTES, spark, names, lambda: None))
    spark.describe()
    spark.executors()
    failed = [
        kind for number, (kind, code) in enumerate(STATEMENTS) if not _run(interpreters, spark, number, kind, code)
    ]
    _open_ui(spark)
    _ask_yarn()
    interpreters.close()
    spark.stop()
    return 1 if "pyspark" in failed else 0


def _ask_yarn():
    """Loads what a spark-submit to YARN does, where this Spark has its part for it: it asks a cluster that is not
    there."""
    jvm = active_context()._jvm
    hadoop = jvm.org.apache.hadoop
    try:
        conf = hadoop.yarn.conf.YarnConfiguration()
        for name, value in NO_CLUSTER.items():
            conf.set(name, value)
        for name in OF_YARN:
            jvm.java.lang.Class.forName(name)
        client = hadoop.yarn.client.api.YarnClient.createYarnClient()
        client.init(conf)
        client.start()
        for ask in (
            client.createApplication,
            lambda: hadoop.fs.FileSystem.get(jvm.java.net.URI("hdfs://127.0.0.1:1/"), conf).exists(hadoop.fs.Path("/")),
        ):
            try:
                ask()
            except Exception as error:
                log(f"yarn: as expected, {str(error).splitlines()[-1][:200]}")
        client.stop()
    except Exception as error:
        log("yarn: its classes could not be loaded", error)


def _run(interpreters, spark, number, kind, code):
    """Whether the statement succeeded; the log says what became of it."""
    if kind not in MAKERS:
        return False
    try:
        spark.begin_statement(number, code)
        result = interpreters.start(kind).run(code, number)
    except StartError as error:
        log(f"{kind}: {error}")
        return False
    if isinstance(result, Success):
        log(f"{kind}: done")
        return True
    log(f"{kind}: {result.ename}: {result.evalue}\n{''.join(result.traceback)}")
    return False


def _open_ui(spark):
    for host, port in (spark.ui_address() or [])[:1]:
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/jobs/", timeout=UI_SECONDS) as page:
                page.read()
        except OSError as error:
            log(f"the Spark UI: {error}")


if __name__ == "__main__":
    signal.alarm(LIMIT_SECONDS)
    sys.exit(train(sys.argv[1]))
