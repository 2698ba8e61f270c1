"""All SQL: one SQLite file in the user's data folder. Query functions take a connection first."""
