"""Who writes an official document, and under which text a court is called to an interview.

The notice of the campaign binds the courts of one intermediate court, whose code theirs begin
with (``notice.court`` of ``parameters/campaign.yaml``). To a court elsewhere it is not cited: the
national text is, and the name and number of the court that writes are left for a clerk to fill in.
"""

import datetime
from collections.abc import Iterable

from audit_lib.campaign import load_campaign
from audit_lib.errors import NoVersionInForce, say
from audit_lib.report.wording import Words

__all__ = ["is_bound", "issuer_of", "number_of", "supervision_article"]


def is_bound(courts: Iterable[str]) -> bool:
    """Return whether the notice binds all of these courts.

    Examples
    --------
    >>> is_bound(["鲁09", "鲁0923"]), is_bound(["鲁0923", "津0116"])
    (True, False)
    """
    return all(map(load_campaign().notice.binds, courts))


def issuer_of(words: Words, courts: Iterable[str]) -> str:
    """Return the name of the court that writes."""
    return words("issuer" if is_bound(courts) else "issuer_elsewhere")


def number_of(words: Words, courts: Iterable[str], kind: str, year: int) -> str:
    """Return the number of a document, to be filled in; `kind` is ``document`` or ``circular``."""
    return words(f"{kind}_number" if is_bound(courts) else "number_elsewhere", year=year)


def supervision_article(day: datetime.date) -> str:
    """Return the article on supervision by the court above, as it is numbered on a day.

    Raises
    ------
    NoVersionInForce
        None is known for so early a day.

    Examples
    --------
    >>> supervision_article(datetime.date(2016, 12, 28))
    '第一百二十九条'

    References
    ----------
    法释〔1998〕15号, 第一百二十九条; as amended 2020, 第七十一条.
    """
    articles = load_campaign().notice.elsewhere
    begun = [start for start in articles if start <= day]
    if not begun:
        raise NoVersionInForce(
            say("no_supervision_text", "No text on supervision by the court above is known for "
                "{day}.\nAdd the one of that time to `notice`, `elsewhere` in "
                "parameters/campaign.yaml.", day=day)
        )  # fmt: skip
    return articles[max(begun)]
