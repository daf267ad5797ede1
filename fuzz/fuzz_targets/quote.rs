//! The quote splitter: any text is a mail's text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| handoffd::mail::fuzzed::quote(data));
