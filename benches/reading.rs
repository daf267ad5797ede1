//! How many mails a second does the reader read, beside Python's `email` package doing the same steps on the same mails in
//! the same run? Prints both and the ratio; ends with 1 where the ratio is below what is promised.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]

mod mails;

use handoffd::mail::Reader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Promised: at least this many times as many mails as Python (docs/benchmarks.md).
const PROMISED_RATIO: f64 = 5.0;
/// Each side reads all mails this often; the best round counts, for the machine may do other things beside.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` and the like pass arguments that mean nothing here.
    let made = tempfile::tempdir().unwrap();
    for (number, raw) in mails::set(400).iter().enumerate() {
        std::fs::write(made.path().join(format!("{number:04}.eml")), raw).unwrap();
    }
    let mut is_kept = true;
    is_kept &= compare("made mails", &files(made.path()));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mail");
    if corpus.is_dir() {
        is_kept &= compare("corpus of others", &files(&corpus));
    } else {
        println!("the corpus of others' mails is missing: only made mails were read");
    }
    if !is_kept {
        println!("below the promised ratio of {PROMISED_RATIO}");
        std::process::exit(1);
    }
}

fn compare(name: &str, files: &[PathBuf]) -> bool {
    let mails: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    let megabytes = mails.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
    let reader = Reader::default();
    let ours = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            for raw in &mails {
                std::hint::black_box(reader.read(raw));
            }
            begin.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    let list = tempfile::NamedTempFile::new().unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    std::fs::write(list.path(), paths.join("\n")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/reading.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(list.path())
        .arg(ROUNDS.to_string())
        .output()
        .expect("python3 is needed to compare with");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let theirs: f64 = printed.trim().parse().unwrap();
    let count = mails.len() as f64;
    let ratio = theirs / ours;
    println!(
        "{name}: {} mails, {megabytes:.1} MB; handoffd {:.0} a second ({:.1} ms a MB), Python {:.0} a second; ratio {ratio:.1}",
        mails.len(),
        count / ours,
        ours * 1e3 / megabytes,
        count / theirs,
    );
    ratio >= PROMISED_RATIO
}

/// The mails of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
