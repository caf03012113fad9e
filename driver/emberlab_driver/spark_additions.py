"""Jars, Python files and other files that are added to a running session."""

from .spark import cause_of


class AdditionError(Exception):
    """It cannot be done; the message is a sentence for people."""


def add_to_spark(session, as_what, uri):
    """Adds what `uri` names to the session's SparkContext, as `jar`, `pyFile` or `file`. Raises AdditionError."""
    handler = _HANDLERS.get(as_what)
    if handler is None:
        raise AdditionError(f"The driver cannot add anything as '{as_what}'.")
    try:
        handler(session, uri)
    except AdditionError:
        raise
    except Exception as error:
        raise AdditionError(f"Spark could not add {uri}: {cause_of(error)}") from error


def _add_jar(session, uri):
    # The SQL functions' class loader, and the executors'. Spark only logs it when there is no such file.
    session._jsparkSession.sessionState().resourceLoader().addJar(uri)
    name = uri.rstrip("/").rpartition("/")[2]
    if not any(jar.rstrip("/").rpartition("/")[2] == name for jar in _texts(session.sparkContext._jsc.sc().listJars())):
        raise AdditionError(f"Spark could not add {uri}. Please check that the file is there and is a jar.")
    # What Python reaches through the gateway is looked for by the class loader of the program.
    jvm = session._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    path = jvm.org.apache.hadoop.fs.Path(uri)
    location = path.toUri() if path.toUri().getScheme() else jvm.java.io.File(uri).getAbsoluteFile().toURI()
    main = jvm.java.lang.ClassLoader.getSystemClassLoader()
    while loader is not None and not loader.equals(main):
        if "addURL" in dir(loader):
            loader.addURL(location.toURL())
        loader = loader.getParent()


def _add_python_file(session, uri):
    session.sparkContext.addPyFile(uri)


def _add_file(session, uri):
    session.sparkContext.addFile(uri)


def _texts(sequence):
    """The strings of a Scala sequence."""
    return [sequence.apply(index) for index in range(sequence.size())]


_HANDLERS = {"jar": _add_jar, "pyFile": _add_python_file, "file": _add_file}
