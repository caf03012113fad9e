"""YARN and its file system, in the words that the control plane uses."""

import os

from .failures import Failure, calling
from .java import QUICK, start_java
from .kerberos import cancel_tokens, renew, write_tokens
from .kerberos import log_in as log_in_with_keytab
from .logs import Logs

_BEFORE = ("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED")
_ENDED = ("FINISHED", "FAILED", "KILLED")
# After the end of an application its machines bring its logs to the file system.
AGGREGATION_SECONDS = 20.0
# Nobody looks at more of what lies in a folder.
MOST_ENTRIES = 10_000


class Cluster:
    """One connection to a cluster. Each method may be called from any thread, and raises Failure."""

    def __init__(self, spark_home, conf_dir, kerberos=None, proxy_user=None):
        self._kerberos = kerberos
        self._proxy_user = proxy_user
        self._login = None
        self._gateway = start_java(spark_home, conf_dir, (kerberos or {}).get("krb5Conf"))
        self._jvm = self._gateway.jvm
        self._conf = self._jvm.org.apache.hadoop.yarn.conf.YarnConfiguration()
        for name, value in QUICK.items():
            self._conf.set(name, value)
        self._client = None

    def open(self):
        """Makes the client. To be called once before the others."""
        if self._kerberos is not None:
            self._login = log_in_with_keytab(self._jvm, self._conf, self._kerberos, self._proxy_user)
        self._client = self._jvm.org.apache.hadoop.yarn.client.api.YarnClient.createYarnClient()
        self._client.init(self._conf)
        self._client.start()

    def look_after_ticket(self):
        """To be called before each of the others: a ticket lasts for some hours."""
        if self._kerberos is not None:
            renew(self._login)

    def write_tokens(self, target, names):
        """What hands one application over instead of the ticket, in a new file; in another what names that."""
        write_tokens(self._jvm, self._conf, self._client, target, names)

    def cancel_tokens(self, names):
        """Takes back what a file names."""
        cancel_tokens(self._jvm, self._conf, names)

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

    def finish(self, application, streams, seconds=AGGREGATION_SECONDS):
        """Brings what the logs of an ended driver have, into the files of `streams`, at most so many bytes of each; and
        takes away what its start has left on the file system. Waits so long for YARN to have collected them. `late`:
        it had not by then, and more may come."""
        try:
            return self._logs().bring_driver(self._id(application), streams, seconds)
        finally:
            self._remove_staging(application)

    def executors(self, application):
        """The containers of an ended application, but its driver's, whose logs YARN has collected."""
        return self._logs().containers(self._id(application))

    def executor_log(self, application, container, stream, file, bytes):
        """Brings a log of one of these into a file. Answers whether there is one."""
        return self._logs().bring(self._id(application), container, stream, {"file": file, "bytes": bytes})

    def _logs(self):
        return Logs(self._jvm, self._conf, self._client)

    def unstage(self, application):
        """Takes away what the start of an application has left on the file system, unless that goes on."""
        try:
            goes_on = not calling(lambda: self.report(application))["ended"]
        except Failure as failure:
            if failure.kind != "gone":
                raise
            goes_on = False
        if not goes_on:
            self._remove_staging(application)

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

    def entries(self, folder, most=MOST_ENTRIES):
        """What lies in a folder: path, name, whether it is a folder, and size; the first ones where there are more.
        Nothing where there is none. The file system gives them out in pieces, so no folder is too large."""
        system = self._system()
        if not system.exists(self._path(folder)):
            return []
        found = []
        each = system.listStatusIterator(self._path(folder))
        while len(found) < most and each.hasNext():
            one = each.next()
            found.append((one.getPath().toString(), one.getPath().getName(), one.isDirectory(), one.getLen()))
        return found

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
