//! Where the log goes and what never gets into it.

use std::any::Any;
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// The variable that sets what is logged, in the form of `tracing-subscriber` (`info`, `handoffd=debug`).
const VARIABLE: &str = "HANDOFFD_LOG";

/// From now on a panic is one line of the log, by its place. Its words are left out where they were put together at run time: they
/// may quote a mail, and what a stranger wrote must not reach a terminal.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        crate::report::gateway::panicked(&place, fixed_words(panic.payload()));
    }));
}

/// What a panic says, if it stands so in the program.
fn fixed_words(payload: &(dyn Any + Send)) -> &'static str {
    match payload.downcast_ref::<&'static str>() {
        Some(words) => words,
        None => "words left out, they may be a stranger's",
    }
}

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
        // Joined, their highest level is known at once: the store says a line at each write that nobody asked for.
        .with(lines.with_filter(wanted.and(capped)))
        .try_init();
    report_panics();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_shows_nothing_that_was_put_together_at_run_time() {
        let mail = "\u{1b}]0;title of the terminal\u{7}";
        let quoted = std::panic::catch_unwind(|| panic!("byte 3 is inside {mail}")).unwrap_err();
        assert!(!fixed_words(quoted.as_ref()).contains("title"));
        let fixed = std::panic::catch_unwind(|| panic!("never so")).unwrap_err();
        assert_eq!(fixed_words(fixed.as_ref()), "never so");
    }
}
