//! The socket: who answers, what follows from an act, and what lies at its place.

use super::*;
use crate::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use crate::journal::{CopyProof, Entry, JournalError};
use crate::mail::{Address, MessageId};

fn mail(name: &MessageId) -> Outgoing {
    Outgoing {
        purpose: Purpose::Trouble,
        precedence: Precedence::InTurn,
        ticket: None,
        party: None,
        message_id: name.clone(),
        sender: EnvelopeSender::Null,
        recipients: vec![Address::parse("admin@d.example").unwrap()],
        subject: "Trouble".to_owned(),
        text: String::new(),
        bytes: Vec::new(),
    }
}

/// The demo's desk, without a model of meaning.
fn demo() -> Office {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml");
    let mut settings = crate::config::Settings::load_without_secrets(&path).unwrap();
    settings.understanding.embedding = crate::config::Embedding::None;
    Office::furnish(settings, crate::ticket::TokenKey::new([7; 32]), &[]).unwrap()
}

pub(super) fn sources_of(journal: Arc<Journal>, wake: Arc<Notify>) -> Sources {
    Sources {
        journal,
        wake,
        understood_by: watch::channel("words alone".to_owned()).1,
        learned: watch::channel(InUse::default()).1,
        taught: Arc::new(Notify::new()),
        use_key: Arc::new(|| Ok(())),
        tokens: watch::channel(None).1,
        standing: Arc::default(),
        picture: watch::channel(Picture::default()).1,
        office: Arc::new(RwLock::new(Arc::new(demo()))),
    }
}

#[tokio::test]
async fn the_folder_of_the_socket_is_made_where_it_alone_is_missing() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (run, deeper) = (folder.path().join("run"), folder.path().join("no/run"));
    drop(listen(&run.join("control.sock")).unwrap());
    assert_eq!(std::fs::metadata(&run).unwrap().mode() & 0o777, 0o750);

    let why = listen(&deeper.join("control.sock")).err().unwrap();
    assert!(why.to_string().contains("no/run is missing"), "{why}");
    assert!(!folder.path().join("no").exists());

    // A link is nothing of ours: where it leads nothing is made.
    let (elsewhere, link) = (folder.path().join("elsewhere"), folder.path().join("link"));
    symlink(&elsewhere, &link).unwrap();
    assert!(listen(&link.join("control.sock")).is_err());
    assert!(!elsewhere.exists());
}

#[test]
fn a_server_that_was_not_asked_yet_is_not_said_to_work() {
    assert_eq!(state_of_sending(&Value::Null), "not yet asked");
    let with = |outbox: Value| state_of_sending(&serde_json::json!({ "outbox": outbox }));
    let asked = serde_json::json!({"state": "works", "since": "2026-01-05T10:00:00Z"});
    assert_eq!(with(asked), "works");
    let fails = serde_json::json!({"state": "fails", "why": "connection refused"});
    assert_eq!(with(fails), "fails: connection refused");
}

