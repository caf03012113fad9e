"""What the tests of R need: R itself, and a library with SparkR."""

import os
import re
import shutil
from pathlib import Path

import pytest

LIBRARY = os.environ.get("EMBERLAB_TEST_R_LIBRARY", "")
KIND = "sparkr"


def missing():
    """Why there is no R to test with, or None."""
    if shutil.which("R") is None:
        return "R is not installed"
    if not Path(LIBRARY, "SparkR", "DESCRIPTION").is_file():
        return "EMBERLAB_TEST_R_LIBRARY names no library with SparkR"
    return None


needs_r = pytest.mark.skipif(missing() is not None, reason=str(missing()))


class RControl:
    """The control plane of a driver, for statements of R."""

    def __init__(self, control):
        self.control = control

    def output(self, code, timeout=90):
        return self.control.run(code, KIND, timeout)["output"]

    def data(self, code, timeout=90):
        """The data of a statement that must succeed."""
        output = self.output(code, timeout)
        assert output["status"] == "ok", output
        return output["data"]

    def text(self, code, timeout=90):
        return self.data(code, timeout)["text/plain"]

    def failure(self, code, timeout=90):
        output = self.output(code, timeout)
        assert output["status"] == "error", output
        assert isinstance(output["evalue"], str)
        assert all(line.endswith("\n") for line in output["traceback"])
        return output

    def begin(self, code):
        """Submits a statement and returns its id once it runs."""
        statement_id = self.control.submit(code, KIND)
        self.control.started(statement_id)
        return statement_id

    def begin_printing(self, code):
        """As `begin`, returning once R itself is at work: it has printed something."""
        statement_id = self.begin(f"cat('at work\\n')\n{code}")
        self.control.message("output", id=statement_id)
        return statement_id

    def cancel(self, statement_id):
        self.control.send("cancel", id=statement_id)
        return self.control.result(statement_id)

    def process(self):
        return int(re.search(r"\d+", self.text("cat(Sys.getpid())")).group())
