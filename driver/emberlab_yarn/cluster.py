"""YARN and its file system, in the words that the control plane uses."""

import os
import tempfile
import time

from .failures import Failure, chain_of, failure_of
from .java import QUICK, start_java
from .kerberos import log_in as log_in_with_keytab
from .kerberos import renew, write_tokens
from .log_parts import log_in

_BEFORE = ("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED")
_ENDED = ("FINISHED", "FAILED", "KILLED")
# After the end of an application its machines bring its logs to the file system.
AGGREGATION_SECONDS = 20.0
_BROUGHT = ("SUCCEEDED", "FAILED", "TIME_OUT", "DISABLED")
STREAMS = ("stdout", "stderr")


class Cluster:
    """One connection to a cluster. Each method may be called from any thread, and raises Failure."""

    def __init__(self, spark_home, conf_dir, kerberos=None):
        self._kerberos = kerberos
        self._gateway = start_java(spark_home, conf_dir, (kerberos or {}).get("krb5Conf"))
        self._jvm = self._gateway.jvm
        self._conf = self._jvm.org.apache.hadoop.yarn.conf.YarnConfiguration()
        for name, value in QUICK.items():
            self._conf.set(name, value)
        self._client = None

    def open(self):
        """Makes the client. To be called once before the others."""
        if self._kerberos is not None:
            log_in_with_keytab(self._jvm, self._conf, self._kerberos)
        self._client = self._jvm.org.apache.hadoop.yarn.client.api.YarnClient.createYarnClient()
        self._client.init(self._conf)
        self._client.start()

    def look_after_ticket(self):
        """To be called before each of the others: a ticket lasts for some hours."""
        if self._kerberos is not None:
            renew(self._jvm)

    def write_tokens(self, target):
        """What hands one application over instead of the ticket, in a new file."""
        write_tokens(self._jvm, self._conf, self._client, target)

    def queue(self, queue, before=None):
        """What is known of a queue, or None where there is none of that name. `waiting` are applications in it, or
        those that do so longer than the application `before`. `share` is what the queue may take of the cluster, and
        `taken` what it takes, from 0 to 1."""
        info = self._client.getQueueInfo(queue)
        if info is None:
            return None
        return {
            "running": info.getQueueState().toString() == "RUNNING",
            "leaf": info.getChildQueues() is None or info.getChildQueues().isEmpty(),
            "waiting": self._waiting_in(info.getQueueName(), before),
            "share": info.getMaximumCapacity() if info.getMaximumCapacity() >= 0 else 1.0,
            "taken": max(0.0, info.getCapacity() * info.getCurrentCapacity()),
        }

    def _waiting_in(self, queue, before):
        """By their ids, which are given in turn."""
        accepted = self._jvm.java.util.EnumSet.of(
            self._jvm.org.apache.hadoop.yarn.api.records.YarnApplicationState.ACCEPTED
        )
        short = queue.rsplit(".", 1)[-1]
        waiting = [
            each.getApplicationId().getId()
            for each in self._client.getApplications(accepted)
            if each.getQueue().rsplit(".", 1)[-1] == short and not _has_container(each)
        ]
        return len(waiting) if before is None else sum(each < self._id(before).getId() for each in waiting)

    def capacity(self):
        """What the machines have that take part now, and how many applications wait. Memory in MB."""
        states = self._gateway.new_array(self._jvm.org.apache.hadoop.yarn.api.records.NodeState, 1)
        states[0] = self._jvm.org.apache.hadoop.yarn.api.records.NodeState.RUNNING
        nodes = [
            (_resource(node.getCapability()), _resource(node.getUsed())) for node in self._client.getNodeReports(states)
        ]
        return {
            "nodes": [{"memory": most[0], "cores": most[1], "used": used[0], "busy": used[1]} for most, used in nodes],
            "waiting": self._waiting(),
        }

    def _waiting(self):
        records = self._jvm.org.apache.hadoop.yarn.api.records
        accepted = self._jvm.java.util.EnumSet.of(records.YarnApplicationState.ACCEPTED)
        return self._client.getApplications(accepted).size()

    def file_system(self):
        """The address of the file system, once it has answered."""
        system = self._jvm.org.apache.hadoop.fs.FileSystem.get(self._conf)
        system.exists(self._path("/"))
        return system.getUri().toString()

    def find(self, tag):
        """The ids of all applications with a tag that the cluster remembers, the latest first, and whether each goes
        on."""
        state = self._jvm.java.lang.Class.forName("org.apache.hadoop.yarn.api.records.YarnApplicationState")
        tags = self._jvm.java.util.HashSet()
        tags.add(tag.lower())
        found = self._client.getApplications(None, self._jvm.java.util.EnumSet.allOf(state), tags)
        found = sorted(found, key=lambda one: one.getApplicationId().getId(), reverse=True)
        return [
            {"id": one.getApplicationId().toString(), "ended": one.getYarnApplicationState().toString() in _ENDED}
            for one in found
        ]

    def report(self, application):
        """What YARN says of an application; Failure `gone` where it knows none."""
        report = self._client.getApplicationReport(self._id(application))
        state = report.getYarnApplicationState().toString()
        return {
            "state": state,
            "ended": state in _ENDED,
            "placed": state not in _BEFORE or self._is_placed(report),
            "final": report.getFinalApplicationStatus().toString(),
            "queue": report.getQueue(),
            "diagnostics": (report.getDiagnostics() or "")[-2000:],
        }

    def _is_placed(self, report):
        """Whether there is a container for the driver of an application that has not begun to speak to YARN."""
        attempt = report.getCurrentApplicationAttemptId()
        if attempt is None:
            return False
        state = self._client.getApplicationAttemptReport(attempt).getYarnApplicationAttemptState().toString()
        return state not in ("NEW", "SUBMITTED", "SCHEDULED")

    def kill(self, application):
        """Asks YARN to end an application."""
        self._client.killApplication(self._id(application))

    def finish(self, application, streams):
        """Brings what the logs of an ended driver have, into the files of `streams`, at most so many bytes of each; and
        takes away what its start has left on the file system. Answers which of them there are."""
        brought = []
        try:
            brought = self._bring_logs(application, streams)
        finally:
            self._remove_staging(application)
        return brought

    def _bring_logs(self, application, streams):
        until = time.monotonic() + AGGREGATION_SECONDS
        while True:
            report = self._client.getApplicationReport(self._id(application))
            status = report.getLogAggregationStatus()
            status = "NOT_START" if status is None else status.toString()
            if status in _BROUGHT or time.monotonic() > until:
                break
            time.sleep(0.2)
        if status == "DISABLED":
            return []
        attempt = self._client.getApplicationAttemptReport(report.getCurrentApplicationAttemptId())
        container = attempt.getAMContainerId()
        if container is None:
            return []
        return [one for one in streams if self._bring_log(report, container.toString(), one, streams[one])]

    def _bring_log(self, report, container, stream, wanted):
        package = self._jvm.org.apache.hadoop.yarn.logaggregation
        request = package.ContainerLogsRequest()
        request.setAppId(report.getApplicationId())
        request.setAppOwner(report.getUser())
        request.setContainerId(container)
        request.setAppFinished(True)
        types = self._jvm.java.util.HashSet()
        types.add(stream)
        request.setLogTypes(types)
        # The last ones, where there are more.
        request.setBytes(-wanted["bytes"])
        reader = package.LogCLIHelpers()
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

    def _remove_staging(self, application):
        self.remove(f"{self.home()}/.sparkStaging/{application}")

    def home(self):
        """The home folder of who asks, on the file system."""
        return self._system().getHomeDirectory().toString()

    def exists(self, path):
        """Whether there is something at a path of the file system."""
        return self._system().exists(self._path(path))

    def make_folder(self, path, mode):
        """Makes a folder with these rights, unless there is one."""
        system = self._system()
        if not system.exists(self._path(path)):
            rights = self._jvm.org.apache.hadoop.fs.permission.FsPermission(f"{mode:o}")
            system.mkdirs(self._path(path), rights)
            # The mask of the file system may have taken some.
            system.setPermission(self._path(path), rights)

    def size(self, path):
        """How long a file is, in bytes; None where there is none."""
        system = self._system()
        return system.getFileStatus(self._path(path)).getLen() if system.exists(self._path(path)) else None

    def write_line(self, path, text):
        """Makes a file with this line, or a new one in its place."""
        file = self._system().create(self._path(path), True)
        try:
            file.writeBytes(text)
        finally:
            file.close()

    def read_line(self, path):
        """The first line of a file; empty where there is none."""
        system = self._system()
        if not system.exists(self._path(path)):
            return ""
        file = system.open(self._path(path))
        try:
            return file.readLine() or ""
        finally:
            file.close()

    def put(self, source, target):
        """Brings a file of this machine there, as a whole or not at all."""
        system = self._system()
        part = self._path(f"{target}.{os.getpid()}.part")
        try:
            system.copyFromLocalFile(False, True, self._path(f"file://{source}"), part)
            if not system.rename(part, self._path(target)) and not system.exists(self._path(target)):
                raise Failure("other", f"{target} could not be made")
        finally:
            system.delete(part, False)

    def changed(self, path):
        """When a file or folder was changed, in seconds."""
        return self._system().getFileStatus(self._path(path)).getModificationTime() / 1000

    def entries(self, folder):
        """What lies in a folder: path, name, whether it is a folder, and size. Nothing where there is none."""
        system = self._system()
        if not system.exists(self._path(folder)):
            return []
        return [
            (each.getPath().toString(), each.getPath().getName(), each.isDirectory(), each.getLen())
            for each in system.listStatus(self._path(folder))
        ]

    def fetch(self, path, target):
        """Brings a file into a new one of this machine."""
        self._system().copyToLocalFile(False, self._path(path), self._path(f"file://{target}"), True)

    def remove(self, path):
        """Takes away a file or a folder; fine where there is none."""
        self._system().delete(self._path(path), True)

    def _system(self):
        return self._jvm.org.apache.hadoop.fs.FileSystem.get(self._conf)

    def _id(self, application):
        return self._jvm.org.apache.hadoop.yarn.api.records.ApplicationId.fromString(application)

    def _path(self, text):
        return self._jvm.org.apache.hadoop.fs.Path(text)


def _has_container(report):
    usage = report.getApplicationResourceUsageReport()
    return usage is not None and usage.getNumUsedContainers() > 0


def _resource(resource):
    return (0, 0) if resource is None else (resource.getMemorySize(), resource.getVirtualCores())


def _replace(path, content):
    temporary = f"{path}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.rename(temporary, path)


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
