//! The outbox against an SMTP server that misbehaves on purpose: what it said at each stage decides what becomes of a mail, and
//! nobody gets a mail twice or never.

// A test that cannot go on has failed: that is what these are for, in the functions around the tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use handoffd::clock::Moment;
use handoffd::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use handoffd::config::{Smtp, TeamName, Tls};
use handoffd::journal::{CopyProof, EffectRecord, EffectState, Entry, Journal};
use handoffd::mail::{Address, MessageId};
use handoffd::outbox::Outbox;
use handoffd::ticket::Party;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[path = "outbox/holding.rs"]
mod holding;
#[path = "outbox/oversize.rs"]
mod oversize;

/// What the server does in one transaction.
#[derive(Clone, Debug, Default)]
struct Script {
    sender: Option<&'static str>,
    recipients: Vec<(&'static str, &'static str)>,
    data: Option<&'static str>,
    dot: Option<&'static str>,
}

/// Ends the connection instead of answering.
const CUT: &str = "cut";
/// The same, and is away from then on.
const DIES: &str = "dies";
/// Never answers.
const SILENT: &str = "silent";

#[derive(Clone, Debug)]
struct Taken {
    sender: String,
    recipients: Vec<String>,
    content: String,
}

#[derive(Clone, Default)]
struct Sink {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    taken: Arc<Mutex<Vec<Taken>>>,
    connections: Arc<AtomicUsize>,
    /// It ends each connection without a greeting.
    is_away: Arc<AtomicBool>,
    /// What it says to a recipient each time, as long as it stands here.
    always: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
    /// What it says about sizes at `EHLO`.
    size: Arc<Mutex<Option<&'static str>>>,
    /// It offers no PIPELINING.
    is_plain: Arc<AtomicBool>,
    /// So many senders were named together with their recipients.
    told_ahead: Arc<AtomicUsize>,
    /// Every recipient that was named to it.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn start(scripts: Vec<Script>) -> (Self, u16) {
        let sink = Self::default();
        sink.scripts.lock().unwrap().extend(scripts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.connections.fetch_add(1, Ordering::SeqCst);
                if server.is_away.load(Ordering::SeqCst) {
                    continue;
                }
                tokio::spawn(server.clone().serve(stream));
            }
        });
        (sink, port)
    }

    async fn serve(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        say(&mut stream, "220 sink").await?;
        let (mut script, mut sender, mut recipients) =
            (Script::default(), String::new(), Vec::new());
        loop {
            let line = hear(&mut stream).await?;
            let verb = line.to_uppercase();
            if verb.starts_with("EHLO") {
                let size = *self.size.lock().unwrap();
                let size = size.map_or_else(String::new, |size| format!("\r\n250-{size}"));
                let last = match self.is_plain.load(Ordering::SeqCst) {
                    true => "250 8BITMIME",
                    false => "250-PIPELINING\r\n250 8BITMIME",
                };
                say(&mut stream, &format!("250-sink{size}\r\n{last}")).await?;
            } else if verb.starts_with("MAIL FROM:") {
                script = (self.scripts.lock().unwrap().pop_front()).unwrap_or_default();
                sender = line;
                recipients.clear();
                if stream.buffer().starts_with(b"RCPT TO:") {
                    self.told_ahead.fetch_add(1, Ordering::SeqCst);
                }
                say(&mut stream, script.sender.unwrap_or("250 ok")).await?;
            } else if verb.starts_with("RCPT TO:") {
                self.asked.lock().unwrap().push(line.clone());
                let always = self.always.lock().unwrap().clone();
                let reply = (script.recipients.iter().chain(&always))
                    .find(|(who, _)| line.contains(who))
                    .map_or("250 ok", |(_, reply)| reply);
                if reply.starts_with("250") {
                    recipients.push(line);
                }
                say(&mut stream, reply).await?;
            } else if verb == "DATA" {
                say(&mut stream, script.data.unwrap_or("354 go")).await?;
                if script.data.is_some() {
                    continue;
                }
                let mut content = String::new();
                loop {
                    let line = hear(&mut stream).await?;
                    if line == "." {
                        break;
                    }
                    content.push_str(line.strip_prefix('.').unwrap_or(&line));
                    content.push_str("\r\n");
                }
                let reply = script.dot.unwrap_or("250 taken");
                // A server that cuts the connection after the dot has taken the mail: the worst case.
                if reply.starts_with("250") || [CUT, DIES, SILENT].contains(&reply) {
                    self.taken.lock().unwrap().push(Taken {
                        sender: sender.clone(),
                        recipients: recipients.clone(),
                        content,
                    });
                }
                if reply == DIES {
                    self.is_away.store(true, Ordering::SeqCst);
                    return None;
                }
                say(&mut stream, reply).await?;
            } else {
                say(&mut stream, "250 ok").await?;
            }
        }
    }

    fn always(&self, recipient: &'static str, reply: &'static str) {
        self.always.lock().unwrap().push((recipient, reply));
    }

    async fn was_asked_again(&self) {
        let before = self.connections.load(Ordering::SeqCst);
        self.has_connections(before + 1).await;
    }

    async fn has_connections(&self, number: usize) {
        let asked = async {
            while self.connections.load(Ordering::SeqCst) < number {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asked)
            .await
            .expect("somebody looks whether the server is there");
    }

    /// From now on it takes mail for everybody.
    fn mend(&self) {
        self.always.lock().unwrap().clear();
    }

    fn asked_for(&self, recipient: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| line.contains(recipient)).count()
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> Option<()> {
    match reply {
        CUT => None,
        SILENT => std::future::pending().await,
        reply => {
            let line = format!("{reply}\r\n");
            stream.get_mut().write_all(line.as_bytes()).await.ok()
        }
    }
}

async fn hear(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn settings(port: u16) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        ca_file: None,
        login: None,
        step_timeout: Duration::from_secs(20),
        retry_first_delay: Duration::from_secs(60),
        retry_longest_delay: Duration::from_secs(3600),
        retry_give_up_after: Duration::from_secs(5 * 24 * 3600),
        tell_staff_after: Duration::from_secs(14_400),
        copy_to_self: true,
        copy_wait: Duration::from_secs(300),
    }
}

