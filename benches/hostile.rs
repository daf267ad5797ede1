//! How long does the reader take over mails that were written to make it slow? Prints milliseconds a megabyte for each kind, the slowest
//! first; ends with 1 where one is above what is promised.
#![allow(clippy::unwrap_used, reason = "a bench that fails may panic")]

#[path = "mails/hostile.rs"]
mod hostile;

use handoffd::mail::Reader;
use std::time::Instant;

/// Promised: at most this many milliseconds a megabyte, whatever the mail.
const PROMISED_MILLISECONDS_A_MEGABYTE: f64 = 50.0;
const BYTES: usize = 2_000_000;
const ROUNDS: usize = 3;

fn main() {
    let reader = Reader::default();
    // What is compiled at first use is no mail's fault.
    let _ = reader.read(
        b"From: a@b.example\r\nSubject: Fwd: x\r\n\r\nOn 3 Mar 2026 a@b.example wrote:\r\n> x\r\n",
    );
    let mut times: Vec<(f64, &str)> = hostile::all(BYTES)
        .iter()
        .map(|(name, raw)| {
            let best = (0..ROUNDS)
                .map(|_| {
                    let begin = Instant::now();
                    std::hint::black_box(reader.read(raw));
                    begin.elapsed().as_secs_f64()
                })
                .fold(f64::INFINITY, f64::min);
            (best * 1e3 / (raw.len() as f64 / 1e6), *name)
        })
        .collect();
    times.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (milliseconds, name) in &times {
        println!("{milliseconds:8.1} ms a MB  {name}");
    }
    let slow = times
        .iter()
        .filter(|(milliseconds, _)| *milliseconds > PROMISED_MILLISECONDS_A_MEGABYTE);
    let slow = slow.count();
    if slow > 0 {
        println!("{slow} above the promised {PROMISED_MILLISECONDS_A_MEGABYTE} ms a MB");
        std::process::exit(1);
    }
}
