"""What objects have, found without running any code of theirs: no properties, no `__getattr__`, no `__dir__`."""

import functools
import inspect
import re
import sys
import types

_TYPE_NAME = re.compile(r"""(?:Optional\[)?["']?([A-Za-z_][\w.]*)""")


def names_of(value):
    """The names of an object's attributes; those of an instance are its own and those of its classes."""
    names = set(own_names(value))
    for owner in mro(value) if is_class(value) else mro(type(value)):
        names.update(_texts(type.__dict__["__dict__"].__get__(owner)))
    return names


def own_names(value):
    """The names in an object's own `__dict__`."""
    return _texts(_own_dict(value))


def lookup(mapping, name):
    """The value of a key in a dict, or None; compares only strings, since other keys may run code to be compared."""
    for key, value in dict.copy(mapping).items():
        if type(key) is str and key == name:
            return value
    return None


def attribute(value, name):
    """`(found, result)`: an attribute's value, where `result` is None, or the class of it, where only that is known;
    `(None, None)` where neither is."""
    found = inspect.getattr_static(value, name, None)
    kind = type(found)
    if kind in (staticmethod, classmethod):
        return found.__func__, None
    if kind is property:
        return None, result_class(found.fget)
    if kind is functools.cached_property:
        return None, result_class(found.func)
    if kind is types.MemberDescriptorType:
        return _slot(found, value), None
    is_value = kind is types.FunctionType or not any("__get__" in names_in_class(owner) for owner in mro(kind))
    return (found if is_value else None), None


def result_class(function):
    """The class of what a function of pyspark returns, from its annotation; None for functions of others."""
    while type(function) is types.FunctionType and type(function.__dict__.get("__wrapped__")) is types.FunctionType:
        function = function.__dict__["__wrapped__"]
    if type(function) is not types.FunctionType:
        return None
    module = function.__globals__.get("__name__")
    if type(module) is not str or not module.startswith("pyspark."):
        return None
    annotation = function.__annotations__.get("return")
    if type(annotation) is str:
        match = _TYPE_NAME.match(annotation)
        annotation = _find_class(match.group(1).rpartition(".")[2], function.__globals__) if match else None
    return annotation if is_class(annotation) else None


def is_class(value):
    """Whether `value` is a class. Unlike `isinstance` it asks nothing of the object."""
    return type in mro(type(value))


def mro(owner):
    """The classes in which attributes of a class are looked for."""
    return type.__dict__["__mro__"].__get__(owner)


def names_in_class(owner):
    """The names in a class's own `__dict__`."""
    return type.__dict__["__dict__"].__get__(owner)


def comes_from(value, package, name):
    """Whether an object's class belongs to a package, and is, or derives from, one that is called `name`."""
    owner = type(value)
    module = type.__dict__["__module__"].__get__(owner)
    if type(module) is not str or not module.startswith(package):
        return False
    return any(type.__dict__["__name__"].__get__(each) == name for each in mro(owner))


def _slot(descriptor, value):
    try:
        return descriptor.__get__(value, type(value))
    except (AttributeError, TypeError):
        return None  # it has not been set


def _own_dict(value):
    for owner in mro(type(value)):
        slot = names_in_class(owner).get("__dict__")
        if slot is not None:
            if type(slot) not in (types.GetSetDescriptorType, types.MemberDescriptorType):
                return {}  # a class of the user's that computes it
            found = slot.__get__(value)
            return dict.copy(found) if dict in mro(type(found)) else found
    return {}


def _texts(mapping):
    return [key for key in mapping if type(key) is str]


def _find_class(name, namespace):
    modules = [sys.modules[module].__dict__ for module in ("pyspark.sql", "pyspark") if module in sys.modules]
    return next((names[name] for names in (namespace, *modules) if name in names), None)
