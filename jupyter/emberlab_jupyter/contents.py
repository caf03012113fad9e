"""Shows the files of a project in JupyterLab where they are not on this machine: the same that the page Files shows."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import os
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

import nbformat
from jupyter_server.services.contents.checkpoints import AsyncCheckpoints, AsyncGenericCheckpointsMixin
from jupyter_server.services.contents.manager import AsyncContentsManager
from jupyter_server.services.sessions.sessionmanager import SessionManager
from tornado.web import HTTPError
from traitlets import Dict, Instance, Unicode, default

from .remote_files import Entry, RemoteFiles

Model = dict[str, Any]


class RemoteContentsManager(AsyncContentsManager):
    """Files that Emberlab is asked for. It decides who may do what, and writes down who did."""

    api = Unicode(help="the address of the project's files in Emberlab's API").tag(config=True)
    token_file = Unicode(help="the file with the token that opens it").tag(config=True)

    files = Instance(RemoteFiles)
    #: files that come in chunks, by their paths
    _coming: dict[str, BinaryIO] = Dict()

    @default("files")
    def _files(self) -> RemoteFiles:
        return RemoteFiles(self.api, self.token_file)

    @default("checkpoints_class")
    def _checkpoints(self) -> type[RemoteCheckpoints]:
        return RemoteCheckpoints

    async def dir_exists(self, path: str) -> bool:
        return await self._type_of(path) == "folder"

    async def file_exists(self, path: str = "") -> bool:
        return await self._type_of(path) == "file"

    async def exists(self, path: str) -> bool:
        return await self._type_of(path) is not None

    async def is_hidden(self, path: str) -> bool:
        return any(name.startswith(".") for name in path.strip("/").split("/"))

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> Model:
        path = path.strip("/")
        entry = await self.files.entry(path)
        if entry is None:
            raise HTTPError(404, f"There is no file or folder {path} in the project.")
        if entry["type"] == "folder":
            if type not in (None, "directory"):
                raise HTTPError(400, f"{path} is a folder, and no {type}.", reason="bad type")
            return await self._folder(entry, content)
        if type == "directory":
            raise HTTPError(400, f"{path} is no folder.", reason="bad type")
        is_notebook = type == "notebook" or (type is None and path.endswith(".ipynb"))
        model = _model(entry, "notebook" if is_notebook else "file")
        raw = await self.files.read(path) if content or require_hash else None
        if raw is not None and content:
            if is_notebook:
                self._read_notebook(model, raw)
            else:
                _read_file(model, raw, format)
        if raw is not None and require_hash:
            model |= {"hash": hashlib.sha256(raw).hexdigest(), "hash_algorithm": "sha256"}
        return model

    async def save(self, model: Model, path: str = "") -> Model:
        path = path.strip("/")
        kind = model.get("type")
        if kind not in ("directory", "notebook", "file"):
            raise HTTPError(400, "This is neither a notebook, a file nor a folder.")
        if kind != "directory" and "content" not in model:
            raise HTTPError(400, "There is nothing to be saved.")
        if not self.allow_hidden and await self.is_hidden(path):
            raise HTTPError(400, "Names of files do not begin with a dot here.")
        await self._run_before_save(model, path)
        if kind == "directory":
            return await self._save_folder(path)
        if "chunk" in model:
            return await self._save_chunk(model, path)
        if kind == "notebook":
            notebook = nbformat.from_dict(model["content"])
            self.check_and_sign(notebook, path)
            raw = nbformat.writes(notebook, version=nbformat.NO_CONVERT).encode()
        else:
            raw = _bytes_of(model)
        entry = await self.files.write(path, raw, len(raw))
        saved = _model(entry, kind)
        if kind == "notebook":
            self.validate_notebook_model(model)
            saved["message"] = model.get("message")
        return saved

    async def delete_file(self, path: str) -> None:
        await self.files.remove(path.strip("/"))

    async def rename_file(self, old_path: str, new_path: str) -> None:
        old, new = old_path.strip("/"), new_path.strip("/")
        if old != new:
            await self.files.move(old, new)

    def info_string(self) -> str:
        return "Serving the files of the project from Emberlab"

    async def _type_of(self, path: str) -> str | None:
        entry = await self.files.entry(path.strip("/"))
        return None if entry is None else entry["type"]

    async def _run_before_save(self, model: Model, path: str) -> None:
        if "chunk" not in model or model["chunk"] == 1:
            self.run_pre_save_hooks(model=model, path=path)

    async def _folder(self, entry: Entry, content: bool) -> Model:
        model = _model(entry, "directory")
        if content:
            items = [one async for one in self.files.entries(entry["path"], self.allow_hidden)]
            model["content"] = [
                _model(one, "directory" if one["type"] == "folder" else _kind_of(one["name"])) for one in items
            ]
            model["format"] = "json"
        return model

    def _read_notebook(self, model: Model, raw: bytes) -> None:
        path = model["path"]
        try:
            notebook = nbformat.reads(raw.decode(), as_version=4)
        except Exception as error:
            raise HTTPError(400, f"{path} can't be read as a notebook: {error}") from error
        self.mark_trusted_cells(notebook, path)
        model |= {"content": notebook, "format": "json"}
        self.validate_notebook_model(model)

    async def _save_folder(self, path: str) -> Model:
        there = await self.files.entry(path)
        if there is not None and there["type"] != "folder":
            raise HTTPError(400, f"{path} is a file.")
        return _model(there or await self.files.make_folder(path), "directory")

    async def _save_chunk(self, model: Model, path: str) -> Model:
        """Pieces wait here until the last has come: until then the file is as it was."""
        chunk = model["chunk"]
        if chunk == 1:
            self._forget(path)
            self._coming[path] = tempfile.TemporaryFile()  # noqa: SIM115 -- it is closed with the last one
        file = self._coming.get(path)
        if file is None:
            raise HTTPError(400, f"The beginning of {path} did not come. Please send it again.")
        file.write(_bytes_of(model))
        if chunk != -1:
            now = datetime.now(timezone.utc).isoformat()
            size = file.tell()
            entry = {"name": path.rsplit("/", 1)[-1], "path": path, "type": "file", "size": size, "changedAt": now}
            return _model(entry, model["type"])
        try:
            size = file.tell()
            file.seek(0)
            return _model(await self.files.write(path, file, size), model["type"])
        finally:
            self._forget(path)

    def _forget(self, path: str) -> None:
        file = self._coming.pop(path, None)
        if file is not None:
            file.close()


class RemoteCheckpoints(AsyncGenericCheckpointsMixin, AsyncCheckpoints):
    """One checkpoint of each file, as Jupyter has it on a disk: in a hidden folder beside the file."""

    async def create_file_checkpoint(self, content: str, format: str, path: str) -> Model:
        return await self._create(_bytes_of({"content": content, "format": format}), path)

    async def create_notebook_checkpoint(self, nb: Any, path: str) -> Model:
        return await self._create(nbformat.writes(nb, version=nbformat.NO_CONVERT).encode(), path)

    async def get_file_checkpoint(self, checkpoint_id: str, path: str) -> Model:
        model: Model = {"type": "file"}
        _read_file(model, await self.parent.files.read(_checkpoint_of(path)), None)
        return model

    async def get_notebook_checkpoint(self, checkpoint_id: str, path: str) -> Model:
        raw = await self.parent.files.read(_checkpoint_of(path))
        return {"type": "notebook", "content": nbformat.reads(raw.decode(), as_version=4)}

    async def list_checkpoints(self, path: str) -> list[Model]:
        entry = await self.parent.files.entry(_checkpoint_of(path))
        return [] if entry is None else [_checkpoint(entry)]

    async def rename_checkpoint(self, checkpoint_id: str, old_path: str, new_path: str) -> None:
        files = self.parent.files
        old, new = _checkpoint_of(old_path), _checkpoint_of(new_path)
        if await files.entry(old) is None:
            return
        await self._make_folder(new)
        if await files.entry(new) is not None:
            await files.remove(new, forever=True)
        await files.move(old, new)

    async def delete_checkpoint(self, checkpoint_id: str, path: str) -> None:
        if await self.parent.files.entry(_checkpoint_of(path)) is not None:
            await self.parent.files.remove(_checkpoint_of(path), forever=True)

    async def _create(self, raw: bytes, path: str) -> Model:
        place = _checkpoint_of(path)
        await self._make_folder(place)
        return _checkpoint(await self.parent.files.write(place, raw, len(raw)))

    async def _make_folder(self, place: str) -> None:
        folder = place.rsplit("/", 1)[0]
        if await self.parent.files.entry(folder) is not None:
            return
        try:
            await self.parent.files.make_folder(folder)
        except HTTPError as error:
            # Somebody else has made it meanwhile.
            if error.status_code != 409:
                raise


class RemoteSessionManager(SessionManager):
    """Kernels work in the member's own folder, and are told which notebook of the project is theirs all the same."""

    def get_kernel_env(self, path: str | None, name: Any = None) -> dict[str, str]:
        """The variable that says it, as a place in the folder that stands for the project's."""
        env = dict(os.environ)
        if path:
            env["JPY_SESSION_NAME"] = str(Path(os.environ.get("EMBER_PROJECT_FOLDER", "/")) / path)
        return env


