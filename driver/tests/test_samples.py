"""What is kept of what Spark says of its executors."""

from emberlab_driver.samples import Sampler

HEAP = {"driverHeapUsedBytes": 5, "driverHeapMaxBytes": 9}


def an_executor(name="1", cores=2, active=True, completed=0, peak=None, **changes):
    return {
        "id": name,
        "isActive": active,
        "totalCores": cores,
        "activeTasks": 1,
        "completedTasks": completed,
        "failedTasks": 0,
        "memoryUsed": 10,
        "maxMemory": 100,
        "totalInputBytes": 7,
        "totalShuffleRead": 3,
        "totalShuffleWrite": 4,
        "totalDuration": 1000,
        "totalGCTime": 20,
        "peakMemoryMetrics": {} if peak is None else {"JVMHeapMemory": peak},
        **changes,
    }


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_executors_that_are_gone_count_for_what_they_have_done():
    driver = an_executor("driver", cores=0, activeTasks=0, totalDuration=0)
    executors = [driver, an_executor(completed=5, peak=40), an_executor("2", active=False, completed=3, peak=50)]
    sample = Sampler(lambda: HEAP).take(executors)
    assert sample == {
        "executors": 1,
        "cores": 2,
        "activeTasks": 1,
        "completedTasks": 8,
        "failedTasks": 0,
        "memoryUsedBytes": 10,
        "memoryTotalBytes": 100,
        "inputBytes": 21,
        "shuffleReadBytes": 9,
        "shuffleWriteBytes": 12,
        "taskMs": 2000,
        "gcMs": 60,
        "executorHeapPeakBytes": 40,
        **HEAP,
    }


def test_in_local_mode_the_heap_is_the_drivers_alone():
    sample = Sampler(lambda: HEAP).take([an_executor("driver", peak=40)])
    assert (sample["executors"], sample["executorHeapPeakBytes"]) == (1, None)


def test_no_more_tasks_run_than_there_are_cores_on_each_executor():
    executors = [
        an_executor(activeTasks=3),
        an_executor("2", activeTasks=1),
        an_executor("3", active=False, activeTasks=1),
    ]
    assert Sampler(lambda: HEAP).take(executors)["activeTasks"] == 3


def test_samples_are_far_apart_while_nothing_happens_and_near_while_something_does():
    clock, asked = Clock(), []

    def read_heap():
        asked.append(clock.now)
        return HEAP

    sampler = Sampler(read_heap, clock)
    assert sampler.take([an_executor()]) is not None
    for _ in range(29):
        clock.now += 1
        # The garbage collector runs whether or not anything happens.
        assert sampler.take([an_executor(totalGCTime=int(clock.now))]) is None
    assert not sampler.owes
    clock.now += 1
    assert sampler.take([an_executor()]) is not None
    clock.now += 1
    assert sampler.take([an_executor(completed=1)]) is None
    assert sampler.owes
    clock.now += 1
    assert sampler.take([an_executor(completed=1)])["completedTasks"] == 1
    assert not sampler.owes
    assert asked == [100, 130, 132]


def test_there_is_no_sample_of_an_application_that_is_gone():
    sampler = Sampler(lambda: None)
    assert sampler.take([an_executor()]) is None
    assert not sampler.owes
