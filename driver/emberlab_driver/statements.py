"""The statements that the agent holds, from their arrival until the control plane has their results."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Optional

WAITING, RUNNING, ENDED = "waiting", "running", "ended"


@dataclass
class Statement:
    """One statement. `frame` is its encoded result; `ended` is set once there is one."""

    id: int
    code: str
    kind: str
    state: str = WAITING
    cancel_requested: bool = False
    frame: Optional[bytes] = None
    ended: threading.Event = field(default_factory=threading.Event)


class Statements:
    """Keeps order and makes every change atomic. Statements go waiting → running → ended, or waiting → ended."""

    def __init__(self):
        self._condition = threading.Condition()
        self._held = OrderedDict()
        self._closed = False

    def submit(self, statement_id, code, kind):
        """Adds a statement; returns False when the id is held already, so that sending again is safe."""
        with self._condition:
            if statement_id in self._held or self._closed:
                return False
            self._held[statement_id] = Statement(statement_id, code, kind)
            self._condition.notify_all()
            return True

    def take(self):
        """Waits for the next waiting statement and makes it running; None once the store is closed."""
        with self._condition:
            while not self._closed:
                for statement in self._held.values():
                    if statement.state == WAITING:
                        statement.state = RUNNING
                        return statement
                self._condition.wait()
            return None

    def finish(self, statement, frame):
        """Stores the result of a running statement."""
        with self._condition:
            self._end(statement, frame)

    def cancel(self, statement_id, frame):
        """Ends a waiting statement with the result `frame`, or marks a running one. Returns the statement that was
        changed, or None when it is unknown or ended; its `state` tells which of the two happened."""
        with self._condition:
            statement = self._held.get(statement_id)
            if statement is None or statement.state == ENDED:
                return None
            statement.cancel_requested = True
            if statement.state == WAITING:
                self._end(statement, frame)
            return statement

    def acknowledge(self, statement_id):
        """Forgets an ended statement; anything else is ignored."""
        with self._condition:
            statement = self._held.get(statement_id)
            if statement is not None and statement.state == ENDED:
                del self._held[statement_id]

    def close(self):
        """Lets nothing more begin; returns the running statement, marked as to be cancelled, or None."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
            for statement in self._held.values():
                if statement.state == RUNNING:
                    statement.cancel_requested = True
                    return statement
            return None

    def held(self):
        """`[{id, state}]` of everything held, oldest first."""
        with self._condition:
            return [{"id": s.id, "state": s.state} for s in self._held.values()]

    def results(self):
        """The result frames that are not acknowledged, oldest first."""
        with self._condition:
            return [s.frame for s in self._held.values() if s.state == ENDED]

    def busy(self):
        """Whether a statement runs or waits."""
        with self._condition:
            return any(s.state != ENDED for s in self._held.values())

    def running_kind(self):
        """The kind of the running statement, or None."""
        with self._condition:
            return next((s.kind for s in self._held.values() if s.state == RUNNING), None)

    def _end(self, statement, frame):
        statement.state = ENDED
        statement.frame = frame
        statement.code = ""  # may be large, and is not needed any more
        statement.ended.set()
