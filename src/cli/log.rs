//! Where the log goes and what never gets into it.

use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// The variable that sets what is logged, in the form of `tracing-subscriber` (`info`, `handoffd=debug`).
const VARIABLE: &str = "HANDOFFD_LOG";

/// Starts logging: sentences on standard error, or JSON lines on standard output.
///
/// The IMAP crate logs passwords at its lowest level and the SMTP crate whole mails; both stay capped whatever
/// the variable says.
pub(super) fn start(json: bool) {
    let wanted = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let capped = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_target("async_imap", LevelFilter::WARN)
        .with_target("imap_proto", LevelFilter::WARN)
        .with_target("lettre", LevelFilter::WARN)
        .with_target("rustls", LevelFilter::WARN);
    let lines: Box<dyn Layer<_> + Send + Sync> = if json {
        fmt::layer().json().with_writer(std::io::stdout).boxed()
    } else {
        fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .boxed()
    };
    // A second start (tests in one process) keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(wanted).with_filter(capped))
        .try_init();
}
