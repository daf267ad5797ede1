//! On which kind of store do the tests of a program run? On files; with `HANDOFFD_TEST_STORE=postgres` in the environment on a throw-away PostgreSQL.
//! A part of a suite runs there in ordinary tests as well: the program runs itself once more.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../postgres/mod.rs"]
pub mod postgres;

use std::process::Command;

const CHOICE: &str = "HANDOFFD_TEST_STORE";

/// Whether it is PostgreSQL.
pub fn is_postgres() -> bool {
    match std::env::var(CHOICE).as_deref() {
        Err(_) | Ok("sled") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("{CHOICE}={other}: write sled or postgres"),
    }
}

/// What the whole program was told to run on is not run twice.
fn is_chosen() -> bool {
    std::env::var_os(CHOICE).is_some()
}

/// Runs the tests of this program with these arguments on PostgreSQL. All of them must be there, and pass.
pub fn run_on_postgres(arguments: &[&str], tests: usize) {
    if is_chosen() {
        return;
    }
    let own = std::env::current_exe().expect("the path of this program");
    let ran = Command::new(own)
        .env(CHOICE, "postgres")
        .args(arguments)
        .output();
    let ran = ran.expect("run the tests once more");
    let said = String::from_utf8_lossy(&ran.stdout);
    let passed = format!("test result: ok. {tests} passed");
    assert!(
        ran.status.success() && said.contains(&passed),
        "`{passed}` is not in\n{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    println!("{said}");
}