fn mail(name: &str, to: &[&str], party: Party) -> Outgoing {
    Outgoing {
        purpose: match &party {
            Party::Customer(_) => Purpose::Answer,
            Party::Staff(_) => Purpose::Packet,
        },
        precedence: Precedence::InTurn,
        ticket: None,
        party: Some(party),
        message_id: id(name),
        sender: EnvelopeSender::Null,
        recipients: to.iter().map(|to| address(to)).collect(),
        subject: "Re".to_owned(),
        text: String::new(),
        bytes: b"Subject: Re\r\n\r\nfirst\n.\nMAIL FROM:<evil@x.example>\r\n..\r\nlast\r\n"
            .to_vec(),
    }
}

fn to_customer(name: &str) -> Outgoing {
    let party = Party::Customer(address("ann@x.example"));
    mail(name, &["ann@x.example"], party)
}

fn to_staff(name: &str, to: &[&str]) -> Outgoing {
    mail(name, to, Party::Staff(TeamName("service".to_owned())))
}

/// What the clock shows at first.
const BEGAN: i64 = 1_800_000_000;

/// The moment that a clock shows which is set by hand.
fn moment(began: Instant, clock: &AtomicI64) -> Moment {
    let shown = clock.load(Ordering::SeqCst);
    let passed = Duration::from_secs(u64::try_from(shown - BEGAN).unwrap());
    Moment {
        shown: Timestamp::from_second(shown).unwrap(),
        passed: began + passed,
    }
}

