"""What one person records: an interview bound to its draft, the way through it, its saves, and submissions from a file.

Knows the vault through its ports; nothing of screens, of other devices or of figures.
"""
