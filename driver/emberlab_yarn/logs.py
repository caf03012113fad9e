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


def bring_driver(jvm, conf, client, application, streams, seconds):
    """Brings the logs of the driver's container."""
    until = time.monotonic() + seconds
    while True:
        report = client.getApplicationReport(application)
        status = _status_of(report)
        if status in _BROUGHT or time.monotonic() > until:
            break
        time.sleep(_POLL_SECONDS)
    container = None if status == "DISABLED" else _driver_of(client, report)
    brought = []
    if container is not None:
        brought = [one for one in streams if _bring(jvm, conf, report, container, one, streams[one])]
    return {"brought": brought, "late": status not in _BROUGHT}


def containers(jvm, conf, client, application):
    """Those of executors: name, machine, and which logs they have. Raises Failure `unfit` while YARN collects them."""
    report = client.getApplicationReport(application)
    status = _status_of(report)
    if status == "DISABLED":
        raise Failure("unfit", "This cluster does not collect logs (yarn.log-aggregation-enable).")
    driver = _driver_of(client, report)
    package = jvm.org.apache.hadoop.yarn.logaggregation
    factory = package.filecontroller.LogAggregationFileControllerFactory(conf)
    try:
        found = factory.getFileControllerForRead(application, report.getUser()).readAggregatedLogsMeta(
            _request(jvm, report)
        )
    except Exception:
        if status in _BROUGHT:
            raise
        raise Failure("unfit", "YARN has not collected the logs of this application yet. Please try again later.") from None
    known = []
    for meta in list(found)[:_MOST_CONTAINERS]:
        names = {file.getFileName() for file in meta.getContainerLogMeta()}
        if meta.getContainerId() != driver:
            here = {"container": meta.getContainerId(), "host": meta.getNodeId().rsplit(":", 1)[0]}
            known.append({**here, "streams": [one for one in STREAMS if one in names]})
    return {"containers": known, "late": status not in _BROUGHT}


def bring(jvm, conf, client, application, container, stream, wanted):
    """Brings a log of one of these containers. Answers whether there is one."""
    of = jvm.org.apache.hadoop.yarn.api.records.ContainerId.fromString(container)
    if not of.getApplicationAttemptId().getApplicationId().equals(application):
        raise Failure("unfit", "That is an executor of another application.")
    return _bring(jvm, conf, client.getApplicationReport(application), container, stream, wanted)


def _status_of(report):
    status = report.getLogAggregationStatus()
    return "NOT_START" if status is None else status.toString()


def _driver_of(client, report):
    attempt = report.getCurrentApplicationAttemptId()
    container = None if attempt is None else client.getApplicationAttemptReport(attempt).getAMContainerId()
    return None if container is None else container.toString()


def _request(jvm, report):
    request = jvm.org.apache.hadoop.yarn.logaggregation.ContainerLogsRequest()
    request.setAppId(report.getApplicationId())
    request.setAppOwner(report.getUser())
    request.setAppFinished(True)
    return request


def _bring(jvm, conf, report, container, stream, wanted):
    request = _request(jvm, report)
    request.setContainerId(container)
    types = jvm.java.util.HashSet()
    types.add(stream)
    request.setLogTypes(types)
    # The last ones, where there are more.
    request.setBytes(-wanted["bytes"])
    reader = jvm.org.apache.hadoop.yarn.logaggregation.LogCLIHelpers()
    reader.setConf(conf)
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


def _replace(path, content):
    temporary = f"{path}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.rename(temporary, path)
