import os
import sys
import tempfile
import unittest
from pathlib import Path

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

from emberlab_jupyter.kernels import CodeParser


class CodeParserTest(unittest.TestCase):
    def test_lines_of_the_gateway_are_sent_to_it(self) -> None:
        parser = CodeParser()
        self.assertEqual(parser.get_code_to_run("%table rows"), "%%spark\n%table rows")
        self.assertEqual(parser.get_code_to_run("%json x\n"), "%%spark\n%json x\n")
        self.assertEqual(parser.get_code_to_run("x = 1\n%json x"), "%%spark\nx = 1\n%json x")

    def test_others_stay_what_they_are(self) -> None:
        parser = CodeParser()
        for code in ("%%sql\nselect 1", "%tables", "%autosave 5", "%matplot plt"):
            self.assertEqual(parser.get_code_to_run(code), code)

    def test_a_cell_magic_may_stand_alone(self) -> None:
        parser = CodeParser()
        self.assertEqual(parser.get_code_to_run("%%matplot plt"), "%%matplot plt\n ")
        self.assertEqual(parser.get_code_to_run("%%configure -f\n"), "%%configure -f\n ")
        self.assertEqual(parser.get_code_to_run("%%matplot plt\nplt.plot()"), "%%matplot plt\nplt.plot()")


class KernelTest(unittest.TestCase):
    """A kernel as Jupyter starts it, in a process of its own."""

    def run_cell(self, kernel: str, code: str, configuration: str | None) -> str:
        """What a cell shows, where sparkmagic's configuration is this text; None: there is none."""
        with tempfile.TemporaryDirectory() as folder:
            if configuration is not None:
                Path(folder, "config.json").write_text(configuration)
            manager = KernelManager(transport="ipc", ip=str(Path(folder, "kernel")))
            argv = [sys.executable, "-m", "emberlab_jupyter.kernel", kernel, "-f", "{connection_file}"]
            manager._kernel_spec = KernelSpec(argv=argv, display_name=kernel, language="python")
            package = Path(__file__).parents[1]
            paths = {"SPARKMAGIC_CONF_DIR": folder, "PYTHONPATH": str(package), "JUPYTER_RUNTIME_DIR": folder}
            manager.start_kernel(env={**os.environ, **paths}, cwd=folder)
            client = manager.client()
            texts: list[str] = []
            try:
                client.start_channels()
                client.wait_for_ready(timeout=60)
                client.execute_interactive(
                    code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", ""))
                )
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
            return "".join(texts)

    def test_a_kernel_without_its_configuration_says_so_in_each_cell(self) -> None:
        told = self.run_cell("pysparkkernel", "1", None)
        self.assertIn("This kernel has no configuration", told)
        self.assertIn("run it again", told)
        self.assertNotIn("Traceback", told)
        told = self.run_cell("sparkrkernel", "%%info", '{"kernel_r_credentials": ')
        self.assertIn("This kernel's configuration can't be read", told)
        self.assertNotIn("Traceback", told)


if __name__ == "__main__":
    unittest.main()
