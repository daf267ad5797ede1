//! Which tables are there, and how do they become today's? A numbered list of steps; each database knows how far it has come.
//!
//! Only what databases that speak PostgreSQL's protocol have in common: plain types, no sequence, no function, no trigger. A step is never
//! changed once it was shipped, and leaves what programs of the version before still work with: several versions may run on one database.

use super::trouble::{UNDEFINED_TABLE, code};
use tokio_postgres::{Client, Error};

/// The steps, the first one of version 1.
const STEPS: &[&str] = &[
    // 1: journals with the end of their chain, who may write to them, and their rows.
    "create table handoffd_journal (
        name text primary key,
        fence bigint not null,
        commits bigint not null,
        head bytea not null
    );
    create table handoffd_lease (
        journal text primary key,
        number bigint not null,
        holder text not null,
        until timestamptz not null
    );
    create table handoffd_row (
        journal text not null,
        key bytea not null,
        value bytea not null,
        primary key (journal, key)
    )",
    // 2: who has fewer journals may ask for one.
    "alter table handoffd_lease add column wanted_by text;
    alter table handoffd_lease add column wanted_until timestamptz",
];

/// How a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// No handoffd has worked with it.
    Empty,
    /// It is behind by some steps.
    Older,
    /// As this program has it.
    Current,
    /// A newer program has worked with it.
    Newer(i64),
}

fn judged(version: Option<i64>, steps: &[&str]) -> Version {
    let newest = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    match version {
        None => Version::Empty,
        Some(version) if version > newest => Version::Newer(version),
        Some(version) if version == newest => Version::Current,
        Some(_) => Version::Older,
    }
}

/// How it stands. Changes nothing.
pub(super) async fn version(client: &Client) -> Result<Version, Error> {
    version_by(client, STEPS).await
}

async fn version_by(client: &Client, steps: &[&str]) -> Result<Version, Error> {
    let found = client
        .query_opt("select version from handoffd_schema where one = 1", &[])
        .await;
    match found {
        Ok(row) => Ok(judged(row.map(|row| row.get(0)), steps)),
        Err(why) if code(&why) == Some(UNDEFINED_TABLE) => Ok(Version::Empty),
        Err(why) => Err(why),
    }
}

/// Makes it today's, all missing steps together or none. A newer one is left as it is, and returned.
pub(super) async fn migrate(client: &mut Client) -> Result<Version, Error> {
    migrate_by(client, STEPS).await
}

async fn migrate_by(client: &mut Client, steps: &[&str]) -> Result<Version, Error> {
    if let found @ (Version::Current | Version::Newer(_)) = version_by(client, steps).await? {
        return Ok(found);
    }
    client
        .batch_execute(
            "create table if not exists handoffd_schema (one integer primary key, version bigint not null)",
        )
        .await?;
    let transaction = client.transaction().await?;
    transaction
        .execute(
            "insert into handoffd_schema (one, version) values (1, 0) on conflict (one) do nothing",
            &[],
        )
        .await?;
    // Who comes at the same time waits here, and finds it done.
    let row = transaction
        .query_one(
            "select version from handoffd_schema where one = 1 for update",
            &[],
        )
        .await?;
    let mut version: i64 = row.get(0);
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    for step in steps.iter().skip(done) {
        transaction.batch_execute(step).await?;
        version += 1;
    }
    transaction
        .execute(
            "update handoffd_schema set version = $1 where one = 1",
            &[&version],
        )
        .await?;
    transaction.commit().await?;
    Ok(judged(Some(version), steps))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{database, plain_client};
    use super::*;

    #[test]
    fn steps_that_are_missing_are_made_once_over_what_is_stored() {
        let database = database();
        let (runtime, mut client) = plain_client(&database);
        runtime.block_on(async {
            assert_eq!(version(&client).await.unwrap(), Version::Empty);
            assert_eq!(migrate(&mut client).await.unwrap(), Version::Current);
            client
                .batch_execute(
                    "insert into handoffd_row values ('a', 'key', 'value'), ('b', '\\x00', '')",
                )
                .await
                .unwrap();
            assert_eq!(migrate(&mut client).await.unwrap(), Version::Current);
            let newer = [
                STEPS[0],
                "alter table handoffd_journal add column note text not null default 'none'",
                "update handoffd_row set value = value || 'x'",
            ];
            assert_eq!(version_by(&client, &newer).await.unwrap(), Version::Older);
            for _ in 0..2 {
                let now = migrate_by(&mut client, &newer).await.unwrap();
                assert_eq!(now, Version::Current);
            }
            // What a newer program has made, this one does not touch.
            assert_eq!(migrate(&mut client).await.unwrap(), Version::Newer(3));
            let rows = client
                .query("select value from handoffd_row order by journal", &[])
                .await
                .unwrap();
            let values: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
            assert_eq!(values, [&b"valuex"[..], b"x"], "each step was made once");
        });
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let database = database();
        let (runtime, mut client) = plain_client(&database);
        runtime.block_on(async {
            let broken = [STEPS[0], "create table half (a integer); select nonsense"];
            assert!(migrate_by(&mut client, &broken).await.is_err());
            let why = client
                .query("select 1 from handoffd_row", &[])
                .await
                .unwrap_err();
            assert_eq!(code(&why), Some(UNDEFINED_TABLE));
            assert_eq!(migrate(&mut client).await.unwrap(), Version::Current);
        });
    }
}
