"""The agent's configuration: one JSON file that holds a secret, so it is deleted as soon as it was read."""

import json
import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class AgentConfig:
    """What the control plane tells one agent. Sizes are bytes, durations are seconds."""

    sessionId: int
    kind: str
    agentUrl: str
    secret: str
    appName: str
    outputLimitBytes: int
    orphanTimeoutSeconds: float
    warmKinds: list

    def __repr__(self):
        return f"AgentConfig(sessionId={self.sessionId}, kind={self.kind!r})"  # the secret must not reach a log


class ConfigError(Exception):
    """The configuration file cannot be used; the message says why, without quoting values."""


_EXPECTED = {str: "a string", int: "a number", float: "a number", list: "a list"}
_DEFAULTS = {"warmKinds": []}


def read_config(path):
    """Reads and deletes the file at `path`. Raises ConfigError when it is unreadable, incomplete or ill-typed."""
    try:
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)
    except OSError as error:
        raise ConfigError(f"the configuration file cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError("the configuration file is not JSON") from None
    finally:
        _delete(path)
    return parse_config(raw)


def parse_config(raw):
    """Checks a decoded configuration; keys that this version does not know are ignored."""
    if not isinstance(raw, dict):
        raise ConfigError("the configuration is not an object")
    problems, values = [], {}
    for field in fields(AgentConfig):
        expected = (int, float) if field.type is float else (field.type,)
        value = raw.get(field.name, _DEFAULTS.get(field.name))
        if isinstance(value, bool) or not isinstance(value, expected):
            problems.append(f"{field.name} must be {_EXPECTED[field.type]}")
        values[field.name] = value
    if problems:
        raise ConfigError("; ".join(problems))
    return AgentConfig(**values)


def _delete(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
