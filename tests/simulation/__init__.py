"""Seeded histories of real devices and the real server behind a clock, a network and a disk that fail."""
