//! What does judging a mail ask of the allocator, on average? Counted beside `main.rs`, on the same mails: counting takes time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]
#![allow(dead_code)] // the desks are made for `main.rs` as well

mod desk;
mod words;

use desk::Embedding;
use handoffd::gateway::NoPast;
use handoffd::inbox::Content;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    for embedding in [Embedding::Static, Embedding::MiniLm] {
        if embedding.folder().is_none() {
            println!("{embedding:?}: left out, `make model` has not filled models/");
            continue;
        }
        let desk = desk::written(embedding);
        let contents = desk.mails.iter().map(|raw| Content::Whole(raw.clone()));
        let contents: Vec<Content> = contents.collect();
        let judge_all = || {
            for (raw, content) in desk.mails.iter().zip(&contents) {
                let mail = desk.office.read(content).unwrap();
                let now = "2026-01-12T10:05:00Z".parse().unwrap();
                let judgement = desk.office.judge(mail, raw, &NoPast, now).unwrap();
                std::hint::black_box(&judgement.composed);
            }
        };
        // What is made once, when it is first needed, is no mail's.
        judge_all();
        let region = Region::new(ALLOCATOR);
        judge_all();
        let asked = region.change();
        let mails = desk.mails.len();
        println!(
            "{embedding:?}, config/desk: {} allocations and {} enlargements a mail, {} kB",
            asked.allocations / mails,
            asked.reallocations / mails,
            asked.bytes_allocated / mails / 1000
        );
    }
}
