"""What every part of a case's page is written with: tables, words, and where a row stands."""

from audit_lib.desk.settings import load_desk_settings
from audit_lib.desk.words import label
from audit_lib.labels import Lang
from audit_lib.law import load_rules
from audit_lib.report import CourtTables
from audit_lib.report.blocks import Part, Table, Text
from audit_lib.report.wording import Words, clip, missing

__all__ = ["CaseSheet", "rule_says"]


def rule_says(rule, version, lang: Lang = "zh") -> str:
    """Return in our words what the article asks, as it stood; nothing for an unknown rule."""
    known = load_rules().get(rule)
    if known is None or not known.versions:
        return "—"
    days = sorted(known.versions)
    day = None if missing(version) else version.date()
    chosen = known.versions.get(day) or known.versions[days[-1]]
    says = getattr(chosen, "says", None)
    return getattr(says, lang, None) or "—"


class CaseSheet:
    """One case being written.

    Parameters
    ----------
    tables : tables of one case
    case_no : its number
    lang : ``zh`` or ``en``
    """

    def __init__(self, tables: CourtTables, case_no: str, lang: Lang):
        self.tables, self.case_no, self.lang = tables, case_no, lang
        self.words, self.settings = Words(lang), load_desk_settings()

    def said(self, code: str, **values) -> str:
        """Return a sentence of ``desk_text``."""
        return label("desk_text", code, self.lang, **values)

    def text(self, value) -> str:
        """Return a cell of the record, cut at the desk's length."""
        return "—" if missing(value) else clip(str(value), self.settings.text_length)

    def source(self, row) -> str:
        """Say in which file and row something stands."""
        if missing(row.source_row):
            return "—"
        return self.words("row", file=self.text(row.source_file), row=int(row.source_row))

    def table(self, key: str, columns: str, kinds: str, rows, total: int | None = None):
        """Return a table, or the sentence that there is nothing."""
        rows = list(rows)
        caption = label("desk_table", key, self.lang)
        if not rows:
            return Text(f"{caption}{self.words('colon')}{self.words('none')}")
        heads = [label("desk_column", name, self.lang) for name in columns.split()]
        note = ""
        if total is not None and total > len(rows):
            note = self.words("cut", shown=len(rows), total=total)
        return Table(f"desk-{key}", heads, rows, kinds, caption, note)

    def part(self, key: str, *blocks) -> Part:
        """Return one part of the page."""
        title = label("desk_part", key, self.lang)
        return Part(f"desk-{key}", title, tuple(b for b in blocks if b is not None), self.lang)

    def absent(self, *names: str) -> Text | None:
        """Say which tables were never computed: absence is no finding."""
        lacking = [self.words.of("table", n) for n in names if not self.tables.given(n)]
        if not lacking:
            return None
        listed = self.words("list_separator").join(lacking)
        return Text(self.words("not_computed", tables=listed), "warning")
