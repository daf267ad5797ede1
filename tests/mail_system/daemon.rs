//! Runs the real program: start, readiness, SIGTERM, SIGKILL, its log; and at the end no error line that was not expected.

use super::desk::Desk;
use super::{PATIENCE, wait_until};
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the start waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Startup {
    /// Until it says `READY=1`.
    UntilReady,
    /// For nothing: the servers may be down.
    AtOnce,
}

/// The running daemon.
pub struct Handoffd {
    desk: Desk,
    child: Option<Child>,
    pid_file: PathBuf,
    log: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
    expected_errors: Mutex<Vec<String>>,
}

impl Handoffd {
    /// Starts it and waits until it is ready.
    pub fn start(desk: &Desk) -> Self {
        Self::start_with(desk, Startup::UntilReady)
    }

    /// Starts it.
    pub fn start_with(desk: &Desk, startup: Startup) -> Self {
        let mut daemon = Self {
            desk: desk.clone(),
            child: None,
            pid_file: PathBuf::new(),
            log: Arc::new(Mutex::new(Vec::new())),
            readers: Vec::new(),
            expected_errors: Mutex::new(Vec::new()),
        };
        daemon.spawn(startup);
        daemon
    }

    fn spawn(&mut self, startup: Startup) {
        let socket_path = self.desk.folder.join("notify.sock");
        let _ = std::fs::remove_file(&socket_path);
        let socket = UnixDatagram::bind(&socket_path).expect("bind the notify socket");
        let mut child = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .arg("run")
            .arg("--config")
            .arg(&self.desk.config)
            .env("NOTIFY_SOCKET", &socket_path)
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .current_dir("/")
            // Ctrl-C at the terminal is ours to handle.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start handoffd");
        // The leash of the mail system ends it should this program be killed.
        if let Some(root) = self.desk.folder.parent().and_then(|desks| desks.parent()) {
            let name = self.desk.folder.file_name().unwrap_or_default();
            self.pid_file = root.join(format!("{}.pid", name.to_string_lossy()));
            let _ = std::fs::write(&self.pid_file, format!("{}\n", child.id()));
        }
        let out = child.stdout.take().expect("standard output");
        let err = child.stderr.take().expect("standard error");
        self.readers.push(collect(out, &self.log));
        self.readers.push(collect(err, &self.log));
        self.child = Some(child);
        if startup == Startup::UntilReady {
            self.wait_until_ready(&socket);
        }
    }

    fn wait_until_ready(&mut self, socket: &UnixDatagram) {
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .expect("time limit");
        let mut ended = None;
        let ready = wait_until("READY=1 from handoffd", PATIENCE, || {
            let mut buffer = [0_u8; 4096];
            if let Ok(length) = socket.recv(&mut buffer)
                && String::from_utf8_lossy(&buffer[..length])
                    .lines()
                    .any(|line| line == "READY=1")
            {
                return Some(true);
            }
            ended = self.child.as_mut().and_then(|child| child.try_wait().ok()?);
            ended.map(|_| false)
        });
        match ready {
            Ok(true) => {}
            Ok(false) => panic!(
                "handoffd ended at its start ({ended:?}):\n{}",
                self.log_text()
            ),
            Err(why) => panic!("{why}; its log:\n{}", self.log_text()),
        }
    }

    /// Its folder: settings, store, control socket.
    pub fn folder(&self) -> &std::path::Path {
        &self.desk.folder
    }

    /// Its process number.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Everything it has logged, over all its runs.
    pub fn log_text(&self) -> String {
        self.log.lock().expect("log").join("\n")
    }

