//! What processes and the machine have worked, and how much memory they hold, as the kernel tells it (proc(5)).
#![allow(dead_code)] // each bench uses its own part

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
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let kilobytes = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.unwrap().trim().trim_end_matches("kB").trim();
        number.parse().unwrap()
    };
    Resident {
        own: kilobytes("RssAnon:") * 1024,
        of_files: (kilobytes("RssFile:") + kilobytes("RssShmem:")) * 1024,
    }
}
