"""Pages kept whole, repairs, superseded and undone visits, datestamps of records, checksums of bodies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("identity", sa.Column("take_downs", BIG, nullable=False, server_default="0"))
    op.add_column("source", sa.Column("swept_at", BIG, nullable=False, server_default="0"))
    op.add_column("source", sa.Column("reread", sa.Text()))
    op.add_column("visit", sa.Column("repairs", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("visit", sa.Column("noticed", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("visit", sa.Column("superseded_by", BIG))
    op.add_column("visit", sa.Column("undoes", BIG))
    op.add_column("payload", sa.Column("fingerprint", sa.LargeBinary()))
    op.add_column("staged", sa.Column("datestamp", sa.Text(), nullable=False, server_default=""))
    op.add_column("record", sa.Column("datestamp", sa.Text(), nullable=False, server_default=""))
    op.add_column("suppression", sa.Column("erased", SMALL, nullable=False, server_default="0"))
    op.execute(
        "UPDATE record SET datestamp = (SELECT payload.datestamp FROM payload WHERE payload.id = record.payload)"
        " WHERE payload IS NOT NULL"
    )
    op.create_table(
        "kept",
        sa.Column("visit", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("repairs", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("visit", "number", name=op.f("pk_kept")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "renaming",
        sa.Column("visit", BIG, autoincrement=False, nullable=False),
        sa.Column("former", BIG, autoincrement=False, nullable=False),
        sa.Column("identifier", KEY, nullable=False),
        sa.PrimaryKeyConstraint("visit", "former", name=op.f("pk_renaming")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_renaming_identifier"), "renaming", ["identifier"])