    /// Waits until its log contains the words.
    pub fn wait_for_log(&self, words: &str) {
        wait_until(&format!("`{words}` in the log"), PATIENCE, || {
            self.log_text().contains(words).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", self.log_text()));
    }

    /// Error lines with these words are no surprise.
    pub fn expect_errors(&self, words: &str) {
        self.expected_errors
            .lock()
            .expect("expected errors")
            .push(words.to_owned());
    }

    /// Asks it to end (SIGTERM) and waits for it; it must end in good order.
    pub fn terminate(&mut self) {
        self.signal("TERM");
        let status = self.wait_for_end();
        assert!(
            status.success(),
            "handoffd ended with {status} after SIGTERM:\n{}",
            self.log_text()
        );
    }

    /// Ends it without warning (SIGKILL).
    pub fn kill(&mut self) {
        if let Some(child) = self.child.as_mut() {
            let _ = child.kill();
        }
        self.wait_for_end();
    }

    /// Whether it has ended by itself; [`Self::start_again`] may follow, as systemd would.
    pub fn has_ended(&mut self) -> bool {
        let Some(child) = self.child.as_mut() else {
            return true;
        };
        if child.try_wait().expect("wait for handoffd").is_none() {
            return false;
        }
        self.wait_for_end();
        true
    }

    /// Starts it again after [`Self::terminate`] or [`Self::kill`].
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "handoffd runs already");
        self.spawn(Startup::UntilReady);
    }

    /// Starts it again without waiting for readiness.
    pub fn start_again_at_once(&mut self) {
        assert!(self.child.is_none(), "handoffd runs already");
        self.spawn(Startup::AtOnce);
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        if let Some(pid) = self.pid() {
            let _ = Command::new("/bin/sh")
                .args(["-c", &format!("kill -{name} {pid}")])
                .status();
        }
    }

    /// Runs another verb of the program on the same desk: exit code and standard output.
    pub fn ask(&self, arguments: &[&str]) -> (i32, String) {
        self.asker().ask(arguments)
    }

    /// Where it can be asked.
    pub fn control_socket(&self) -> PathBuf {
        self.desk.folder.join("control.sock")
    }

    /// What asks the daemon, apart from its life.
    pub fn asker(&self) -> Asker {
        Asker {
            config: self.desk.config.clone(),
        }
    }

    /// Fails if an error was logged that nobody expected.
    pub fn assert_no_surprise(&self) {
        let errors = self.unexpected_errors();
        assert!(
            errors.is_empty(),
            "handoffd logged errors that nobody expected:\n{}",
            errors.join("\n")
        );
    }

    fn wait_for_end(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("handoffd runs");
        let status = wait_until("the end of handoffd", PATIENCE, || {
            child.try_wait().expect("wait for handoffd")
        });
        let _ = std::fs::remove_file(&self.pid_file);
        let status = status.unwrap_or_else(|why| {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{why}; its log:\n{}", self.log_text())
        });
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        status
    }

    fn unexpected_errors(&self) -> Vec<String> {
        let expected = self.expected_errors.lock().expect("expected errors");
        self.log
            .lock()
            .expect("log")
            .iter()
            .filter(|line| {
                line.split_whitespace().take(4).any(|word| word == "ERROR")
                    || line.contains("\"level\":\"ERROR\"")
                    || line.contains("panicked at")
            })
            .filter(|line| !expected.iter().any(|words| line.contains(words)))
            .cloned()
            .collect()
    }
}

/// Runs the other verbs of the program on a desk.
#[derive(Clone, Debug)]
pub struct Asker {
    config: PathBuf,
}

impl Asker {
    /// Runs a verb: exit code and standard output.
    pub fn ask(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .args(arguments)
            .arg("--config")
            .arg(&self.config)
            .stdin(Stdio::null())
            .output()
            .expect("run handoffd");
        (
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    }
}

impl Drop for Handoffd {
    fn drop(&mut self) {
        if let Some(child) = self.child.as_mut() {
            let _ = child.kill();
            let _ = child.wait();
            let _ = std::fs::remove_file(&self.pid_file);
        }
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        let log_file = self.desk.folder.join("handoffd.log");
        let _ = std::fs::write(&log_file, self.log_text());
        let errors = self.unexpected_errors();
        if std::thread::panicking() {
            eprintln!("--- log of handoffd\n{}\n---", self.log_text());
        } else if !errors.is_empty() {
            panic!(
                "handoffd logged errors that nobody expected:\n{}",
                errors.join("\n")
            );
        }
    }
}

fn collect(
    stream: impl std::io::Read + Send + 'static,
    log: &Arc<Mutex<Vec<String>>>,
) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Ok(mut log) = log.lock() {
                log.push(line);
            }
        }
    })
}
