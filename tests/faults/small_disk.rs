//! A disk of a few megabytes that can be filled up: a tmpfs of its own, for root alone.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The disk; letting go of it unmounts it.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts one of that size at the folder; `None`, and loud words, where that is not allowed.
    pub fn mount(folder: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(folder).expect("make a folder");
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={megabytes}m,mode=755"),
                "tmpfs",
            ])
            .arg(folder)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self {
                folder: folder.to_owned(),
            }),
            Ok(output) => {
                let why = String::from_utf8_lossy(&output.stderr).into_owned();
                println!("SKIPPED: no disk can be filled here, mounting needs root: {why}");
                None
            }
            Err(why) => {
                println!("SKIPPED: no disk can be filled here: {why}");
                None
            }
        }
    }

    /// Fills it up to so many bytes.
    pub fn fill(&self, left_bytes: u64) {
        let path = self.ballast();
        let mut file = File::create(&path).expect("make the ballast");
        let chunk = [7_u8; 4096];
        while file.write_all(&chunk).is_ok() {}
        drop(file);
        let full = fs::metadata(&path).expect("the ballast").len();
        let file = fs::OpenOptions::new().write(true).open(&path);
        file.expect("open the ballast")
            .set_len(full.saturating_sub(left_bytes))
            .expect("leave some room");
    }

    /// Makes room again.
    pub fn free(&self) {
        let _ = fs::remove_file(self.ballast());
    }

    /// Lets nothing be written, or everything again.
    pub fn read_only(&self, is_so: bool) -> bool {
        let mode = if is_so { "remount,ro" } else { "remount,rw" };
        let done = Command::new("mount")
            .args(["-o", mode])
            .arg(&self.folder)
            .output();
        done.is_ok_and(|output| output.status.success())
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What lies on it is what shows why a test failed.
        if std::thread::panicking() {
            let kept = std::env::temp_dir().join(format!("small-disk-{}", std::process::id()));
            let copied = (Command::new("cp").arg("-a").arg(&self.folder).arg(&kept)).status();
            eprintln!("the small disk is kept as {}: {copied:?}", kept.display());
        }
        // Lazily: whoever still looks at it finds it until then.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}
