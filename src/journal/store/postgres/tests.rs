//! On a real server: leases, fences, lost answers.

#[path = "../../../../tests/postgres/mod.rs"]
mod server;

#[path = "../../../../tests/postgres/cutter.rs"]
mod cutter;

use super::super::Act;
use super::opening::{IfNew, Opening};
use super::*;
use crate::config::{DatabaseServer, DatabaseTls, JournalName, MailboxName};
use crate::journal::lease::AwakeClock;
use crate::journal::renewal::Renewed;
use crate::journal::{HeldBy, Lookout, NotOpened, Seen};
use cutter::{Cutter, Side};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// A journal in a database of its own.
pub(crate) fn database() -> Database {
    database_on(server::shared())
}

fn database_on(server: &server::Postgres) -> Database {
    Database {
        journal: JournalName::default(),
        server: DatabaseServer::Socket {
            folder: server.folder.clone(),
            port: server.port,
        },
        database: server.database(),
        user: server::USER.to_owned(),
        password_file: None,
        lease: Duration::from_secs(3),
        step_timeout: Duration::from_secs(10),
    }
}

pub(crate) fn opened(database: &Database) -> PostgresStore {
    PostgresStore::open(database, &Arc::default()).unwrap()
}

/// The same once nobody else holds it any more.
fn opened_once_free(database: &Database) -> PostgresStore {
    loop {
        match PostgresStore::open_once(database, &Arc::default()) {
            Ok(store) => return store,
            Err(NotOpened::Held(held)) => std::thread::sleep(held.left),
            Err(NotOpened::Away(why)) => panic!("{why}"),
            Err(NotOpened::Failed(why)) => panic!("{why}"),
        }
    }
}

/// A journal of its own in a database that others use as well: making one takes time.
pub(crate) fn opened_anywhere() -> PostgresStore {
    static DATABASE: OnceLock<Database> = OnceLock::new();
    static JOURNALS: AtomicU32 = AtomicU32::new(0);
    let number = JOURNALS.fetch_add(1, Ordering::Relaxed);
    opened(&Database {
        journal: JournalName::parse(&format!("journal-{number}")).unwrap(),
        ..DATABASE.get_or_init(database).clone()
    })
}

/// A connection past the store.
pub(crate) fn plain_client(database: &Database) -> (Runtime, Client) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let DatabaseServer::Socket { folder, port } = &database.server else {
        panic!("tests use the socket");
    };
    let mut config = tokio_postgres::Config::new();
    config
        .host_path(folder)
        .port(*port)
        .dbname(&database.database)
        .user(&database.user);
    let (client, connection) = runtime.block_on(config.connect(NoTls)).unwrap();
    drop(runtime.spawn(connection));
    (runtime, client)
}

fn note(store: &PostgresStore, key: &str) -> Result<(), JournalError> {
    let mut batch = Batch::of(Act::Watch);
    batch.put(Tree::Begun, key, "x");
    store.commit(batch, Outlives::PowerCut)
}

fn assert_whole(store: &PostgresStore) {
    assert_eq!(store.check().unwrap(), []);
    let differences = store.verify().unwrap().differences;
    assert!(differences.is_empty(), "{differences:?}");
}

/// As a process that was paused and knows nothing of what came after.
fn paused(database: &Database, store: &PostgresStore) -> PostgresStore {
    let session = Session::start(database.clone()).unwrap();
    let end = store.lock().end;
    let number = store.lease.as_ref().unwrap().number();
    let clock = AwakeClock::of_machine();
    let lease = Lease::taken(number, clock.now(), database.lease, clock);
    PostgresStore::with(
        session,
        database,
        Some(Arc::new(lease)),
        end,
        &Arc::default(),
    )
}

/// Ends without giving anything back, as a process that is killed.
fn killed(store: PostgresStore) {
    store.lease.as_ref().unwrap().lose();
}

