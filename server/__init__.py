"""The central store.

Owns receiving, checking, keeping and serving what devices send. It can read no sealed part, and knows nothing of
the field program.
"""
