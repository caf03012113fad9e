"""Says who asks, to the project's Livy gateway."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from requests import PreparedRequest
from sparkmagic.auth.customauth import Authenticator


class TokenAuth(Authenticator):
    """An authenticator for sparkmagic's ``authenticators``: adds the server's token, and the notebook that asks.

    The token's file is read for each request, so that a new token counts at once and none is kept in a notebook's
    memory.
    """

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        token = Path(os.environ["EMBER_TOKEN_FILE"]).read_text().strip()
        request.headers["Authorization"] = f"Bearer {token}"
        notebook = notebook_path(os.environ)
        if notebook is not None:
            # Header values are ASCII; names of notebooks are not.
            request.headers["emberlab-notebook"] = quote(notebook)
        return request


def notebook_path(environ: Mapping[str, str]) -> str | None:
    """The notebook behind this kernel, relative to the project's folder; None outside a notebook.

    Jupyter names it in ``JPY_SESSION_NAME`` by its place in the file system.
    """
    name = environ.get("JPY_SESSION_NAME", "")
    if not name:
        return None
    if not Path(name).is_absolute():
        return name
    relative = os.path.relpath(name, environ.get("EMBER_PROJECT_FOLDER", "/"))
    return Path(name).name if relative.startswith("..") else relative
