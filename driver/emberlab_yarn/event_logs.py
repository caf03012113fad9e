"""Event logs of Spark on the cluster's file system: each driver's in a folder of its own. Drivers write there, and with
them anybody's code: what is not named as Spark names it stays, and goes with the folder."""

import os
import re

_APPLICATION = re.compile(r"eventlog_v2_[\w-]{1,200}")
_FILE = re.compile(r"(events_(\d{1,9})|appstatus)_[\w.-]{1,250}")
# A file for each 16 MB, and two more. Where there are more, anybody's code has made them.
_MOST_FILES = 1000
_MOST_APPLICATIONS = 50


def limit_events(cluster, place, most):
    """How many bytes there are. Where that is more than `most`, all go but the last file of each application, to which
    Spark writes on."""
    logs, crowded = _logs(cluster, place)
    size = sum(size for files in logs.values() for _, _, size in files)
    if crowded:
        size = max(size, most + 1)
    if size > most:
        for files in logs.values():
            for path, _, _ in files[:-1]:
                cluster.remove(path)
    return size


def bring_events(cluster, place, target, most):
    """Brings all into the folder `target` of this machine, unless they are more than `most` bytes, and takes the folder
    away. Answers whether they came."""
    logs, crowded = _logs(cluster, place)
    fits = not crowded and sum(size for files in logs.values() for _, _, size in files) <= most
    if fits:
        for application, files in logs.items():
            folder = os.path.join(target, application)
            os.mkdir(folder, 0o700)
            for path, name, _ in files:
                cluster.fetch(path, os.path.join(folder, name))
    cluster.remove(place)
    return fits


def _logs(cluster, place):
    """The files of each application: path, name and size, the one that is written now the last; and whether there is
    more than was looked at."""
    logs = {}
    left = _MOST_FILES
    folders = cluster.entries(place, _MOST_APPLICATIONS + 1)
    crowded = len(folders) > _MOST_APPLICATIONS
    for path, name, is_folder, _ in folders[:_MOST_APPLICATIONS]:
        if is_folder and _APPLICATION.fullmatch(name):
            found = cluster.entries(path, left + 1)
            crowded = crowded or len(found) > left
            files = [(file, own, size) for file, own, inner, size in found[:left] if not inner and _FILE.fullmatch(own)]
            logs[name] = sorted(files, key=lambda each: int(_FILE.fullmatch(each[1])[2] or 0))
            left -= len(found[:left])
    return logs, crowded
