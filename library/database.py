"""Opening the database: its place, its sessions, and a clear refusal where it can't be used."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text, update
from sqlmodel import Session

from library import beside
from library.address import POSTGRESQL, address_of_home, file_of_home
from library.address import URL_VARIABLE as URL_VARIABLE
from library.errors import Refused
from library.tables import LogRow
from library.troubles import in_plain_words

PATIENCE_SECONDS = 60
"""How long a write waits for others: SQLite lets in who asks at the right moment, not who waited longest."""
LOGGED = "head of the log"
"""Under this name a session knows the hash of the last entry that it wrote."""
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
VERSION_TABLE = "alembic_version"
"""Where Alembic keeps the revision that a database's schema has."""
# Any number will do, as long as nothing else in the same PostgreSQL database takes this one.
_MIGRATION_LOCK = 7_240_115


class Database:
    """A database at a URL: sessions on it, and its schema."""

    def __init__(self, url: URL, *, migration_lock: Path | None = None) -> None:
        """Prepare, but don't connect; `migration_lock` is a file that keeps other processes waiting."""
        self.url = url
        self._migration_lock = migration_lock
        self.came_with = ""
        """The revision that its schema had before this one migrated it; empty where it had none."""
        self._only_read = ""
        self._engine = _engine(url)
        self._unsynced = self._engine if self.file is None else _engine(url, synced=False)

    @contextmanager
    def session(self, *, synced: bool = True) -> Iterator[Session]:
        """Give a session that commits at the end of the block, or rolls back if it raises.

        On SQLite a block of reads holds no lock; the first write takes the one write lock until the
        end. What it commits is on the disk; where it need not be `synced`, a power cut may undo it until the next
        such commit, which takes everything before it along. A kill undoes nothing. Raises Refused if the database
        can't be reached, opened, read or written.
        """
        with (
            in_plain_words(self.url, self._only_read),
            Session(self._engine if synced else self._unsynced, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()
            if self.file is not None and LOGGED in session.info:
                beside.note_head(self.file, session.info[LOGGED])

    def only_read(self, why: str) -> None:
        """Refuse every change from now on, with this as the reason; for a SQLite database."""
        self._only_read = why
        for engine in (self._engine, self._unsynced):
            event.listen(engine, "connect", _refuse_writing)
            engine.dispose()

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for any other, and for one named by a URI of SQLite's own."""
        path = self.url.database
        named = self.url.get_backend_name() == "sqlite" and path and not path.startswith("file:")
        return Path(path) if named and path else None

    def migrate(self, *, held: str = "") -> None:
        """Bring the schema to the newest revision, all of it or nothing.

        `held` is what tells that there was a schema before, if anything does. Raises Refused if the database
        can't be used, was made by a newer version of the product, or has no schema though it had one.
        """
        with in_plain_words(self.url):
            known = self.revisions()
            self.came_with = max(known, default="")
            if known == {newest_revision()}:
                return
            if not known and held and self.file is not None:
                raise beside.empty_after_all(self.file, held)
            with self._one_at_a_time():
                self._upgrade()

    def check_head(self, file: Path | None = None) -> None:
        """Raise `Refused` where the log lacks the entry that is noted as its newest beside its SQLite `file`."""
        file = file or self.file
        if file is None or not (head := beside.noted_head(file)):
            return
        with in_plain_words(self.url), self._engine.connect() as connection:
            for table, column in (("log_end", "head"), ("log", "hash")):
                if connection.execute(
                    text(f"select 1 from {table} where {column} = :head"), {"head": head}
                ).first():
                    return
        raise beside.lost_head(file)

    def _upgrade(self) -> None:
        from library import schema  # Alembic takes a while to import, and most databases are current

        current = self.revisions()
        if current == {newest_revision()}:
            return
        if current - schema.known_revisions():
            raise Refused(
                "the database was made by a newer version of this program",
                where=str(self.url),
                fix="Install that version, or name another home.",
            )
        with self.migration_connection() as connection:
            schema.upgrade(connection)

    def revisions(self) -> set[str]:
        """Return the schema's revision as the database states it; empty where it has no schema yet."""
        with self._engine.connect() as connection:
            if not connection.dialect.has_table(connection, VERSION_TABLE):
                return set()
            return set(connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalars())

    @contextmanager
    def migration_connection(self) -> Iterator[Connection]:
        """Give a connection for changes of the schema: all of the block is stored, or nothing.

        Only one such block runs at a time on a database. Give it to `schema.alembic_config` to run a command.
        """
        engine = _engine(self.url, for_migration=True)
        try:
            with engine.begin() as connection:
                if connection.dialect.name == POSTGRESQL:
                    connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": _MIGRATION_LOCK})
                yield connection
        finally:
            engine.dispose()

    def metadata_differences(self) -> list[Any]:
        """Compare the tables in the database with those of all models imported so far.

        Gives Alembic's list of what a migration would have to do: empty if they agree.
        """
        from library import schema

        with in_plain_words(self.url), self._engine.connect() as connection:
            return schema.differences(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that reads all as it is at one moment, whatever others write meanwhile."""
        with in_plain_words(self.url), self._engine.connect() as connection:
            if connection.dialect.name == POSTGRESQL:
                connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.exec_driver_sql("BEGIN")  # Python's driver begins none for what only reads
            yield connection

    def close(self) -> None:
        """Close all connections; the next session opens new ones."""
        self._engine.dispose()
        self._unsynced.dispose()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if self._migration_lock is None:
            yield
            return
        from filelock import FileLock, Timeout  # only a database that isn't current needs it

        try:
            with FileLock(self._migration_lock, timeout=PATIENCE_SECONDS):
                yield
        except Timeout as error:
            raise Refused(
                "another process keeps preparing the database",
                where=str(self._migration_lock),
                fix="Wait for it to end, and do it again.",
            ) from error
        except OSError as error:
            raise Refused(
                f"the lock file can't be written: {error.strerror or error}", where=str(self._migration_lock)
            ) from error


def open_database(home: Path, *, whole: bool = True, only_file: bool = False) -> Database:
    """Open the database of a home, which is made if it isn't there (for its owner only), and migrate it.

    COMPOSER_DATABASE_URL names another database, unless it has to be `only_file`; otherwise it is the SQLite
    file composer.db in the home. Raises Refused if home or database can't be made, opened or written, or the URL
    is wrong; if the file lacks what was written last; and, where it has to be `whole`, if its log lacks its newest
    entry.
    """
    url, locks = file_of_home(home) if only_file else address_of_home(home), home / "locks"
    database = Database(url, migration_lock=locks / "database.lock")
    held = ""
    if database.file is not None:
        beside.check_before_opening(database.file)
        held = "" if url != file_of_home(home) else beside.sign_of_content(home, database.file)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        locks.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"the home folder can't be made: {error.strerror or error}",
            where=str(home),
            fix="Name another with --home or COMPOSER_HOME.",
        ) from error
    try:
        database.migrate(held=held)
        if whole:
            database.check_head()
    except BaseException:
        database.close()  # a connection that is closed later would take away what lies beside its file by then
        raise
    return database


def open_address(url: URL) -> Database:
    """Open a database that belongs to no home, and migrate it; raises `Refused` where it can't be used."""
    database = Database(url)
    if database.file is not None:
        beside.check_before_opening(database.file)
    database.migrate()
    database.check_head()
    return database


def lock_for_writing(session: Session) -> None:
    """Take the one write lock of the database until the session ends, so that what is read now stays true.

    Readers go on undisturbed. Raises Refused (through the session) if another writer keeps it too long.
    """
    if session.get_bind().dialect.name == POSTGRESQL:
        session.execute(text("lock table log in share row exclusive mode"))
    else:
        # An update of no row: SQLite takes its write lock for the statement, not for the rows.
        log = LogRow.__table__  # type: ignore[attr-defined]
        session.execute(update(log).where(log.c.id == -1).values(why=""))


def newest_revision() -> str:
    """Return the revision that the packaged migrations end at: their file names begin with it, in order."""
    return max(file.name for file in MIGRATIONS.glob("[0-9]*.py")).partition("_")[0]


def _engine(url: URL, *, for_migration: bool = False, synced: bool = True) -> Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    settings: dict[str, Any] = {"pool_pre_ping": not is_sqlite, "json_deserializer": _from_json}
    if is_sqlite:
        settings["connect_args"] = {"timeout": PATIENCE_SECONDS}
    if for_migration:
        settings = {**settings, "poolclass": NullPool}
    try:
        engine = create_engine(url, **settings)
    except ModuleNotFoundError as error:
        wanted = "instruction-composer[postgres]" if url.get_backend_name() == POSTGRESQL else error.name
        raise Refused(
            f"the driver of this database is not installed: {error.name}",
            where=str(url),
            fix=f"Install it: pip install '{wanted}'.",
        ) from error
    if url.get_backend_name() == POSTGRESQL:
        event.listen(engine, "connect", _set_up_postgresql)
    if is_sqlite:
        event.listen(engine, "connect", _be_patient if url.query.get("mode") == "ro" else _set_up_sqlite)
    if not synced:
        event.listen(engine, "connect", _leave_syncing_to_others)
    if is_sqlite and for_migration:
        # Python's driver begins no transaction for changes of the schema; begun by hand, a migration
        # that is cut off leaves nothing behind.
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _from_json(text: str) -> Any:
    # Most lists of a library are empty: of thousands of snippets, reading those takes longer than all others.
    return [] if text == "[]" else json.loads(text)


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    _be_patient(connection, _record)


def _be_patient(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000}").close()


def _leave_syncing_to_others(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL").close()


def _set_up_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set lock_timeout = '{PATIENCE_SECONDS}s'")
    connection.commit()


def _refuse_writing(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # A batch migration replaces a table by a copy, which foreign keys would take for a deletion.
    connection.execute("PRAGMA foreign_keys=OFF").close()
