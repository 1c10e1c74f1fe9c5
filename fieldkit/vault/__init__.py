"""The encrypted store on a device.

Owns the directory of a vault: its keys, its database and everything read from or written to it. Knows no screen, no
network, and nothing of how changes travel beyond the outbox and the feed's rows.
"""
