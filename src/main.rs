//! Reads the arguments and calls one verb.

use std::process::ExitCode;

fn main() -> ExitCode {
    handoffd::cli::main()
}
