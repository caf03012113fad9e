import base64
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import nbformat
from tornado.web import HTTPError

from emberlab_jupyter.contents import RemoteContentsManager, RemoteSessionManager
from tests.fake_files import FakeFiles


class ContentsTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.fake = FakeFiles()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.token = Path(folder.name) / "token"
        self.token.write_text("secret1\n")
        self.contents = RemoteContentsManager(api=self.fake.address, token_file=str(self.token))
        self.contents.notary.db_file = ":memory:"
        self.fake.folders |= {"Jupyter"}

    async def asyncTearDown(self) -> None:
        self.contents.files.close()
        self.fake.server.stop()
        await self.fake.server.close_all_connections()

    async def test_a_notebook_is_saved_whole_and_opened_again(self) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
        saved = await self.contents.save({"type": "notebook", "content": notebook, "format": "json"}, "Jupyter/a.ipynb")
        self.assertEqual((saved["type"], saved["path"], saved["content"]), ("notebook", "Jupyter/a.ipynb", None))
        self.assertIn(b"1 + 1", self.fake.files["Jupyter/a.ipynb"])
        model = await self.contents.get("/Jupyter/a.ipynb", require_hash=True)
        self.assertEqual(model["content"].cells[0].source, "1 + 1")
        self.assertEqual((model["format"], model["hash_algorithm"]), ("json", "sha256"))
        self.assertTrue(model["content"].cells[0].metadata.trusted)
        self.assertEqual(model["last_modified"].isoformat(), "2026-01-02T03:04:05.678000+00:00")

    async def test_files_are_texts_or_base64(self) -> None:
        await self.contents.save({"type": "file", "content": "čaša", "format": "text"}, "Jupyter/a.txt")
        raw = bytes(range(256))
        content = base64.b64encode(raw).decode()
        await self.contents.save({"type": "file", "content": content, "format": "base64"}, "Jupyter/a.bin")
        self.assertEqual(self.fake.files["Jupyter/a.bin"], raw)
        self.assertEqual((await self.contents.get("Jupyter/a.txt"))["content"], "čaša")
        self.assertEqual((await self.contents.get("Jupyter/a.bin"))["format"], "base64")
        with self.assertRaisesRegex(HTTPError, "is no text"):
            await self.contents.get("Jupyter/a.bin", format="text")

    async def test_a_folder_has_all_of_its_pages(self) -> None:
        self.fake.files |= {f"Jupyter/{number}.csv": b"x" for number in range(8)}
        self.fake.files["Jupyter/a.ipynb"] = b"{}"
        self.fake.files["Jupyter/.hidden"] = b""
        model = await self.contents.get("Jupyter")
        self.assertEqual(
            [(one["name"], one["type"]) for one in model["content"]],
            [*((f"{number}.csv", "file") for number in range(8)), ("a.ipynb", "notebook")],
        )
        self.assertEqual([one["name"] for one in (await self.contents.get(""))["content"]], ["Jupyter"])
        self.assertTrue(await self.contents.dir_exists("/"))
        self.assertFalse(await self.contents.file_exists("Jupyter"))

    async def test_a_large_file_comes_in_chunks_and_is_there_with_the_last(self) -> None:
        self.fake.files["Jupyter/large.bin"] = b"old"
        pieces = [os.urandom(700_000) for _ in range(3)]
        for chunk, piece in zip((1, 2, -1), pieces, strict=True):
            self.assertEqual(self.fake.files["Jupyter/large.bin"], b"old")
            content = base64.b64encode(piece).decode()
            model = {"type": "file", "format": "base64", "content": content, "chunk": chunk}
            await self.contents.save(model, "Jupyter/large.bin")
        self.assertEqual(self.fake.files["Jupyter/large.bin"], b"".join(pieces))
        with self.assertRaisesRegex(HTTPError, "beginning"):
            await self.contents.save({"type": "file", "format": "text", "content": "x", "chunk": 2}, "Jupyter/b")

    async def test_checkpoints_are_kept_restored_and_go_along(self) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("first")])
        path = "Jupyter/a.ipynb"
        await self.contents.save({"type": "notebook", "content": notebook}, path)
        made = await self.contents.create_checkpoint(path)
        self.assertEqual([one["id"] for one in await self.contents.list_checkpoints(path)], [made["id"]])
        notebook.cells[0].source = "second"
        await self.contents.save({"type": "notebook", "content": notebook}, path)
        await self.contents.restore_checkpoint(made["id"], path)
        self.assertEqual((await self.contents.get(path))["content"].cells[0].source, "first")
        await self.contents.rename(path, "Jupyter/b.ipynb")
        self.assertEqual(len(await self.contents.list_checkpoints("Jupyter/b.ipynb")), 1)
        self.assertEqual(await self.contents.list_checkpoints(path), [])
        await self.contents.delete("Jupyter/b.ipynb")
        self.assertEqual(self.fake.files, {})

    async def test_new_files_have_free_names(self) -> None:
        names = [(await self.contents.new_untitled("Jupyter", type="notebook"))["name"] for _ in range(2)]
        self.assertEqual(names, ["Untitled.ipynb", "Untitled1.ipynb"])
        self.assertEqual((await self.contents.new_untitled("Jupyter", type="directory"))["type"], "directory")
        self.assertIn("Jupyter/Untitled Folder", self.fake.folders)

    async def test_what_emberlab_refuses_is_told_in_its_words(self) -> None:
        self.fake.refused = (409, "A quota is reached.")
        with self.assertRaisesRegex(HTTPError, "A quota is reached"):
            await self.contents.save({"type": "file", "content": "x", "format": "text"}, "Jupyter/a.txt")
        self.fake.refused = None
        with self.assertRaises(HTTPError) as missing:
            await self.contents.get("Jupyter/no.txt")
        self.assertEqual(missing.exception.status_code, 404)
        self.fake.server.stop()
        await self.fake.server.close_all_connections()
        with self.assertRaises(HTTPError) as away:
            await self.contents.get("Jupyter/no.txt")
        self.assertEqual(away.exception.status_code, 503)

    async def test_a_new_token_counts_at_once(self) -> None:
        await self.contents.get("")
        self.token.write_text("secret2")
        await self.contents.get("")
        self.assertEqual(self.fake.tokens, ["Bearer secret1", "Bearer secret2"])


class SessionsTest(unittest.TestCase):
    def test_a_kernel_is_told_its_notebook_in_the_project(self) -> None:
        sessions = RemoteSessionManager.__new__(RemoteSessionManager)
        with mock.patch.dict(os.environ, {"EMBER_PROJECT_FOLDER": "/homes/ada"}):
            env = sessions.get_kernel_env("Jupyter/deep/a.ipynb", "a.ipynb")
        self.assertEqual(env["JPY_SESSION_NAME"], "/homes/ada/Jupyter/deep/a.ipynb")
