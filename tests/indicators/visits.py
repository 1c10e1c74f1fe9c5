"""An organisation's own catalogue, of a form in which visits are counted."""

VISITS = """
[unit.visit]
form = "visit"
date = "day"
codes = { place = "place" }
[unit.visit.columns]
adults = "adults"
children = "children"
visitors = "adults + children"
[unit.visit.sums]
visitors = ["adults", "children"]
[[indicator]]
id = "V1"
name = "children_share"
title = "Children among visitors"
unit = "visit"
numerator = ["children"]
denominator = ["visitors"]
by = ["place"]
"""
