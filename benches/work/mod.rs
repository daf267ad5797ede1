//! What processes and the machine have worked, and how much memory they hold, as the kernel tells it (proc(5)).
#![allow(dead_code)] // each bench uses its own part

use std::path::{Path, PathBuf};
use std::time::Duration;

/// `/proc/PID/stat` and `/proc/stat` count in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// What all processors have worked since the machine started.
pub fn of_machine() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let fields = stat.lines().next().unwrap().split_whitespace().skip(1);
    let fields: Vec<u32> = fields.map(|field| field.parse().unwrap()).collect();
    // user, nice, system; not idle and iowait; irq, softirq.
    TICK * (fields[0] + fields[1] + fields[2] + fields[5] + fields[6])
}

/// What a process has worked, all its threads, without its children.
pub fn of_process(process: u32) -> Duration {
    ticks(process, &[11, 12])
}

/// The same with the children that it has waited for.
pub fn of_family(process: u32) -> Duration {
    ticks(process, &[11, 12, 13, 14])
}

/// Fields of `/proc/PID/stat` behind the name, counted from 0 (utime is 11).
fn ticks(process: u32, fields: &[usize]) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let all: Vec<&str> = rest.split_whitespace().collect();
    let sum = fields.iter().map(|at| all[*at].parse::<u32>().unwrap());
    TICK * sum.sum::<u32>()
}

/// What a process holds in memory, in bytes: what is its own and what others could share.
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    /// Its own: the heap, the stacks.
    pub own: u64,
    /// Of files: the program itself, libraries, what is mapped. The kernel takes it back where memory is short.
    pub of_files: u64,
}

impl Resident {
    /// All of it, as `ps` and systemd show it (RSS).
    pub fn whole(self) -> u64 {
        self.own + self.of_files
    }
}

/// What a process holds in memory now.
pub fn resident(process: u32) -> Resident {
    Resident {
        own: status(process, "RssAnon:"),
        of_files: status(process, "RssFile:") + status(process, "RssShmem:"),
    }
}

/// The most that a process has held in memory, in bytes.
pub fn peak(process: u32) -> u64 {
    status(process, "VmHWM:")
}

/// A line of `/proc/PID/status` that counts kilobytes, in bytes.
fn status(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.unwrap().trim().trim_end_matches("kB").trim();
    number.parse::<u64>().unwrap() * 1024
}

/// This program and all that it starts, servers and their children included, counted by the kernel as one (cgroups(7), v1 `cpuacct` or v2): other
/// work on the machine does not count.
pub struct Group {
    folder: PathBuf,
    /// The file that says how much was worked, and what precedes the number in it, in how many nanoseconds.
    usage: (PathBuf, &'static str, u64),
    former: PathBuf,
}

impl Group {
    /// Puts this program into a group of its own; `None` where the kernel or the rights for it are missing.
    pub fn enter() -> Option<Self> {
        let own = std::process::id();
        let listed = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let name = format!("handoffd-bench-{own}");
        let place = |controller: &str| {
            let mut lines = listed.lines().map(|line| line.splitn(3, ':').skip(1));
            lines.find_map(|mut line| {
                let controllers = line.next()?;
                let path = line.next()?.trim_start_matches('/');
                (controllers.split(',').any(|one| one == controller)).then(|| path.to_owned())
            })
        };
        let version_one = Path::new("/sys/fs/cgroup/cpuacct");
        let (parent, file, word, unit) = if version_one.is_dir() {
            (version_one.join(place("cpuacct")?), "cpuacct.usage", "", 1)
        } else {
            let parent = Path::new("/sys/fs/cgroup").join(place("")?);
            (parent, "cpu.stat", "usage_usec", 1_000)
        };
        let folder = parent.join(name);
        std::fs::create_dir(&folder).ok()?;
        let group = Self {
            usage: (folder.join(file), word, unit),
            folder,
            former: parent,
        };
        // Whatever fails from here on takes the folder away again (`Drop`).
        std::fs::write(group.folder.join("cgroup.procs"), own.to_string()).ok()?;
        group.try_worked().map(|_| group)
    }

    fn try_worked(&self) -> Option<Duration> {
        let (file, word, unit) = &self.usage;
        let text = std::fs::read_to_string(file).ok()?;
        let number = text.lines().find_map(|line| line.strip_prefix(word))?;
        let number: u64 = number.trim().parse().ok()?;
        Some(Duration::from_nanos(number * unit))
    }

    /// What the group has worked so far, those that have ended included.
    pub fn worked(&self) -> Duration {
        self.try_worked().unwrap()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let own = std::process::id().to_string();
        let _ = std::fs::write(self.former.join("cgroup.procs"), own);
        // Only an empty group can be removed; one that somebody is still in counts nothing for anybody.
        let _ = std::fs::remove_dir(&self.folder);
    }
}
