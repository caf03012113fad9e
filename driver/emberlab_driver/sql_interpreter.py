"""SQL, run by the session's SparkSession: tables and temporary views are those of all other kinds."""

from . import failures
from .interpreter import Failure, Interpreter, Success
from .jvm_failures import describe_java
from .jvm_thread import JvmThread
from .magics import bounded
from .sql_rows import read_rows, read_schema

DEFAULT_ROWS = 1000
# As Livy's clients write it in a session's configuration; the names under which it may reach Spark.
ROWS_SETTING = "livy.rsc.sql.num-rows"
# What waits in the JVM ends at an interrupt of its thread; what calculates there is left to itself after this long.
ABANDON_SECONDS = 0.5
_ROWS_NAMES = (ROWS_SETTING, f"spark.{ROWS_SETTING}", f"spark.__livy__.{ROWS_SETTING}")


class SqlInterpreter(Interpreter):
    """One query or command in each statement; answers with `{schema, data}` as application/json."""

    def __init__(self, gate, output_limit, spark, before_statement):
        self._gate = gate
        self._limit = output_limit
        self._spark = spark
        self._before_statement = before_statement
        self._thread = JvmThread()
        self._rows = _configured_rows(spark.session())

    def run(self, code, statement_id):
        self._before_statement()
        session = self._spark.session()
        self._thread.begin(statement_id, session._jvm)
        try:
            self._gate.arm(statement_id)
            try:
                result = Success(self._evaluate(session, code))
            finally:
                self._gate.disarm()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) or self._gate.find_interrupt(error) is not None:
                # The answer that was waited for may still come, and would be taken for that of the next call.
                self._spark.reset_thread_connection()
                result = Failure("Error", "The statement was cancelled.")
            else:
                result = self._describe(error)
        self._thread.end(session._jvm)
        return result

    def interrupt(self, statement_id):
        waited = self._thread.interrupt(statement_id)
        if waited is not None and waited >= ABANDON_SECONDS:
            self._gate.request(statement_id)

    def _evaluate(self, session, code):
        frame = session.sql(code)
        schema = read_schema(frame)
        data = read_rows(frame, schema, self._rows)
        return bounded("application/json", {"schema": schema, "data": data}, self._limit)

    def _describe(self, error):
        java = describe_java(error, self._limit)
        if java is not None:
            return java
        described = failures.describe(error, self._limit)
        return Failure("Error", described.evalue or described.ename, described.traceback)


def _configured_rows(session):
    configuration = session.sparkContext.getConf()
    for name in _ROWS_NAMES:
        value = configuration.get(name)
        if value is not None:
            if not value.strip().isdigit():
                raise ValueError(f"{ROWS_SETTING} must be a number of rows, not '{value}'")
            return int(value)
    return DEFAULT_ROWS
