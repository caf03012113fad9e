import unittest

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
