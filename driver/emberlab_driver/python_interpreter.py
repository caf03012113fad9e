"""Python code, run in the agent's own process with the session's SparkContext at hand."""

import sys
import types

from . import failures
from .cell import CellCompiler, Magic
from .children import current_ticks, interrupt_descendants
from .completion import complete
from .inspection import inspect_code, variables
from .interpreter import FrameError, Interpreter, Success
from .magics import run_magic
from .printed import with_printed


class PythonInterpreter(Interpreter):
    """One namespace, which is the module `__main__`: functions of cells are pickled by value only from there.

    `names` is what user code finds defined; `before_statement()` is called before each statement.
    """

    def __init__(self, capture, gate, output_limit, names, before_statement):
        self._capture = capture
        self._gate = gate
        self._limit = output_limit
        self._before_statement = before_statement
        self._began_ticks = 0
        self._compiler = CellCompiler()
        self._module = types.ModuleType("__main__")
        self._module.__dict__.update(names)
        self._given = dict(names)
        self._namespace = self._module.__dict__
        # The script's own module must stay alive: its functions still use its namespace.
        self._script_module = sys.modules.get("__main__")
        sys.modules["__main__"] = self._module

    completes_while_running = True

    def run(self, code, statement_id):
        self._before_statement()
        self._began_ticks = current_ticks()
        self._capture.begin(self._limit)
        try:
            self._gate.arm(statement_id)
            try:
                result = self._evaluate(code, f"<cell {statement_id}>")
            finally:
                self._gate.disarm()
        except KeyboardInterrupt as interrupt:  # it came while the result or another exception was being described
            # Not with the exception that was being described: its __str__ may be what never ended.
            interrupt.__context__ = None
            result = failures.describe(interrupt, self._limit)
        stdout, stderr = self._capture.end()
        return with_printed(result, stdout, stderr, self._limit)

    def interrupt(self, statement_id):
        if self._gate.request(statement_id):
            interrupt_descendants(self._began_ticks)

    def complete(self, code, cursor):
        return complete(code, cursor, self._namespace)

    def inspect(self, code, cursor):
        return inspect_code(code, cursor, self._namespace)

    def variables(self):
        return variables(self._namespace, self._given)

    def frame(self, name):
        if name not in self._namespace:
            raise FrameError(f"There is no variable '{name}'.")
        from pyspark.sql import DataFrame

        value = self._namespace[name]
        if not isinstance(value, DataFrame):
            raise FrameError(f"The variable '{name}' is of the type {type(value).__name__}, not a DataFrame of Spark.")
        return value

    def _evaluate(self, code, filename):
        try:
            data = {}
            for step in self._compiler.compile(code, filename):
                if isinstance(step, Magic):
                    data = run_magic(step, self._value_of, self._limit)
                else:
                    self._run_block(step)
            return Success(data)
        except BaseException as error:  # SystemExit and KeyboardInterrupt end the statement, not the session
            return failures.describe(self._gate.find_interrupt(error) or error, self._limit)

    def _run_block(self, block):
        exec(block.body, self._namespace)
        if block.last is not None:
            value = eval(block.last, self._namespace)
            if value is not None:
                sys.stdout.write(repr(value) + "\n")

    def _value_of(self, source):
        return eval(compile(source, "<magic>", "eval", dont_inherit=True), self._namespace)
