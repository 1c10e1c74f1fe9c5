"""The commands of `fieldkit-server`: each reads its arguments, makes one call, and prints the result."""
