//! The whole reader: any bytes are a mail.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // The reader catches a panic of the parser and reads on; only what it lets through is a finding.
    init: std::panic::set_hook(Box::new(|_| {})),
    |data: &[u8]| handoffd::mail::fuzzed::mail(data)
);
