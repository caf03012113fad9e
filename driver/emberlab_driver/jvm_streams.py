"""What code in the JVM prints becomes output of the running statement, as it comes."""

import os


class JvmStreams:
    """Leads `System.out`, `System.err` and Scala's `Console` into the descriptors that the agent captures. Loggers that
    were set up before keep the streams of the process."""

    def __init__(self, jvm, scala):
        self._jvm = jvm
        self._console = scala.module("scala.Console")
        self._out = self._err = None
        self._lead()

    def attach(self):
        """For the calling thread's own thread in the JVM and those that it starts: each has its own console."""
        self._console.setOutDirect(self._out)
        self._console.setErrDirect(self._err)

    def flush(self):
        """Returns once all that was printed is in the pipes."""
        self._out.flush()
        self._err.flush()

    def renew(self):
        """Silences whoever still prints on behalf of an earlier statement."""
        former = (self._out, self._err)
        self._lead()
        for stream in former:
            stream.close()

    def _lead(self):
        # The JVM opens the agent's own pipes, which exist under these names for processes of the same user.
        self._out, self._err = self._open(1), self._open(2)
        self._jvm.java.lang.System.setOut(self._out)
        self._jvm.java.lang.System.setErr(self._err)

    def _open(self, descriptor):
        stream = self._jvm.java.io.FileOutputStream(f"/proc/{os.getpid()}/fd/{descriptor}")
        return self._jvm.java.io.PrintStream(stream, True, "UTF-8")
