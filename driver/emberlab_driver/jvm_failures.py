"""Exceptions of the JVM as clients of Livy know them: `Error`, a message, and the frames."""

from .failures import lines_of
from .interpreter import Failure
from .output_buffer import cut_text
from .spark import active_context


def describe_java(error, limit):
    """A Failure for the Java exception behind `error`, or None when there is none. Texts have at most about `limit`
    bytes; the message is never empty."""
    java = java_exception_of(error)
    if java is None:
        return None
    trace = active_context()._jvm.org.apache.spark.util.Utils.exceptionString(java)
    message = java.getMessage() or java.toString()
    frames = trace[trace.find("\n\tat ") + 1 :] if "\n\tat " in trace else ""
    return Failure("Error", cut_text(message, limit), lines_of(cut_text(frames, limit)))


def java_exception_of(error):
    """What Py4J or pyspark has wrapped, as a Java object, or None."""
    return getattr(error, "java_exception", None) or getattr(error, "_origin", None)
