//! One connection to the database, and the statements that are prepared on it. Nothing on it waits without a limit.

use super::trouble::Trouble;
use crate::config::{Database, DatabaseServer, DatabaseTls};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row, Statement, ToStatement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The server ends a statement itself at the limit; who hears nothing from it waits this much longer.
const GRACE: Duration = Duration::from_secs(2);

/// A value in a statement.
pub(super) type Value<'v> = &'v (dyn ToSql + Sync);

/// A connection that was open when it was last used.
pub(super) struct Connection {
    pub(super) client: Client,
    driver: JoinHandle<()>,
    limit: Duration,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Closed at once: the server undoes what was not committed.
        self.driver.abort();
    }
}

impl Connection {
    /// Connects and logs in. A transaction in which nothing is said for `idle_limit` is ended by the server; without one it is not.
    pub(super) async fn open(
        settings: &Database,
        idle_limit: Option<Duration>,
    ) -> Result<Self, Trouble> {
        Self::open_for(settings, idle_limit, settings.step_timeout).await
    }

    /// The same, where each step has that time alone.
    pub(super) async fn open_for(
        settings: &Database,
        idle_limit: Option<Duration>,
        limit: Duration,
    ) -> Result<Self, Trouble> {
        let opened = tokio::time::timeout(limit, connect(settings)).await;
        let (client, driver) = opened.map_err(|_| silence(limit))??;
        let connection = Self {
            client,
            driver,
            limit,
        };
        let idle_limit = idle_limit.unwrap_or_default();
        // What is answered with yes is on disk, whatever the database has as its default. One that waits for less than all of its replicas is left so.
        let limits = format!(
            "set statement_timeout = {}; set idle_in_transaction_session_timeout = {}; \
             select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit', true) = 'off'",
            limit.as_millis().max(1),
            idle_limit.as_millis()
        );
        connection.run(&limits).await?;
        Ok(connection)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements that have no values and give no rows.
    pub(super) async fn run(&self, statements: &str) -> Result<(), Trouble> {
        self.in_time(self.client.batch_execute(statements)).await
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(
        &self,
        statement: &(impl ToStatement + ?Sized),
        values: &[Value<'_>],
    ) -> Result<u64, Trouble> {
        self.in_time(self.client.execute(statement, values)).await
    }

    /// The rows that a statement gives.
    pub(super) async fn query(
        &self,
        statement: &(impl ToStatement + ?Sized),
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Trouble> {
        self.in_time(self.client.query(statement, values)).await
    }

    /// The row that a statement gives; `None` where there is none.
    pub(super) async fn query_opt(
        &self,
        statement: &(impl ToStatement + ?Sized),
        values: &[Value<'_>],
    ) -> Result<Option<Row>, Trouble> {
        self.in_time(self.client.query_opt(statement, values)).await
    }

    /// The row that a statement always gives.
    pub(super) async fn query_one(
        &self,
        statement: &(impl ToStatement + ?Sized),
        values: &[Value<'_>],
    ) -> Result<Row, Trouble> {
        self.in_time(self.client.query_one(statement, values)).await
    }

    /// What is asked, in time.
    pub(super) async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Trouble> {
        match tokio::time::timeout(self.limit + GRACE, asked).await {
            Ok(answered) => answered.map_err(Trouble::from),
            Err(_) => {
                // What comes late would be taken for the answer to something else.
                self.driver.abort();
                Err(silence(self.limit))
            }
        }
    }
}

/// Several steps together, in the time that one has.
pub(super) async fn within<T>(
    limit: Duration,
    steps: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let done = tokio::time::timeout(limit, steps).await;
    done.map_err(|_| silence(limit))?
}

fn silence(limit: Duration) -> Trouble {
    Trouble::passing(format!("no answer within {} s", limit.as_secs_f64()))
}

async fn connect(settings: &Database) -> Result<(Client, JoinHandle<()>), Trouble> {
    let mut config = Config::new();
    config
        .dbname(&settings.database)
        .user(&settings.user)
        .application_name("handoffd")
        .connect_timeout(settings.step_timeout)
        .keepalives_idle(Duration::from_secs(30));
    if let Some(password) = password(settings)? {
        config.password(password.expose_secret());
    }
    match &settings.server {
        DatabaseServer::Socket { folder, port } => {
            config.host_path(folder).port(*port);
            in_clear(&config).await
        }
        DatabaseServer::Host { host, port, tls } => {
            config.host(host).port(*port);
            match tls {
                DatabaseTls::None => in_clear(&config).await,
                DatabaseTls::VerifyFull { ca_file } => {
                    config.ssl_mode(SslMode::Require);
                    let tls = crate::tls::client_config(ca_file.as_deref());
                    let tls = tls.map_err(Trouble::lasting)?;
                    let tls = MakeRustlsConnect::new(Arc::unwrap_or_clone(tls));
                    let (client, connection) = config.connect(tls).await?;
                    // How it ends is seen by who uses the client.
                    Ok((client, tokio::spawn(async { drop(connection.await) })))
                }
            }
        }
    }
}

async fn in_clear(config: &Config) -> Result<(Client, JoinHandle<()>), Trouble> {
    let mut config = config.clone();
    config.ssl_mode(SslMode::Disable);
    let (client, connection) = config.connect(NoTls).await?;
    Ok((client, tokio::spawn(async { drop(connection.await) })))
}

/// Read at each login: whoever changes it needs no restart.
fn password(settings: &Database) -> Result<Option<SecretString>, Trouble> {
    let Some(path) = &settings.password_file else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path).map(SecretString::from);
    let text = text.map_err(|why| {
        let path = path.display();
        Trouble::lasting(format!("the password file {path} cannot be read: {why}"))
    })?;
    let password = text.expose_secret().trim_end_matches(['\n', '\r']);
    Ok(Some(SecretString::from(password)))
}

/// What is asked again and again.
pub(super) struct Statements {
    pub(super) get: Statement,
    pub(super) upwards: Statement,
    pub(super) downwards: Statement,
    pub(super) count: Statement,
    pub(super) all_from: Statement,
    pub(super) some: Statement,
    pub(super) fence: Statement,
    pub(super) end: Statement,
    pub(super) put: Statement,
    pub(super) delete: Statement,
}

impl Statements {
    pub(super) async fn prepare(connection: &Connection) -> Result<Self, Trouble> {
        let prepare = async |text: &str| connection.in_time(connection.client.prepare(text)).await;
        Ok(Self {
            get: prepare("select value from handoffd_row where journal = $1 and key = $2").await?,
            upwards: prepare(
                "select key, value from handoffd_row where journal = $1 and key >= $2 and key < $3 order by key limit $4",
            )
            .await?,
            downwards: prepare(
                "select key, value from handoffd_row where journal = $1 and key >= $2 and key < $3 order by key desc limit $4",
            )
            .await?,
            count: prepare(
                "select count(*) from handoffd_row where journal = $1 and key >= $2 and key < $3",
            )
            .await?,
            all_from: prepare(
                // The first one whatever its size, or nothing would get on.
                "select key, value from (\
                   select key, value, coalesce(sum(octet_length(value)) over (order by key rows between unbounded preceding and 1 preceding), 0) as so_far \
                   from (select key, value from handoffd_row where journal = $1 and key >= $2 order by key limit $3) as next\
                 ) as page where so_far < $4 order by key",
            )
            .await?,
            some: prepare(
                "select key, value from handoffd_row where journal = $1 and key = any($2)",
            )
            .await?,
            // Locked from here to the commit: nobody can take over in the middle.
            fence: prepare(
                "select 1 from handoffd_journal where name = $1 and fence = $2 and commits = $3 for update",
            )
            .await?,
            end: prepare(
                "update handoffd_journal set commits = $4, head = $5 where name = $1 and fence = $2 and commits = $3",
            )
            .await?,
            put: prepare(
                "insert into handoffd_row (journal, key, value) \
                 select $1, new.key, new.value from unnest($2::bytea[], $3::bytea[]) as new (key, value) \
                 on conflict (journal, key) do update set value = excluded.value",
            )
            .await?,
            delete: prepare("delete from handoffd_row where journal = $1 and key = any($2)")
                .await?,
        })
    }
}
