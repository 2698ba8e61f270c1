"""The port Engine: what both makers promise, then what only the child process can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from phototagger.domain.errors import DeviceError, EngineError, ModelError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, FileSignature
from phototagger.inference.engine.engine import ProcessEngine
from phototagger.inference.engine.inline import InlineEngine
from phototagger.jobs.ports import Engine
from tests.support import engine_parts as parts

ROOT = Path(__file__).resolve().parents[3]
posix_only = pytest.mark.skipif(os.name != "posix", reason="sends signals")

MakeEngine = Callable[..., Any]


def requests(*words: str, folder: Path = Path("/nowhere")) -> list[AnalyseRequest]:
    return [
        AnalyseRequest(number, folder / f"{word}-{number}.jpg", FileSignature(number, number))
        for number, word in enumerate(words, 1)
    ]


def kinds(answers: list[Answer]) -> dict[int, str]:
    return {a.photo_id: a.failure.kind.value if a.failure else "fine" for a in answers}


@pytest.fixture
def made() -> Iterator[list[Any]]:
    engines: list[Any] = []
    before = set(psutil.Process().children(recursive=True))
    yield engines
    for engine in engines:
        engine.close()
    left = set(psutil.Process().children(recursive=True)) - before
    # multiprocessing's own resource tracker stays for the life of the program; nothing else may.
    assert all("resource_tracker" in " ".join(child.cmdline()) for child in left)


@pytest.fixture(params=["process", "inline"])
def make_engine(request: pytest.FixtureRequest, made: list[Any]) -> MakeEngine:
    def make(analyser: Callable[[], Any] = parts.make_analyser, batch: int = 4) -> Any:
        if request.param == "inline":
            engine: Any = InlineEngine(analyser, parts.make_decoder, batch)
        else:
            engine = ProcessEngine(analyser, parts.make_decoder, batch, decode_threads=2)
        made.append(engine)
        return engine

    return make


@pytest.fixture
def process_engine(made: list[Any]) -> Callable[..., ProcessEngine]:
    def make(**options: Any) -> ProcessEngine:
        options = {"batch": 4, "decode_threads": 2, "beat_seconds": 0.05, **options}
        analyser = options.pop("analyser", parts.make_analyser)
        engine = ProcessEngine(analyser, parts.make_decoder, **options)
        made.append(engine)
        return engine

    return make


# --- both ---------------------------------------------------------------------------------------------------


def test_one_answer_for_each_request(make_engine: MakeEngine) -> None:
    engine: Engine = make_engine()
    asked = requests(*["fine"] * 23)
    answers = list(engine.analyse(asked))
    assert Counter(a.photo_id for a in answers) == Counter(r.photo_id for r in asked)
    for answer in answers:
        assert answer.signature == FileSignature(answer.photo_id, answer.photo_id)
        assert answer.findings is not None
        assert answer.findings.labels[0].label == f"fake:{answer.photo_id}"  # nobody got another's findings
        assert answer.facts is not None
        assert answer.facts.fingerprint == f"fine-{answer.photo_id}.jpg".encode()
        assert answer.thumbnail == b"thumbnail 256"
        assert answer.failure is None


def test_photos_are_batched(make_engine: MakeEngine) -> None:
    answers = list(make_engine(batch=4).analyse(requests(*["fine"] * 16)))
    sizes = {a.findings.labels[0].name for a in answers if a.findings}
    assert "batch of 4" in sizes
    assert not sizes & {f"batch of {n}" for n in range(5, 17)}


def test_no_requests_no_answers(make_engine: MakeEngine) -> None:
    assert list(make_engine().analyse([])) == []


def test_failures_are_answers(make_engine: MakeEngine) -> None:
    answers = list(make_engine().analyse(requests("fine", "gone", "fault", "bad", "fine")))
    assert kinds(answers) == {1: "fine", 2: "gone", 3: "internal", 4: "internal", 5: "fine"}
    for answer in answers:
        if answer.failure is not None:
            assert f"-{answer.photo_id}.jpg" in answer.failure.message
            assert not answer.quarantined


def test_a_batch_that_raises_is_tried_one_by_one(make_engine: MakeEngine) -> None:
    answers = list(make_engine().analyse(requests("fine", "whole", "fine", "fine")))
    assert kinds(answers) == {1: "fine", 2: "internal", 3: "fine", 4: "fine"}


def test_device_lost_ends_the_call_with_its_sentence(make_engine: MakeEngine) -> None:
    with pytest.raises(DeviceError, match="graphics card is gone"):
        list(make_engine().analyse(requests("lost")))


def test_missing_model_is_told_as_such(make_engine: MakeEngine) -> None:
    with pytest.raises(ModelError, match="file of a network is missing"):
        list(make_engine(parts.analyser_without_model).analyse(requests("fine")))


def test_requests_are_drawn_only_a_few_batches_ahead(make_engine: MakeEngine) -> None:
    drawn = 0

    def endless() -> Iterator[AnalyseRequest]:
        nonlocal drawn
        while True:
            drawn += 1
            yield AnalyseRequest(drawn, Path(f"fine-{drawn}.jpg"), FileSignature(0, 0))

    answers = make_engine(batch=4).analyse(endless())
    given = [next(answers) for _ in range(40)]
    answers.close()
    assert len({a.photo_id for a in given}) == 40
    assert drawn <= 40 + 3 * 4 + 2 + 4


def test_cancel_in_the_middle_then_use_again(make_engine: MakeEngine) -> None:
    engine = make_engine()
    first = engine.analyse(requests(*["fine"] * 30))
    assert next(first).failure is None
    first.close()
    later = [AnalyseRequest(100 + n, Path(f"fine-{100 + n}.jpg"), FileSignature(n, 0)) for n in range(9)]
    answers = list(engine.analyse(later))
    assert sorted(a.photo_id for a in answers) == list(range(100, 109))
    assert all(a.findings and a.findings.labels[0].label == f"fake:{a.photo_id}" for a in answers)


def test_describe_and_stats(make_engine: MakeEngine) -> None:
    engine = make_engine()
    assert engine.describe()["state"] == "not started"
    list(engine.analyse(requests("fine", "fine", "gone")))
    assert engine.describe() | {"engine": ""} == {
        "state": "running",
        "engine": "",
        "device": "fake",
        "backend": "none",
        "torch": engine.describe()["torch"],
    }
    stats = engine.stats()
    assert (stats["photos"], stats["decoded"], stats["inferred"]) == (3, 3, 2)
    assert stats["decode_busy_s"] > 0
    assert stats["inference_busy_s"] > 0
    assert stats["restarts"] == 0


def test_close_is_idempotent_and_final(make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.start()
    engine.close()
    engine.close()
    assert engine.describe()["state"] == "closed"
    with pytest.raises(EngineError, match="closed"):
        list(engine.analyse(requests("fine")))


# --- the child process --------------------------------------------------------------------------------------

ProcessMaker = Callable[..., ProcessEngine]


@posix_only
@pytest.mark.parametrize("way", ["exit", "segfault", "killed"])
def test_a_photo_that_kills_the_engine_is_quarantined(process_engine: ProcessMaker, way: str) -> None:
    engine = process_engine()
    words = ["fine"] * 6 + [way] + ["fine"] * 6
    answers = list(engine.analyse(requests(*words)))
    assert kinds(answers) == {n: "crashed" if n == 7 else "fine" for n in range(1, 14)}
    assert len(answers) == 13
    (bad,) = (a for a in answers if a.failure)
    assert bad.quarantined
    assert bad.failure is not None
    assert f"{way}-7.jpg" in bad.failure.message
    assert engine.stats()["restarts"] in (2, 3)  # twice alone, and before that perhaps with others


@posix_only
def test_a_death_noticed_while_sending_is_blamed_on_the_photo_that_was_busy(
    process_engine: ProcessMaker,
) -> None:
    engine = process_engine(decode_threads=1)

    def slowly_drawn() -> Iterator[AnalyseRequest]:
        deadly, *others = requests("exit", "fine", "fine")
        yield deadly
        assert engine.pid is not None
        os.waitid(os.P_PID, engine.pid, os.WEXITED | os.WNOWAIT)
        yield from others

    answers = list(engine.analyse(slowly_drawn()))
    assert kinds(answers) == {1: "crashed", 2: "fine", 3: "fine"}
    assert engine.stats()["restarts"] == 2


def test_a_photo_that_kills_the_networks_is_quarantined(process_engine: ProcessMaker) -> None:
    answers = list(process_engine().analyse(requests("fine", "deadly", "fine", "fine", "fine")))
    assert kinds(answers) == {1: "fine", 2: "crashed", 3: "fine", 4: "fine", 5: "fine"}
    assert [a.photo_id for a in answers if a.quarantined] == [2]


def test_a_death_that_does_not_come_again_costs_nobody(process_engine: ProcessMaker, tmp_path: Path) -> None:
    engine = process_engine()
    answers = list(engine.analyse(requests("fine", "once", "fine", "fine", folder=tmp_path)))
    assert set(kinds(answers).values()) == {"fine"}
    assert engine.stats()["restarts"] == 1


def test_bad_photos_among_good_ones_do_not_stop_the_job(process_engine: ProcessMaker) -> None:
    words = ["exit", *["fine"] * 30] * 3
    answers = list(process_engine().analyse(requests(*words)))
    assert Counter(kinds(answers).values()) == {"fine": 90, "crashed": 3}


def test_any_number_of_killers_in_a_row_do_not_end_the_job(process_engine: ProcessMaker) -> None:
    engine = process_engine(decode_threads=1)
    answers = list(engine.analyse(requests(*["exit"] * 5, "fine", "deadly", "deadly", "deadly", "fine")))
    assert [kinds(answers)[n] for n in range(1, 11)] == [
        *["crashed"] * 5,
        "fine",
        *["crashed"] * 3,
        "fine",
    ]


def test_the_engine_is_blamed_when_it_fails_on_a_good_picture_too(process_engine: ProcessMaker) -> None:
    engine = process_engine(good_picture=Path("/nowhere/exit-0.jpg"))
    with pytest.raises(EngineError, match=r"keeps failing.*exit status 3.*good ones too"):
        list(engine.analyse(requests("exit", "fine")))
    # The engine itself is not lost: it starts again for the next call.
    assert set(kinds(list(engine.analyse(requests("fine")))).values()) == {"fine"}


def test_a_good_picture_that_is_refused_is_the_engines_fault(process_engine: ProcessMaker) -> None:
    engine = process_engine(good_picture=Path("/nowhere/fault-0.jpg"))
    with pytest.raises(EngineError, match="known to be good"):
        list(engine.analyse(requests("exit", "fine")))


def test_without_the_good_picture_the_photo_is_blamed(process_engine: ProcessMaker) -> None:
    engine = process_engine(good_picture=Path("/nowhere/gone-0.jpg"))
    assert kinds(list(engine.analyse(requests("exit", "fine")))) == {1: "crashed", 2: "fine"}


def test_a_good_picture_that_hangs_ends_the_job(process_engine: ProcessMaker) -> None:
    engine = process_engine(good_picture=Path("/nowhere/hangs-0.jpg"), photo_seconds=0.5)
    with pytest.raises(EngineError, match="stopped answering"):
        list(engine.analyse(requests("exit", "fine")))


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_engine_that_is_ended_from_outside_costs_no_photo(
    process_engine: ProcessMaker, number: signal.Signals
) -> None:
    """However often, as long as it gets on between two times."""
    engine = process_engine()
    answers: list[Answer] = []
    ended: set[int] = set()
    for answer in engine.analyse(requests(*["fine"] * 80)):
        answers.append(answer)
        if engine.pid is not None and engine.pid not in ended and len(ended) < 5:
            ended.add(engine.pid)
            os.kill(engine.pid, number)
    assert len(answers) == 80
    assert set(kinds(answers).values()) == {"fine"}
    assert engine.stats()["restarts"] >= 2


@posix_only
def test_an_engine_that_is_killed_while_photos_are_in_its_hands_costs_none(
    process_engine: ProcessMaker, tmp_path: Path
) -> None:
    """Two at once, each of which looks like the killer; then each once more alone."""
    answers = list(process_engine().analyse(requests("once", "once", "fine", "exit", folder=tmp_path)))
    assert kinds(answers) == {1: "fine", 2: "fine", 3: "fine", 4: "crashed"}


def test_a_photo_that_takes_too_long_is_quarantined(process_engine: ProcessMaker) -> None:
    engine = process_engine(photo_seconds=0.5)
    answers = list(engine.analyse(requests("fine", "hangs", "fine", "fine")))
    assert kinds(answers) == {1: "fine", 2: "timed_out", 3: "fine", 4: "fine"}
    assert [a.photo_id for a in answers if a.quarantined] == [2]


@posix_only
def test_silence_counts_as_hanging(process_engine: ProcessMaker) -> None:
    engine = process_engine(silent_seconds=2.0)
    answers = list(engine.analyse(requests("fine", "stuck", "fine")))
    assert kinds(answers) == {1: "fine", 2: "timed_out", 3: "fine"}


def test_an_unhurried_caller_is_no_silence(process_engine: ProcessMaker) -> None:
    engine = process_engine(silent_seconds=1.5, beat_seconds=0.05)
    engine.start()
    answers = engine.analyse(requests(*["fine"] * 12))
    first = next(answers)
    deadline = time.monotonic() + 2.0
    threading.Event().wait(deadline - time.monotonic())  # the caller writes to its catalog meanwhile
    assert len([first, *answers]) == 12
    assert engine.stats()["restarts"] == 0


@pytest.mark.parametrize(
    ("analyser", "sentence"),
    [
        (parts.analyser_with_fault, "could not start.*no such library"),
        (parts.analyser_that_dies, "exit status 9 while it was starting, twice"),
    ],
)
def test_an_engine_that_cannot_start_says_why(
    process_engine: ProcessMaker, analyser: Callable[[], Any], sentence: str
) -> None:
    with pytest.raises(EngineError, match=sentence):
        list(process_engine(analyser=analyser).analyse(requests("fine")))


@posix_only
def test_a_child_that_died_between_two_calls_is_replaced(process_engine: ProcessMaker) -> None:
    engine = process_engine()
    engine.start()
    child = psutil.Process(engine.pid)
    child.kill()
    psutil.wait_procs([child], timeout=10)
    assert kinds(list(engine.analyse(requests("fine", "fine")))) == {1: "fine", 2: "fine"}


def test_two_calls_at_once_are_refused(process_engine: ProcessMaker) -> None:
    engine = process_engine()
    first = engine.analyse(requests(*["fine"] * 30))
    next(first)
    with pytest.raises(EngineError, match="busy"):
        next(engine.analyse(requests("fine")))
    first.close()


def test_close_from_another_thread_ends_a_running_call(process_engine: ProcessMaker) -> None:
    engine = process_engine()
    engine.start()
    ending: list[BaseException] = []

    def work() -> None:
        try:
            list(engine.analyse(requests("hangs")))
        except EngineError as error:
            ending.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    engine.close()
    thread.join(10)
    assert not thread.is_alive()
    assert "closed" in str(ending[0])


@posix_only
def test_ctrl_c_is_left_to_the_parent(process_engine: ProcessMaker) -> None:
    import signal

    engine = process_engine()
    engine.start()
    before = engine.pid
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert kinds(list(engine.analyse(requests("fine")))) == {1: "fine"}
    assert engine.pid == before


def test_photos_are_prepared_in_the_decode_threads(process_engine: ProcessMaker) -> None:
    engine = process_engine(analyser=parts.make_preparing_analyser)
    answers = list(engine.analyse(requests("fine", "bad", "fine")))
    assert kinds(answers) == {1: "fine", 2: "internal", 3: "fine"}
    assert all(a.thumbnail and a.facts for a in answers)  # decoded they all were
    assert engine.describe()["networks"] == "fake@1"
    assert engine.stats()["prepare_busy_s"] > 0


def test_a_lost_device_is_a_death(process_engine: ProcessMaker) -> None:
    """The photos on it are tried again in a new process; the one that breaks it again is left out."""
    engine = process_engine(analyser=parts.make_preparing_analyser)
    answers = list(engine.analyse(requests("fine", "lost", "fine", "fine")))
    assert kinds(answers) == {1: "fine", 2: "crashed", 3: "fine", 4: "fine"}


_OWNER = """
import sys
from pathlib import Path
from phototagger.domain.records import FileSignature
from phototagger.domain.findings import AnalyseRequest
from phototagger.inference.engine.engine import ProcessEngine
from tests.support import engine_parts as parts

