"""Becomes a command that runs as another user of the machine.

    python -I -S run_as.py [FILE WORD ...]

Started by root. Reads JSON from descriptor 3, or from FILE, whose `argv` the WORDs are added to:

- ``uid``, ``gid``, ``groups``: who it will be
- ``argv``, ``env``, ``cwd``: the command; nothing of our own environment is handed on
- ``tmp``: its folder in the place of /tmp and /var/tmp; null: an empty one in memory
- ``view``: null where this machine has no mount namespaces for us, else ``cover`` (folders that it finds empty)
  and ``keep`` (what stays to be seen below them and below /tmp; none lies in another)
- ``processes``: how many processes and threads that user may have; null: as many as the machine takes
- ``socket``: a Unix socket that is made and that it gets as descriptor 3; null: none

The command never gains rights that it does not have: `no_new_privs` is set, and no capability is left.
Needs Python 3.10 and its standard library.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import stat
import sys

# See unshare(2), mount(2) and prctl(2).
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 0x1000, 0x4000, 1 << 18
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24
TEMPORARY = ["/tmp", "/var/tmp"]
#: The descriptor of the socket.
SOCKET = 3

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def mount(source, target, kind, flags, data=None):
    words = [
        None if word is None else os.fsencode(word) for word in (source, target, kind)
    ]
    check(
        libc.mount(
            *words, ctypes.c_ulong(flags), None if data is None else data.encode()
        )
    )


def read(arguments):
    if arguments:
        with open(arguments[0], encoding="utf-8") as file:
            plan = json.load(file)
        plan["argv"] += arguments[1:]
        return plan
    with os.fdopen(3, encoding="utf-8") as file:
        return json.load(file)


def make_socket(path):
    """Its folder is ours: nobody can take its place, not even who answers there."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    os.chmod(path, 0o600)
    made.listen(128)
    return made


def is_below(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def change_view(view, tmp):
    """Gives this process mounts of its own, in which it sees of some folders only what it needs."""
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWIPC))
    # What is mounted from now on is seen by us alone.
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    kept = [
        path
        for path in view["keep"]
        if any(is_below(path, cover) for cover in [*TEMPORARY, *view["cover"]])
    ]
    held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in kept}
    own = None if tmp is None else os.open(tmp, os.O_PATH | os.O_CLOEXEC)
    for folder in TEMPORARY:
        # Nothing is ever made in its folder by us, who would follow its links.
        if own is not None and not any(is_below(path, folder) for path in held):
            mount(f"/proc/self/fd/{own}", folder, None, MS_BIND)
        else:
            mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=25%")
    for folder in view["cover"]:
        # What lies below /tmp is covered by that.
        if any(is_below(folder, one) for one in TEMPORARY):
            continue
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m")
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for path, descriptor in held.items():
        place(path, descriptor)


def place(path, descriptor):
    """Shows what was held again at its path, in folders that one can only go through."""
    before = os.umask(0o066)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.umask(before)
    if stat.S_ISDIR(os.stat(f"/proc/self/fd/{descriptor}").st_mode):
        os.mkdir(path, 0o700)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    mount(f"/proc/self/fd/{descriptor}", path, None, MS_BIND | MS_REC)


def become(plan):
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for capability in range(last + 1):
        check(libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
    if plan["processes"] is not None:
        resource.setrlimit(
            resource.RLIMIT_NPROC, (plan["processes"], plan["processes"])
        )
    # A picture of a process's memory is written as the kernel is told to, which may be anywhere.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.setgroups(plan["groups"])
    os.setresgid(plan["gid"], plan["gid"], plan["gid"])
    os.setresuid(plan["uid"], plan["uid"], plan["uid"])
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def main():
    plan = read(sys.argv[1:])
    made = None if plan["socket"] is None else make_socket(plan["socket"])
    if plan["view"] is not None:
        change_view(plan["view"], plan["tmp"])
    become(plan)
    os.chdir(plan["cwd"])
    if made is not None:
        os.dup2(made.fileno(), SOCKET)
        os.set_inheritable(SOCKET, True)
    # Python itself ignores these, and what is ignored stays so in the command.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execve(plan["argv"][0], plan["argv"], plan["env"])


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        print(f"The command could not be started as its user: {error}", file=sys.stderr)
        sys.exit(126)
