"""What a statement prints, shown while it runs."""

import os
import random

import pytest
from conftest import plain_driver
from fake_control import FakeControl

from emberlab_driver.live_output import FRAME_SECONDS, WINDOW_BYTES, LiveOutput, LiveText


def pieces_of(data, rng, largest):
    start = 0
    while start < len(data):
        step = rng.randrange(1, largest)
        yield data[start : start + step]
        start += step


@pytest.mark.parametrize("seed", range(30))
def test_frames_join_to_the_text_wherever_it_is_cut(seed):
    rng = random.Random(seed)
    whole = "".join(rng.choice("aéžж漢🙂\n") for _ in range(rng.randrange(1, 4000)))
    text, seen = LiveText(), ""
    for piece in pieces_of(whole.encode(), rng, 50):
        text.append("stdout", piece)
        if rng.random() < 0.2:
            start, part = text.take() or (len(seen), "")
            assert start == len(seen)
            seen += part
            assert whole.startswith(seen)
            assert text.again() in (None, (0, seen))
    seen += (text.take() or (0, ""))[1]
    assert seen == whole
    assert text.take() is None


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("alphabet", ["ab\n", "aéžж漢🙂\n"])
def test_more_than_the_window_leaves_out_the_beginning(seed, alphabet):
    rng = random.Random(seed)
    whole = "".join(rng.choices(alphabet, k=rng.randrange(100_000, 900_000)))
    data = whole.encode()
    text, printed = LiveText(), 0
    taken_to = 0
    for piece in pieces_of(data, rng, rng.choice((70_000, 600_000))):
        text.append("stdout", piece)
        printed += len(piece)
        if rng.random() < 0.3:
            characters = len(data[:printed].decode(errors="ignore"))
            start, part = text.take()
            assert start >= taken_to and start + len(part) == characters
            assert whole[start:characters] == part
            size = len(part.encode())
            assert size <= WINDOW_BYTES
            assert start == taken_to or size > WINDOW_BYTES - 4  # nothing is left out that would have fitted
            taken_to = characters
            start, part = text.again()
            assert whole[start:characters] == part and (start == 0 or len(part.encode()) > WINDOW_BYTES - 4)


def test_sources_do_not_split_each_others_characters():
    text = LiveText()
    for source, data in [("o", b"\xe6\xbc"), ("e", b"err "), ("o", b"\xa2 "), ("e", b"\xff"), ("e", b"!")]:
        text.append(source, data)
    assert text.take() == (0, "err 漢 \ufffd!")


class Time:
    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now


def test_nothing_of_young_and_ended_statements():
    time, posted = Time(), []
    live = LiveOutput(posted.append, clock=time.clock)
    live.append(1, b"between")
    live.begin(1)
    live.append(1, b"a")
    assert live.publish() is False
    time.now += FRAME_SECONDS
    assert live.publish() is True
    assert posted == [b'{"type":"output","id":1,"from":0,"text":"a"}']
    live.append(1, b"b")
    live.end()
    live.publish()
    assert live.greeting() is None and len(posted) == 1
    live.begin(2)
    live.append(1, b"c")
    time.now += FRAME_SECONDS
    live.publish()
    assert posted[1:] == [live.greeting()] == [b'{"type":"output","id":2,"from":0,"text":"c"}']


@pytest.fixture
def gate(tmp_path):
    """A statement that reads from this pipe waits until somebody writes to it."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def outputs(control, statement_id):
    return control.all("output", id=statement_id)


def joined(control, statement_id):
    """The text of the `output` frames, which must follow each other without a gap."""
    text = ""
    for frame in outputs(control, statement_id):
        assert frame["from"] == len(text)
        text += frame["text"]
    return text


def test_a_running_statement_shows_what_it_and_its_children_print(plain, gate):
    control: FakeControl = plain.control
    wait = f"open({str(gate)!r}).read()"
    code = f"import os, sys\nprint('out 漢'); _ = os.system('echo child'); sys.stderr.write('err\\n')\n_ = {wait}\n"
    statement_id = control.submit(code + f"print('more 🙂')\n_ = {wait}\nprint('end')")
    control.wait_for(lambda: joined(control, statement_id) == "out 漢\nchild\nerr\n")
    gate.write_text("go")
    control.wait_for(lambda: joined(control, statement_id).endswith("more 🙂\n"))
    gate.write_text("go")
    result = control.result(statement_id)
    assert result["output"]["data"]["text/plain"] == "out 漢\nchild\nmore 🙂\nend\nerr"
    kinds = [m["type"] for m in control.messages if m.get("id") == statement_id]
    assert kinds[0] == "started" and kinds[-1] == "result"


def test_a_statement_that_ends_at_once_shows_nothing(plain, gate):
    control = plain.control
    first = control.submit("print('short')")
    control.result(first)
    second = control.submit(f"print('long')\nopen({str(gate)!r}).read()")
    control.wait_for(lambda: outputs(control, second))
    gate.write_text("go")
    control.result(second)
    assert outputs(control, first) == []


def test_much_output_is_sampled(plain, gate):
    control = plain.control
    code = f"for number in range(300_000): print('ž', number)\nopen({str(gate)!r}).read()"
    statement_id = control.submit(code)
    control.wait_for(lambda: any(frame["text"].endswith("ž 299999\n") for frame in outputs(control, statement_id)))
    gate.write_text("go")
    control.result(statement_id)
    whole = "".join(f"ž {number}\n" for number in range(300_000))
    frames = outputs(control, statement_id)
    for frame in frames:
        assert whole.startswith(frame["text"], frame["from"])
        assert len(frame["text"].encode()) <= WINDOW_BYTES
    assert sum(len(frame["text"]) for frame in frames) < len(whole)


def test_a_new_connection_gets_the_last_window_once_more(gate):
    with plain_driver() as driver:
        control = driver.control
        control.ready()
        statement_id = control.submit(f"print('seen')\nopen({str(gate)!r}).read()")
        control.wait_for(lambda: outputs(control, statement_id))
        control.drop()
        control.wait_for(lambda: len(outputs(control, statement_id)) == 2)
        first, again = outputs(control, statement_id)
        assert first == again == {"type": "output", "id": statement_id, "from": 0, "text": "seen\n"}
        gate.write_text("go")
        control.result(statement_id)
