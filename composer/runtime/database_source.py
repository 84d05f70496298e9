"""What is released now in a database: its packs are made from the rows, each checked against what was vetted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from composer.registry.releases import current_release, current_releases
from composer.release.pack import pack_of
from composer.runtime.source import require_names
from library import log
from library.address import POSTGRESQL
from library.database import VERSION_TABLE, Database, newest_revision
from library.errors import Refused

# Of libpq: seconds until a connection has to be there, and milliseconds until what was sent has to have arrived.
GIVEN_UP = {"connect_timeout": "10", "tcp_user_timeout": "20000"}


class DatabaseSource:
    """The releases of one database, which is only read: it is neither made nor migrated."""

    def __init__(self, url: URL) -> None:
        """Prepare, but don't connect; raises `Refused` where its driver is not installed."""
        self._url = url
        self.database = Database(_patient(url))
        if url.get_backend_name() == "sqlite":
            self.database.only_read("a source of prompts is only read")

    @property
    def url(self) -> URL:
        """The URL of the database, with its password."""
        return self._url

    @property
    def where(self) -> str:
        """The URL, without its password."""
        return str(self._url)

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return task and target of everything that is released now, sorted."""
        with self._session() as session:
            return tuple(sorted(current_releases(session)))

    def stamp(self, task: str, target: str) -> Hashable:
        """Return the number of the current release, and the newest entry of the log.

        The entry changes also when a snippet is retired, which can make a release one that can't be loaded.
        """
        with self._session() as session:
            release = current_release(session, task, target)
            return release and release.id, log.head(session)

    def files(self, task: str, target: str) -> Mapping[str, bytes]:
        """Return the pack of what is released now, as `composer export` writes it."""
        require_names(task, target)
        with self._session() as session:
            try:
                return pack_of(session, task, target).files
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise Refused(
                    f"the rows of what is released for {task} on {target} are not those of a release",
                    where=self.where,
                    fix="`composer audit verify` checks them.",
                ) from error

    @contextmanager
    def _session(self) -> Iterator[Session]:
        file = self.database.file
        if file is not None and not file.is_file():
            raise Refused("there is no such database", where=str(file), fix="Name a home, or a database as a URL.")
        try:
            with self.database.session() as session:
                if session.get_bind().dialect.name == POSTGRESQL:
                    session.execute(text("set transaction isolation level repeatable read, read only"))
                self._require_schema(session)
                yield session
        except SQLAlchemyError as error:
            first_line = str(error).splitlines()[0]
            raise Refused(f"the database can't be read: {first_line}", where=self.where) from error
        finally:
            self.database.close()  # between two looks nothing stays open, also where a service forks

    def _require_schema(self, session: Session) -> None:
        connection = session.connection()
        known = connection.dialect.has_table(connection, VERSION_TABLE)
        query = text(f"select version_num from {VERSION_TABLE}")
        found = set(connection.execute(query).scalars()) if known else set()
        if found != {newest_revision()}:
            raise Refused(
                "the database is of another version of this program" if found else "this holds no prompts",
                where=self.where,
                fix="Install the same version here and there; any command there brings an older one up to date.",
            )


def _patient(url: URL) -> URL:
    """Return a PostgreSQL URL with which a server that can't be reached is given up, unless it says otherwise."""
    if url.get_backend_name() != POSTGRESQL:
        return url
    return url.update_query_dict({**GIVEN_UP, **url.query})
