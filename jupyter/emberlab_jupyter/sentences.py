"""What goes wrong between a notebook and the platform, as sentences for people."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from sparkmagic.livyclientlib.exceptions import LivyClientLibException
from sparkmagic.utils.constants import EXPECTED_ERROR_MSG

REFUSED = re.compile(r"Invalid status code '(\d+)' from \S+ with error payload: (.*)", re.DOTALL)
UNREACHED = re.compile(r"Error sending http request and maximum retry encountered\.?")
AWAY = (
    "Emberlab can't be reached. It may be restarting, or the network is down. "
    "Please run the cell again once the project's page opens."
)
NO_ENTRY = (
    "Emberlab doesn't let this notebook in any more. "
    "Please stop Jupyter on the project's Jupyter page, and run it again."
)
#: What a gateway of Livy's kind puts in front.
LIVY_WORDS = (
    ("Rejected, Reason: ", ""),
    ("Blacklisted configuration values in session config: ", "Spark properties that can't be set: "),
)
HINTS = """What may help:
1. Look at the Spark application on the project's Jupyter page in Emberlab: its log says why a start failed.
2. Lower "Driver memory" in the configuration there, or stop applications that are not needed.
3. Restart the kernel (Kernel, Restart Kernel) and run the cell again."""
EXAMPLE = """%%configure -f
{"executorMemory": "2000M", "conf": {"spark.sql.shuffle.partitions": "8"}}"""


class StartFailure(LivyClientLibException):
    """The Spark application of a notebook could not be started."""


def readable(text: str) -> str:
    """sparkmagic's words of an error, with what the gateway answered as a sentence and without what says nothing."""
    text = text.removeprefix(EXPECTED_ERROR_MSG.format(""))
    return UNREACHED.sub(AWAY, REFUSED.sub(lambda match: answer(int(match[1]), match[2]), text))


def answer(status: int, body: str) -> str:
    """What the gateway says in an answer that is none of its good ones."""
    try:
        content = json.loads(body)
        message = content["msg"] if "msg" in content else content["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = f"Emberlab's answer was of the status {status}."
    if status == 401:
        return f"{NO_ENTRY} ({message})"
    for words, ours in LIVY_WORDS:
        message = message.replace(words, ours)
    return message


def start_problem(error: Exception) -> str:
    """Why the application of a notebook did not start, and what to do."""
    text = str(error)
    refused = REFUSED.search(text)
    if UNREACHED.search(text):
        away = AWAY.rpartition(" Please")[0]
        return (
            f"The Spark application was not started. {away}\nPlease restart the kernel once the project's page opens."
        )
    if refused is None:
        return f"The Spark application was not started: {readable(text)}\n\n{HINTS}"
    if refused[1] not in ("400", "403"):
        return f"The Spark application was not started: {readable(text)}"
    return (
        f"The Spark application was not started: {readable(text)}\n"
        "Please change that with %%configure -f, or in the configuration on the project's Jupyter page."
    )


def settings_problem(text: str) -> str | None:
    """What is wrong with the text below ``%%configure``; None: nothing."""
    try:
        settings = json.loads(text)
    except ValueError as error:
        where = f"line {error.lineno + 1}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        problem = f"What stands below %%configure is not valid JSON ({where}{getattr(error, 'msg', error)})."
    else:
        if isinstance(settings, dict):
            return None
        problem = "What stands below %%configure has to be a JSON object, in braces."
    return f"{problem} Nothing has been changed. An example:\n\n{EXAMPLE}"


def setting_up_problem(path: Path, environ: Mapping[str, str]) -> str | None:
    """Why a kernel can't work with the configuration in a file, which the platform has written; None: it can."""
    again = "Please stop Jupyter on the project's Jupyter page, and run it again: that writes it anew."
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no JSON object")
    except FileNotFoundError:
        return f"This kernel has no configuration: {path} is not there. {again}"
    except (OSError, ValueError) as error:
        return f"This kernel's configuration can't be read: {path}: {error}. {again}"
    if "kernel_python_credentials" not in content:
        return content.get("fatal_error_suggestion", "").replace(" ({})", "") or (
            f"This kernel's configuration in {path} names no Livy gateway. {again}"
        )
    if "emberlab_jupyter.auth.TokenAuth" not in content.get("authenticators", {}).values():
        return None
    token = environ.get("EMBER_TOKEN_FILE", "")
    if not token or not os.access(token, os.R_OK):
        return f"This kernel has no key to the project's Livy gateway. {again}"
    return None
