//! The whole reader: any bytes are a mail.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| handoffd::mail::fuzzed::mail(data));