#[test]
fn who_holds_the_lease_is_alone_until_it_ends_or_is_given_back() {
    let database = database();
    let first = opened(&database);
    note(&first, "one").unwrap();
    let refused = PostgresStore::open(&database, &Arc::default());
    let Err(JournalError::Held { holder, .. }) = refused else {
        panic!("a second one was let in");
    };
    assert!(holder.contains(&format!("process {}", std::process::id())));
    // Who looks is let in, and sees what was there when they came.
    let looking = PostgresStore::look(&database, &Arc::default()).unwrap();
    note(&first, "two").unwrap();
    assert_eq!(looking.count(Tree::Begun).unwrap(), 1);
    let why = note(&looking, "never").unwrap_err().to_string();
    assert!(why.contains("nothing can be recorded"), "{why}");
    drop(first);
    let second = opened(&database);
    assert_eq!(second.count(Tree::Begun).unwrap(), 2);
    // Killed: nobody gives anything back, and it is waited for.
    killed(second);
    let began = std::time::Instant::now();
    let mut lookout = Lookout::over(&database).unwrap();
    let seen = lookout.look(&[&database.journal]).unwrap();
    let [Seen::Held(held)] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert!(held.left <= database.lease);
    let third = opened_once_free(&database);
    let seen = lookout.look(&[&database.journal]).unwrap();
    assert!(matches!(seen.as_slice(), [Seen::Held(_)]), "{seen:?}");
    assert!(began.elapsed() < database.lease + Duration::from_secs(2));
    assert_whole(&third);
}

#[test]
fn a_lease_is_renewed_and_many_journals_share_a_database() {
    let database = database();
    let first = opened(&database);
    let other = Database {
        journal: JournalName::parse("other").unwrap(),
        ..database.clone()
    };
    let second = opened(&other);
    note(&first, "of the first").unwrap();
    std::thread::sleep(database.lease + Duration::from_millis(500));
    assert!(first.lease.as_ref().unwrap().is_sure());
    assert!(PostgresStore::open(&database, &Arc::default()).is_err());
    note(&second, "of the second").unwrap();
    assert_eq!(second.get(Tree::Begun, b"of the first").unwrap(), None);
    assert_eq!(first.count(Tree::Begun).unwrap(), 1);
    assert_whole(&first);
    assert_whole(&second);
}

#[test]
fn who_wakes_up_late_writes_nothing_and_knows_that_the_journal_is_lost() {
    let database = database();
    let first = opened(&database);
    note(&first, "one").unwrap();
    let late = paused(&database, &first);
    first.give_back();
    let second = opened(&database);
    // The number of commits is what the late one believes: the lease alone keeps it out.
    assert!(matches!(
        note(&late, "late"),
        Err(JournalError::LeaseLost { .. })
    ));
    assert!(late.lease.as_ref().unwrap().is_lost());
    assert!(!late.lease.as_ref().unwrap().is_sure());
    note(&second, "two").unwrap();
    assert!(matches!(
        note(&late, "late"),
        Err(JournalError::LeaseLost { .. })
    ));
    assert!(matches!(
        late.rewrite(ChainOfCopy::Anew),
        Err(JournalError::LeaseLost { .. })
    ));
    assert_eq!(second.get(Tree::Begun, b"late").unwrap(), None);
    assert_whole(&second);
}

