"""The Spark application behind the session. Works with whatever SparkContext is active, since code may replace it."""

import json
import os
import platform
import re
import sys
import traceback
import warnings
from urllib.parse import urlsplit

from .driver_log import in_container
from .jars import configured_jars
from .log import log

DESCRIPTION_LENGTH = 160
# Whoever knows these can make the driver's JVM do anything: once they have been read, no child process inherits them.
_GATEWAY_VARIABLES = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")


class SparkApplication:
    """Starts Spark and speaks to its JVM. Methods other than `start` never raise: a broken or stopped context must not
    end the session, so they log and answer with nothing. Each is safe from any thread unless it says otherwise."""

    def __init__(self, app_name, session_id):
        self._app_name = app_name
        self._prefix = f"emberlab-{session_id}-"
        self._tag = None
        self._jars = []
        self._mapper = None
        self._memory = None
        self.class_folder = None

    def start(self):
        """Creates the SparkContext; returns the names that user code finds defined. Main thread; raises what Spark
        raises."""
        from pyspark.sql import SQLContext

        self.class_folder = _make_class_folder()

        # Clients of Livy read `%%sql` results from what the cell prints, line by line; Spark 4's announcement about
        # toJSON on stderr would be such a line.
        warnings.filterwarnings("ignore", message="The return type of DataFrame.toJSON")
        _keep_py4j_from_root_logger()
        _keep_query_errors_out_of_output()
        if in_container():
            _open_ui_to_tunnel()
        session = self._builder().getOrCreate()
        context = session.sparkContext
        self._jars = configured_jars(context)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated, and still what clients of Livy expect
            sql_context = SQLContext._get_or_create(context)
        for name in _GATEWAY_VARIABLES:
            os.environ.pop(name, None)
        return {"spark": session, "sc": context, "sqlContext": sql_context}

    def session(self):
        """The SparkSession that all kinds share; another one once code has stopped its context. Raises what Spark
        raises."""
        from pyspark.sql import SparkSession

        session = SparkSession._instantiatedSession
        if session is None or session.sparkContext._jsc is None:
            session = self._builder().getOrCreate()
        return session

    def note_jar(self, url):
        """Lets Scala code find a jar that Spark has been given, from its next statement on: by its `file:` URL."""
        self._jars.append(url)

    def jar_urls(self):
        """The `file:` URLs of all jars that Scala code in the driver should find; later ones come at the end."""
        return list(self._jars)

    def describe(self):
        """The `application` object of the protocol."""
        context = active_context()
        return {
            "id": context.applicationId,
            "name": context.appName,
            "sparkVersion": context.version,
            "pythonVersion": platform.python_version(),
            "uiAvailable": self.ui_address() is not None,
            "startedAt": context.startTime,
        }

    def begin_statement(self, statement_id, code):
        """Puts the jobs of the main thread into the statement's group, with its code as their description."""
        context = active_context()
        if context is None:
            return
        group, description = self.job_group(statement_id, code)
        try:
            # Interrupting the tasks' threads frees the cores at once; otherwise a task in Python goes on to its end.
            context.setJobGroup(group, description, interruptOnCancel=True)
            self._tag_jobs(context, statement_id)
        except Exception as error:
            log("the job group cannot be set", error)

    def expect_statement(self, statement_id):
        """Does what `begin_statement` need not do then, if this is the next one. Main thread, between statements."""
        context = active_context()
        try:
            if context is not None:
                self._tag_jobs(context, statement_id)
        except Exception as error:
            log("the job tag cannot be set", error)

    def job_group(self, statement_id, code):
        """The name and the description of the job group of a statement's jobs, whichever thread starts them."""
        description = re.sub(r"\s+", " ", code).strip()
        if len(description) > DESCRIPTION_LENGTH:
            description = description[: DESCRIPTION_LENGTH - 1] + "…"
        return self._group(statement_id), description

    def cancel_jobs(self, statement_id):
        """Cancels the statement's jobs, from Spark 4 on with those that it would still begin; returns once Spark has
        been told."""
        context = active_context()
        if context is None:
            return
        try:
            if int(context.version.split(".")[0]) >= 4:
                context._jsc.sc().cancelJobGroupAndFutureJobs(self._group(statement_id))
            else:
                context.cancelJobGroup(self._group(statement_id))
            if hasattr(context, "cancelJobsWithTag"):
                context.cancelJobsWithTag(self._group(statement_id))
        except Exception as error:
            log("the jobs cannot be cancelled", error)

    def has_active_jobs(self):
        """Whether any job runs, as far as Spark has noted; False without a context."""
        context = active_context()
        try:
            return context is not None and len(context.statusTracker().getActiveJobsIds()) > 0
        except Exception as error:
            log("the jobs cannot be listed", error)
            return False

    def reset_thread_connection(self):
        """Closes this thread's connection to the JVM after an interrupt. The answer to the interrupted call may still
        come, and the next call would take it for its own; Py4J opens another connection by itself."""
        context = active_context()
        client = getattr(getattr(context, "_gateway", None), "_gateway_client", None)
        find_connection = getattr(client, "get_thread_connection", None)
        connection = find_connection() if find_connection else None
        if connection is not None:
            try:
                connection.close()
            except Exception as error:
                log("the connection to the JVM cannot be closed", error)

    def ui_address(self):
        """`(host, port)` candidates of the Spark UI as a list, or None while there is none."""
        context = active_context()
        try:
            url = context._jsc.sc().uiWebUrl() if context is not None else None
            if url is None or url.isEmpty():
                return None
            parts = urlsplit(url.get())
            # The loopback address first: it works unless the UI was bound to one address only.
            return [("127.0.0.1", parts.port), (parts.hostname, parts.port)] if parts.port else None
        except Exception:
            return None

    def job_ids(self, statement_id):
        """Ids of the statement's jobs so far."""
        context = active_context()
        if context is None:
            return []
        ids = context._jsc.sc().statusTracker().getJobIdsForGroup(self._group(statement_id))
        # One call for the whole array; reading it element by element would be one call each.
        text = context._jvm.java.util.Arrays.toString(ids)
        return [int(number) for number in re.findall(r"\d+", text)]

    def job(self, job_id):
        """A job as the Spark UI's REST interface describes it (a dict)."""
        context = active_context()
        return self._as_json(context, context._jsc.sc().statusStore().job(job_id))

    def active_stages(self):
        """The stages of which tasks run or wait, of all statements, as the Spark UI's REST interface describes them."""
        context = active_context()
        return [] if context is None else self._as_json(context, context._jsc.sc().statusStore().activeStages())

    def executors(self):
        """The executors as the Spark UI's REST interface describes them, with those that are gone as far as Spark keeps
        them, or None without a context."""
        context = active_context()
        if context is None:
            return None
        return self._as_json(context, context._jsc.sc().statusStore().executorList(False))

    def driver_heap(self):
        """What the driver's JVM uses of its heap, in the words of the protocol, or None without a context."""
        context = active_context()
        if context is None:
            return None
        if self._memory is None:
            self._memory = context._jvm.java.lang.management.ManagementFactory.getMemoryMXBean()
        heap = self._as_json(context, self._memory.getHeapMemoryUsage())
        return {"driverHeapUsedBytes": heap["used"], "driverHeapMaxBytes": max(heap["max"], heap["used"])}

    def ended_from_outside(self):
        """Whether Spark stopped the context by itself, as it does when the cluster ends the application."""
        context = active_context()
        java_context = getattr(context, "_jsc", None)
        try:
            if java_context is None or not java_context.sc().isStopped():
                return False
        except Exception:
            return False  # a JVM that is gone is noticed elsewhere
        # Code that stops the context is inside `stop`, or has left it, which leaves no Java object behind.
        return not _is_stopping(context) and context._jsc is java_context

    def stop(self):
        """Stops the SparkContext."""
        context = active_context()
        if context is None:
            return
        try:
            context.stop()
        except Exception as error:
            log("the SparkContext did not stop in order", error)

    def end_jvm(self, exit_code):
        """Ends the JVM, which would otherwise wait for threads that code has begun; it takes this process with it. In a
        container the JVM waits for this process and tells YARN how it ended, which it could not if it ended first."""
        if in_container():
            return
        from pyspark import SparkContext

        try:
            SparkContext._jvm.java.lang.System.exit(exit_code)
        except Exception:
            pass  # a JVM that ends gives no answer

    def _builder(self):
        from pyspark.sql import SparkSession

        # Where executors look for classes of Scala statements; it has to be known before the context exists.
        return SparkSession.builder.appName(self._app_name).config("spark.repl.class.outputDir", self.class_folder)

    def _tag_jobs(self, context, statement_id):
        """Code may set a job group of its own; the tag still tells whose job it is."""
        if not hasattr(context, "addJobTag"):  # Spark 3.5 and later
            return
        tag = (context, self._group(statement_id))
        if tag == self._tag:
            return
        if self._tag is not None:
            context.removeJobTag(self._tag[1])
        context.addJobTag(tag[1])
        self._tag = tag

    def _group(self, statement_id):
        return f"{self._prefix}{statement_id}"

    def _as_json(self, context, java_object):
        # Spark's own mapper for its REST interface: one call for a whole object, the same names in all versions.
        if self._mapper is None:
            # Finding a class by its name takes a call for each word of it.
            self._mapper = context._jvm.org.apache.spark.status.api.v1.JacksonMessageWriter().mapper()
        return json.loads(self._mapper.writeValueAsString(java_object))


