//! What ends the servers when the program that started them cannot: a small shell that waits on a pipe. When the pipe closes,
//! however the program ended, it ends every process named by a `*.pid` file in the folder, then removes the folder.

use std::path::Path;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
folder=$1
keep=$2
read -r _
end_all() {
    for file in "$folder"/*.pid; do
        [ -s "$file" ] || continue
        read -r pid rest < "$file"
        case $pid in ''|*[!0-9]*) continue;; esac
        [ "$pid" -gt 1 ] || continue
        # A dead process that nobody has reaped yet counts as gone.
        state=Z
        { read -r _ _ state _ < "/proc/$pid/stat"; } 2>/dev/null
        [ "$state" = Z ] && continue
        [ "$1" = TERM ] && $SUDO kill -CONT "$pid" 2>/dev/null
        [ "$1" = 0 ] || $SUDO kill -"$1" "$pid" 2>/dev/null
        alive=yes
    done
}
end_all TERM
round=0
while [ $round -lt 100 ]; do
    alive=no
    end_all 0
    [ $alive = no ] && break
    sleep 0.05
    round=$((round + 1))
done
end_all KILL
[ "$keep" = keep ] || $SUDO rm -rf "$folder"
"#;

/// The leash; letting go of it ends everything.
pub struct Leash {
    shell: Child,
}

impl Leash {
    /// Ties the processes named by pid files in `folder` to the life of this program.
    pub fn tie(folder: &Path, sudo: &str) -> Self {
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "leash"])
            .arg(folder)
            .arg("remove")
            .env("SUDO", sudo)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start the leash");
        Self { shell }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