#[test]
fn who_is_paused_with_a_transaction_open_holds_up_nobody_for_long() {
    let database = database();
    let first = opened(&database);
    note(&first, "one").unwrap();
    // In the middle of a commit: the journal's row is locked.
    let fence = first.fence(&first.lock()).unwrap();
    let stuck = first.session.run(move |worker| {
        Box::pin(async move {
            let journal = worker.settings.journal.clone();
            let (connection, statements) = worker.connected().await.unwrap();
            connection.client.batch_execute("begin").await.unwrap();
            let lease = commit::stored(fence.lease);
            let commits = commit::stored(fence.before.commits);
            let values: [super::connection::Value<'_>; 3] = [&journal.as_str(), &lease, &commits];
            let locked = connection.query_opt(&statements.fence, &values);
            locked.await.unwrap().is_some()
        })
    });
    assert!(stuck.unwrap());
    first.lease.as_ref().unwrap().lose();
    let second = opened_once_free(&database);
    note(&second, "two").unwrap();
    assert!(matches!(
        note(&first, "late"),
        Err(JournalError::LeaseLost { .. })
    ));
    assert_whole(&second);
}

#[test]
fn a_database_that_lost_commits_is_not_worked_with() {
    let database = database();
    let store = opened(&database);
    note(&store, "one").unwrap();
    note(&store, "two").unwrap();
    let (runtime, client) = plain_client(&database);
    let back = client.execute("update handoffd_journal set commits = commits - 1", &[]);
    assert_eq!(runtime.block_on(back).unwrap(), 1);
    let why = note(&store, "three").unwrap_err();
    assert!(matches!(why, JournalError::Damaged { .. }), "{why}");
    drop(store);
    let why = PostgresStore::open(&database, &Arc::default()).err();
    assert!(matches!(why, Some(JournalError::Damaged { .. })), "{why:?}");
}

#[test]
fn an_opening_that_fails_leaves_the_journal_to_others_at_once() {
    let database = Database {
        lease: Duration::from_secs(600),
        ..database()
    };
    let store = opened(&database);
    note(&store, "one").unwrap();
    drop(store);
    let (runtime, client) = plain_client(&database);
    let back = client.execute("update handoffd_journal set commits = commits + 1", &[]);
    assert_eq!(runtime.block_on(back).unwrap(), 1);
    let why = PostgresStore::open_once(&database, &Arc::default()).err();
    assert!(
        matches!(why, Some(NotOpened::Failed(JournalError::Damaged { .. }))),
        "{why:?}"
    );
    assert_eq!(PostgresStore::held_by(&database).unwrap(), None);
}

/// The server refuses what is written, until it is told otherwise.
fn refuse_rows(runtime: &Runtime, client: &Client, is_refused: bool) {
    let statement = match is_refused {
        true => "alter table handoffd_row add constraint never check (false) not valid",
        false => "alter table handoffd_row drop constraint never",
    };
    runtime.block_on(client.batch_execute(statement)).unwrap();
}

#[test]
fn a_database_that_was_set_back_after_a_failure_is_never_adopted() {
    let database = database();
    let store = opened(&database);
    note(&store, "one").unwrap();
    let (runtime, client) = plain_client(&database);
    let row = runtime.block_on(client.query_one("select head from handoffd_journal", &[]));
    let earlier: Vec<u8> = row.unwrap().get(0);
    note(&store, "two").unwrap();
    refuse_rows(&runtime, &client, true);
    let why = note(&store, "refused").unwrap_err();
    assert!(matches!(why, JournalError::Store { .. }), "{why}");
    refuse_rows(&runtime, &client, false);
    let back = "update handoffd_journal set commits = 1, head = $1";
    let set_back = runtime.block_on(client.execute(back, &[&earlier]));
    assert_eq!(set_back.unwrap(), 1);
    for _ in 0..2 {
        let why = note(&store, "three").unwrap_err();
        assert!(matches!(why, JournalError::Damaged { .. }), "{why}");
        assert!(why.to_string().contains("it knows of 1 of 2"), "{why}");
    }
    let why = store.get(Tree::Begun, b"one").unwrap_err();
    assert!(matches!(why, JournalError::Damaged { .. }), "{why}");
    let lease = store.lease.as_ref().unwrap();
    assert!(lease.is_lost() && lease.damage().is_some());
    let row = runtime.block_on(client.query_one("select commits from handoffd_journal", &[]));
    assert_eq!(row.unwrap().get::<_, i64>(0), 1, "nothing was written");
}

#[test]
fn a_commit_that_was_made_unknown_is_seen_before_anything_is_built_on_it() {
    let store = opened(&database());
    note(&store, "one").unwrap();
    // Made, and its caller hears of a failure, as where the answer is lost and the database away for long.
    let made_unknown = |key: &str, is_meant: bool| {
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::Begun, key, "x");
        let mut progress = store.progress().unwrap();
        let fence = store.fence(&progress).unwrap();
        let made = store
            .session
            .run(move |worker| Box::pin(worker.commit(fence, batch)));
        let then = made.unwrap().unwrap().then;
        progress.meant = is_meant.then_some(then);
        let why = JournalError::State("no answer".to_owned());
        drop(store.failed(&mut progress, why));
    };
    made_unknown("two", true);
    // What it was computed on may lack it.
    let why = note(&store, "blind").unwrap_err().to_string();
    assert!(why.contains("try again"), "{why}");
    assert_eq!(store.get(Tree::Begun, b"blind").unwrap(), None);
    note(&store, "three").unwrap();
    made_unknown("four", true);
    assert!(store.get(Tree::Begun, b"four").unwrap().is_some());
    note(&store, "five").unwrap();
    assert_eq!(store.head().unwrap().0, 5);
    assert_whole(&store);
    // An end that no commit of ours meant is not ours.
    made_unknown("six", false);
    let why = store.count(Tree::Begun).unwrap_err();
    assert!(matches!(why, JournalError::Damaged { .. }), "{why}");
}

