"""SQL, run by the session's SparkSession: tables and temporary views are those of all other kinds."""

from . import failures
from .interpreter import Failure, Interpreter
from .jvm_failures import describe_java
from .jvm_statement import JvmStatement
from .magics import bounded
from .sql_rows import read_rows, read_schema

DEFAULT_ROWS = 1000
# As Livy's clients write it in a session's configuration; the names under which it may reach Spark.
ROWS_SETTING = "livy.rsc.sql.num-rows"
_ROWS_NAMES = (ROWS_SETTING, f"spark.{ROWS_SETTING}", f"spark.__livy__.{ROWS_SETTING}")


class SqlInterpreter(Interpreter):
    """One query or command in each statement; answers with `{schema, data}` as application/json."""

    def __init__(self, gate, output_limit, spark, before_statement):
        self._limit = output_limit
        self._spark = spark
        self._before_statement = before_statement
        self._statement = JvmStatement(gate, spark)
        self._rows = _configured_rows(spark.session())

    def run(self, code, statement_id):
        self._before_statement()
        session = self._spark.session()
        cancelled = Failure("Error", "The statement was cancelled.")
        return self._statement.run(statement_id, lambda: self._evaluate(session, code), self._describe, cancelled)

    def interrupt(self, statement_id):
        self._statement.interrupt(statement_id)

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
