"""Migrations are run by ``opening.py``; this file is where Alembic looks for an environment."""
