import unittest

from emberlab_jupyter.failures import read_failure


def output(name: str, message: str, *lines: str) -> dict[str, object]:
    return {"status": "error", "ename": name, "evalue": message, "traceback": [f"{line}\n" for line in lines]}


HEADING = "Traceback (most recent call last):"


class FailureTest(unittest.TestCase):
    def test_a_short_trace_is_told_whole_with_the_exception_first(self) -> None:
        failure = read_failure(
            output(
                "ZeroDivisionError",
                "division by zero",
                "one",
                "two",
                HEADING,
                '  File "<cell 2>", line 3, in <module>',
                "    f(0)",
                '  File "<cell 2>", line 2, in f',
                "    return 1/a",
                "           ~^~",
                "ZeroDivisionError: division by zero",
            )
        )
        self.assertEqual(failure.printed, "one\ntwo\n")
        self.assertEqual(
            failure.useful.split("\n"),
            [
                "ZeroDivisionError: division by zero",
                '  File "<cell 2>", line 3, in <module>',
                "    f(0)",
                '  File "<cell 2>", line 2, in f',
                "    return 1/a",
                "           ~^~",
            ],
        )
        self.assertEqual(failure.trace, "")

    def test_frames_of_libraries_are_left_for_the_trace(self) -> None:
        trace = [
            HEADING,
            '  File "<cell 5>", line 1, in <module>',
            "    df.show()",
            '  File "/opt/pyspark/dataframe.py", line 302, in show',
            "    print(self._show_string(n))",
            "pyspark.errors.SparkRuntimeException: [USER_RAISED_EXCEPTION] boo",
        ]
        failure = read_failure(output("SparkRuntimeException", "[USER_RAISED_EXCEPTION] boo", *trace))
        self.assertEqual(
            failure.useful,
            'SparkRuntimeException: [USER_RAISED_EXCEPTION] boo\n  File "<cell 5>", line 1, in <module>\n    df.show()',
        )
        self.assertEqual(failure.trace, "\n".join(trace))
        bundle = failure.bundle()
        self.assertIn("<summary>The whole trace (6 lines)</summary>", bundle["text/html"])
        self.assertIn("&lt;cell 5&gt;", bundle["text/html"])
        self.assertEqual(bundle["text/plain"], failure.trace)

    def test_what_failed_in_a_task_comes_before_what_carried_it(self) -> None:
        message = "\n".join(
            [
                "An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collectAndServe.",
                ": org.apache.spark.SparkException: Job aborted: org.apache.spark.api.python.PythonException: "
                + HEADING,
                '  File "/opt/pyspark/worker.py", line 4327, in invoke_udf',
                "    run_process()",
                '  File "<cell 4>", line 1, in <lambda>',
                "ZeroDivisionError: division by zero",
                "",
                "\tat org.apache.spark.api.python.BasePythonRunner.handle(PythonRunner.scala:561)",
                "Driver stacktrace:",
                "\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:1)",
            ]
        )
        trace = [HEADING, '  File "<cell 4>", line 1, in <module>', "    rdd.count()", f"Py4JJavaError: {message}"]
        failure = read_failure(output("Py4JJavaError", message, *trace))
        self.assertEqual(
            failure.useful.split("\n"),
            [
                "ZeroDivisionError: division by zero",
                "in a task of Spark, from:",
                '  File "<cell 4>", line 1, in <lambda>',
                '  File "<cell 4>", line 1, in <module>',
                "    rdd.count()",
            ],
        )
        self.assertIn("BasePythonRunner", failure.trace)

    def test_frames_of_the_jvm_are_left_for_the_trace(self) -> None:
        message = (
            "org.apache.spark.SparkException: Job aborted: java.lang.ArithmeticException: / by zero\n"
            "\tat $anonfun$res7$1(<console>:1)\n\tat org.apache.spark.rdd.RDD.collect(RDD.scala:1)\nDriver stacktrace:"
        )
        failure = read_failure(output("Error", message, "  at org.apache.spark.Job(Job.scala:1)", "  ... 33 elided"))
        self.assertEqual(
            failure.useful,
            "org.apache.spark.SparkException: Job aborted: java.lang.ArithmeticException: / by zero\n"
            "\tat $anonfun$res7$1(<console>:1)",
        )
        self.assertTrue(failure.trace.endswith("Job(Job.scala:1)\n  ... 33 elided"))

    def test_what_a_compiler_says_is_told_whole(self) -> None:
        failure = read_failure(output("Error", "error: not found: value nosuch", "       nosuch + 1", "       ^"))
        self.assertEqual(failure.useful, "error: not found: value nosuch\n       nosuch + 1\n       ^")
        self.assertEqual(failure.trace, "")

    def test_calls_of_r_are_told_whole_below_what_was_printed(self) -> None:
        failure = read_failure(
            output("Error", "Error in f(1) : boo", "[1] 1", "Traceback:", "1: f(1)", '2: stop("boo")')
        )
        self.assertEqual(failure.printed, "[1] 1\n")
        self.assertEqual(failure.useful, 'Error in f(1) : boo\nTraceback:\n1: f(1)\n2: stop("boo")')
        self.assertEqual(failure.trace, "")

    def test_a_long_message_is_shortened(self) -> None:
        message = "\n".join(f"line {number}" for number in range(40))
        failure = read_failure(output("ValueError", message, HEADING, f"ValueError: {message}"))
        self.assertEqual(failure.useful.count("\n"), 11)
        self.assertIn("line 39", failure.trace)


if __name__ == "__main__":
    unittest.main()
