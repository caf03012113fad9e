import json
import tempfile
import unittest
from pathlib import Path

from sparkmagic.livyclientlib.exceptions import HttpClientException

from emberlab_jupyter.sentences import readable, setting_up_problem, settings_problem, start_problem

UNREACHED = "Error sending http request and maximum retry encountered."


def refused(status: int, body: object) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    return f"Invalid status code '{status}' from http://127.0.0.1:8080/livy/demo/sessions with error payload: {text}"


class SentencesTest(unittest.TestCase):
    def test_an_answer_is_told_by_its_sentence_alone(self) -> None:
        text = refused(404, {"msg": "Session '1' not found."})
        self.assertEqual(readable(f"An error was encountered:\n{text}"), "Session '1' not found.")
        error = {"error": {"code": "x", "message": "The project is gone."}}
        self.assertEqual(readable(refused(404, error)), "The project is gone.")
        self.assertEqual(readable(refused(500, "<html>")), "Emberlab's answer was of the status 500.")
        self.assertIn("stop Jupyter", readable(refused(401, {"msg": "no"})))

    def test_a_gateway_that_is_away_is_named(self) -> None:
        self.assertIn("Emberlab can't be reached.", readable(UNREACHED))
        told = start_problem(HttpClientException(UNREACHED))
        self.assertIn("Emberlab can't be reached.", told)
        self.assertIn("restart the kernel", told)
        self.assertNotIn("Driver memory", told)

    def test_a_refused_property_is_named_with_where_to_change_it(self) -> None:
        words = "Rejected, Reason: Blacklisted configuration values in session config: spark.master (the platform's)"
        told = start_problem(HttpClientException(refused(400, {"msg": words})))
        self.assertEqual(
            told,
            "The Spark application was not started: Spark properties that can't be set: spark.master (the platform's)\n"
            "Please change that with %%configure -f, or in the configuration on the project's Jupyter page.",
        )

    def test_a_failed_start_comes_with_what_may_help(self) -> None:
        told = start_problem(HttpClientException("Session 1 did not start up in 60 seconds."))
        self.assertTrue(told.startswith("The Spark application was not started: Session 1 did not start up"))
        self.assertIn("Driver memory", told)

    def test_settings_have_to_be_a_json_object(self) -> None:
        self.assertIsNone(settings_problem('{"executorCores": 1}'))
        self.assertIn("not valid JSON (line 3, column 1: ", settings_problem('{"conf": {\n') or "")
        self.assertIn("has to be a JSON object", settings_problem("[1]") or "")
        self.assertIn("%%configure -f", settings_problem("") or "")

    def test_a_kernel_without_its_configuration_says_so(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path, token = Path(folder) / "config.json", Path(folder) / "token"
            environ = {"EMBER_TOKEN_FILE": str(token)}
            self.assertIn("has no configuration", setting_up_problem(path, environ) or "")
            path.write_text("{")
            self.assertIn("can't be read", setting_up_problem(path, environ) or "")
            path.write_text("{}")
            self.assertIn("names no Livy gateway", setting_up_problem(path, environ) or "")
            path.write_text('{"fatal_error_suggestion": "There is no Spark. ({})"}')
            self.assertEqual(setting_up_problem(path, environ), "There is no Spark.")
            content = {
                "kernel_python_credentials": {},
                "authenticators": {"Emberlab": "emberlab_jupyter.auth.TokenAuth"},
            }
            path.write_text(json.dumps(content))
            self.assertIn("no key", setting_up_problem(path, {}) or "")
            self.assertIn("no key", setting_up_problem(path, environ) or "")
            token.write_text("secret")
            self.assertIsNone(setting_up_problem(path, environ))


if __name__ == "__main__":
    unittest.main()
