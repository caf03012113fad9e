"""Jars for the driver's own Scala code: those that the application began with, and those that were added."""

from urllib.parse import urlsplit


def configured_jars(context):
    """The URLs of the jars of `spark.jars`, which are not on the class path of the JVM."""
    setting = context.getConf().get("spark.jars", "")
    return [local_url(context, jar.strip()) for jar in setting.split(",") if jar.strip()]


def local_url(context, uri):
    """The `file:` URL of a jar, which is fetched if it lies elsewhere. Raises what Spark and Hadoop raise."""
    jvm = context._jvm
    if not urlsplit(uri).scheme:
        return jvm.java.io.File(uri).toURI().toString()
    if urlsplit(uri).scheme in ("file", "local"):
        return "file:" + urlsplit(uri).path
    source = jvm.org.apache.hadoop.fs.Path(uri)
    folder = jvm.org.apache.spark.util.Utils.createTempDir(jvm.java.lang.System.getProperty("java.io.tmpdir"), "jars")
    target = jvm.java.io.File(folder, source.getName())
    file_system = source.getFileSystem(context._jsc.hadoopConfiguration())
    file_system.copyToLocalFile(source, jvm.org.apache.hadoop.fs.Path(target.toURI()))
    return target.toURI().toString()
