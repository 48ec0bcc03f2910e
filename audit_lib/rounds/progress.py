"""What a person sees of a run: courts in hand, time left, failures; on a terminal only."""

import sys

from tqdm import tqdm

from audit_lib.labels import label

__all__ = ["Progress"]


class Progress:
    """A bar on standard error, shown when a run lasts over two seconds and someone looks on.

    Parameters
    ----------
    title : the round's name
    lang : ``zh`` or ``en``
    quiet : show nothing
    """

    def __init__(self, title: str, lang: str = "zh", quiet: bool = False):
        self.title, self.lang = title, lang
        self.hidden = quiet or not sys.stderr.isatty()
        self.bar: tqdm | None = None
        self.failed = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()

    def begin(self, step: str, total: int) -> None:
        """Start the bar of one step: ``prepare``, ``units`` or ``overview``."""
        if self.bar is not None:
            self.bar.close()
        self.bar = None
        if total and not self.hidden:
            words = label("rounds_progress", step, self.lang)
            # The time left is told from the whole run so far: the largest courts come first.
            self.bar = tqdm(
                total=total, desc=f"{self.title} {words}", delay=2, leave=False, smoothing=0.1
            )

    def show(self, in_hand: list[str]) -> None:
        """Say which pieces of work are in hand now."""
        if self.bar is None:
            return
        names = sorted({name.split("/")[0] for name in in_hand})
        words = " ".join(names[:4]) + " …" * (len(names) > 4)
        if self.failed:
            words = label("rounds_progress", "failed", self.lang, count=self.failed) + " " + words
        self.bar.set_postfix_str(words)

    def tell(self, name: str, failed: bool) -> None:
        """Say that one piece of work has ended, and whether it failed."""
        self.failed += failed
        if self.bar is None:
            return
        if failed:
            self.bar.write(
                label("rounds_progress", "failure", self.lang, name=name), file=sys.stderr
            )
        self.bar.update(1)
