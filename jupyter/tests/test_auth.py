import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import requests
from sparkmagic.utils.utils import Namespace, initialize_auth

from emberlab_jupyter.auth import TokenAuth, notebook_path


class TokenAuthTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.token_file = Path(folder.name) / "token"
        self.token_file.write_text("ember_server_one\n")
        self.environ = {
            "EMBER_TOKEN_FILE": str(self.token_file),
            "EMBER_PROJECT_FOLDER": "/data/projects/demo",
            "JPY_SESSION_NAME": "/data/projects/demo/Jupyter/Übung 1.ipynb",
        }
        patched = mock.patch.dict(os.environ, self.environ)
        patched.start()
        self.addCleanup(patched.stop)
        self.auth = TokenAuth(Namespace(url="http://gateway/livy/demo", user="", password="", auth="Emberlab"))

    def prepare(self) -> requests.PreparedRequest:
        return requests.Request("GET", "http://gateway/livy/demo/sessions", auth=self.auth).prepare()

    def test_adds_the_token_and_the_notebook(self) -> None:
        headers = self.prepare().headers
        self.assertEqual(headers["Authorization"], "Bearer ember_server_one")
        self.assertEqual(headers["emberlab-notebook"], "Jupyter/%C3%9Cbung%201.ipynb")

    def test_reads_the_token_for_each_request(self) -> None:
        self.prepare()
        self.token_file.write_text("ember_server_two")
        self.assertEqual(self.prepare().headers["Authorization"], "Bearer ember_server_two")

    def test_sparkmagic_finds_it_by_its_configured_name(self) -> None:
        import sparkmagic.utils.configuration as conf

        conf.override_all({"authenticators": {"Emberlab": "emberlab_jupyter.auth.TokenAuth"}})
        made = initialize_auth(Namespace(auth="Emberlab", url="http://gateway/livy/demo", user=None, password=None))
        self.assertIsInstance(made, TokenAuth)
        self.assertEqual(made, self.auth)
        self.assertEqual(hash(made), hash(self.auth))


class NotebookPathTest(unittest.TestCase):
    def test_names(self) -> None:
        cases = [
            ("", None),
            ("/p/demo/a.ipynb", "a.ipynb"),
            ("/p/demo/Jupyter/a b.ipynb", "Jupyter/a b.ipynb"),
            ("/elsewhere/a.ipynb", "a.ipynb"),
            ("Jupyter/a.ipynb", "Jupyter/a.ipynb"),
            ("/p/demonstration/a.ipynb", "a.ipynb"),
        ]
        for name, expected in cases:
            with self.subTest(name):
                found = notebook_path({"JPY_SESSION_NAME": name, "EMBER_PROJECT_FOLDER": "/p/demo"})
                self.assertEqual(found, expected)
        self.assertIsNone(notebook_path({}))


if __name__ == "__main__":
    unittest.main()
