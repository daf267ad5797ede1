//! `handoffd evaluate`: labelled mails or phrases against what is configured.

mod desk;
mod intents;

use super::{Common, Failure};
use std::path::PathBuf;

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// Labelled mails against the configured articles: is each decision right?
    Desk(DeskArguments),
    /// Intent classification alone, on tab-separated text and label (label `oos`: none)
    Intents(IntentsArguments),
}

#[derive(clap::Args, Debug)]
struct DeskArguments {
    /// Labelled mails, one JSON object a line
    #[arg(long, value_name = "FILE.jsonl")]
    mails: PathBuf,
    /// Only the first N mails
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List each mail whose decision is wrong
    #[arg(long)]
    misses: bool,
    /// Labelled mails that count as confirmed by staff before the others are measured
    #[arg(long, value_name = "FILE.jsonl")]
    taught: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
struct IntentsArguments {
    /// Examples to learn from
    #[arg(long, value_name = "FILE.tsv")]
    train: PathBuf,
    /// Examples to be measured on; of a file with a column `split` the rows `test`
    #[arg(long, value_name = "FILE.tsv")]
    test: PathBuf,
    /// Learn from only N examples of each intent
    #[arg(long, value_name = "N")]
    shots: Option<usize>,
    /// Which N examples: the same seed takes the same; 0 takes the published ones (split `train_N`) where there are such
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// The folder of the models of meaning; without it, as the daemon looks for it
    #[arg(long, value_name = "FOLDER")]
    models: Option<PathBuf>,
    /// Which model of meaning is used
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    embedding: EmbeddingWanted,
}

/// `--embedding`.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
enum EmbeddingWanted {
    /// The transformer, else the table, else none
    #[default]
    Best,
    /// The table of word meanings
    Static,
    /// None
    None,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::Desk(arguments) => desk::run(common, arguments),
        What::Intents(arguments) => intents::run(common, arguments),
    }
}

/// Reads a text file; one that cannot be read is a usage error.
fn read_text(path: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::Usage(format!(
            "cannot read {}: {error}; name a file of labelled examples",
            path.display()
        ))
    })
}

/// A share, 0 where there is nothing to share.
#[allow(clippy::cast_precision_loss)]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The value below which that share of the sorted values lies.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}
