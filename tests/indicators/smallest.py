"""The smallest safe set of hidden cells, by one whole-number program over all protected cells at once.

Independent of `indicators.suppression`, which goes from cell to cell: here a pair of tables for each protected cell
stands in one program (Fischetti and Salazar-Gonzalez 2000). Too slow for releases, exact for small tables.
"""

from __future__ import annotations

from indicators.programs import Program, Row
from indicators.statements import Publication

SLACK = 4
"""A hidden cell may vary by four widths: more is never needed in tables of this size."""


def smallest_number_of_hidden_cells(publication: Publication) -> int:
    """For publications in which every statement tells one number exactly."""
    names = sorted(publication.quantities)
    column = {name: number for number, name in enumerate(names)}
    said = [item for item in publication.statements if not item.is_unsafe]
    copies = 2 * len(publication.protected)
    first = copies * len(names)
    bound = 2 * max(publication.quantities.values()) + 2 * max(publication.protected.values())
    rows = []
    for pair, (key, width) in enumerate(sorted(publication.protected.items())):
        up, down = 2 * pair * len(names), (2 * pair + 1) * len(names)
        rows.append(Row([column[key] + up, column[key] + down], [1, -1], width, None))
        for shift in (up, down):
            for known in publication.known:
                columns = [column[name] + shift for name, _ in known.terms]
                rows.append(Row(columns, [factor for _, factor in known.terms], known.low, known.high))
            for choice, item in enumerate(said, start=first):
                value, cell = publication.quantities[item.key], column[item.key] + shift
                rows.append(Row([cell, choice], [1, -SLACK * width], None, value))
                rows.append(Row([cell, choice], [1, SLACK * width], value, None))
    choices = range(first, first + len(said))
    program = Program([bound] * first + [1] * len(said), rows, whole=choices)
    return round(program.least(dict.fromkeys(choices, 1.0)).value) + len(publication.statements) - len(said)
