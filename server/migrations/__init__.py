"""The store's history of shapes, one Alembic revision each; shipped with the program and run at init and serve."""
