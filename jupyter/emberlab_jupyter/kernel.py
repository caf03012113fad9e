"""Starts one of the Spark kernels: ``python -m emberlab_jupyter.kernel pysparkkernel -f FILE``.

``python -m`` puts the notebook's folder first on the import path. A member's ``queue.py`` or ``requests.py`` there
would keep a kernel from starting, so it is taken off until the kernel is up (ipykernel's own launcher does the same).
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    if sys.path and sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]
    name = sys.argv.pop(1)
    from ipykernel.kernelapp import IPKernelApp

    from emberlab_jupyter.kernels import KERNELS

    IPKernelApp.launch_instance(kernel_class=KERNELS[name])


if __name__ == "__main__":
    main()
