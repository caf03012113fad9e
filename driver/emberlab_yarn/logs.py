"""What YARN has collected of the output of containers, once their application has ended."""

import os
import tempfile
import time

from .failures import Failure
from .log_parts import log_in

STREAMS = ("stdout", "stderr")
_BROUGHT = ("SUCCEEDED", "FAILED", "TIME_OUT", "DISABLED")
_POLL_SECONDS = 0.2
_MOST_CONTAINERS = 1000


class Logs:
    """What one client of YARN can read of them."""

    def __init__(self, jvm, conf, client):
        self._jvm = jvm
        self._conf = conf
        self._client = client

    def bring_driver(self, application, streams, seconds):
        """Brings the logs of the driver's container into files. `late`: YARN had not collected all within that time."""
        until = time.monotonic() + seconds
        while True:
            report = self._client.getApplicationReport(application)
            status = _status_of(report)
            if status in _BROUGHT or time.monotonic() > until:
                break
            time.sleep(_POLL_SECONDS)
        container = None if status == "DISABLED" else self._driver_of(report)
        brought = []
        if container is not None:
            brought = [one for one in streams if self._bring(report, container, one, streams[one])]
        return {"brought": brought, "late": status not in _BROUGHT}

    def containers(self, application):
        """Those of executors: name, machine, and which logs they have. Raises Failure `unfit` where YARN has none."""
        report = self._client.getApplicationReport(application)
        status = _status_of(report)
        if status == "DISABLED":
            raise Failure("unfit", "This cluster does not collect logs (yarn.log-aggregation-enable).")
        driver = self._driver_of(report)
        package = self._jvm.org.apache.hadoop.yarn.logaggregation
        factory = package.filecontroller.LogAggregationFileControllerFactory(self._conf)
        try:
            files = factory.getFileControllerForRead(application, report.getUser())
            found = list(files.readAggregatedLogsMeta(self._request(report)))
        except Exception:
            if status in _BROUGHT:
                raise
            raise Failure("unfit", "YARN has not collected these logs yet. Please try again later.") from None
        known = []
        for meta in found[:_MOST_CONTAINERS]:
            names = {file.getFileName() for file in meta.getContainerLogMeta()}
            if meta.getContainerId() != driver:
                here = {"container": meta.getContainerId(), "host": meta.getNodeId().rsplit(":", 1)[0]}
                known.append({**here, "streams": [one for one in STREAMS if one in names]})
        return {"containers": known, "late": status not in _BROUGHT}

    def bring(self, application, container, stream, wanted):
        """Brings a log of one of these containers. Answers whether there is one."""
        of = self._jvm.org.apache.hadoop.yarn.api.records.ContainerId.fromString(container)
        if not of.getApplicationAttemptId().getApplicationId().equals(application):
            raise Failure("unfit", "That is an executor of another application.")
        return self._bring(self._client.getApplicationReport(application), container, stream, wanted)

    def _driver_of(self, report):
        attempt = report.getCurrentApplicationAttemptId()
        container = None if attempt is None else self._client.getApplicationAttemptReport(attempt).getAMContainerId()
        return None if container is None else container.toString()

    def _request(self, report):
        request = self._jvm.org.apache.hadoop.yarn.logaggregation.ContainerLogsRequest()
        request.setAppId(report.getApplicationId())
        request.setAppOwner(report.getUser())
        request.setAppFinished(True)
        return request

    def _bring(self, report, container, stream, wanted):
        request = self._request(report)
        request.setContainerId(container)
        types = self._jvm.java.util.HashSet()
        types.add(stream)
        request.setLogTypes(types)
        # The last ones, where there are more.
        request.setBytes(-wanted["bytes"])
        reader = self._jvm.org.apache.hadoop.yarn.logaggregation.LogCLIHelpers()
        reader.setConf(self._conf)
        with tempfile.TemporaryDirectory(prefix="emberlab-logs-") as folder:
            request.setOutputLocalDir(folder)
            reader.dumpAContainerLogsForLogTypeWithoutNodeId(request)
            for place, _, names in os.walk(folder):
                for name in names:
                    with open(os.path.join(place, name), "rb") as file:
                        text = log_in(file.read(), stream)
                    if text is not None:
                        _replace(wanted["file"], text)
                        return True
        return False


def _status_of(report):
    status = report.getLogAggregationStatus()
    return "NOT_START" if status is None else status.toString()


def _replace(path, content):
    temporary = f"{path}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.rename(temporary, path)