#[test]
fn the_lookout_sees_who_works_with_which_and_for_how_long_nobody_has() {
    let server = server::Postgres::new();
    let of = |journal: &str| Database {
        journal: JournalName::parse(journal).unwrap(),
        ..database_on(&server)
    };
    let database = of("one");
    let (one, two) = (&database.journal, JournalName::parse("two").unwrap());
    let mut lookout = Lookout::over(&database).unwrap();
    // Before there are any tables.
    let seen = lookout.look(&[one, &two]).unwrap();
    assert_eq!(seen, [Seen::New, Seen::New]);
    let store = opened(&database);
    let seen = lookout.look(&[&two, one]).unwrap();
    let [Seen::New, Seen::Held(held)] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert!(held.holder.contains("process"), "{held:?}");
    drop(store);
    let free = |lookout: &mut Lookout| match lookout.look(&[one]).unwrap().as_slice() {
        [Seen::Free(since)] => *since,
        other => panic!("{other:?}"),
    };
    let first = free(&mut lookout);
    assert!(free(&mut lookout) > first, "it grows");
    // A server that was started anew since is no server that is away.
    server.stop();
    assert!(matches!(lookout.look(&[one]), Err(NotOpened::Away(_))));
    let opening = PostgresStore::open_once(&database, &Arc::default());
    assert!(matches!(opening, Err(NotOpened::Away(_))));
    server.start();
    let _ = free(&mut lookout);
    server.stop();
    server.start();
    let _ = free(&mut lookout);
    // What does not pass by itself.
    let _ = server.sql(
        "postgres",
        &format!("drop database {} with (force)", database.database),
    );
    let Err(NotOpened::Failed(why)) = lookout.look(&[one]) else {
        panic!("there is no such database");
    };
    assert!(why.to_string().contains("create the database"), "{why}");
}

#[test]
fn an_outage_right_after_the_lease_was_taken_passes_like_any_other() {
    let server = server::Postgres::new();
    let database = database_on(&server);
    let store = opened(&database);
    note(&store, "one").unwrap();
    drop(store);
    let opening = Opening::begin(&database, IfNew::First).unwrap();
    let lease = opening.take().unwrap();
    server.stop();
    let ended = opening.finish(lease, &Arc::default());
    assert!(matches!(ended, Err(NotOpened::Away(_))));
    server.start();
    let store = opened_once_free(&database);
    note(&store, "two").unwrap();
    assert_eq!(store.count(Tree::Begun).unwrap(), 2);
    assert_whole(&store);
}

