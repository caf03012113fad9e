"""The text of one Scala cell, split into what runs: top-level statements, and magic lines such as `%json rows`."""

import re

from .cell import Magic

_MAGIC = re.compile(r"%\s*(\w*)[ \t]*(.*)")
_DEFINITION = re.compile(
    r"\s*(?:(?:case|abstract|sealed|final|implicit|private|protected)\s+)*(class|trait|object)\s+(\w+)"
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SEPARATORS = " \t\r\n;"


def split_cell(code, parser):
    """A list of Magic and str, in their order. A text that the parser does not take is one piece: the compiler has
    the words for what is wrong with it.

    `parser` has `count_statements(code)`, None for what is not valid or not whole, and `points(code)`: for each
    statement of valid code a position inside it.
    """
    steps, pending = [], []
    for line in code.replace("\r\n", "\n").split("\n"):
        magic = _MAGIC.fullmatch(line) if line.startswith("%") else None
        text = "\n".join(pending)
        # Inside a text of several lines it is no magic: what comes before is not whole then.
        if magic is None or (text.strip() and parser.count_statements(text) is None):
            pending.append(line)
            continue
        steps += split_statements(text, parser)
        steps.append(Magic(magic.group(1), magic.group(2).strip()))
        pending = []
    return steps + split_statements("\n".join(pending), parser)


def split_statements(code, parser):
    """The top-level statements of the code as a list of texts. Where two cannot be told apart they stay together."""
    if not _COMMENT.sub("", code).strip(_SEPARATORS):
        return []  # of mere comments the compiler says that they are incomplete
    count = parser.count_statements(code)
    if count is None or count < 2:
        return [] if count == 0 else [code]
    pieces = []
    points = parser.points(code)
    begin = first = 0
    for index in range(1, count):
        counts = (index - first, count - index)
        cut = _find_cut(code, begin, points[index - 1 : index + 1], counts, parser)
        if cut is not None:
            pieces.append(code[begin:cut])
            begin, first = cut, index
    pieces.append(code[begin:])
    return _join_companions(pieces)


def _join_companions(pieces):
    """A class and the object of its name belong together: on their own they would not be companions."""
    joined, last = [], None
    for piece in pieces:
        match = _DEFINITION.match(piece)
        if match and last and match.group(2) == last.group(2) and match.group(1) != last.group(1):
            joined[-1] += piece
        else:
            joined.append(piece)
        last = match
    return joined


def _find_cut(code, begin, between, counts, parser):
    """Where the first statements from `begin` end, `between` two positions inside statements, or None. `counts` is how
    many statements there must be before and after."""
    after, before = between
    candidates = [match.end() for match in re.finditer(r"[\n;]", code[after:before])]
    for offset in reversed(candidates):
        cut = after + offset
        if parser.count_statements(code[cut:]) == counts[1] and parser.count_statements(code[begin:cut]) == counts[0]:
            return cut
    return None
