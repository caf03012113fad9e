"""The R process: started, asked, interrupted, ended."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile

from ..log import log
from .channel import Channel, Ended, NoReply

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_OPTIONS = ("--slave", "--no-save", "--no-restore", "--no-readline")
# How long an R that is told to end may take.
CLOSE_SECONDS = 1.0


@functools.cache
def _files():
    """Where the files lie that other programs read. A cluster gets the agent as an archive, so there it is a copy,
    which goes with the driver's folder."""
    if os.path.isdir(_FOLDER):
        return _FOLDER
    copy = tempfile.mkdtemp(prefix="emberlab-r-files-", dir=os.getcwd())
    inside = __package__.replace(".", "/") + "/"
    with zipfile.ZipFile(__loader__.archive) as archive:
        for name in archive.namelist():
            if name.startswith(inside) and name.endswith((".R", "/launch.py")):
                with open(os.path.join(copy, os.path.basename(name)), "wb") as file:
                    file.write(archive.read(name))
    return copy


class RProcess:
    """One R, from its start to its end. `outputs` are the descriptors for its standard output and error."""

    def __init__(self, command, environment, outputs):
        self._channel = Channel()
        self._started = threading.Event()
        self._process = None
        self._fault = None
        self._gone = threading.Event()
        # R's folder of temporary files: one that is killed leaves it. Set once it is known.
        self.temporary_folder = None
        far_ends = [str(descriptor) for descriptor in self._channel.far_ends]
        files = _files()
        launch = [sys.executable, "-I", "-S", os.path.join(files, "launch.py"), str(os.getpid()), command]
        program = [f"--file={os.path.join(files, 'main.R')}", "--args", *far_ends]
        arguments = ([*launch, *_OPTIONS, *program], environment, outputs)
        # The kernel takes the end of the thread that has started a process for that of its parent: this one stays.
        threading.Thread(target=self._keep, args=arguments, name="emberlab-r", daemon=True).start()
        self._started.wait()
        self._channel.close_far_ends()
        if self._fault is not None:
            self._channel.close()
            raise self._fault

    def request(self, *fields, timeout=None):
        """The reply to a request; see the `.R` files for what there is. Raises Ended or NoReply (with a timeout)."""
        return self._channel.exchange(*fields, timeout=timeout)

    def interrupt(self):
        """SIGINT to R."""
        self._signal(signal.SIGINT)

    def alive(self):
        return not self._gone.is_set()

    def how_it_ended(self):
        """Words for people, once it has."""
        self._gone.wait(CLOSE_SECONDS)
        code = self._process.returncode
        if code is None:
            return "it has stopped answering"
        if code == 0:
            return "it was told to quit"
        return f"it was killed by signal {-code}" if code < 0 else f"its exit code is {code}"

    def close(self):
        """Ends R, at once when it waits for the next request, else by force."""
        self._channel.close()
        if not self._gone.wait(CLOSE_SECONDS):
            self.kill()
            self._gone.wait(CLOSE_SECONDS)

    def kill(self):
        """Ends R by force, soon."""
        self._signal(signal.SIGKILL)

    def _signal(self, number):
        if self.alive():
            # Popen knows whether its process has been waited for: the number may be another's by then.
            self._process.send_signal(number)

    def _keep(self, command, environment, outputs):
        try:
            stdout, stderr = outputs
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                pass_fds=self._channel.far_ends,
            )
        except OSError as error:
            self._fault = error
            return
        finally:
            self._started.set()
        code = self._process.wait()
        self._gone.set()
        self._channel.ended()
        log(f"R has ended: {code}")
        if self.temporary_folder is not None:
            shutil.rmtree(self.temporary_folder, ignore_errors=True)


__all__ = ["Ended", "NoReply", "RProcess"]
