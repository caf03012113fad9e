"""How Python code may go on at a cursor, from what the session holds. No code of the user's runs for it."""

import ast
import builtins
import keyword
import os
import re
import sys
import types

from . import static_objects as static
from .expression_before import MAX_LENGTH, expression_before, word_start

MAX_CANDIDATES = 500
_KEY = re.compile(r"\[\s*(?P<quote>['\"])(?P<key>[^'\"\\\n\]]*)\Z")
# What comes before the word at the cursor in an import: `from a.`, `import a, b.` and `from a.b import c, `.
_LIST = r"(?:\s*[\w.]+(?:[ \t]+as[ \t]+\w+)?\s*,)*"
_MODULE = re.compile(rf"(?:^|\n)[ \t]*(?:from[ \t]+|import[ \t]{_LIST}\s*)((?:\w+\.)*)\Z")
_MEMBER = re.compile(rf"(?:^|\n)[ \t]*from[ \t]+([\w.]+)[ \t]+import\b[ \t]*\(?{_LIST}\s*\Z")


def complete(code, cursor, namespace):
    """`(candidates, start, end)` for `code` at `cursor` (characters), with the names of `namespace` (a dict)."""
    before = code[max(0, cursor - MAX_LENGTH) : cursor]
    scope = dict.copy(namespace)
    key = _KEY.search(before)
    if key:
        names, prefix = _keys(expression_before(before[: key.start()]), scope), key.group("key")
        return _matching(names, prefix), cursor - len(prefix), cursor
    start = word_start(before, len(before))
    prefix, before = before[start:], before[:start]
    member, module = _MEMBER.search(before), _MODULE.search(before)
    if member:
        names = _members(member.group(1))
    elif module:
        names = _modules(module.group(1)[:-1])
    elif before.rstrip().endswith("."):
        names = _attributes(expression_before(before.rstrip()[:-1]), scope)
    elif prefix:
        names = {*static_names(scope), *static.own_names(builtins), *keyword.kwlist}
    else:
        names = ()
    return _matching(_shown(names, prefix), prefix), cursor - len(prefix), cursor


def static_names(scope):
    """The names that a namespace defines."""
    return [name for name in scope if type(name) is str]


def _shown(names, prefix):
    return [name for name in names if name.isidentifier() and (prefix.startswith("_") or not name.startswith("_"))]


def _matching(names, prefix):
    return sorted({name for name in names if name.startswith(prefix)})[:MAX_CANDIDATES]


def _attributes(expression, scope):
    value, kind = evaluate(expression, scope)
    if kind is not None:
        return static.names_of(kind)
    if value is None:
        return ()
    return {*static.names_of(value), *_columns(value)}


def _keys(expression, scope):
    value, _ = evaluate(expression, scope)
    if type(value) is dict:
        return static_names(dict.copy(value))
    return _columns(value)


def _columns(value):
    """The columns of a DataFrame of Spark or pandas: the one thing that is asked of an object itself."""
    if static.comes_from(value, "pyspark.sql.", "DataFrame"):
        return value.columns
    pandas = sys.modules.get("pandas")
    if pandas is not None and type(value) is pandas.__dict__.get("DataFrame"):
        return [name for name in list(value.columns) if type(name) is str]
    return []


def evaluate(expression, scope):
    """`(value, None)`, or `(None, class)` where only the class of the value is known, or `(None, None)`."""
    if "\\" in expression:  # an escape that Python does not know makes it warn, into the output of the statement
        return None, None
    try:
        tree = ast.parse(f"({expression})", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None, None
    return _value(tree.body, scope)


def _value(node, scope):
    if isinstance(node, ast.Name):
        value = static.lookup(scope, node.id)
        return (value if value is not None else builtins.__dict__.get(node.id)), None
    if isinstance(node, ast.Constant):
        return node.value, None
    if isinstance(node, ast.Attribute):
        return _attribute(*_value(node.value, scope), node.attr)
    if isinstance(node, ast.Call):
        function, _ = _value(node.func, scope)
        return None, function if static.is_class(function) else static.result_class(function)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _item(*_value(node.value, scope), node.slice.value)
    displays = {ast.List: list, ast.Dict: dict, ast.Set: set, ast.Tuple: tuple, ast.JoinedStr: str}
    return None, displays.get(type(node))


def _attribute(value, kind, name):
    if kind is not None:
        return static.attribute(kind, name)
    if value is None:
        return None, None
    found = static.attribute(value, name)
    if found[0] is None and found[1] is None and name in _columns(value):
        return None, _column_class(value)
    return found


def _item(value, _kind, key):
    if type(value) is dict:
        return (static.lookup(value, key) if type(key) is str else None), None
    if type(value) in (list, tuple) and type(key) is int and -len(value) <= key < len(value):
        return value[key], None
    return None, _column_class(value) if type(key) is str and key in _columns(value) else None


def _column_class(frame):
    module = sys.modules.get("pyspark.sql" if static.comes_from(frame, "pyspark.", "DataFrame") else "pandas")
    return module and (module.__dict__.get("Column") or module.__dict__.get("Series"))


def _members(package):
    names = list(_modules(package))
    module = sys.modules.get(package)
    return names + static.own_names(module) if type(module) is types.ModuleType else names


def _modules(package):
    """The modules that can be imported, or those in a package that has been imported already."""
    names = set()
    if package:
        module = sys.modules.get(package)
        folders = static.lookup(module.__dict__, "__path__") if type(module) is types.ModuleType else []
        folders = [folder for folder in folders or () if type(folder) is str]
    else:
        folders = [folder for folder in list(sys.path) if type(folder) is str]
        names.update(sys.builtin_module_names)
    for folder in folders:
        try:
            with os.scandir(folder or ".") as entries:
                names.update(filter(None, map(_module_name, entries)))
        except OSError:
            continue  # not a folder, or one that is gone
    return names


def _module_name(entry):
    stem, dot, ending = entry.name.partition(".")
    if (not dot and entry.is_dir()) or ending == "py" or ending.endswith("so"):
        return stem
    return None
