//! A server that says exactly what a test tells it to: for the misbehaviour that no real server shows on demand.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One step: the command that must come (a prefix, after the tag), and what is said then; `{tag}` is the command's tag.
pub type Step = (&'static str, String);

/// Greeting, login, capabilities and an open folder with that many mails.
pub fn opening(capabilities: &str, mails: u32) -> Vec<Step> {
    vec![
        ("LOGIN", "{tag} OK in\r\n".into()),
        (
            "CAPABILITY",
            format!("* CAPABILITY IMAP4rev1 {capabilities}\r\n{{tag}} OK done\r\n"),
        ),
        (
            "SELECT",
            format!(
                "* {mails} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 100] x\r\n\
                 * OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] x\r\n{{tag}} OK [READ-WRITE] open\r\n"
            ),
        ),
    ]
}

/// Plays the steps to one client. After the last it either closes or stays silent with the connection open.
pub async fn play(greeting: &'static str, steps: Vec<Step>, closes: bool) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(greeting.as_bytes()).await.unwrap();
        for (expected, said) in steps {
            let Ok(Some(line)) = lines.next_line().await else {
                return;
            };
            let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
            assert!(
                command.starts_with(expected),
                "{command} instead of {expected}"
            );
            if write
                .write_all(said.replace("{tag}", tag).as_bytes())
                .await
                .is_err()
            {
                return;
            }
        }
        if !closes {
            // Silent until the client goes.
            while let Ok(Some(_)) = lines.next_line().await {}
        }
    });
    (port, task)
}
