"""`python launch.py PARENT COMMAND …`: becomes the command, which ends with the process PARENT that starts it."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("The parent has ended.")
    # An ignored signal stays so over exec; R's children, at least, must feel this one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.execvp(sys.argv[2], sys.argv[2:])
