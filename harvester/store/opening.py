"""Open a store: make a new one, upgrade an older one after a backup, refuse a newer one."""

from __future__ import annotations

import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ..errors import StoreError
from . import schema
from .backup import back_up
from .database import CHANGE_LOCK, Database, migrating_engine, translated

# The epoch counts minutes from here: a number that grows with every making or restoring of a store.
EPOCH_ZERO = 1_577_836_800  # 2020-01-01T00:00:00Z
MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(database: Database, *, head: str = schema.HEAD, migrations: Path = MIGRATIONS, backup: bool = True) -> None:
    """Bring a store to the revision of this code.

    An older SQLite store is copied to ``FILE.before-REVISION`` first; an older PostgreSQL store is refused with its
    pg_dump line unless ``backup`` is False. Raises StoreError: store_newer, store_older, store_unreachable.
    """
    revision = _revision(database)
    if revision == head:
        return
    if revision is None:
        database.write(lambda connection: _create(connection, database, head))
        return
    if revision not in _known(migrations):
        raise StoreError("store_newer", where=database.where, revision=revision, known=head)
    if backup:
        _back_up(database, revision, head)
    _upgrade(database, head, migrations)


def minutes(database: Database) -> int:
    """Return the epoch that begins now: minutes from 2020-01-01."""
    return (database.now() - EPOCH_ZERO) // 60


def epoch(database: Database) -> int:
    """Return in which epoch of the store we are: a new one begins with every restoring."""
    with database.reading() as connection:
        return int(connection.scalars(sa.select(schema.identity.c.epoch)).one())


def _revision(database: Database) -> str | None:
    try:
        with database.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError as error:
        known = translated(error, database.where)
        if isinstance(known, StoreError):
            raise known from error
        raise StoreError("store_unreachable", where=database.where, detail=str(error)) from error


def _create(connection: sa.Connection, database: Database, head: str) -> None:
    if not database.sqlite:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CHANGE_LOCK)))
    if sa.inspect(connection).has_table("alembic_version"):  # another process was faster
        return
    schema.metadata.create_all(connection)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    connection.execute(schema.identity.insert().values(store=uuid.uuid4().hex, epoch=minutes(database)))


def _known(migrations: Path) -> set[str]:
    return {file.name.partition("_")[0] for file in (migrations / "versions").glob("*.py")}


def _back_up(database: Database, revision: str, head: str) -> None:
    if not database.sqlite:
        raise StoreError("store_older", where=database.where, revision=revision, known=head)
    assert database.url.database is not None
    back_up(Path(database.url.database), Path(f"{database.url.database}.before-{revision}"))


def _upgrade(database: Database, head: str, migrations: Path) -> None:
    from alembic.migration import MigrationContext  # 0.1 s to import: only when there is something to do
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrations))

    def steps(revision: object, _: object) -> list[object]:
        return list(scripts._upgrade_revs(head, revision))  # type: ignore[arg-type]  # alembic's own environment calls it so

    engine = migrating_engine(database)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if not database.sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CHANGE_LOCK)))
        context = MigrationContext.configure(
            connection, opts={"fn": steps, "transactional_ddl": True, "render_as_batch": True}
        )
        with Operations.context(context):
            context.run_migrations()
        if database.sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreError("store_damaged", where=database.where, detail="foreign keys after the upgrade")
    engine.dispose()
