"""Jars, Python files and other files that are added to a running session. What is refused leaves nothing behind: Spark
would look for it in every later task."""

import contextlib
import tempfile
import threading
from urllib.parse import unquote

from .jars import JarError, check_jar, fetch_to, is_here, local_url
from .spark import cause_of

# A refusal takes back what has come to Spark's lists meanwhile, so no other addition may come between.
_adding = threading.Lock()


class AdditionError(Exception):
    """It cannot be done; the message is a sentence for people."""


def add_to_spark(session, as_what, uri):
    """Adds what `uri` names to the session's SparkContext, as `jar`, `pyFile` or `file`; returns the `file:` URL of a
    jar, for Scala code. Raises AdditionError."""
    handler = _HANDLERS.get(as_what)
    if handler is None:
        raise AdditionError(f"The driver cannot add anything as '{as_what}'.")
    try:
        return handler(session, uri)
    except AdditionError:
        raise
    except JarError as error:
        raise AdditionError(str(error)) from error
    except Exception as error:
        raise AdditionError(f"Spark could not add {uri}: {cause_of(error)}") from error


def _add_jar(session, uri):
    context = session.sparkContext
    url = local_url(context, uri)
    check_jar(uri, url)
    with _adding, _taking_back(session, "addedJars", uri):
        # The SQL functions' class loader, and the executors'. Spark only logs it when it can't have the file.
        session._jsparkSession.sessionState().resourceLoader().addJar(uri)
        if not any(_name(jar) == _name(uri) for jar in _texts(context._jsc.sc().listJars())):
            raise AdditionError(f"Spark could not add {uri}. The session's log says why.")
        _let_python_find(session, uri)
    return url


def _let_python_find(session, uri):
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
    _add_fetched(session, uri, session.sparkContext.addPyFile)


def _add_file(session, uri):
    _add_fetched(session, uri, session.sparkContext.addFile)


def _add_fetched(session, uri, add):
    # Spark puts a file on its list before it fetches it, and what runs meanwhile looks for what is on the list.
    if not is_here(uri):
        with tempfile.TemporaryDirectory(prefix="emberlab-add-") as folder:
            fetch_to(folder, session.sparkContext, uri)
    with _adding, _taking_back(session, "addedFiles", uri):
        add(uri)


@contextlib.contextmanager
def _taking_back(session, name, uri):
    """Takes what is named like `uri` off Spark's list `name` again, if it came there and what is done fails."""
    lists = getattr(session.sparkContext._jsc.sc(), name)
    before = {key for keys in _lists(lists()) for key in _texts(keys.keys().toSeq())}
    try:
        yield
    except BaseException:
        for keys in _lists(lists()):
            for key in _texts(keys.keys().toSeq()):
                if key not in before and _name(key) == _name(uri):
                    keys.remove(key)
        raise


def _lists(sessions):
    """Spark's lists, of which it has one for each artifact state."""
    values = sessions.values().toSeq()
    return [values.apply(index) for index in range(values.size())]


def _name(uri):
    return unquote(uri.rstrip("/").rpartition("/")[2])


def _texts(sequence):
    """The strings of a Scala sequence."""
    return [sequence.apply(index) for index in range(sequence.size())]


_HANDLERS = {"jar": _add_jar, "pyFile": _add_python_file, "file": _add_file}
