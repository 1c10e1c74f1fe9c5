"""The command line: one module for each family of commands.

Each module offers `register(subparsers)`, which must stay light (it runs for `--help`), and handlers that import what
they need when they run. Handlers return an exit code (forms.problems.ExitCode); problems rise to `fieldkit.edge`.
Results go to standard output, findings and problems to standard error.
"""
