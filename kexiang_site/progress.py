"""Progress of long work: a bar on a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 28
EVERY_S = {True: 0.1, False: 5.0}


class Progress:
    """``progress(done, total, note)``; call ``finish()`` at the end.

    ``total`` 0 means unknown. The first and last state of each note are always printed.
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stream = stream or sys.stderr
        self.clock = clock
        self.is_terminal = self.stream.isatty()
        self._told_at = float("-inf")
        self._note = ""

    def __call__(self, done: int, total: int = 0, note: str = "") -> None:
        now = self.clock()
        is_change = note != self._note or (total and done >= total)
        if not is_change and now - self._told_at < EVERY_S[self.is_terminal]:
            return
        if self.is_terminal and note != self._note and self._note:
            self.stream.write("\n")
        self._told_at, self._note = now, note
        text = self._text(done, total, note)
        self.stream.write(f"\r\x1b[K{text}" if self.is_terminal else f"{text}\n")
        self.stream.flush()

    def _text(self, done: int, total: int, note: str) -> str:
        if not total:
            return f"{note} {done:,}" if done else note
        share = min(done / total, 1)
        if not self.is_terminal:
            return f"{note} {done:,}/{total:,}({share:.0%})"
        bar = "█" * int(share * WIDTH)
        return f"{note} {bar:░<{WIDTH}} {done:,}/{total:,}"

    def finish(self) -> None:
        if self.is_terminal and self._note:
            self.stream.write("\n")
            self.stream.flush()
        self._note = ""
