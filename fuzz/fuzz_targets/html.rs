//! The HTML reader: any text is a mail's HTML.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| handoffd::mail::fuzzed::html(data));