/// A journal, a clock that is set by hand, and an outbox on them.
struct Desk {
    _folder: tempfile::TempDir,
    journal: Arc<Journal>,
    clock: Arc<AtomicI64>,
    began: Instant,
    wake: Arc<Notify>,
    settled: Arc<Notify>,
    swept: watch::Sender<Option<Moment>>,
    shutdown: CancellationToken,
    running: Option<tokio::task::JoinHandle<()>>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            journal: Arc::new(Journal::open(folder.path()).unwrap()),
            _folder: folder,
            clock: Arc::new(AtomicI64::new(BEGAN)),
            began: Instant::now(),
            wake: Arc::new(Notify::new()),
            settled: Arc::new(Notify::new()),
            swept: watch::channel(None).0,
            shutdown: CancellationToken::new(),
            running: None,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    fn record(&self, effects: Vec<Outgoing>) {
        let entry = Entry {
            effects,
            ..Entry::default()
        };
        self.journal.record(entry, self.now()).unwrap();
        self.wake.notify_one();
    }

    fn run(&mut self, settings: Smtp) {
        self.run_with(settings, |outbox| outbox);
    }

    fn run_with(&mut self, settings: Smtp, change: impl FnOnce(Outbox) -> Outbox) {
        let clock = Arc::clone(&self.clock);
        let began = self.began;
        let outbox = Outbox::new(
            Arc::clone(&self.journal),
            settings,
            address("support@desk.example"),
            Arc::clone(&self.wake),
            Arc::clone(&self.settled),
            self.swept.subscribe(),
        )
        .with_clock(Arc::new(move || moment(began, &clock)));
        let outbox = change(outbox);
        self.running = Some(tokio::spawn(outbox.run(self.shutdown.clone())));
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
        self.wake.notify_one();
    }

    fn sweep(&self) {
        let moment = moment(self.began, &self.clock);
        self.swept.send_replace(Some(moment));
    }

