//! The reader of delivery and complaint reports: any text is a report.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| handoffd::mail::fuzzed::bounce(data));
