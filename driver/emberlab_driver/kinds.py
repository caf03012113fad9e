"""The kinds of code that a session runs, and how the interpreter of each is started."""


def _start_python(parts):
    from .python_interpreter import PythonInterpreter

    return PythonInterpreter(parts.capture, parts.gate, parts.output_limit, parts.names, parts.before_statement)


def _start_sql(parts):
    from .sql_interpreter import SqlInterpreter

    return SqlInterpreter(parts.gate, parts.output_limit, parts.spark, parts.before_statement)


def _start_scala(parts):
    from .scala_interpreter import ScalaInterpreter

    return ScalaInterpreter(parts)


def _start_r(parts):
    from .r.interpreter import RInterpreter

    return RInterpreter(parts.capture, parts.gate, parts.output_limit, parts.spark, parts.before_statement)


MAKERS = {"pyspark": _start_python, "spark": _start_scala, "sql": _start_sql, "sparkr": _start_r}


def with_arrow(interpreter_of, files):
    """MAKERS and one for statements of the kind arrow, which bring variables of the other kinds:
    `interpreter_of(kind)` gives the one that has started, or None; `files` are the session's ArrowFiles."""

    def start_arrow(parts):
        from .arrow_interpreter import ArrowInterpreter

        return ArrowInterpreter(parts, interpreter_of, files)

    return {**MAKERS, "arrow": start_arrow}


def eager_kind(session_kind):
    """The kind whose interpreter is up before the session is ready. A shared session has Python, which costs nothing;
    the others start with their first statement."""
    return "pyspark" if session_kind == "shared" else session_kind
