"""The engine without a process: same answers, one thread, for tests, scripts and systems where spawning fails.

It has no protection against a codec that crashes or hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from itertools import islice

from phototagger.domain.errors import EngineError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.sentences import said
from phototagger.inference.engine.steps import (
    LONGEST_SIDE,
    THUMBNAIL_SIDE,
    AnalyserLike,
    Counters,
    DecoderLike,
    Networks,
    Ready,
    analyse_batch,
    decode_one,
)


class InlineEngine:
    """Decodes and analyses in the caller's thread. See ``jobs.ports.Engine`` for the contract.

    Args:
        make_analyser, make_decoder: Called once, at the first photo. What they raise comes to the caller.
        batch: Photos handed to the networks at once.
        longest_side, thumbnail_side: Pixels of the longer side of decoded photos and of thumbnails.
    """

    def __init__(
        self,
        make_analyser: Callable[[], AnalyserLike],
        make_decoder: Callable[[], DecoderLike],
        batch: int = 8,
        longest_side: int = LONGEST_SIDE,
        thumbnail_side: int = THUMBNAIL_SIDE,
    ) -> None:
        self._make_analyser = make_analyser
        self._make_decoder = make_decoder
        self._batch = batch
        self._sides = (longest_side, thumbnail_side)
        self._counters = Counters()
        self._networks: Networks | None = None
        self._decoder: DecoderLike | None = None
        self._closed = False

    def start(self) -> None:
        """Loads the networks now rather than at the first photo."""
        self._parts()

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Generator[Answer, None, None]:
        """Exactly one answer for each request, a batch at a time."""
        source = iter(requests)
        while chunk := list(islice(source, self._batch)):
            yield from self._answers(chunk)

    def _answers(self, chunk: list[AnalyseRequest]) -> list[Answer]:
        networks, decoder = self._parts()
        answers: list[Answer] = []
        ready: list[Ready] = []
        for request in chunk:
            result = decode_one(decoder, networks, request, self._sides, self._counters)
            if isinstance(result, Ready):
                ready.append(result)
            else:
                answers.append(result)
        if ready:
            answers += analyse_batch(networks, ready, self._counters)
        self._counters.add(photos=len(answers))
        return answers

    def _parts(self) -> tuple[Networks, DecoderLike]:
        if self._closed:
            raise EngineError(said("The engine has been closed. Start phototagger again."))
        if self._networks is None or self._decoder is None:
            self._networks = Networks(self._make_analyser())
            self._decoder = self._make_decoder()
        return self._networks, self._decoder

    def describe(self) -> dict[str, str]:
        """Device, backend and networks; before the first photo only ``state``."""
        if self._networks is None:
            return {"state": "closed" if self._closed else "not started", "engine": "in-line"}
        return {"state": "running", "engine": "in-line", **self._networks.describe()}

    def stats(self) -> dict[str, float]:
        """See ``ProcessEngine.stats``; always one decode thread, no restarts."""
        return {**self._counters.snapshot(), "decode_threads": 1.0, "restarts": 0.0}

    def interrupt(self) -> None:
        """Nothing to do: what runs in this thread cannot be broken off."""

    def close(self) -> None:
        """Lets go of the networks; idempotent."""
        self._closed = True
        self._networks = None
        self._decoder = None
