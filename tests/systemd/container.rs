//! A throw-away container on this machine with Debian's own systemd as its first process, and this machine's files under it.

use super::leash::Leash;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Far above what anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A machine of its own, booted, with nothing of handoffd but what it was given.
pub struct Container {
    outside: Child,
    folder: PathBuf,
    /// The service manager's process, as seen from here.
    first_process: u32,
    /// Ends it, however this program ends: with the first process everything in the container ends.
    leash: Option<Leash>,
}

impl Container {
    /// Boots one, or says why it cannot. `fill` puts files into the folder that is laid over its root.
    pub fn boot(fill: impl FnOnce(&Path)) -> Result<Self, String> {
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            return Err("only root can make a container".to_owned());
        }
        if !Path::new("/lib/systemd/systemd").exists() {
            return Err("systemd is not installed".to_owned());
        }
        let folder = PathBuf::from(format!("/tmp/handoffd-systemd-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let (space, desk) = (folder.join("space"), folder.join("desk"));
        fs::create_dir_all(&space).unwrap();
        fs::create_dir_all(&desk).unwrap();
        fill(&desk);
        let outside = Command::new("setpriv")
            .args([
                "--pdeathsig",
                "KILL",
                "unshare",
                "--mount",
                "--pid",
                "--cgroup",
                "--net",
                "--uts",
                "--ipc",
            ])
            .args(["--fork", "--kill-child", "bash"])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/systemd/boot.sh"
            ))
            .args([&space, &desk])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| format!("setpriv: {why}"))?;
        let folder_of_leash = folder.clone();
        let mut container = Self {
            outside,
            folder,
            first_process: 0,
            leash: Some(Leash::tie(&folder_of_leash, "")),
        };
        let pid = container.outside.id();
        let booted = wait_until(|| {
            if let Ok(Some(_)) = container.outside.try_wait() {
                return Some(None);
            }
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
            let child: u32 = children.split_whitespace().next()?.parse().ok()?;
            let name = fs::read_to_string(format!("/proc/{child}/comm")).ok()?;
            (name.trim() == "systemd").then_some(Some(child))
        });
        match booted.flatten() {
            Some(first_process) => {
                container.first_process = first_process;
                let pid_file = container.folder.join("systemd.pid");
                fs::write(pid_file, format!("{first_process}\n")).unwrap();
            }
            None => {
                let mut why = String::new();
                let _ = container.outside.kill();
                if let Some(mut stderr) = container.outside.stderr.take() {
                    let _ = std::io::Read::read_to_string(&mut stderr, &mut why);
                }
                return Err(format!("a container cannot be made here: {}", why.trim()));
            }
        }
        // Until its own bus answers.
        wait_until(|| {
            let state = container.run("systemctl is-active basic.target");
            (state.status.success()).then_some(())
        })
        .ok_or("systemd does not come up in the container")?;
        Ok(container)
    }

    pub fn run(&self, script: &str) -> Output {
        Command::new("nsenter")
            .args(["--target", &self.first_process.to_string()])
            .args([
                "--mount", "--pid", "--cgroup", "--net", "--uts", "--ipc", "--root", "--wd",
            ])
            .args(["bash", "-c", script])
            .stdin(Stdio::null())
            .output()
            .expect("nsenter")
    }

    /// What a command says; it must succeed.
    pub fn says(&self, script: &str) -> String {
        let output = self.run(script);
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{script}: {text} {problem}\n{}",
            self.log()
        );
        text
    }

    pub fn property(&self, name: &str) -> String {
        self.says(&format!(
            "systemctl show --property={name} --value handoffd"
        ))
    }

    pub fn log(&self) -> String {
        let output =
            self.run("journalctl --no-pager --lines=40; systemctl status --no-pager handoffd");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn wait_for(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let held = wait_until(|| holds(self).then_some(()));
        assert!(held.is_some(), "waited for {what}:\n{}", self.log());
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if self.first_process > 0 {
            let kill = format!("kill -KILL {}", self.first_process);
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
        let _ = self.outside.kill();
        let _ = self.outside.wait();
        // What was mounted ends with the namespaces.
        drop(self.leash.take());
    }
}

fn wait_until<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    None
}
