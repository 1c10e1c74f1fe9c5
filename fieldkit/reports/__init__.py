"""What leaves the house: a frozen release as tables, exchange files and a report.

Owns formats, words and pictures of what a release shows. It takes releases only, never submissions, and computes
nothing from cells: no sum, no difference, no share, so that a suppressed cell can't come back through an export.
The libraries that draw and set type belong to the extra `reports` and are loaded when they are needed.
"""