    async fn until(&self, name: &str, wanted: impl Fn(&EffectRecord) -> bool) -> EffectRecord {
        let looking = async {
            loop {
                let record = self.journal.effect(&id(name)).unwrap().unwrap();
                if wanted(&record) {
                    return record;
                }
                self.settled.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looking)
            .await
            .unwrap_or_else(|_| panic!("{:?}", self.journal.effect(&id(name)).unwrap()))
    }

    async fn stop(mut self) {
        self.shutdown.cancel();
        self.running.take().unwrap().await.unwrap();
    }
}

fn is_sent(record: &EffectRecord) -> bool {
    matches!(record.state, EffectState::Sent { .. })
}

fn is_given_up(record: &EffectRecord) -> bool {
    matches!(record.state, EffectState::GivenUp { .. })
}

fn is_in_doubt(record: &EffectRecord) -> bool {
    record.last_failure.is_some() && matches!(record.state, EffectState::InDoubt { .. })
}

fn waits(record: &EffectRecord) -> bool {
    record.last_failure.is_some() && matches!(record.state, EffectState::Waiting { .. })
}

#[tokio::test]
async fn mails_leave_over_one_connection_with_a_copy_to_ourselves_and_no_smuggling() {
    let (sink, port) = Sink::start(Vec::new()).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d"), to_customer("2@d")]);
    desk.until("1@d", is_sent).await;
    desk.until("2@d", is_sent).await;
    let taken = sink.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(sink.connections.load(Ordering::SeqCst), 1);
    assert_eq!(taken[0].sender, "MAIL FROM:<>");
    assert_eq!(
        taken[0].recipients,
        ["RCPT TO:<ann@x.example>", "RCPT TO:<support@desk.example>"]
    );
    assert_eq!(
        taken[0].content,
        "Subject: Re\r\n\r\nfirst\r\n.\r\nMAIL FROM:<evil@x.example>\r\n..\r\nlast\r\n"
    );
    desk.stop().await;
}

#[tokio::test]
#[rustfmt::skip]
async fn what_is_told_in_one_breath_is_answered_one_by_one() {
    let scripts = || vec![
        Script::default(),
        Script { sender: Some("554 never"), recipients: vec![("", "503 no sender")], ..Script::default() },
        Script { recipients: vec![("ann", "550 unknown"), ("support", "250 ok")], ..Script::default() },
        Script { recipients: vec![("ann", "250 ok"), ("support", "550 no copies")], ..Script::default() },
        Script { data: Some("554 no"), ..Script::default() },
        Script { recipients: vec![("b@", "450 busy"), ("c@", "550 unknown")], ..Script::default() },
        Script::default(),
    ];
    for is_plain in [false, true] {
        let (sink, port) = Sink::start(scripts()).await;
        sink.is_plain.store(is_plain, Ordering::SeqCst);
        let mut desk = Desk::new();
        desk.run(settings(port));
        let to = ["a@x.example", "b@x.example", "c@x.example"];
        let first = [("1@d", true), ("2@d", false), ("3@d", false), ("4@d", true), ("5@d", false)];
        for (name, gets_through) in first {
            desk.record(vec![to_customer(name)]);
            desk.until(name, |record| if gets_through { is_sent(record) } else { is_given_up(record) }).await;
        }
        desk.record(vec![to_staff("6@d", &to)]);
        assert_eq!(desk.until("6@d", waits).await.recipients, [address("b@x.example")]);
        desk.record(vec![to_customer("7@d")]);
        desk.until("7@d", is_sent).await;
        let taken: Vec<_> = sink.taken().into_iter().map(|taken| taken.recipients).collect();
        let (ann, copy) = ("RCPT TO:<ann@x.example>", "RCPT TO:<support@desk.example>");
        assert_eq!(taken, [vec![ann, copy], vec![ann], vec!["RCPT TO:<a@x.example>", copy], vec![ann, copy]]);
        // The dialogue was never out of step.
        assert_eq!(sink.connections.load(Ordering::SeqCst), 1);
        let ahead = sink.told_ahead.load(Ordering::SeqCst);
        assert_eq!(ahead, if is_plain { 0 } else { 6 });
        desk.stop().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_temporary_no_at_any_stage_is_tried_again() {
    let no = Some("451 later");
    let scripts = vec![
        Script { sender: no, ..Script::default() },
        Script { recipients: vec![("ann", "450 busy")], ..Script::default() },
        Script { recipients: vec![("ann", CUT)], ..Script::default() },
        Script { data: no, ..Script::default() },
        Script { data: Some(CUT), ..Script::default() },
        Script { dot: no, ..Script::default() },
        Script { recipients: vec![("support", "550 no copies")], ..Script::default() },
    ];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d")]);
    for attempt in 1..=6_u32 {
        desk.until("1@d", |record| record.attempts == attempt && waits(record)).await;
        desk.pass(5000);
    }
    assert_eq!(desk.until("1@d", is_sent).await.attempts, 7);
    assert_eq!(sink.taken().len(), 1);
    assert_eq!(sink.taken()[0].recipients, ["RCPT TO:<ann@x.example>"]);
    desk.stop().await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_permanent_no_is_given_up_and_told() {
    let no = Some("554 never");
    let scripts = vec![
        Script { sender: no, ..Script::default() },
        Script { recipients: vec![("ann", "550 unknown")], ..Script::default() },
        Script { data: no, ..Script::default() },
        Script { dot: no, ..Script::default() },
    ];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    for name in ["1@d", "2@d", "3@d", "4@d"] {
        desk.record(vec![to_customer(name)]);
        desk.until(name, is_given_up).await;
    }
    let untold = desk.journal.given_up_untold(9).unwrap();
    assert_eq!(untold.len(), 4);
    assert!(untold.iter().all(|record| record.recipients == [address("ann@x.example")]));
    assert!(matches!(&untold[1].state, EffectState::GivenUp { why, .. } if why.contains("550 unknown")));
    assert!(sink.taken().is_empty());
    desk.stop().await;
}

#[tokio::test]
async fn one_refused_recipient_does_not_stop_the_others() {
    let scripts = vec![Script {
        recipients: vec![("b@", "450 busy"), ("c@", "550 unknown")],
        ..Script::default()
    }];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    let to = ["a@x.example", "b@x.example", "c@x.example"];
    desk.record(vec![to_staff("1@d", &to)]);
    let record = desk.until("1@d", waits).await;
    assert_eq!(record.recipients, [address("b@x.example")]);
    let untold = desk.journal.given_up_untold(9).unwrap();
    assert_eq!(untold[0].recipients, [address("c@x.example")]);
    desk.pass(5000);
    desk.until("1@d", is_sent).await;
    let taken = sink.taken();
    assert_eq!(
        taken[0].recipients,
        ["RCPT TO:<a@x.example>", "RCPT TO:<support@desk.example>"]
    );
    assert_eq!(taken[1].recipients, ["RCPT TO:<b@x.example>"]);
    desk.stop().await;
}

#[tokio::test]
async fn cut_off_after_the_final_dot_the_copy_decides() {
    let cut = Script {
        dot: Some(CUT),
        ..Script::default()
    };
    let (sink, port) = Sink::start(vec![cut.clone(), cut]).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d"), to_customer("2@d")]);
    desk.until("1@d", is_in_doubt).await;
    desk.until("2@d", is_in_doubt).await;
    // The copy of one comes back.
    let proof = Entry {
        own_copy_of: Some(id("1@d")),
        ..Entry::default()
    };
    desk.journal.record(proof, desk.now()).unwrap();
    // A sweep that began too early shows nothing, nor does time alone.
    desk.pass(299);
    desk.sweep();
    desk.pass(100);
    desk.record(vec![to_customer("3@d")]);
    desk.until("3@d", is_sent).await;
    assert_eq!(sink.taken().len(), 3);
    // A sweep that began late enough does.
    desk.sweep();
    assert_eq!(desk.until("2@d", is_sent).await.attempts, 2);
    let taken = sink.taken();
    assert_eq!(taken.len(), 4);
    assert_eq!(taken[3].content, taken[1].content);
    assert!(is_sent(&desk.journal.effect(&id("1@d")).unwrap().unwrap()));
    desk.stop().await;
}

/// What it took with its last breath it delivers when it is back: nothing else need be waiting to be sent for that to be seen.
#[tokio::test]
async fn a_server_that_died_with_the_only_mail_is_waited_for() {
    let dies = Script {
        dot: Some(DIES),
        ..Script::default()
    };
    let (sink, port) = Sink::start(vec![dies]).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d")]);
    desk.until("1@d", is_in_doubt).await;
    // It is seen at once that it is away.
    sink.has_connections(2).await;
    // The inbox works, and has no copy: the server is looked for, and nothing is concluded while it is away.
    for _ in 0..3 {
        desk.pass(301);
        desk.sweep();
        sink.was_asked_again().await;
    }
    desk.until("1@d", is_in_doubt).await;
    sink.is_away.store(false, Ordering::SeqCst);
    sink.was_asked_again().await;
    // Now that it is back it has as long as ever, and as long as it was away.
    desk.record(vec![to_customer("2@d")]);
    desk.until("2@d", is_sent).await;
    desk.pass(890);
    desk.sweep();
    desk.record(vec![to_customer("3@d")]);
    desk.until("3@d", is_sent).await;
    desk.until("1@d", is_in_doubt).await;
    assert_eq!(sink.taken().len(), 3);
    desk.pass(20);
    desk.sweep();
    desk.until("1@d", is_sent).await;
    assert_eq!(sink.taken().len(), 4);
    desk.stop().await;
}

#[tokio::test]
async fn without_copies_a_doubt_is_told_for_customers_and_sent_again_to_staff() {
    let cut = Script {
        dot: Some(CUT),
        ..Script::default()
    };
    let (sink, port) = Sink::start(vec![cut.clone(), cut]).await;
    let mut desk = Desk::new();
    desk.run(Smtp {
        copy_to_self: false,
        ..settings(port)
    });
    desk.record(vec![holding::in_ticket("1@d", 1, "ann@x.example")]);
    desk.until("1@d", is_in_doubt).await;
    // The server may take it long after we are gone: nothing in its ticket overtakes it meanwhile.
    desk.pass(1);
    desk.record(vec![holding::in_ticket("3@d", 1, "ann@x.example")]);
    desk.pass(298);
    desk.sweep();
    desk.record(vec![to_staff("2@d", &["kim@x.example"])]);
    desk.until("2@d", waits).await;
    assert!(is_in_doubt(
        &desk.journal.effect(&id("1@d")).unwrap().unwrap()
    ));
    let next = desk.journal.effect(&id("3@d")).unwrap().unwrap();
    let is_held = matches!(next.state, EffectState::Waiting { .. });
    assert!(next.attempts == 0 && is_held, "{next:?}");
    desk.pass(2);
    desk.until("1@d", is_given_up).await;
    desk.until("3@d", is_sent).await;
    desk.pass(100);
    desk.until("2@d", is_sent).await;
    assert_eq!(sink.taken().len(), 4);
    assert_eq!(desk.journal.given_up_untold(9).unwrap().len(), 1);
    desk.stop().await;
}

#[tokio::test]
async fn a_silent_server_is_left_within_the_time_limit() {
    let silent = Some(SILENT);
    let scripts = vec![
        Script {
            sender: silent,
            ..Script::default()
        },
        Script {
            dot: silent,
            ..Script::default()
        },
    ];
    let (_sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(Smtp {
        step_timeout: Duration::from_millis(300),
        ..settings(port)
    });
    desk.record(vec![to_customer("1@d")]);
    let record = desk.until("1@d", waits).await;
    assert!(record.last_failure.unwrap().contains("did not answer"));
    desk.pass(5000);
    let record = desk
        .until("1@d", |record| record.attempts == 2 && is_in_doubt(record))
        .await;
    assert!(record.last_failure.unwrap().contains("after the content"));
    desk.stop().await;
}

#[tokio::test]
async fn a_connection_that_the_server_ended_meanwhile_costs_no_attempt() {
    let scripts = vec![
        Script::default(),
        Script {
            sender: Some("421 too long"),
            ..Script::default()
        },
    ];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d"), to_customer("2@d")]);
    desk.until("1@d", is_sent).await;
    assert_eq!(desk.until("2@d", is_sent).await.attempts, 1);
    assert_eq!(sink.connections.load(Ordering::SeqCst), 2);
    desk.stop().await;
}

#[tokio::test]
async fn a_server_that_is_away_costs_no_attempt_until_it_was_away_too_long() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut desk = Desk::new();
    desk.record(vec![to_customer("1@d")]);
    desk.pass(6 * 24 * 3600);
    desk.record(vec![to_customer("2@d")]);
    desk.run(settings(port));
    desk.until("1@d", is_given_up).await;
    let second = desk.journal.effect(&id("2@d")).unwrap().unwrap();
    assert_eq!(second.attempts, 0);
    assert!(matches!(second.state, EffectState::Waiting { .. }));
    desk.stop().await;
}

#[tokio::test]
async fn what_a_crash_left_in_doubt_waits_for_a_sweep_of_this_process() {
    let (sink, port) = Sink::start(Vec::new()).await;
    let mut desk = Desk::new();
    desk.record(vec![to_customer("1@d")]);
    let effect = desk.journal.due(desk.now(), 1).unwrap().pop().unwrap();
    let now = desk.now();
    drop((desk.journal).begin_attempt(effect, CopyProof::Asked, now));
    desk.pass(1000);
    desk.run(settings(port));
    // This sweep began long after the attempt, but too soon after the crash, whenever that was.
    desk.sweep();
    desk.record(vec![to_customer("2@d")]);
    desk.until("2@d", is_sent).await;
    assert_eq!(sink.taken().len(), 1);
    desk.pass(301);
    desk.sweep();
    desk.until("1@d", is_sent).await;
    assert_eq!(sink.taken().len(), 2);
    desk.stop().await;
}

#[tokio::test]
async fn what_is_in_flight_at_the_end_is_finished() {
    let (sink, port) = Sink::start(Vec::new()).await;
    let mut desk = Desk::new();
    let mut large = to_customer("1@d");
    large.bytes.extend(vec![b'x'; 3_000_000]);
    desk.record(vec![large]);
    desk.run(settings(port));
    // The connection stands, so the mail is on its way or about to be taken up.
    while sink.connections.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let journal = Arc::clone(&desk.journal);
    desk.stop().await;
    let record = journal.effect(&id("1@d")).unwrap().unwrap();
    let untouched = matches!(record.state, EffectState::Waiting { .. }) && record.attempts == 0;
    assert!(is_sent(&record) || untouched, "{:?}", record.state);
    assert_eq!(sink.taken().len(), usize::from(is_sent(&record)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release --test outbox -- --ignored --nocapture"]
async fn how_many_mails_leave_in_a_second() {
    let (_sink, port) = Sink::start(Vec::new()).await;
    let mut desk = Desk::new();
    let names: Vec<String> = (0..500).map(|number| format!("{number}@d")).collect();
    let began = std::time::Instant::now();
    for name in &names {
        desk.record(vec![to_customer(name)]);
    }
    let recorded = began.elapsed();
    desk.run(settings(port));
    for name in &names {
        desk.until(name, is_sent).await;
    }
    let sent = began.elapsed() - recorded;
    eprintln!("500 mails: recorded in {recorded:?}, sent and settled in {sent:?}");
    desk.stop().await;
}

/// Where copies never come back, each doubt is waited for by itself, and there is an end to it.
#[tokio::test]
async fn a_second_doubt_is_waited_for_like_the_first_and_the_third_is_the_last() {
    let cut = || Script {
        dot: Some(CUT),
        ..Script::default()
    };
    let fine = Script::default;
    let scripts = vec![cut(), fine(), cut(), fine(), cut(), fine()];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d")]);
    for times in 1..=3 {
        let doubted = |record: &EffectRecord| is_in_doubt(record) && record.attempts == times;
        desk.until("1@d", doubted).await;
        // Another mail shows that the outbox has looked around since, and sent nothing again.
        let other = format!("other{times}@d");
        desk.record(vec![to_customer(&other)]);
        desk.until(&other, is_sent).await;
        assert_eq!(sink.taken().len(), 2 * times as usize);
        desk.pass(400);
        desk.sweep();
    }
    let record = desk.until("1@d", is_given_up).await;
    assert!(
        matches!(&record.state, EffectState::GivenUp { why, .. } if why.contains("may have left")),
        "{record:?}"
    );
    assert_eq!(sink.taken().len(), 6);
    desk.stop().await;
}

/// The verdict was that it had not left; then the copy comes all the same, before it is sent again.
#[tokio::test]
async fn a_copy_that_comes_while_the_mail_waits_again_counts() {
    let cut = Script {
        dot: Some(CUT),
        ..Script::default()
    };
    let busy = Script {
        sender: Some("451 later"),
        ..Script::default()
    };
    let (sink, port) = Sink::start(vec![cut, Script::default(), busy]).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![to_customer("1@d")]);
    desk.until("1@d", is_in_doubt).await;
    desk.record(vec![to_customer("2@d")]);
    desk.until("2@d", is_sent).await;
    desk.pass(400);
    desk.sweep();
    desk.until("1@d", |record| waits(record) && record.attempts == 2)
        .await;
    let proof = Entry {
        own_copy_of: Some(id("1@d")),
        ..Entry::default()
    };
    desk.journal.record(proof, desk.now()).unwrap();
    assert!(is_sent(&desk.journal.effect(&id("1@d")).unwrap().unwrap()));
    desk.pass(300);
    desk.record(vec![to_customer("3@d")]);
    desk.until("3@d", is_sent).await;
    assert_eq!(sink.taken().len(), 3, "each once");
    desk.stop().await;
}