/// Both rows of one answer.
#[test]
fn status_says_one_thing_about_the_smtp_server() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Journal::open(&folder.path().join("store")).unwrap());
    let sources = sources_of(journal, Arc::default());
    let mut row = serde_json::Map::new();
    sources.add_to_status(&mut row);
    assert_eq!(row["smtp_server"], "not yet asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_daemon_answers_on_its_socket_as_the_store_does() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock");
    // A socket that a killed daemon left behind is no obstacle.
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(ask(&socket, &Question::Outbox, None).is_none());
    let journal = Arc::new(Journal::open(&folder.path().join("store")).unwrap());
    let name = MessageId::parse("1@d").unwrap();
    let entry = Entry {
        effects: vec![mail(&name)],
        ..Entry::default()
    };
    journal.record(entry, crate::clock::now()).unwrap();
    let shutdown = CancellationToken::new();
    let wake = Arc::new(Notify::new());
    let (journal_of_daemon, socket_of_daemon) = (Arc::clone(&journal), socket.clone());
    let sources = sources_of(journal_of_daemon, Arc::clone(&wake));
    let stopped = shutdown.clone();
    let desk = Desk {
        name: None,
        kept: Kept::Here(Box::new(sources)),
    };
    let (_kept, desks) = watch::channel(Arc::new(vec![desk]));
    let daemon =
        tokio::spawn(async move { serve(listen(&socket_of_daemon)?, desks, stopped).await });
    let ask_it = |question: Question| {
        let socket = socket.clone();
        async move {
            loop {
                let (socket, question) = (socket.clone(), question.clone());
                let asked = tokio::task::spawn_blocking(move || ask(&socket, &question, None));
                match asked.await.unwrap() {
                    Some(answered) => return answered,
                    None => tokio::task::yield_now().await,
                }
            }
        }
    };
    let rows = ask_it(Question::Outbox).await.unwrap();
    assert_eq!(
        rows,
        answer(&journal, &Question::Outbox, crate::clock::now()).unwrap()
    );
    assert_eq!(rows[0]["state"], "waiting");
    let status = ask_it(Question::Status).await.unwrap();
    assert_eq!(status[0]["understood_by"], "words alone");
    assert_eq!(status[0]["learned_in_use"]["all"], 0);
    let id = "1@d".to_owned();
    ask_it(Question::Retry { id }).await.unwrap();
    wake.notified().await;
    let id = "K7QF2-M9XRT".to_owned();
    let refused = ask_it(Question::Ticket { id }).await;
    assert!(matches!(refused, Err(Refusal::NotSo(_))), "{refused:?}");
    shutdown.cancel();
    daemon.await.unwrap().unwrap();
    assert!(!socket.exists());
    let due = journal.due(crate::clock::now(), 1).unwrap().remove(0);
    let begun = journal.begin_attempt(due, CopyProof::None, crate::clock::now());
    assert!(begun.is_ok());
    let missing = MessageId::parse("2@d").unwrap();
    let verdict = crate::journal::DoubtVerdict::GiveUp { why: String::new() };
    let nothing = journal.resolve_doubt(&missing, verdict, crate::clock::now());
    assert!(matches!(nothing, Err(JournalError::State(_))));
}
#[tokio::test]
async fn what_lies_at_the_socket_is_not_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Journal::open(&folder.path().join("store")).unwrap());
    let serve_on = |socket: &Path| {
        let (journal, socket) = (Arc::clone(&journal), socket.to_owned());
        async move {
            let sources = sources_of(journal, Arc::new(Notify::new()));
            let desk = Desk {
                name: None,
                kept: Kept::Here(Box::new(sources)),
            };
            let (_kept, desks) = watch::channel(Arc::new(vec![desk]));
            serve(listen(&socket)?, desks, CancellationToken::new()).await
        }
    };
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "dear diary").unwrap();
    let refused = serve_on(&file).await.unwrap_err();
    assert!(refused.to_string().contains("no socket"), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), b"dear diary");
    let of_another = folder.path().join("other.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&of_another).unwrap();
    let refused = serve_on(&of_another).await.unwrap_err();
    assert!(refused.to_string().contains("another program"), "{refused}");
    assert!(std::os::unix::net::UnixStream::connect(&of_another).is_ok());
}