def _keep_py4j_from_root_logger():
    """Py4J reports interrupted and broken calls through the functions of `logging` itself, which set up the root logger
    if nobody has: a trace in the output, and the user's basicConfig without effect from then on. It gets its own."""
    from py4j import java_gateway

    java_gateway.logging = java_gateway.logger


def _keep_query_errors_out_of_output():
    """Spark 4 also logs the errors of queries, each as a line of JSON with the JVM's whole trace, to stderr: the output
    of the statement, whose failure tells the same to people."""
    try:
        from pyspark.logger import PySparkLogger
    except ImportError:  # before Spark 4
        return
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def _open_ui_to_tunnel():
    """Lets the Spark UI answer the tunnel, which comes from this machine: on YARN it sends everybody but the cluster's
    own proxy away, and its links are those behind that proxy. Before the context exists."""
    from pyspark import SparkContext

    system = SparkContext._jvm.java.lang.System
    system.setProperty("spark.ui.proxyBase", "")
    for name in (system.getProperty("spark.ui.filters") or "").split(","):
        # Spark's own since version 4, Hadoop's before.
        hosts = system.getProperty(f"spark.{name}.param.PROXY_HOSTS") if name.endswith(".AmIpFilter") else None
        if hosts is not None:
            system.setProperty(f"spark.{name}.param.PROXY_HOSTS", f"{hosts},127.0.0.1")


