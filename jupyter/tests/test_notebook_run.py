import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import nbformat

from emberlab_jupyter import notebook_run
from emberlab_jupyter.notebook_run import assignments, set_parameters

PROGRAM = Path(notebook_run.__file__)
VALUES = {"text": 'a "b" \\ \n č', "flag": True, "none": None, "many": [1, 2.5], "map": {"k": "v"}}


def notebook(*cells: str, tagged: int | None = None) -> Any:
    made = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    if tagged is not None:
        made.cells[tagged].metadata["tags"] = ["parameters"]
    return made


class NotebookRunTest(unittest.TestCase):
    """A notebook that runs by itself, with a real kernel."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_it(
        self, made: Any, *, sockets: bool = False, **parameters: Any
    ) -> tuple[subprocess.CompletedProcess[str], Any]:
        source, target = self.folder / "source.ipynb", self.folder / "Logs/job/1/source.ipynb"
        nbformat.write(made, source)
        plan = {"source": str(source), "target": str(target), "parameters": parameters, "sockets": sockets}
        (self.folder / "plan.json").write_text(json.dumps(plan))
        command = [sys.executable, "-I", str(PROGRAM), str(self.folder / "plan.json")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done, nbformat.read(target, as_version=4) if target.exists() else None

    def test_cells_run_with_the_parameters_and_their_output_is_kept(self) -> None:
        made = notebook("day = 'none'\ncount = 1", "print(day, count * 2)", "count + 1", tagged=0)
        done, result = self.run_it(made, day="2026-01-31", count=21)
        self.assertEqual((done.returncode, done.stdout), (0, "2026-01-31 42\n22\n"), done.stderr)
        self.assertEqual(done.stderr.count("[Cell "), 4)
        tags = [cell.metadata.get("tags") for cell in result.cells[:2]]
        self.assertEqual(tags, [["parameters"], ["injected-parameters"]])
        self.assertEqual(result.cells[2].outputs[0].text, "2026-01-31 42\n")
        # The notebook itself stays as it was.
        self.assertEqual(nbformat.read(self.folder / "source.ipynb", as_version=4).cells[1].outputs, [])

    def test_each_cell_begins_a_line_of_the_log_and_what_is_only_drawn_is_left_out(self) -> None:
        drawn = "from IPython.display import HTML\nHTML('<b>drawn</b>')"
        done, _ = self.run_it(notebook("print('one', end='')", drawn, "print('two', end='')", "3", "print(4, end='')"))
        self.assertEqual((done.returncode, done.stdout), (0, "one\ntwo\n3\n4"), done.stderr)

    def test_kernel_and_runner_find_each_other_by_sockets_wherever_each_of_them_works(self) -> None:
        done, _ = self.run_it(notebook("print(6 * 7)"), sockets=True)
        self.assertEqual((done.returncode, done.stdout), (0, "42\n"), done.stderr)

    def test_it_is_kept_also_where_its_folder_was_taken_away_meanwhile(self) -> None:
        done, result = self.run_it(notebook("import shutil\nshutil.rmtree('Logs')", "print('there')"))
        self.assertEqual((done.returncode, done.stdout), (0, "there\n"), done.stderr)
        self.assertEqual(result.cells[1].outputs[0].text, "there\n")

    def test_one_that_cannot_be_kept_goes_on_and_has_failed_with_a_sentence(self) -> None:
        made = notebook("import shutil\nshutil.rmtree('Logs')\nopen('Logs', 'w').close()", "print('goes on')")
        done, result = self.run_it(made)
        self.assertEqual((done.returncode, done.stdout, result), (1, "goes on\n", None), done.stderr)
        self.assertIn("The executed notebook could not be written. Error: ", done.stderr.splitlines()[-1])
        self.assertNotIn("Traceback", done.stderr)

    def test_an_error_ends_it_and_is_told_last_with_all_that_came_before_kept(self) -> None:
        done, result = self.run_it(notebook("print('before')", "1 / 0", "print('never')"))
        self.assertEqual(done.returncode, 1)
        last = done.stderr.strip().splitlines()[-1]
        self.assertEqual(last, "The notebook failed. ZeroDivisionError: division by zero")
        self.assertEqual([cell.execution_count for cell in result.cells], [1, 2, None])
        self.assertEqual(result.cells[1].outputs[-1].ename, "ZeroDivisionError")


class ParametersTest(unittest.TestCase):
    def test_those_of_a_former_run_are_replaced(self) -> None:
        made = notebook("print(1)")
        set_parameters(made, "python3", {"a": 1})
        set_parameters(made, "python3", {"a": 2})
        self.assertEqual([cell.source for cell in made.cells], ["# Parameters\na = 2", "print(1)"])

    def test_they_are_written_in_the_language_of_the_kernel(self) -> None:
        expected = {
            "pysparkkernel": ["flag = True", "none = None", "many = [1, 2.5]", "map = {'k': 'v'}"],
            "sparkkernel": [
                'val text = "a \\"b\\" \\\\ \\n \\u010d"',
                "val flag = true",
                "val many = Seq(1, 2.5)",
                'val map = Map("k" -> "v")',
            ],
            "sparkrkernel": ['text <- "a \\"b\\" \\\\ \\n č"', "flag <- TRUE", "none <- NULL", "many <- list(1, 2.5)"],
        }
        for kernel, lines in expected.items():
            written = assignments(kernel, VALUES).splitlines()
            for line in lines:
                with self.subTest(kernel=kernel, line=line):
                    self.assertIn(line, written)


if __name__ == "__main__":
    unittest.main()