#[test]
fn only_the_absence_of_a_daemon_sends_us_to_the_store() {
    assert!(is_no_daemon(ErrorKind::NotFound) && is_no_daemon(ErrorKind::ConnectionRefused));
    assert!(!is_no_daemon(ErrorKind::PermissionDenied));
    let folder = tempfile::tempdir().unwrap();
    let nothing = folder.path().join("nothing.sock");
    assert!(ask(&nothing, &Question::Status, None).is_none());
    // A file in the place of a folder refuses in another way, for root as well.
    let beyond_a_file = folder.path().join("file");
    std::fs::write(&beyond_a_file, "").unwrap();
    let answered = ask(&beyond_a_file.join("x.sock"), &Question::Status, None);
    assert!(matches!(answered, Some(Err(Refusal::Failed(_)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_mailboxes_each_says_which_it_is_and_acts_find_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock");
    let desks: Vec<Desk> = ["sales", "support"]
        .into_iter()
        .map(|name| Desk {
            name: MailboxName::parse(name),
            kept: Kept::Here(Box::new(sources_of(
                Arc::new(Journal::open(&folder.path().join(name)).unwrap()),
                Arc::default(),
            ))),
        })
        .collect();
    let Kept::Here(sources) = &desks[1].kept else {
        panic!("it is kept here");
    };
    let support = Arc::clone(&sources.journal);
    let name = MessageId::parse("1@d").unwrap();
    let entry = Entry {
        effects: vec![mail(&name)],
        ..Entry::default()
    };
    support.record(entry, crate::clock::now()).unwrap();
    let (kept, seen) = watch::channel(Arc::new(desks));
    let shutdown = CancellationToken::new();
    let (stopped, place) = (shutdown.clone(), socket.clone());
    let daemon = tokio::spawn(async move { serve(listen(&place)?, seen, stopped).await });
    let ask_it = |question: Question, mailbox: Option<&'static str>| {
        let socket = socket.clone();
        async move {
            loop {
                let (socket, question) = (socket.clone(), question.clone());
                let asked = tokio::task::spawn_blocking(move || ask(&socket, &question, mailbox));
                match asked.await.unwrap() {
                    Some(answered) => return answered,
                    None => tokio::task::yield_now().await,
                }
            }
        }
    };
    let of = |rows: &[Value]| -> Vec<String> {
        let names = rows.iter().map(|row| row["mailbox"].as_str());
        names
            .map(|name| name.unwrap_or_default().to_owned())
            .collect()
    };
    let status = ask_it(Question::Status, None).await.unwrap();
    assert_eq!(of(&status), ["sales", "support"]);
    let outbox = ask_it(Question::Outbox, None).await.unwrap();
    assert_eq!(of(&outbox), ["support"]);
    let of_sales = ask_it(Question::Outbox, Some("sales")).await.unwrap();
    assert!(of_sales.is_empty());
    let retry = || Question::Retry {
        id: "1@d".to_owned(),
    };
    assert_eq!(of(&ask_it(retry(), None).await.unwrap()), ["support"]);
    let not_there = ask_it(retry(), Some("sales")).await;
    assert!(matches!(not_there, Err(Refusal::NotSo(_))), "{not_there:?}");
    // Whose key is changed must be said.
    let change = Question::ChangeKey {
        forget_earlier: false,
    };
    let unnamed = ask_it(change.clone(), None).await.unwrap_err().to_string();
    assert!(unnamed.contains("--mailbox NAME") && unnamed.contains("sales, support"));
    assert_eq!(of(&ask_it(change, Some("sales")).await.unwrap()), ["sales"]);
    // An export is one mailbox's.
    let export = |mailbox: Option<&'static str>| {
        let socket = socket.clone();
        let exported = move || {
            let mut out = Vec::new();
            let asked =
                ask_for_export(&socket, mailbox, crate::journal::Keys::StayBehind, &mut out);
            asked.unwrap().map(|()| String::from_utf8(out).unwrap())
        };
        tokio::task::spawn_blocking(exported)
    };
    assert!(export(None).await.unwrap().is_err());
    assert!(
        export(Some("support"))
            .await
            .unwrap()
            .unwrap()
            .contains("1@d")
    );
    assert!(
        !export(Some("sales"))
            .await
            .unwrap()
            .unwrap()
            .contains("1@d")
    );
    // One that is kept no more is not asked any more.
    kept.send_modify(|desks| {
        let mut left: Vec<Desk> = desks.iter().cloned().collect();
        left.truncate(1);
        *desks = Arc::new(left);
    });
    let status = ask_it(Question::Status, None).await.unwrap();
    assert_eq!(of(&status), ["sales"]);
    shutdown.cancel();
    daemon.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_two_mailboxes_have_is_touched_in_none_before_one_is_named() {
    use crate::decide::test_situation::TicketStory;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock");
    let id = crate::ticket::TicketId::parse("K7QF2-M9XRT").unwrap();
    let desk = |name: &str, has_it: bool| {
        let journal = Arc::new(Journal::open(&folder.path().join(name)).unwrap());
        let mut entry = Entry::default();
        if has_it {
            let opened = TicketStory::opened().ticket().events.remove(0);
            entry.events.push((id.clone(), opened));
        }
        journal.record(entry, crate::clock::now()).unwrap();
        Desk {
            name: MailboxName::parse(name),
            kept: Kept::Here(Box::new(sources_of(journal, Arc::new(Notify::new())))),
        }
    };
    // One mail came to the first two.
    let desks = vec![
        desk("sales", true),
        desk("support", true),
        desk("post", false),
    ];
    let journals: Vec<Arc<Journal>> = (desks.iter())
        .map(|desk| match &desk.kept {
            Kept::Here(sources) => Arc::clone(&sources.journal),
            Kept::StoodByFor(_) => panic!("it works for all"),
        })
        .collect();
    let (_kept, desks) = watch::channel(Arc::new(desks));
    let (shutdown, socket_of_daemon) = (CancellationToken::new(), socket.clone());
    let (listening, stopped) = (listen(&socket_of_daemon).unwrap(), shutdown.clone());
    let daemon = tokio::spawn(async move { serve(listening, desks, stopped).await });
    let ask_it = |question: Question, mailbox: Option<&'static str>| {
        let socket = socket.clone();
        tokio::task::spawn_blocking(move || ask(&socket, &question, mailbox).unwrap())
    };
    let is_closed = |journal: &Arc<Journal>| {
        let ticket = journal.ticket(&id).unwrap().unwrap();
        ticket.status() == crate::ticket::Status::Closed
    };
    let name = id.to_string();
    for question in [
        Question::Ticket { id: name.clone() },
        Question::Close { id: name.clone() },
        Question::Retry { id: name.clone() },
    ] {
        let why = ask_it(question, None)
            .await
            .unwrap()
            .unwrap_err()
            .to_string();
        let names_both = why.contains("sales and support have it");
        assert!(names_both && why.contains("`--mailbox NAME`"), "{why}");
    }
    assert!(!is_closed(&journals[0]) && !is_closed(&journals[1]));
    let close = Question::Close { id: name };
    let rows = ask_it(close, Some("support")).await.unwrap().unwrap();
    assert_eq!(rows[0]["mailbox"], "support");
    assert!(!is_closed(&journals[0]) && is_closed(&journals[1]));
    shutdown.cancel();
    daemon.await.unwrap().unwrap();
}

#[test]
fn what_is_said_of_the_files_is_true_where_they_are_a_databases() {
    let folder = tempfile::tempdir().unwrap();
    let in_files = Journal::open(&folder.path().join("store")).unwrap();
    let in_database = Journal::leased(folder.path());
    let said = |journal: &Journal, question: &Question, key: &str| {
        let rows = answer(journal, question, crate::clock::now()).unwrap();
        rows[0][key].as_str().unwrap_or_default().to_owned()
    };
    let forget = Question::Forget {
        address: "ann@a.example".to_owned(),
        now: false,
    };
    let compact = |new_chain| Question::Compact { new_chain };
    assert!(said(&in_files, &forget, "store").starts_with("written anew"));
    assert_eq!(said(&in_files, &compact(false), "state"), "written anew");
    assert_eq!(said(&in_files, &compact(true), "files"), "");
    for (question, key) in [
        (forget, "store"),
        (compact(false), "state"),
        (compact(true), "files"),
    ] {
        let said = said(&in_database, &question, key);
        assert!(said.contains("vacuum full handoffd_row"), "{said}");
        assert!(!said.starts_with("written anew"), "{said}");
    }
}
