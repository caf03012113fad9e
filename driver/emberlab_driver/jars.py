"""Jars for the driver's own Scala code: those that the application began with, and those that were added."""

import os
import time
import zipfile
from urllib.parse import unquote, urlsplit


class JarError(Exception):
    """What is named is not a jar; the message is a sentence for people."""


def configured_jars(context):
    """The URLs of the jars of `spark.jars`, which are not on the class path of the JVM."""
    setting = context.getConf().get("spark.jars", "")
    return [local_url(context, jar.strip()) for jar in setting.split(",") if jar.strip()]


def is_here(uri):
    """Whether it names a file of this machine."""
    return urlsplit(uri).scheme in ("", "file", "local")


def fetch_to(folder, context, uri):
    """Fetches a file as Spark does for each of its processes; returns its path. Raises what Spark raises."""
    jvm, spark = context._jvm, context._jsc.sc()
    folder = jvm.java.io.File(str(folder))
    hadoop = context._jsc.hadoopConfiguration()
    # neither from a cache nor unpacked
    arguments = (uri, folder, spark.conf(), hadoop, int(time.time() * 1000), False, False)
    return jvm.org.apache.spark.util.Utils.fetchFile(*arguments).getPath()


def local_url(context, uri):
    """The `file:` URL of a jar, which is fetched if it lies elsewhere. Raises what Spark and Hadoop raise."""
    jvm = context._jvm
    if not urlsplit(uri).scheme:
        return jvm.java.io.File(uri).toURI().toString()
    if is_here(uri):
        return "file:" + urlsplit(uri).path
    folder = jvm.org.apache.spark.util.Utils.createTempDir(jvm.java.lang.System.getProperty("java.io.tmpdir"), "jars")
    return jvm.java.io.File(fetch_to(folder.getPath(), context, uri)).toURI().toString()


def check_jar(uri, url):
    """Raises JarError for what would end Scala's compiler on its class path. `url` is where `uri` lies here."""
    path = unquote(urlsplit(url).path)
    if not os.path.exists(path):
        raise JarError(f"Spark could not add {uri}: there is no such file.")
    try:
        # The compiler goes by the name as well.
        named = path.lower().endswith((".jar", ".zip"))
        if named:
            zipfile.ZipFile(path).close()
    except (zipfile.BadZipFile, OSError):
        named = False
    if not named:
        raise JarError(f"{uri} is not a jar. Please name a file that ends in .jar and was made by a build of classes.")
