"""Submissions of which there are two versions: put together, set side by side, and decided by a person.

How answers merge is `sync.merging`'s. Knows nothing of screens.
"""
