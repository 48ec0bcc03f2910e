"""Build ``measure.otf``: what the engine of the pictures measures text with.

Run once, when the fonts of ``pylopdf-fonts-zh-cn`` change, where ``fonttools`` is installed (only
this file asks for it): ``python audit_lib/report/fonts/build_measure.py``. It is Noto Sans SC cut
down to ASCII and the characters of GB/T 2312, under a name of its own. The engine opens the font
anew for each text that it measures, and a fifth of the size takes a twentieth of the time; the
measures are those of the whole font, and readers' own fonts draw the text.
"""

from pathlib import Path

from audit_lib.report.drawing import MEASURE, font_folder

HERE = Path(__file__).parent


def characters() -> str:
    """Return ASCII and every character of GB/T 2312-1980."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(map(chr, range(32, 127))) + "".join(p.decode("gb2312", "ignore") for p in pairs)


def main() -> None:
    """Write the font beside this file."""
    from fontTools import subset

    options = subset.Options(layout_features=["kern"], name_IDs=["*"], hinting=False)
    font = subset.load_font(str(font_folder() / "NotoSansSC-Regular.otf"), options)
    cut = subset.Subsetter(options)
    cut.populate(text=characters())
    cut.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = MEASURE
        elif record.nameID == 6:
            record.string = MEASURE.replace(" ", "-")
    font["head"].modified = font["head"].created  # the same bytes on every day
    font.recalcTimestamp = False
    font.save(HERE / "measure.otf")


if __name__ == "__main__":
    main()
