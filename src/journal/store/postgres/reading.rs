//! What is stored? Reads of rows, each within its time limit. Reads what the database says, which may be anything.

use super::connection::Value;
use super::session::Worker;
use super::trouble::Trouble;
use super::{BYTES_AT_ONCE, ROWS_AT_ONCE};
use crate::journal::JournalError;
use crate::journal::store::{Order, Row};

impl Worker {
    pub(super) async fn get(&mut self, key: Vec<u8>) -> Result<Option<Vec<u8>>, JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, statements| {
            let values: [Value<'_>; 2] = [&journal.as_str(), &key];
            let found = connection.query_opt(&statements.get, &values).await?;
            Ok(found.map(|row| row.try_get(0)).transpose()?)
        })
        .await
    }

    pub(super) async fn scan(
        &mut self,
        from: Vec<u8>,
        until: Vec<u8>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let journal = self.settings.journal.clone();
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        self.reading(async |connection, statements| {
            let statement = match order {
                Order::Upwards => &statements.upwards,
                Order::Downwards => &statements.downwards,
            };
            let values: [Value<'_>; 4] = [&journal.as_str(), &from, &until, &max];
            rows_in(connection.query(statement, &values).await?)
        })
        .await
    }

    pub(super) async fn count(
        &mut self,
        from: Vec<u8>,
        until: Vec<u8>,
    ) -> Result<i64, JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, statements| {
            let values: [Value<'_>; 3] = [&journal.as_str(), &from, &until];
            let found = connection.query_one(&statements.count, &values).await?;
            Ok(found.try_get(0)?)
        })
        .await
    }

    pub(super) async fn all_from(&mut self, from: Vec<u8>) -> Result<Vec<Row>, JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, statements| {
            let values: [Value<'_>; 4] = [&journal.as_str(), &from, &ROWS_AT_ONCE, &BYTES_AT_ONCE];
            rows_in(connection.query(&statements.all_from, &values).await?)
        })
        .await
    }
}

fn rows_in(found: Vec<tokio_postgres::Row>) -> Result<Vec<Row>, Trouble> {
    let row = |row: tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
    found.into_iter().map(row).collect()
}
