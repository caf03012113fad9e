"""What a failed call to the cluster means, from the names and words of Java's exceptions."""

import re

# In the order in which they are looked for along the chain of causes; the first that fits says it.
_KINDS = (
    ("gone", r"ApplicationNotFoundException"),
    (
        "ticket",
        r"KerberosAuthException|GSSException|GSS initiate failed|LoginException|SaslException"
        r"|Client cannot authenticate via|SIMPLE authentication is not enabled|InvalidToken|tgt",
    ),
    ("refused", r"AccessControlException|AuthorizationException"),
    (
        "away",
        r"ConnectException|ConnectTimeoutException|SocketTimeoutException|NoRouteToHostException|UnknownHostException"
        r"|StandbyException|EOFException|SafeModeException|Connection refused|Could not find any",
    ),
)


class Failure(Exception):
    """A call that failed: `kind` is `gone`, `ticket`, `refused`, `away`, `unfit` or `other`; the text is Java's own,
    but of `unfit` a sentence for people."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def failure_of(chain):
    """The failure behind a chain of (class, message), the outermost first."""
    told = [f"{name}: {message}" for name, message in chain]
    text = _first_line(chain[-1][1] or chain[-1][0]) if chain else "it failed"
    for kind, pattern in _KINDS:
        for (_, message), both in zip(chain, told):
            if re.search(pattern, both, re.IGNORECASE if kind == "ticket" else 0):
                return Failure(kind, _first_line(message or both))
    return Failure("other", text)


def chain_of(throwable):
    """The chain of a Java throwable: itself, then its causes."""
    chain = []
    while throwable is not None and len(chain) < 20:
        chain.append((throwable.getClass().getName(), throwable.getMessage() or ""))
        throwable = throwable.getCause()
    return chain


def _first_line(text):
    return text.strip().split("\n", 1)[0][:500]


def calling(call):
    """The answer of a call. What Java throws becomes a Failure."""
    from py4j.protocol import Py4JJavaError

    try:
        return call()
    except Py4JJavaError as error:
        raise failure_of(chain_of(error.java_exception)) from None
    except Exception as error:
        if isinstance(error, Failure):
            raise
        raise Failure("other", f"{type(error).__name__}: {error}"[:500]) from error
