"""The agent as a whole: builds the parts, connects them, and runs statements until the end."""

import json
import os
import traceback

from . import messages
from .arrow_files import ArrowFiles
from .canceller import cancel_running
from .capture import Capture
from .config import ConfigError, read_config
from .interpreters import Interpreters, Parts, StartError
from .interrupts import InterruptGate
from .kinds import eager_kind, with_arrow
from .lifecycle import Lifecycle
from .link import Link
from .live_output import LiveOutput
from .log import log
from .monitor import Monitor
from .questions import Questions
from .runner import StatementRunner, cancelled_frame
from .spark import SparkApplication, start_failure_message
from .statements import ENDED, Statements
from .transport import Endpoint
from .tunnel import Tunnel

# How long a failed start waits for a control plane to tell, and an end for its last frames to be taken.
REPORT_SECONDS = 30.0
CLOSE_SECONDS = 2.0
LAST_WORDS_SECONDS = 0.5


def main(argv):
    """Runs the agent for `argv = [script, configuration file]`; returns the exit code."""
    if len(argv) != 2:
        log("usage: emberlab_driver CONFIG.json")
        return 2
    try:
        config = read_config(argv[1])
        endpoint = Endpoint(config.agentUrl)
    except (ConfigError, ValueError) as error:
        log(f"bad configuration: {error}")
        return 2
    return Agent(config, endpoint, SparkApplication(config.appName, config.sessionId)).run()


class Agent:
    """One session's agent. `spark` is a SparkApplication, or anything with its methods."""

    def __init__(self, config, endpoint, spark):
        self._config = config
        self._spark = spark
        self._application = None
        self._failure = None
        self._interpreters = None
        self._statements = Statements()
        self._gate = InterruptGate()
        self._lifecycle = Lifecycle(self._leave_main_loop, self._say_last_words)
        self._link = Link(
            endpoint,
            config.secret,
            greeting=self._greeting,
            on_text=self._on_text,
            on_binary=self._on_binary,
            on_down=self._on_down,
            on_refused=self._on_refused,
            on_unreachable=self._on_unreachable,
        )
        self._live_output = LiveOutput(self._link.post)
        self._capture = Capture(self._gate.checkpoint, self._live_output)
        self._arrow_files = ArrowFiles()
        self._tunnel = Tunnel(spark.ui_address, self._arrow_files.open, self._link.send_binary)
        self._questions = Questions(self._interpreter_of, self._statements.running_kind, spark)
        self._monitor = Monitor(spark, self._link.post, self._on_application_ended)

    def run(self):
        """Starts Spark, runs statements until told to end, and returns the exit code. Main thread only."""
        former_input = self._capture.install()
        self._lifecycle.watch_signals()
        if "PYSPARK_GATEWAY_PORT" in os.environ:
            self._lifecycle.watch_parent(former_input)
        self._link.start()
        try:
            names = self._spark.start()
            application = self._spark.describe()
            self._interpreters = self._make_interpreters(names)
            self._interpreters.start(eager_kind(self._config.kind))
        except Exception as error:
            return self._report_failed_start(error)
        self._application = application
        self._link.post(messages.encode("ready", application=application))
        log(f"ready: {application['id']}")
        self._monitor.start()
        self._interpreters.warm(self._config.warmKinds)
        self._live_output.start(self._capture.flush)
        watchers = (self._monitor, self._live_output)
        StatementRunner(self._statements, self._interpreters, self._spark, watchers, self._link.post).run_all()
        return self._end()

    def _make_interpreters(self, names):
        limit, before_statement = self._config.outputLimitBytes, self._lifecycle.keep_signals
        parts = Parts(self._capture, self._gate, limit, self._spark, names, before_statement)
        return Interpreters(with_arrow(self._interpreter_of, self._arrow_files), parts)

    def _interpreter_of(self, kind):
        return self._interpreters.started(kind) if self._interpreters is not None else None

    def _end(self):
        self._interpreters.close()
        self._spark.stop()
        self._link.post(messages.encode("bye", reason=self._lifecycle.reason))
        self._link.close(CLOSE_SECONDS)
        log(f"ended: {self._lifecycle.reason}")
        self._spark.end_jvm(self._lifecycle.exit_code)
        return self._lifecycle.exit_code

    def _report_failed_start(self, error):
        if isinstance(error, StartError):
            message = f"The interpreter of the kind '{self._config.kind}' could not start: {error}"
        else:
            message = start_failure_message(error)
        log(message, error)
        detail = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        self._failure = messages.encode("failed", message=message, detail=detail)
        self._link.post(self._failure)
        self._link.wait_connected(min(REPORT_SECONDS, self._config.orphanTimeoutSeconds))
        self._link.close(CLOSE_SECONDS)
        return 1

    def _greeting(self):
        """The frames that bring a new connection up to date."""
        running = "busy" if self._statements.busy() else "idle"
        hello = messages.encode(
            "hello",
            protocol=messages.PROTOCOL_VERSION,
            sessionId=self._config.sessionId,
            pid=os.getpid(),
            state="starting" if self._application is None else running,
            application=self._application,
            statements=self._statements.held(),
        )
        latest = (self._failure, self._monitor.last_metrics(), self._live_output.greeting())
        return [hello, *(frame for frame in latest if frame is not None), *self._statements.results()]

    def _on_text(self, data):
        try:
            message = json.loads(data)
            handler = self._HANDLERS.get(message["type"])
            if handler is not None:  # an unknown type is from a newer control plane
                handler(self, message)
        except (ValueError, KeyError, TypeError) as error:
            log("a message cannot be read", error)

    def _on_run(self, message):
        self._statements.submit(message["id"], message["code"], message["kind"])

    def _on_cancel(self, message):
        statement = self._statements.cancel(message["id"], cancelled_frame(message["id"]))
        if statement is None:
            return
        if statement.state == ENDED:
            self._link.post(statement.frame)
        else:
            cancel_running(statement, self._spark, self._interpreters.started)

    def _on_ack(self, message):
        self._statements.acknowledge(message["id"])

    def _on_ask(self, message):
        self._questions.ask(message, self._link.answerer())

    def _on_stop(self, _message):
        self._lifecycle.end("The session was stopped.")

    _HANDLERS = {"run": _on_run, "cancel": _on_cancel, "ack": _on_ack, "ask": _on_ask, "stop": _on_stop}

    def _on_binary(self, frame):
        self._tunnel.handle(frame)

    def _on_down(self):
        self._tunnel.close_all()

    def _on_refused(self, status):
        log(f"the control plane answered {status}: this session is over")
        self._lifecycle.end("The control plane has ended the session.")

    def _on_unreachable(self, seconds):
        if seconds > self._config.orphanTimeoutSeconds and not self._statements.busy():
            self._lifecycle.end("The control plane was out of reach for too long.")

    def _on_application_ended(self):
        self._lifecycle.end("Spark has ended the application.", exit_code=1)

    def _leave_main_loop(self):
        running = self._statements.close()
        if running is not None:
            cancel_running(running, self._spark, self._interpreters.started)
        elif self._application is None:
            # The main thread is inside Spark's start, which nothing interrupts.
            self._lifecycle.end_now(self._lifecycle.reason, self._lifecycle.exit_code)

    def _say_last_words(self, reason):
        self._link.post(messages.encode("bye", reason=reason))
        self._link.close(LAST_WORDS_SECONDS)