def _checkpoint_of(path: str) -> str:
    folder, _, name = path.strip("/").rpartition("/")
    stem, ending = os.path.splitext(name)  # noqa: PTH122 -- it is no path of this machine
    return "/".join(part for part in (folder, ".ipynb_checkpoints", f"{stem}-checkpoint{ending}") if part)


def _checkpoint(entry: Entry) -> Model:
    return {"id": "checkpoint", "last_modified": _moment(entry)}


def _kind_of(name: str) -> str:
    return "notebook" if name.endswith(".ipynb") else "file"


def _moment(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["changedAt"].replace("Z", "+00:00"))


def _model(entry: Entry, kind: str) -> Model:
    moment = _moment(entry)
    return {
        "name": entry["name"],
        "path": entry["path"],
        "type": kind,
        "size": entry["size"],
        "created": moment,
        "last_modified": moment,
        "writable": True,
        "mimetype": None,
        "content": None,
        "format": None,
        "hash": None,
        "hash_algorithm": None,
    }


def _read_file(model: Model, raw: bytes, format: str | None) -> None:
    """A file as a text, or where it is none as Base64."""
    mimetype = mimetypes.guess_type(model.get("path", ""))[0]
    if format != "base64":
        try:
            model |= {"content": raw.decode(), "format": "text", "mimetype": mimetype or "text/plain"}
            return
        except UnicodeDecodeError as error:
            if format == "text":
                raise HTTPError(400, f"{model.get('path', 'It')} is no text.", reason="bad format") from error
    model |= {
        "content": base64.b64encode(raw).decode(),
        "format": "base64",
        "mimetype": mimetype or "application/octet-stream",
    }


def _bytes_of(model: Model) -> bytes:
    content, format = model["content"], model.get("format")
    try:
        if format == "text":
            return content.encode()
        if format == "base64":
            return base64.b64decode(content, validate=True)
        if format == "json" and model.get("type") == "notebook":
            return nbformat.writes(nbformat.from_dict(content), version=nbformat.NO_CONVERT).encode()
    except (AttributeError, ValueError) as error:
        raise HTTPError(400, f"The content is not what its format says: {error}") from error
    raise HTTPError(400, "The format of a file is text or base64.")
