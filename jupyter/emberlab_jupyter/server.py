"""Starts JupyterLab: ``python -I -m emberlab_jupyter.server --config=FILE``.

``-I`` keeps the project's folder, in which it works, off the import path: a member's ``json.py`` is not Jupyter's.
"""

from __future__ import annotations

import os
import socket
import sys


def use_socket(descriptor: int) -> None:
    """Lets Jupyter answer on a socket that was made for it, in a folder that is not its own.

    Nobody can take that socket's place then, not even what runs in this server.
    """
    from jupyter_server.serverapp import ServerApp

    os.set_inheritable(descriptor, False)
    made = socket.socket(fileno=descriptor)
    made.setblocking(False)

    def bind(app: ServerApp) -> bool:
        app.http_server.add_socket(made)
        return True

    ServerApp._bind_http_server_unix = bind


def main() -> None:
    # Files in a project are for its group, not for others; kernels and terminals inherit it.
    os.umask(0o007)
    descriptor = os.environ.pop("EMBER_SOCKET_FD", None)
    if descriptor is not None:
        use_socket(int(descriptor))
    from jupyterlab.labapp import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
