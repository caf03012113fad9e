"""What an installer says, in words for people."""

from __future__ import annotations

import re

#: That the network is not there, or nobody answers.
UNREACHABLE = (
    r"error sending request|client error|dns error|Failed to fetch|Could not connect|timed out|Connection refused"
    r"|tls handshake|Could not resolve host|Failed to connect|Couldn't connect"
)
#: What the installer says, and what people are told.
EXPLANATIONS = [
    (r"No space left on device|Disk quota exceeded", "The disk is full. Please free some space and build again."),
    (
        UNREACHABLE,
        "The package index could not be reached. Please check the network and build again.",
    ),
    (r"Hash mismatch", "A package is not the one that was pinned, so it was refused. Please check the package index."),
    (
        r"no matching platform|no wheels with a matching|Failed to build|doesn't have a source distribution",
        "A package has no build for this machine or its Python. Please name another Python in the settings.",
    ),
    (
        r"No interpreter found|Failed to inspect Python",
        "The Python of the settings was not found. Please check the setting python.",
    ),
    (r"Permission denied|Read-only file system", "The data folder can't be written. Please check its owner and mode."),
]

LONGEST = 1800


class BuildError(Exception):
    """The environment can't be made; the message is for people."""


def explain(lines: list[str]) -> str:
    """A sentence for people, from the output of an installer that failed."""
    text = "\n".join(lines)
    if "No solution found" in text:
        return unsatisfiable(text)
    for pattern, sentence in EXPLANATIONS:
        if re.search(pattern, text, re.IGNORECASE):
            return sentence
    errors = [line for line in lines if re.search(r"error|×", line, re.IGNORECASE)] or lines or ["it printed nothing"]
    return f"The installer failed: {errors[0].strip()[:300]}"


def unsatisfiable(text: str) -> str:
    """What stands in the way of a set of requirements."""
    reason = text[text.index("No solution found") :]
    reason = re.split(r"\n\s*hint:", reason.partition("\n")[2])[0]
    reason = re.sub(r"^\s*(cause:|╰─▶|\|)\s*", "", reason)
    lines = [re.sub(r"^[│\s]+", "", line) for line in reason.splitlines()]
    said = "\n".join(line for line in lines if line).strip()
    if unknown := re.search(r"(\S+) was not found in the (?:package registry|provided package locations)", said):
        return f"There is no library {unknown[1]} in the package index. Please check its name.\n{said[:LONGEST]}"
    if missing := re.match(r"Because there is no version of (\S+) and you require \1", said):
        return f"There is no version {missing[1]} for this Python. Please choose another version.\n{said[:LONGEST]}"
    if "has no usable wheels" in said or "no wheels with a matching" in said:
        return f"There is no build for this machine and its Python. Please choose another version.\n{said[:LONGEST]}"
    return (
        "These libraries do not go together, so nothing was changed. Please ask for other versions, or uninstall "
        f"what stands in the way.\n{said[:LONGEST]}"
    )
