//! `make demo`: plays the conversations of `config/demo/conversations/` on the real program and real mail servers, shows live what is
//! decided and why, and ends well only if every conversation ended as it should and no mail left that none of them expects.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

#[path = "../mail_system/mod.rs"]
mod mail_system;

mod conversation;
mod play;
mod screen;

use conversation::Conversation;
use mail_system::{Desk, Handoffd, MailSystem};
use play::Stage;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SUPPORT: &str = "support@lindenhof-tea.example";
const STAFF: [&str; 6] = [
    "care@lindenhof-tea.example",
    "billing@lindenhof-tea.example",
    "admin@lindenhof-tea.example",
    "rosa@lindenhof-tea.example",
    "jonas@lindenhof-tea.example",
    "mira@lindenhof-tea.example",
];

fn main() -> ExitCode {
    let conversations = match Conversation::read_all(&mail_system::Desk::demo_conversations()) {
        Ok(conversations) => conversations,
        Err(why) => {
            eprintln!("demo: {why}");
            return ExitCode::FAILURE;
        }
    };
    screen::heading(
        "A throw-away mail system starts: Dovecot and Exim on loopback, certificates of its own",
    );
    let mut addresses = vec![SUPPORT];
    addresses.extend(STAFF);
    let system = MailSystem::start(&addresses);
    for conversation in &conversations {
        for address in conversation.customers() {
            system.add_account(&address);
        }
    }
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    screen::heading("handoffd starts on it with config/demo/");
    let mut daemon = Handoffd::start(&desk);

    let mut stage = Stage::new(&system, &daemon, SUPPORT);
    for (index, conversation) in conversations.iter().enumerate() {
        screen::conversation(index + 1, conversations.len(), &conversation.title);
        stage.play(conversation);
    }
    if keep() {
        // The person goes on with the same desk; what then happens is theirs.
        show_how_to_go_on(&system, &desk.config);
        wait_for_ctrl_c();
    } else {
        stage.settle();
    }
    daemon.terminate();
    system.wait_until_delivered();
    if !keep() {
        stage.look_for_uninvited_mail();
    }
    let kept = keep_mail(&system);
    let failures = stage.summary(conversations.len());
    screen::where_to_look(&kept);
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        eprintln!("\n--- log of handoffd\n{}", daemon.log_text());
        ExitCode::FAILURE
    }
}

fn keep() -> bool {
    std::env::var("DEMO_KEEP").is_ok_and(|value| value == "1")
}

fn show_how_to_go_on(system: &MailSystem, settings: &Path) {
    screen::heading("It goes on running: look around with a mail program");
    println!("  IMAP with TLS     127.0.0.1 port {}", system.ports.imaps);
    println!(
        "  IMAP              127.0.0.1 port {} (plain or STARTTLS)",
        system.ports.imap
    );
    println!(
        "  SMTP with TLS     127.0.0.1 port {} (login)",
        system.ports.submissions
    );
    println!(
        "  SMTP              127.0.0.1 port {} (no login: as customers do)",
        system.ports.smtp
    );
    println!("  authority         {}", system.authority().display());
    println!("  accounts (address, password):");
    for account in system.accounts() {
        println!("    {:44} {}", account.address, account.password);
    }
    println!("  settings          {}", settings.display());
    println!(
        "  look into it      target/debug/handoffd --config {} tickets   (or status, ticket ID, learned, outbox)",
        settings.display()
    );
    println!("  write to {SUPPORT}; Ctrl-C ends everything");
}

/// Waits for SIGINT. At a terminal it reaches the daemon as well, which is in the same group and ends in good order by itself.
fn wait_for_ctrl_c() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let _ = tokio::signal::ctrl_c().await;
    });
}

/// Copies the mailboxes, and one transcript of everything that left, to where they can be read after the end.
fn keep_mail(system: &MailSystem) -> PathBuf {
    let kept = PathBuf::from("/tmp/handoffd-demo");
    let _ = std::fs::remove_dir_all(&kept);
    let mut transcript = String::new();
    let mut mails = Vec::new();
    for account in system.accounts() {
        let stored = system.mailbox(&account.address);
        let folder = kept.join("mailboxes").join(&account.address);
        let _ = std::fs::create_dir_all(&folder);
        for (number, mail) in stored.iter().enumerate() {
            let _ = std::fs::write(folder.join(format!("{:03}.eml", number + 1)), &mail.raw);
        }
        if account.address != SUPPORT {
            mails.extend(
                stored
                    .into_iter()
                    .map(|mail| (account.address.clone(), mail)),
            );
        }
    }
    mails.sort_by_key(|(_, mail)| mail.arrived_micros);
    for (mailbox, mail) in &mails {
        transcript.push_str(&format!("======== arrived in {mailbox}\n"));
        transcript.push_str(&String::from_utf8_lossy(&mail.raw).replace("\r\n", "\n"));
        transcript.push_str("\n\n");
    }
    let _ = std::fs::write(kept.join("transcript.txt"), transcript);
    copy(
        &system.folder().join("exim/log.main"),
        &kept.join("exim.log"),
    );
    kept
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::copy(from, to);
}
