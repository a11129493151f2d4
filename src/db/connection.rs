//! The connection: a module of its own, since what the derive makes beside it has no documentation.

use diesel::{PgConnection, SqliteConnection};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// The embedded database, a file.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Pg(PgConnection),
}
