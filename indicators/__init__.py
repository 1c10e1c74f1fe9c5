"""What the answers add up to, and what of it may be shown.

Owns the catalogue of figures and their computation. Pure over rows: the same code runs on a coordinator's device
and on the server. Knows no database, no network, no screen, and nothing of sync.
"""
