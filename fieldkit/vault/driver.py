"""The one place that imports the SQLite driver, and makes sqlite-utils use it.

sqlite-utils looks for a driver named ``pysqlite3`` before it takes the standard library's, and catches that driver's
exceptions. SQLCipher's driver raises classes of its own, so it is registered under that name before sqlite-utils is
imported; otherwise its ``alter=True`` and every other inner ``except`` stops working without a word. Invariant: all
exceptions and rows of the vault come from here, never from `sqlite3`.
"""

from __future__ import annotations

import sys

import sqlcipher3
from sqlcipher3 import dbapi2

if "sqlite_utils" in sys.modules:
    raise ImportError(
        "fieldkit.vault.driver must be imported before sqlite_utils, which has chosen its driver"
    )

for _name in dir(dbapi2):
    if not hasattr(sqlcipher3, _name):
        setattr(sqlcipher3, _name, getattr(dbapi2, _name))
sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = dbapi2

# sqlite-utils loads numpy where it is installed, only to name its types: a tenth of a second at every start.
_NUMPY = sys.modules.get("numpy")
sys.modules["numpy"] = None  # type: ignore[assignment]  # makes its import fail, which sqlite-utils expects
try:
    import sqlite_utils  # the alias above must stand first
finally:
    if _NUMPY is None:
        del sys.modules["numpy"]
    else:
        sys.modules["numpy"] = _NUMPY

Connection = sqlite_utils.Database
"""What work on the vault is given: a sqlite-utils database over one SQLCipher connection."""

DatabaseError = dbapi2.DatabaseError
Error = dbapi2.Error
IntegrityError = dbapi2.IntegrityError
OperationalError = dbapi2.OperationalError
Row = dbapi2.Row
connect = dbapi2.connect

__all__ = ["Connection", "DatabaseError", "Error", "IntegrityError", "OperationalError", "Row", "connect"]
