"""Logs of executors, for the question `executorLog`: read from the page of the worker that Spark names for each.

Started as a program it reads one for the control plane, of an application that has no agent any more, or never had
one: `executor_log.py QUESTION`, where that is JSON, prints the answer, or `{"error": a sentence for people}`. It runs
as the member whose application that is: the address comes from a driver of theirs, which may say anything.
"""

import http.client
import json
import re
import sys
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

MOST_BYTES = 512 * 1024
CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
# A byte that is no UTF-8 becomes a character of three.
MOST_ANSWER_BYTES = 3 * MOST_BYTES + 8 * 1024
# The first line of a worker's answer, which says what part of the log follows.
_HEADING = re.compile(rb"==== Bytes (\d+)-(\d+) of (\d+) of [^\n]* ====\n")
# Where a node manager of YARN shows a log of a container.
_AT_NODE = re.compile(r"(?P<before>.*)/node/containerlogs/(?P<container>container_\w+)/[^/]+/(?P<name>[\w.-]+)/?")
# How long the log is that follows in a node manager's answer, and where it begins.
_LENGTH = re.compile(rb"\nLogLength:(\d+)\n(?:.*\n)*?LogContents:\n")
# By so much a log may grow between two questions for it.
_GROWTH = 64 * 1024


class LogError(Exception):
    """Why a log cannot be read, as a sentence for people."""


def read_executor_log(executors, executor_id, stream, start, size):
    """The protocol's answer: `size` bytes from `start` on (None: the last ones) of one log of one of Spark's
    `executors`. Asks no address but the one that Spark has for it, and follows no redirect. Raises LogError."""
    executor = next((each for each in executors if each["id"] == executor_id), None)
    if executor is None:
        raise LogError(f"Spark has no executor {executor_id}, or has forgotten it: it keeps the last hundred.")
    page = (executor.get("executorLogs") or {}).get(stream)
    if page is None:
        raise LogError(f"Spark knows no address of the {stream} of executor {executor_id}.")
    size = max(0, min(size, MOST_BYTES))
    if _AT_NODE.fullmatch(urlsplit(page).path):
        return _read_at_node(page, executor_id, start, size)
    answer = _fetch(_address(page, start, size), executor_id)
    heading = _HEADING.match(answer)
    if heading is None:
        raise LogError(f"What keeps the log of executor {executor_id} did not answer as Spark's workers do.")
    first, last, total = (int(number) for number in heading.groups())
    text = answer[heading.end() :].decode("utf-8", "replace")
    return {"text": text, "from": first, "to": max(first, last), "total": max(first, last, total)}


def _address(page, start, size):
    """Where a worker gives the text behind the page that shows it, as (scheme, host, port, path and query)."""
    parts = urlsplit(page)
    path, found, rest = parts.path.rpartition("/logPage")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if not found or rest.strip("/") or parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        raise LogError(f"The cluster keeps this log itself, and shows it at {page} to those who may see it there.")
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("offset", "byteLength")]
    asked += [("byteLength", size)] if start is None else [("offset", start), ("byteLength", size)]
    return parts.scheme, parts.hostname, port, f"{path}/log/?{urlencode(asked)}"


def _read_at_node(page, executor_id, start, size):
    """The same by a node manager's REST, which gives out the first bytes of a log or the last ones."""
    total, _ = _end_of_log(page, executor_id, 1, 0)
    first = max(0, total - size) if start is None else min(start, total)
    asked = total - first + _GROWTH
    total, text = _end_of_log(page, executor_id, asked, size + 2 * _GROWTH)
    skipped = max(0, first - max(0, total - asked))
    text = text[skipped : skipped + size]
    return {"text": text.decode("utf-8", "replace"), "from": first, "to": first + len(text), "total": total}


def _end_of_log(page, executor_id, size, most):
    """How long a log is, and the first `most` of its last `size` bytes."""
    parts = urlsplit(page)
    at = _AT_NODE.fullmatch(parts.path)
    target = f"{at['before']}/ws/v1/node/containerlogs/{at['container']}/{at['name']}?size=-{size}"
    answer = _fetch((parts.scheme, parts.hostname, parts.port, target), executor_id, cut=most + 4096)
    heading = _LENGTH.search(answer)
    if heading is None:
        raise LogError(f"The machine of executor {executor_id} has no such log, or not any more.")
    total = int(heading[1])
    return total, answer[heading.end() : heading.end() + min(total, size)][:most]


def _fetch(address, executor_id, cut=None):
    """What is answered, of which only so much is read as `cut` says; None: all, and no more than MOST_ANSWER_BYTES."""
    scheme, host, port, target = address
    connect = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = connect(host, port, timeout=CONNECT_SECONDS)
    deadline = time.monotonic() + ANSWER_SECONDS
    try:
        connection.request("GET", target, headers={"Accept": "text/plain"})
        response = connection.getresponse()
        if response.status != 200:
            raise LogError(f"The worker of executor {executor_id} answered {response.status} instead of the log.")
        answer = bytearray()
        most = MOST_ANSWER_BYTES if cut is None else cut
        while len(answer) < most and time.monotonic() < deadline:
            piece = response.read1(most - len(answer))
            if not piece:
                return bytes(answer)
            answer += piece
        if cut is not None and len(answer) >= most:
            return bytes(answer)
        raise LogError(f"The worker of executor {executor_id} took too long, or sent more than it was asked for.")
    except (OSError, http.client.HTTPException) as error:
        raise LogError(
            f"The worker of executor {executor_id} does not answer at {host}: it may be gone, and the log with it."
        ) from error
    finally:
        connection.close()


def main():
    question = json.loads(sys.argv[1])
    executor, stream = question["executor"], question["stream"]
    known = [{"id": executor, "executorLogs": {stream: question["page"]}}]
    try:
        answer = read_executor_log(known, executor, stream, question["from"], question["size"])
    except LogError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
