//! A throw-away PostgreSQL for tests: real, with fsync, on a Unix socket and a port of loopback, in a folder of its own. One for each test
//! program, a database for each test. It ends with the test program, however that ends.
#![allow(dead_code, reason = "each test program uses its part")]

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How long anything of the server may take on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

/// The role that owns everything.
pub const USER: &str = "postgres";

/// The server: a shell that holds it, and ends it when its standard input ends with us.
pub struct Postgres {
    binaries: PathBuf,
    pub folder: PathBuf,
    pub port: u16,
    shell: Mutex<Option<Child>>,
    /// Whether it waits for no disk from its next start on.
    pub forgets: AtomicBool,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The server that the tests of a program share.
pub fn shared() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::new)
}

impl Postgres {
    /// A server of its own, running.
    pub fn new() -> Self {
        let server = Self {
            binaries: binaries(),
            folder: folder(),
            port: free_port(),
            shell: Mutex::new(None),
            forgets: AtomicBool::new(false),
        };
        let data = server.folder.join("data");
        let made = server
            .as_owner(&server.binaries.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--no-locale", "-U", USER])
            .arg(&data)
            .output()
            .expect("run initdb");
        assert!(made.status.success(), "initdb: {}", said(&made));
        server.start();
        server
    }

    fn fsync(&self) -> &'static str {
        match self.forgets.load(Ordering::Relaxed) {
            true => "fsync=off",
            false => "fsync=on",
        }
    }

    /// Starts it and waits until it answers.
    pub fn start(&self) {
        let script = "\"$@\" >>log 2>&1 & server=$!\n\
                      ( read -r _; kill -INT $server 2>/dev/null ) &\n\
                      wait $server; [ -e keep ] || rm -rf \"$PWD\"";
        // The reader of our pipe is a child of the shell: standard input of what runs beside it would be /dev/null otherwise.
        let script = script.replace("( read -r _;", "( read -r _ <&3;");
        let mut shell = self.as_owner(Path::new("/bin/sh"));
        let _ = shell
            .args(["-c", &format!("exec 3<&0; {script}"), "sh"])
            .arg(self.binaries.join("postgres"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-c", self.fsync(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "max_connections=200"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", self.folder.display()))
            .arg("-p")
            .arg(self.port.to_string())
            .stdin(Stdio::piped());
        let shell = shell.spawn().expect("start postgres");
        *self.shell.lock().expect("shell") = Some(shell);
        let until = Instant::now() + PATIENCE;
        while !self.try_sql("postgres", "select 1") {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PostgreSQL does not answer:\n{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills it at once, as a power cut does.
    pub fn kill(&self) {
        self.end("KILL");
    }

    /// Ends it as an administrator does: connections are closed.
    pub fn stop(&self) {
        self.end("INT");
    }

    fn end(&self, signal: &str) {
        std::fs::write(self.folder.join("keep"), "").expect("a mark");
        let number = std::fs::read_to_string(self.folder.join("data/postmaster.pid"));
        let number = number.expect("postmaster.pid");
        let number = number.lines().next().expect("a number").to_owned();
        let children = std::fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
        let ended = Command::new("kill").args(["-s", signal, &number]).status();
        assert!(ended.expect("run kill").success());
        let shell = self.shell.lock().expect("shell").take();
        if let Some(mut shell) = shell {
            let _ = shell.wait();
        }
        // Those of a server that was killed hold its shared memory a moment longer, and the next one would not start beside them.
        let until = Instant::now() + PATIENCE;
        for child in children.unwrap_or_default().split_whitespace() {
            while is_alive(child) {
                assert!(Instant::now() < until, "process {child} does not end");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        std::fs::remove_file(self.folder.join("keep")).expect("the mark");
    }

    /// Puts a file into its folder of data, as its own and for itself alone. What it reads at its start it reads at the next one.
    pub fn keep(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.join("data").join(name);
        std::fs::write(&path, text).expect("write a file of the server");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("keep it to the server");
        if let Some((user, group)) = owner() {
            std::os::unix::fs::chown(&path, Some(user), Some(group)).expect("give the file");
        }
    }

    /// A new database, by name.
    pub fn database(&self) -> String {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        self.sql("postgres", &format!("create database {name}"));
        name
    }

    /// Runs a statement; what it printed, unaligned.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let done = self.psql(database, statement).output().expect("run psql");
        assert!(done.status.success(), "{statement}: {}", said(&done));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    fn try_sql(&self, database: &str, statement: &str) -> bool {
        let done = self.psql(database, statement).output();
        done.is_ok_and(|done| done.status.success())
    }

    fn psql(&self, database: &str, statement: &str) -> Command {
        let mut psql = Command::new(self.binaries.join("psql"));
        let _ = psql
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER])
            .arg("-h")
            .arg(&self.folder)
            .arg("-p")
            .arg(self.port.to_string())
            .args(["-d", database, "-c", statement])
            .stdin(Stdio::null());
        psql
    }

    /// As the account that PostgreSQL wants: it refuses to run as root.
    fn as_owner(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let _ = command.current_dir(&self.folder);
        if let Some((user, group)) = owner() {
            let _ = command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut shell) = self.shell.lock().expect("shell").take() {
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }
}

/// Whether a process runs; one that nobody has asked for its end does not.
fn is_alive(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter();
    let versions = versions.flatten().flatten().map(|entry| entry.path());
    let found = versions
        .map(|version| version.join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .max();
    found.expect("PostgreSQL is not installed: run `make packages`")
}

/// The account of Debian's package, where we are root.
fn owner() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !is_root {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let account = accounts.lines().find(|line| line.starts_with("postgres:"));
    let account = account.expect("the account postgres: run `make packages`");
    let mut fields = account.split(':').skip(2);
    let mut number = || fields.next()?.parse::<u32>().ok();
    Some((number().expect("a number"), number().expect("a number")))
}

fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("handoffd-pg-").tempdir();
    let folder = folder.expect("a folder").keep();
    if let Some((user, group)) = owner() {
        std::os::unix::fs::chown(&folder, Some(user), Some(group)).expect("give the folder");
    }
    folder
}

/// One that no connection of ours gets by chance while the server is being made: below what the kernel gives away.
fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(31) % 12_000;
    loop {
        let number = first + TRIED.fetch_add(1, Ordering::Relaxed);
        let port = 16_000 + u16::try_from(number % 12_000).expect("a port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