def _make_class_folder():
    """A fresh folder that only this user may read, which the JVM deletes at its end."""
    from pyspark import SparkContext

    SparkContext._ensure_initialized()
    jvm = SparkContext._jvm
    root = jvm.java.lang.System.getProperty("java.io.tmpdir")
    return jvm.org.apache.spark.util.Utils.createTempDir(root, "classes").getAbsolutePath()


def _is_stopping(context):
    """Whether a thread is inside `context.stop()`; the JVM calls the context stopped as soon as that begins."""
    code = type(context).stop.__code__
    stacks = [traceback.walk_stack(innermost) for innermost in sys._current_frames().values()]
    return any(frame.f_code is code for stack in stacks for frame, _ in stack)


def active_context():
    """The active SparkContext, or None."""
    from pyspark import SparkContext

    return SparkContext._active_spark_context


def start_failure_message(error):
    """One sentence on why Spark did not start, for people."""
    return f"Spark could not start: {cause_of(error)}"


def cause_of(error):
    """The first line of an exception's text, without the name of its Java class."""
    java = getattr(error, "java_exception", None)
    try:
        text = java.toString() if java is not None else str(error)
    except Exception:
        text = ""
    lines = text.strip().splitlines()
    return re.sub(r"^(?:[\w$]+\.)+[\w$]+: ", "", lines[0]) if lines else type(error).__name__
