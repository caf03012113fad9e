"""The expression at the end of unfinished code, such as `df.where(x)` in `y = df.where(x)`."""

# Code that is longer is not looked through: it would be no expression that a person completes.
MAX_LENGTH = 4000
_PAIRS = {")": "(", "]": "[", "}": "{"}


def expression_before(text):
    """The last names, calls, items and literals of `text` that belong together; "" when there are none."""
    text = text[-MAX_LENGTH:]
    end = len(text.rstrip())
    start = end
    while start > 0:
        piece = _piece_before(text, start)
        if piece is None:
            return ""
        name = text[piece:start].isidentifier()
        start = piece
        if start > 0 and not name and text[piece] in "([" and (text[start - 1].isalnum() or text[start - 1] in "_)]"):
            continue  # a call, or an item
        rest = text[:start].rstrip()
        if not rest.endswith("."):
            break
        start = len(rest[:-1].rstrip())
    return text[start:end]


def _piece_before(text, end):
    """Where the name, the literal or the brackets begin that end at `end`; None when there is nothing of the kind."""
    last = text[end - 1]
    if last in "'\"":
        start = text.rfind(last, 0, end - 1)
        return start if start >= 0 else None
    if last in _PAIRS:
        return _opening(text, end - 1)
    start = word_start(text, end)
    return start if start < end else None


def word_start(text, end):
    """Where the letters, digits and underscores begin that end at `end`."""
    while end > 0 and (text[end - 1].isalnum() or text[end - 1] == "_"):
        end -= 1
    return end


def _opening(text, position):
    """The bracket that the one at `position` closes; what is in quotes on the way does not count."""
    expected = []
    while position >= 0:
        character = text[position]
        if character in "'\"":
            position = text.rfind(character, 0, position)
            if position < 0:
                return None
        elif character in _PAIRS:
            expected.append(_PAIRS[character])
        elif character in "([{":
            if expected.pop() != character:
                return None
            if not expected:
                return position
        position -= 1
    return None
