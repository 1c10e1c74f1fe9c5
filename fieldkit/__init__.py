"""The field program: recorder, coordinator, trainer.

Owns the vault on the device, the terminal interface and the command line. Knows nothing of the server's insides.
"""
