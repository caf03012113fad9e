"""The agent without Spark, for tests of everything that needs none: `python plain_agent.py CONFIG.json`."""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_driver.agent import Agent  # noqa: E402
from emberlab_driver.config import read_config  # noqa: E402
from emberlab_driver.transport import Endpoint  # noqa: E402


class NoSpark:
    """Stands in for a SparkApplication whose jobs never show up."""

    def start(self):
        if os.environ.get("FAIL_START"):
            raise RuntimeError("no master to be found")
        return {"spark": "a session"}

    def session(self):
        pipe = os.environ.get("SESSION_ASKED")
        if pipe:
            with open(pipe, "w") as writer:
                writer.write("asked")
        raise RuntimeError("there is no Spark")

    def describe(self):
        return {"id": "app-0", "name": "plain", "uiAvailable": False}

    def ui_address(self):
        port = os.environ.get("UI_PORT")
        return [("127.0.0.1", int(port))] if port else None

    def begin_statement(self, statement_id, code):
        pass

    def expect_statement(self, statement_id):
        pass

    def cancel_jobs(self, statement_id):
        pass

    def has_active_jobs(self):
        return False

    def reset_thread_connection(self):
        pass

    def job_ids(self, statement_id):
        return []

    def executors(self):
        return []

    def driver_heap(self):
        return None

    def ended_from_outside(self):
        return False

    def stop(self):
        pass

    def end_jvm(self, exit_code):
        pass


if __name__ == "__main__":
    config = read_config(sys.argv[1])
    sys.exit(Agent(config, Endpoint(config.agentUrl), NoSpark()).run())
