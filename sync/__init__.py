"""How two stores agree.

Owns what travels between a device and the server: changes, segments, receipts, and who may sign what. Pure
but for `sync.transport`; knows no database and no screen, and nothing of indicators.
"""