if __name__ == "__main__":
    engine = ProcessEngine(parts.make_analyser, parts.make_decoder, decode_threads=2)
    engine.start()
    assert not [name for name in ("torch", "PIL", "onnxruntime") if name in sys.modules], "heavy imports"
    print(engine.pid, flush=True)
    if sys.argv[1] == "end":
        sys.exit(0)
    list(engine.analyse([AnalyseRequest(1, Path(sys.argv[1] + "-1.jpg"), FileSignature(0, 0))]))
"""


@posix_only
@pytest.mark.parametrize("ending", ["end", "fine", "hangs"])
def test_the_child_ends_with_its_parent(tmp_path: Path, ending: str) -> None:
    """However the parent goes: without a word, or killed while the child is at work. Nor is anything left over
    that multiprocessing would warn of."""
    script = tmp_path / "owner.py"
    script.write_text(_OWNER, encoding="utf-8")
    owner = subprocess.Popen(
        [sys.executable, "-W", "error", str(script), ending],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with owner:
        assert owner.stdout is not None
        line = owner.stdout.readline()
        assert line.strip().isdigit(), owner.communicate()[1]
        child = psutil.Process(int(line)) if psutil.pid_exists(int(line)) else None
        if ending == "hangs":
            owner.kill()
        _, errors = owner.communicate(timeout=30)
    if child is not None:
        _, alive = psutil.wait_procs([child], timeout=15)
        assert not alive
    assert errors == ""


def test_factories_may_be_partials(made: list[Any]) -> None:
    engine = ProcessEngine(partial(parts.make_analyser), partial(parts.make_decoder), decode_threads=1)
    made.append(engine)
    answer = next(iter(engine.analyse(requests("gone"))))
    assert answer.failure is not None
    assert answer.failure.kind is ErrorKind.GONE
