"""HXL hashtags for the columns of an export (Humanitarian Exchange Language 1.1).

Owns the mapping and nothing else: one row needs no library. The language is being given up by its steward, so the model
does not rest on it; there is no core attribute for youth, hence the exact ages.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

TAGS = MappingProxyType(
    {
        "table": "#meta+table+id",
        "indicator": "#indicator+code",
        "version": "#indicator+version",
        "part": "#indicator+part",
        "title": "#indicator+name",
        "value": "#indicator+value+num",
        "numerator": "#indicator+numerator+num",
        "denominator": "#indicator+denominator+num",
        "low": "#indicator+value+min",
        "high": "#indicator+value+max",
        "display": "#indicator+value+text",
        "state": "#status+value",
        "excluded": "#meta+excluded",
        "month": "#date+month",
        "quarter": "#date+quarter",
        "year": "#date+year",
        "adm1": "#adm1+code",
        "adm1_words": "#adm1+name",
        "gender": "#group+gender+code",
        "gender_words": "#group+gender+name",
        "age": "#group+age+code",
        "age_words": "#group+age+name",
        "category": "#cause+code",
        "category_words": "#cause+name",
        "severity": "#severity+code",
        "severity_words": "#severity+name",
    }
)
"""Column to hashtag; the heading of an organisation's own column becomes an attribute of #group."""


def hashtags(headings: Sequence[str]) -> list[str]:
    """One hashtag a column.

    >>> hashtags(["adm1", "level_words"])
    ['#adm1+code', '#group+level+name']
    """
    return [TAGS.get(heading) or _own(heading) for heading in headings]


def _own(heading: str) -> str:
    """Attributes are ASCII letters, digits and underscores, and begin with a letter (HXL 1.1)."""
    kind = "name" if heading.endswith("_words") else "code"
    letters = "".join(
        one
        for one in heading.removesuffix("_words").lower()
        if one.isascii() and (one.isalnum() or one == "_")
    )
    return f"#group+{letters}+{kind}" if letters[:1].isalpha() else f"#group+{kind}"
