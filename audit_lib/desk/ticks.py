"""Lines to be ticked one by one, as a paper form has them.

A list box of which several lines can be chosen forgets all of them at one click without the
control key; a box before each line does not.
"""

from collections.abc import Sequence

import ipywidgets as widgets
import traitlets

__all__ = ["Ticks"]


class Ticks(widgets.HBox):
    """A heading and a box to tick before each line.

    Parameters
    ----------
    name : what the browser finds it by, as the class ``desk-ticks-<name>``
    height : the most that it takes of the screen before it scrolls, as CSS; no bound when empty

    Attributes
    ----------
    options : list of (text, code), the lines
    value : tuple of code, those that are ticked, in the order of the lines
    description : the heading

    Examples
    --------
    >>> ticks = Ticks("issues")
    >>> ticks.options = [("消极执行", "passive"), ("案款滞留", "funds")]
    >>> ticks.value = ("funds", "no such line")
    >>> ticks.value, [box.value for box in ticks.boxes]
    (('funds',), [False, True])
    """

    value = traitlets.Tuple()

    def __init__(self, name: str, height: str = ""):
        self._heading = widgets.Label(layout=widgets.Layout(width="80px", flex="0 0 80px"))
        self._pool: list[widgets.Checkbox] = []
        self._options: list[tuple[str, str]] = []
        layout = widgets.Layout(max_height=height or None, overflow="auto" if height else None,
                                flex="1 1 auto")  # fmt: skip
        self._lines = widgets.VBox(layout=layout)
        self._lines.add_class("desk-ticks-lines")
        super().__init__([self._heading, self._lines])
        for added in ("desk-ticks", f"desk-ticks-{name}"):
            self.add_class(added)

    @property
    def description(self) -> str:
        """Return the heading."""
        return self._heading.value

    @description.setter
    def description(self, text: str) -> None:
        self._heading.value = text

    @property
    def boxes(self) -> list[widgets.Checkbox]:
        """Return the boxes that are shown, one a line."""
        return self._pool[: len(self._options)]

    @property
    def options(self) -> list[tuple[str, str]]:
        """Return the lines."""
        return self._options

    @options.setter
    def options(self, options: Sequence[tuple[str, str]]) -> None:
        self._options = list(options)
        # Boxes of the case before are written over: making new ones would be felt.
        while len(self._pool) < len(self._options):
            box = widgets.Checkbox(indent=False, layout=widgets.Layout(width="auto"))
            box.observe(self._box_changed, "value")
            self._pool.append(box)
        for box, (text, _) in zip(self.boxes, self._options, strict=True):
            box.description = text
        if len(self._lines.children) != len(self._options):
            self._lines.children = self.boxes
        self.value = ()
        self._show()

    @traitlets.validate("value")
    def _known(self, proposal) -> tuple[str, ...]:
        return tuple(code for _, code in self._options if code in proposal["value"])

    @traitlets.observe("value")
    def _show(self, change=None) -> None:
        for box, (_, code) in zip(self.boxes, self._options, strict=True):
            box.value = code in self.value

    def _box_changed(self, change) -> None:
        place = self._pool.index(change["owner"])
        if place >= len(self._options):
            return
        code = self._options[place][1]
        if change["new"] != (code in self.value):
            ticked = {*self.value, code} if change["new"] else {*self.value} - {code}
            self.value = tuple(ticked)
