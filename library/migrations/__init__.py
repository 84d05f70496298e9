"""The steps by which a database got its tables; Alembic runs them in order."""
