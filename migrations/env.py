"""Runs the migrations against the database that ltsys is told to use."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from ltsys.settings import Settings


def database_url() -> str:
    """The caller's URL, else the one of the settings, spoken to through psycopg 3."""
    url = context.config.get_main_option("sqlalchemy.url") or Settings().database_url
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def run() -> None:
    """Upgrade or downgrade in one transaction, refusing to queue behind long locks."""
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '60s'"))
        connection.commit()
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
