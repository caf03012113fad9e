"""The files that hold the rows of the last statements of the kind arrow."""

import contextlib
import os
import shutil
import tempfile
import threading
from collections import OrderedDict

KEPT = 5


class ArrowFiles:
    """One private folder of the session, made with its first file. Safe from any thread."""

    def __init__(self):
        self._parent = tempfile.gettempdir()  # before any code of the session could change it
        self._lock = threading.Lock()
        self._folder = None
        self._kept = OrderedDict()

    @contextlib.contextmanager
    def create(self, statement_id):
        """A file for writing, which is kept if the block ends without an exception, and removed otherwise. The oldest
        goes when there are more than KEPT. Raises OSError."""
        path = os.path.join(self._make_folder(), str(statement_id))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
        except BaseException:
            _remove(path)
            raise
        with self._lock:
            self._kept[statement_id] = path
            outdated = [self._kept.popitem(last=False)[1] for _ in range(len(self._kept) - KEPT)]
        for old in outdated:
            _remove(old)

    def open(self, statement_id):
        """A statement's file for binary reading; it stays readable when it is removed meanwhile. Raises OSError."""
        with self._lock:
            path = self._kept.get(statement_id)
            if path is None:
                raise FileNotFoundError(f"no rows of statement {statement_id}")
            return open(path, "rb")

    def close(self):
        """Removes all of them."""
        with self._lock:
            folder, self._folder = self._folder, None
            self._kept.clear()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_folder(self):
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="emberlab-arrow-", dir=self._parent)
            return self._folder


def _remove(path):
    try:
        os.unlink(path)
    except OSError:
        pass  # the code of the session may have removed it
