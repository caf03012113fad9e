import unittest
from collections.abc import Callable
from typing import Any

from emberlab_jupyter.variables import Variables

from .cells import CellTest


class FakeComm:
    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.say: Callable[[Any], None] = lambda _: None
        self.close: Callable[[Any], None] = lambda _: None

    def send(self, data: dict[str, Any]) -> None:
        self.sent.append(data["variables"])

    def on_msg(self, callback: Callable[[Any], None]) -> None:
        self.say = callback

    def on_close(self, callback: Callable[[Any], None]) -> None:
        self.close = callback


class VariablesTest(unittest.TestCase):
    def test_pages_are_told_when_they_come_and_after_each_cell(self) -> None:
        looks = 0

        def look() -> list[dict[str, str]]:
            nonlocal looks
            looks += 1
            return [{"name": f"x{looks}", "type": "int", "value": "1"}]

        variables = Variables(look)
        variables.tell()
        self.assertEqual(looks, 0, "nobody wants to know")
        one, two = FakeComm(), FakeComm()
        variables.opened(one, None)
        variables.opened(two, None)
        variables.tell()
        self.assertEqual([found[0]["name"] for found in one.sent], ["x1", "x3"])
        self.assertEqual([found[0]["name"] for found in two.sent], ["x2", "x3"])
        two.say(None)
        self.assertEqual(two.sent[-1][0]["name"], "x4")
        one.close(None)
        variables.tell()
        self.assertEqual((len(one.sent), two.sent[-1][0]["name"]), (2, "x5"))


class GatewayTest(CellTest):
    def test_variables_and_inspection_are_the_session_s(self) -> None:
        self.open_notebook()
        self.run_cell("%%spark\nspark")
        session = self.magics.session()
        assert session is not None
        self.gateway.variables = [{"name": "x", "type": "int", "value": "6"}]
        self.assertEqual(session.http_client.variables(session.id), self.gateway.variables)
        self.gateway.inspected = "Type: int"
        self.assertEqual(session.http_client.inspect(session.id, "x", 1, "pyspark"), "Type: int")
        self.assertEqual(self.gateway.questions[-1], {"code": "x", "cursor": 1, "kind": "pyspark"})

    def test_a_gateway_that_can_not_say_is_no_error(self) -> None:
        self.open_notebook(extended=False)
        self.run_cell("%%spark\nspark")
        session = self.magics.session()
        assert session is not None
        self.assertIsNone(session.http_client.variables(session.id))
        self.assertIsNone(session.http_client.inspect(session.id, "x", 1, "pyspark"))


if __name__ == "__main__":
    unittest.main()
