"""The store on Postgres: psycopg with its pool, writes of a transaction sent in one go."""

from ltsys.adapters.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
