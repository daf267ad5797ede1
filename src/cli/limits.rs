//! Do the limits of our control group (`TasksMax=`, `MemoryMax=` of the unit) let us keep that many mailboxes? Reads what the kernel says of them;
//! where it says nothing, or not in the form that we know (version 2), there are none.

use crate::report;
use std::path::{Path, PathBuf};

/// What was measured (docs/mailboxes.md): tasks and memory of a process without a mailbox, and of each mailbox beside it, at most.
const TASKS: u64 = 20;
const TASKS_A_MAILBOX: u64 = 5;
/// No more than this whatever the number of mailboxes: what waits for the disk has 512 threads at most, sled 128, and one beside for each store.
const TASKS_MAX: u64 = 900;
const MEGABYTES: u64 = 200;
const MEGABYTES_A_MAILBOX: u64 = 25;

/// The limits. `None`: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limits {
    tasks: Option<u64>,
    memory_bytes: Option<u64>,
}

/// Warns in the log where they will not do.
pub(super) fn warn_where_they_are_too_low(mailboxes: usize) {
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = Limits::of(&own, Path::new("/sys/fs/cgroup"));
    for words in limits.too_low_for(mailboxes) {
        report::gateway::limit_too_low(&words);
    }
}

impl Limits {
    /// Those of the group that `/proc/self/cgroup` names, and of all around it: the lowest holds.
    fn of(own: &str, root: &Path) -> Self {
        let mut limits = Self::default();
        let Some(path) = own.lines().find_map(|line| line.strip_prefix("0::/")) else {
            return limits;
        };
        let mut folder: PathBuf = root.join(path);
        loop {
            limits.tasks = lower(limits.tasks, &folder.join("pids.max"));
            limits.memory_bytes = lower(limits.memory_bytes, &folder.join("memory.max"));
            if folder == root || !folder.pop() {
                return limits;
            }
        }
    }

    /// What to raise, in sentences.
    fn too_low_for(self, mailboxes: usize) -> Vec<String> {
        let mailboxes = u64::try_from(mailboxes).unwrap_or(u64::MAX);
        let needed = |alone: u64, each: u64| alone.saturating_add(each.saturating_mul(mailboxes));
        let tasks = needed(TASKS, TASKS_A_MAILBOX).min(TASKS_MAX);
        let megabytes = needed(MEGABYTES, MEGABYTES_A_MAILBOX);
        let of_tasks = self.tasks.filter(|limit| *limit < tasks).map(|limit| {
            format!(
                "{mailboxes} mailboxes may need {tasks} threads, and the limit is {limit}: set `TasksMax={tasks}` in the unit \
                 (`systemctl edit handoffd`), or a mailbox cannot begin"
            )
        });
        let memory = self.memory_bytes.map(|bytes| bytes / 1_000_000);
        let of_memory = memory.filter(|limit| *limit < megabytes).map(|limit| {
            format!(
                "{mailboxes} mailboxes may need {megabytes} MB of memory, and the limit is {limit} MB: set `MemoryMax={megabytes}M` in the unit \
                 (`systemctl edit handoffd`), or the kernel ends the process"
            )
        });
        of_tasks.into_iter().chain(of_memory).collect()
    }
}

fn lower(limit: Option<u64>, file: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // `max` is no number, and no limit.
    match (limit, text.trim().parse().ok()) {
        (Some(limit), Some(other)) => Some(limit.min(other)),
        (limit, other) => limit.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_of_all_groups_around_holds() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("system.slice/handoffd.service");
        std::fs::create_dir_all(&own).unwrap();
        for (folder, file, text) in [
            (own.as_path(), "pids.max", "128\n"),
            (own.as_path(), "memory.max", "max\n"),
            (own.parent().unwrap(), "pids.max", "500\n"),
            (own.parent().unwrap(), "memory.max", "1073741824\n"),
        ] {
            std::fs::write(folder.join(file), text).unwrap();
        }
        let named = "1:name=systemd:/x\n0::/system.slice/handoffd.service\n";
        let limits = Limits::of(named, root.path());
        let expected = Limits {
            tasks: Some(128),
            memory_bytes: Some(1_073_741_824),
        };
        assert_eq!(limits, expected);
        assert_eq!(Limits::of("", root.path()), Limits::default());
        // No way out of the folder, wherever that leads.
        let outside = Limits::of("0::/../../..\n", root.path());
        assert_eq!(outside, Limits::default());
    }

    #[test]
    fn limits_that_will_not_do_are_named_with_those_that_will() {
        let unit = Limits {
            tasks: Some(128),
            memory_bytes: Some(1_073_741_824),
        };
        assert_eq!(unit.too_low_for(1), [] as [&str; 0]);
        let told = unit.too_low_for(200);
        let tasks = format!("TasksMax={TASKS_MAX}");
        let memory = format!("MemoryMax={}M", MEGABYTES + 200 * MEGABYTES_A_MAILBOX);
        assert!(
            told.len() == 2 && told[0].contains(&tasks) && told[1].contains(&memory),
            "{told:?}"
        );
        assert_eq!(Limits::default().too_low_for(200), [] as [&str; 0]);
    }
}
