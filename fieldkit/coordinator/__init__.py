"""What a coordinator's desk shows and gives away: figures, what waits, releases, and
sealed answers by two people's consent.

How figures are counted and protected is `indicators`'. Knows nothing of screens.
"""
