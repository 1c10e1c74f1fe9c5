"""Every statement to the store, by what it is about: plain functions over a connection, no rules."""