#[test]
fn who_loses_the_lease_before_the_opening_is_done_may_stand_by_again() {
    let database = database();
    let opening = Opening::begin(&database, IfNew::First).unwrap();
    let lease = opening.take().unwrap();
    // As where it ran out while the database was away, and another was quicker.
    let (runtime, client) = plain_client(&database);
    let ended = client.execute("update handoffd_lease set until = clock_timestamp()", &[]);
    assert_eq!(runtime.block_on(ended).unwrap(), 1);
    let other = opened(&database);
    note(&other, "of the other").unwrap();
    let ended = opening.finish(lease, &Arc::default());
    assert!(matches!(ended, Err(NotOpened::Away(_))));
    note(&other, "still of the other").unwrap();
    drop(other);
    let store = opened_once_free(&database);
    assert_eq!(store.count(Tree::Begun).unwrap(), 2);
    assert_whole(&store);
}

#[test]
fn who_is_paused_while_it_writes_a_whole_journal_is_taken_over_from() {
    let database = database();
    let first = opened(&database);
    note(&first, "one").unwrap();
    let fence = first.fence(&first.lock()).unwrap();
    let lease = first.lease.clone();
    (first.session)
        .run(move |worker| Box::pin(worker.begin_writing(fence, lease)))
        .unwrap()
        .unwrap();
    let (goes_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let (paused, is_paused) = std::sync::mpsc::channel();
    let (found, is_found) = std::sync::mpsc::channel();
    std::thread::scope(|threads| {
        let first = &first;
        // Everything that it does stands still, renewals as well.
        threads.spawn(move || {
            first.session.run(move |_| {
                Box::pin(async move {
                    paused.send(()).unwrap();
                    may_go_on.recv().unwrap();
                })
            })
        });
        is_paused.recv().unwrap();
        threads.spawn(|| {
            let _ = found.send(opened_once_free(&database));
        });
        let second = is_found.recv_timeout(database.lease * 5);
        goes_on.send(()).unwrap();
        if second.is_err() {
            // So that this test ends as well.
            let abandoned = (first.session).run(|worker| Box::pin(worker.abandon_writing()));
            abandoned.unwrap();
        }
        let second = second.expect("it is not held up for ever");
        note(&second, "two").unwrap();
        let end = fence.before;
        let late = (first.session).run(move |worker| Box::pin(worker.end_writing(fence, end)));
        assert!(late.unwrap().is_err(), "what it had begun is gone");
        assert_whole(&second);
    });
}

#[test]
fn who_writes_a_whole_journal_slowly_is_not_taken_for_dead() {
    let database = database();
    let mut incoming = PostgresIncoming::begin(&database).unwrap();
    let began = std::time::Instant::now();
    let nothing = incoming.fill(|| {
        // A slow pipe: longer than the lease lasts from one line to the next.
        std::thread::sleep(database.lease + Duration::from_secs(1));
        Ok(None)
    });
    nothing.unwrap();
    incoming.finish().unwrap();
    assert!(began.elapsed() > database.lease);
}

#[test]
fn a_journal_that_was_left_behind_under_its_other_name_is_not_begun_anew() {
    let alone = database();
    let sales = Database {
        journal: alone
            .journal
            .for_mailbox(&MailboxName::parse("sales").unwrap()),
        ..alone.clone()
    };
    let (runtime, client) = plain_client(&alone);
    let rename = |from: &Database, to: &Database| {
        let renamed = other_form::renamed(from.journal.as_str(), to.journal.as_str());
        runtime.block_on(client.batch_execute(&renamed)).unwrap();
    };
    let refused = |database: &Database| {
        let opened = PostgresStore::open(database, &Arc::default());
        let why = opened.err().expect("refused").to_string();
        let examined = PostgresStore::examine(database).unwrap_err();
        assert_eq!(examined.to_string(), why);
        assert!(
            !PostgresStore::is_there(database).unwrap(),
            "nothing was begun"
        );
        why
    };
    // As it is documented.
    let documented = include_str!("../../../../docs/scaling.md");
    assert!(documented.contains(&other_form::renamed("support", "support.sales")));
    // There and back; nothing that nothing was committed to is in the way.
    drop(opened(&sales));
    let store = opened(&alone);
    note(&store, "one").unwrap();
    drop(store);
    runtime
        .block_on(client.batch_execute(
            "delete from handoffd_journal where commits = 0; delete from handoffd_lease where journal = 'support.sales'; \
             delete from handoffd_row where journal = 'support.sales'",
        ))
        .unwrap();
    for (from, to, words) in [
        (
            &alone,
            &sales,
            "support is, from before there was [[mailbox]]",
        ),
        (
            &sales,
            &alone,
            "support.sales is, from when there was [[mailbox]]",
        ),
    ] {
        assert_eq!(PostgresStore::examine(from).unwrap(), [] as [&str; 0]);
        let why = refused(to);
        assert!(why.contains(words), "{why}");
        let said = other_form::renamed(from.journal.as_str(), to.journal.as_str());
        assert!(why.contains(&said), "{why}");
        // Not while somebody works with it.
        let store = opened(from);
        rename(from, to);
        note(&store, "still here").unwrap();
        drop(store);
        rename(from, to);
        assert!(!PostgresStore::is_there(from).unwrap());
        let store = opened(to);
        assert!(store.get(Tree::Begun, b"one").unwrap().is_some());
        note(&store, "more").unwrap();
        assert_whole(&store);
    }
    // One more mailbox beside it is new, and another desk's is none of ours.
    rename(&alone, &sales);
    let help = MailboxName::parse("help").unwrap();
    for journal in [
        alone.journal.for_mailbox(&help),
        JournalName::parse("other").unwrap(),
    ] {
        drop(opened(&Database {
            journal,
            ..alone.clone()
        }));
    }
    // What is imported is not begun anew.
    drop(PostgresIncoming::begin(&alone).unwrap());
}

#[test]
fn commits_are_on_disk_whatever_the_database_has_as_its_default() {
    let database = database();
    let (runtime, client) = plain_client(&database);
    for (default, expected) in [("off", "on"), ("on", "on"), ("local", "local")] {
        let set = format!(
            "alter database \"{}\" set synchronous_commit = {default}",
            database.database
        );
        runtime.block_on(client.batch_execute(&set)).unwrap();
        let store = opened(&database);
        let row = store.session.run(|worker| {
            Box::pin(async move {
                let (connection, _) = worker.connected().await.unwrap();
                let shown = connection.query_one("show synchronous_commit", &[]).await;
                shown.unwrap().get::<_, String>(0)
            })
        });
        assert_eq!(row.unwrap(), expected, "{default}");
    }
    // What a session cannot mend is told.
    assert_eq!(PostgresStore::examine(&database).unwrap(), [] as [&str; 0]);
    let forgetful = server::Postgres::new();
    forgetful.stop();
    forgetful.forgets.store(true, Ordering::Relaxed);
    forgetful.start();
    let database = Database {
        server: DatabaseServer::Socket {
            folder: forgetful.folder.clone(),
            port: forgetful.port,
        },
        database: forgetful.database(),
        ..database
    };
    let told = PostgresStore::examine(&database).unwrap();
    assert!(
        told.len() == 1 && told[0].contains("`fsync = off`"),
        "{told:?}"
    );
}

#[test]
fn whole_mails_are_read_few_at_once_and_all_of_them() {
    let store = opened(&database());
    let large = vec![7_u8; 3_000_000];
    for number in 0_u8..6 {
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::EffectBytes, [number], large.clone());
        store.commit(batch, Outlives::PowerCut).unwrap();
    }
    let from = full_key(Tree::EffectBytes, &[]);
    let page = store.session.run(|worker| Box::pin(worker.all_from(from)));
    let page = page.unwrap().unwrap();
    let bytes: usize = page.iter().map(|(_, value)| value.len()).sum();
    // What fits, and the one that reaches the bound.
    assert!(!page.is_empty() && bytes < 8_000_000, "{bytes}");
    let (mut seen, mut last) = (0, Vec::new());
    store
        .rows(&mut |key, value| {
            assert!(last.as_slice() < key, "in order, and none twice");
            last = key.to_vec();
            seen += usize::from(value.len() == large.len());
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, 6);
}

#[test]
fn a_renewal_that_was_under_way_extends_nothing_that_was_given_back() {
    let database = database();
    let store = opened(&database);
    let lease = Arc::clone(store.lease.as_ref().unwrap());
    let (runtime, client) = plain_client(&database);
    let row = runtime.block_on(client.query_one("select holder from handoffd_lease", &[]));
    let holder: String = row.unwrap().get(0);
    let renewal = || {
        let limit = database.step_timeout;
        runtime
            .block_on(async { holding::renew(&mut None, &lease, &holder, &database, limit).await })
    };
    let kept = Renewed::Yes { wanted_by: None };
    assert_eq!(renewal().unwrap(), kept);
    store.give_back();
    assert_eq!(renewal().unwrap(), Renewed::No);
    assert!(PostgresStore::held_by(&database).unwrap().is_none());
}

#[test]
fn who_works_with_a_journal_hears_of_who_asks_for_it_until_that_is_over() {
    let database = database();
    let store = opened(&database);
    let lease = Arc::clone(store.lease.as_ref().unwrap());
    let mut wishes = lease.wishes();
    let mut lookout = Lookout::over(&database).unwrap();
    let seen = lookout.look(&[&database.journal]).unwrap();
    let [Seen::Held(held)] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    let of_another = HeldBy {
        holder: "somebody who had it before".to_owned(),
        ..held.clone()
    };
    let asks = |lookout: &mut Lookout, held: &HeldBy, by: &str| {
        (lookout.ask_for(&database.journal, held, by, database.lease)).unwrap();
    };
    asks(&mut lookout, &of_another, "never");
    asks(&mut lookout, held, "birch");
    let (runtime, _client) = plain_client(&database);
    let mut heard = || {
        let patience = Duration::from_secs(60);
        runtime.block_on(async {
            tokio::time::timeout(patience, wishes.changed())
                .await
                .unwrap()
                .unwrap()
        });
        wishes.borrow_and_update().clone()
    };
    assert_eq!(heard().as_deref(), Some("birch"));
    assert_eq!(heard(), None, "it is over by itself");
    // Whoever takes over begins without wishes.
    asks(&mut lookout, held, "birch");
    drop(store);
    let store = opened(&database);
    let wishes = store.lease.as_ref().unwrap().wishes();
    std::thread::sleep(database.lease / 2);
    assert_eq!(*wishes.borrow(), None);
}

#[test]
fn those_who_first_open_one_database_at_once_all_find_its_tables() {
    let barrier = std::sync::Barrier::new(4);
    for _ in 0..25 {
        let shared = database();
        std::thread::scope(|scope| {
            for name in ["alder", "birch", "cedar", "elm"] {
                let (barrier, database) = (
                    &barrier,
                    Database {
                        journal: JournalName::parse(name).unwrap(),
                        ..shared.clone()
                    },
                );
                scope.spawn(move || {
                    barrier.wait();
                    note(&opened(&database), "first").unwrap();
                });
            }
        });
    }
}

#[test]
fn tables_of_a_newer_program_are_refused_by_all() {
    let database = database();
    drop(opened(&database));
    let (runtime, client) = plain_client(&database);
    let newer = client.execute("update handoffd_schema set version = 99", &[]);
    assert_eq!(runtime.block_on(newer).unwrap(), 1);
    for why in [
        PostgresStore::open(&database, &Arc::default()).err(),
        PostgresStore::look(&database, &Arc::default()).err(),
    ] {
        let why = why.unwrap().to_string();
        assert!(
            why.contains("version 99, made by a newer handoffd"),
            "{why}"
        );
    }
}

#[test]
fn a_commit_whose_connection_is_cut_anywhere_is_made_once() {
    let server = server::shared();
    let cutter = Cutter::before(server.port);
    let database = Database {
        server: DatabaseServer::Host {
            host: "127.0.0.1".to_owned(),
            port: cutter.port,
            tls: DatabaseTls::None,
        },
        // Nothing of a renewal travels meanwhile.
        lease: Duration::from_secs(3_600),
        ..database()
    };
    let store = opened(&database);
    note(&store, "first").unwrap();
    let before = [Side::Client, Side::Server].map(|side| cutter.carried(side));
    note(&store, "measured").unwrap();
    let mut made = 2_u64;
    let after = [Side::Client, Side::Server].map(|side| cutter.carried(side));
    for (side, index) in [(Side::Client, 0), (Side::Server, 1)] {
        let bytes = after[index] - before[index];
        assert!(bytes > 60, "{side:?}: {bytes}");
        let step = usize::try_from(bytes / 40).unwrap().max(1);
        // Past the end of one commit the cut meets the next.
        for cut in (0..bytes + 20).step_by(step) {
            cutter.cut_after(side, cut);
            note(&store, &format!("{side:?} {cut:05}")).unwrap_or_else(|why| {
                panic!("a commit cut after {cut} bytes of {side:?} was given up: {why}")
            });
            made += 1;
            assert_eq!(store.head().unwrap().0, made, "{side:?} {cut}");
        }
        let _ = cutter.disarm();
    }
    assert!(cutter.cuts() >= 70, "{}", cutter.cuts());
    assert_eq!(
        store.count(Tree::Begun).unwrap(),
        usize::try_from(made).unwrap()
    );
    assert_whole(&store);
    drop(store);
    assert_whole(&opened(&database));
}

#[test]
fn what_was_promised_outlives_a_server_that_is_killed_and_restarted() {
    // Of its own: others would not expect it.
    let server = server::Postgres::new();
    let database = Database {
        server: DatabaseServer::Socket {
            folder: server.folder.clone(),
            port: server.port,
        },
        database: server.database(),
        ..database()
    };
    let store = Arc::new(opened(&database));
    let is_over = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (writer, over) = (Arc::clone(&store), Arc::clone(&is_over));
    let writing = std::thread::spawn(move || {
        let (mut promised, mut refused) = (Vec::new(), 0);
        for number in 0_u32.. {
            if over.load(std::sync::atomic::Ordering::SeqCst) {
                break;
            }
            let key = format!("{number:06}");
            match note(&writer, &key) {
                Ok(()) => promised.push(key),
                Err(JournalError::Store { .. }) => refused += 1,
                Err(why) => panic!("{why}"),
            }
        }
        (promised, refused)
    });
    for round in 0..3 {
        let before = store.head().map_or(0, |(commits, _)| commits);
        while store.head().map_or(0, |(commits, _)| commits) < before + 50 {
            std::thread::yield_now();
        }
        match round {
            1 => server.stop(),
            _ => server.kill(),
        }
        server.start();
    }
    let before = store.head().unwrap().0;
    while store.head().unwrap().0 < before + 50 {
        std::thread::yield_now();
    }
    is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    let (promised, refused) = writing.join().unwrap();
    println!("{} promised, {refused} given up", promised.len());
    for key in &promised {
        assert!(
            store.get(Tree::Begun, key.as_bytes()).unwrap().is_some(),
            "{key}"
        );
    }
    let stored = store.count(Tree::Begun).unwrap();
    assert!(stored <= promised.len() + refused, "{stored}");
    assert_whole(&store);
}

/// For `--ignored --nocapture`: what a commit and a read cost on this machine.
#[test]
#[ignore = "a measurement"]
fn what_a_commit_and_a_read_cost() {
    let store = opened(&database());
    let rounds = 2_000_u32;
    let began = std::time::Instant::now();
    for round in 0..rounds {
        note(&store, &format!("{round:06}")).unwrap();
    }
    println!("a commit: {:?}", began.elapsed() / rounds);
    let began = std::time::Instant::now();
    for round in 0..rounds {
        let found = store.get(Tree::Begun, format!("{round:06}").as_bytes());
        assert!(found.unwrap().is_some());
    }
    println!("a read: {:?}", began.elapsed() / rounds);
    let began = std::time::Instant::now();
    assert_whole(&store);
    println!(
        "check and verify of {rounds} commits: {:?}",
        began.elapsed()
    );
}
