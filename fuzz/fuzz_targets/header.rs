//! The grammar of header fields: any text is a field's value.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| handoffd::mail::fuzzed::header(data));
