"""The text of one cell, split into what runs: blocks of Python, and magic lines such as `%json rows`."""

import ast
import linecache
from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Block:
    """Compiled Python: `body` is executed, then `last`, if there is one, is evaluated and displayed."""

    body: Any
    last: Optional[Any]


@dataclass(frozen=True)
class Magic:
    """One line `%name argument`."""

    name: str
    argument: str


class CellCompiler:
    """Compiles cells; `from __future__` imports hold for later cells too, as in any interactive Python."""

    def __init__(self):
        self._flags = 0

    def compile(self, code, filename):
        """The steps of a cell. Raises SyntaxError (or ValueError for null bytes) before anything has run.

        Lines that begin with `%` are magics only where the cell as a whole is not valid Python.
        """
        code = code.replace("\r\n", "\n")
        _remember_source(code, filename)
        try:
            return [self._compile_block(code, filename)]
        except SyntaxError:
            steps = self._compile_with_magics(code, filename)
            if steps is None:
                raise
            return steps

    def _compile_with_magics(self, code, filename):
        lines = code.split("\n")
        if not any(line.startswith("%") for line in lines):
            return None
        steps, pending = [], []
        for number, line in enumerate(lines):
            if not line.startswith("%"):
                pending.append(line)
                continue
            steps += self._compile_lines(pending, filename)
            name, _, argument = line[1:].strip().partition(" ")
            steps.append(Magic(name, argument.strip()))
            # Empty lines in front keep the line numbers of traces right.
            pending = [""] * (number + 1)
        return steps + self._compile_lines(pending, filename)

    def _compile_lines(self, lines, filename):
        text = "\n".join(lines)
        return [self._compile_block(text, filename)] if text.strip() else []

    def _compile_block(self, code, filename):
        tree = self._compile(code, filename, ast.PyCF_ONLY_AST)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        body = self._compile(tree, filename, mode="exec")
        self._flags |= body.co_flags & _FUTURE_FLAGS
        if last is not None:
            last = self._compile(last, filename, mode="eval")
        return Block(body, last)

    def _compile(self, source, filename, flags=0, mode="exec"):
        return compile(source, filename, mode, flags | self._flags, dont_inherit=True)


def _all_future_flags():
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


_FUTURE_FLAGS = _all_future_flags()


def _remember_source(code, filename):
    """Lets tracebacks and `inspect.getsource` show the lines of a cell; an entry without a time is never dropped."""
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
