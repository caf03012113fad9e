import asyncio
import unittest

from emberlab_jupyter.runs import AT_ONCE, REMEMBERED, Runs

PATIENT = 30.0


class RunsTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.paths: dict[str, str] = {}
        self.time = 1.0
        # Renaming is looked for so often that no test waits for it.
        self.runs = Runs(self.look, lambda: self.time, every=0.001)

    async def look(self) -> dict[str, str]:
        return dict(self.paths)

    async def test_a_run_is_told_at_once_with_its_notebook(self) -> None:
        self.paths["k"] = "Jupyter/a.ipynb"
        held = asyncio.create_task(self.runs.after(0, PATIENT))
        await asyncio.sleep(0)
        self.runs.executed("process", "k", "python3")
        told = await held
        run = {
            "id": "process",
            "path": "Jupyter/a.ipynb",
            "kernel": "python3",
            "firstAt": 1000,
            "lastAt": 1000,
            "executions": 1,
        }
        self.assertEqual(told["runs"], [run])
        self.time = 2.0
        self.runs.executed("process", "k", "python3")
        more = await self.runs.after(told["version"], PATIENT)
        self.assertEqual(more["runs"], [{**run, "lastAt": 2000, "executions": 2}])
        # One who has lost what was told asks from the beginning.
        self.assertEqual(await self.runs.after(0, 0), more)

    async def test_nothing_new_is_told_once_patience_has_an_end(self) -> None:
        self.paths["k"] = "a.ipynb"
        self.runs.executed("process", "k", "python3")
        told = await self.runs.after(0, 0)
        self.assertEqual(await self.runs.after(told["version"], 0), {"version": told["version"], "runs": []})

    async def test_a_restarted_kernel_begins_another_run(self) -> None:
        self.paths["k"] = "a.ipynb"
        for process in ("one", "one", "two"):
            self.runs.executed(process, "k", "python3")
        told = await self.runs.after(0, 0)
        self.assertEqual([(run["id"], run["executions"]) for run in told["runs"]], [("one", 2), ("two", 1)])

    async def test_a_renamed_notebook_is_told_though_nothing_runs(self) -> None:
        self.paths["k"] = "a.ipynb"
        self.runs.executed("process", "k", "python3")
        told = await self.runs.after(0, 0)
        held = asyncio.create_task(self.runs.after(told["version"], PATIENT))
        await asyncio.sleep(0)
        self.paths["k"] = "b.ipynb"
        self.assertEqual([run["path"] for run in (await held)["runs"]], ["b.ipynb"])

    async def test_a_kernel_that_has_ended_keeps_its_notebook(self) -> None:
        self.paths["k"] = "a.ipynb"
        self.runs.executed("process", "k", "python3")
        await self.runs.find_paths()
        self.paths.clear()
        self.assertEqual([run["path"] for run in (await self.runs.after(0, 0))["runs"]], ["a.ipynb"])

    async def test_what_is_no_notebooks_kernel_is_not_told(self) -> None:
        self.runs.executed("process", "a console's", "python3")
        self.assertEqual((await self.runs.after(0, 0))["runs"], [])

    async def test_no_reply_and_no_memory_grows_without_end(self) -> None:
        self.paths["k"] = "a.ipynb"
        for number in range(REMEMBERED + 5):
            self.runs.executed(str(number), "k", "python3")
        version, seen = 0, []
        while (told := await self.runs.after(version, 0))["runs"]:
            self.assertLessEqual(len(told["runs"]), AT_ONCE)
            seen += [run["id"] for run in told["runs"]]
            version = told["version"]
        self.assertEqual(seen, [str(number) for number in range(5, REMEMBERED + 5)])
