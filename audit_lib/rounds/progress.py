"""What a person sees of a run: courts in hand, time left, failures; on a terminal only."""

import sys

from tqdm import tqdm

__all__ = ["Progress"]


class Progress:
    """A bar on standard error, shown when a run lasts over two seconds and someone looks on.

    Parameters
    ----------
    title : the round's name
    quiet : show nothing
    """

    def __init__(self, title: str, quiet: bool = False):
        self.title = title
        self.hidden = quiet or not sys.stderr.isatty()
        self.bar: tqdm | None = None
        self.failed = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()

    def begin(self, step: str, total: int) -> None:
        """Start the bar of one step."""
        if self.bar is not None:
            self.bar.close()
        self.bar = None
        if total and not self.hidden:
            self.bar = tqdm(total=total, desc=f"{self.title} {step}", delay=2, leave=False)

    def tell(self, done: int, in_hand: list[str], failed: bool) -> None:
        """Say how many more were done, which are in hand, and whether the last one failed."""
        self.failed += failed
        if self.bar is None:
            return
        self.bar.update(done)
        words = {"failed": self.failed} if self.failed else {}
        self.bar.set_postfix(words | {"now": " ".join(sorted(in_hand)[:4])})
