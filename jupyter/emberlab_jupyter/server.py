"""Starts JupyterLab: ``python -I -m emberlab_jupyter.server --config=FILE``.

``-I`` keeps the project's folder, in which it works, off the import path: a member's ``json.py`` is not Jupyter's.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    # Files in a project are for its group, not for others; kernels and terminals inherit it.
    os.umask(0o007)
    from jupyterlab.labapp import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
