//! Makes the constants of `src/understand/intent/rejector.rs`: `make rejector`. Many small helpdesks are cut from public data sets of customers'
//! requests, each is trained as ours would be, and is asked what it covers, what is just beside it, and what is far from it. A logistic function
//! learns when the best intent is right. The same files and the same model give the same constants.
//!
//! Data: BANKING77 (Casanueva et al. 2020, CC BY 4.0) and CLINC150 (Larson et al. 2019, CC BY 3.0), training rows only, as
//! tab-separated text, label, split. Nothing of them is shipped but these constants. Beside them our own desk (`config/desk`), whose articles
//! borrow the phrases of known topics.

// Numbers that are its own, not a mail's: a mistake may end it.
#![allow(
    clippy::needless_range_loop,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation
)]

mod desk;
mod episode;
mod fit;

use desk::Desk;
use episode::{Chance, Set};
use fit::Row;
use handoffd::config::Embedding;
use handoffd::understand::intent::phrases_of_any_desk;
use handoffd::understand::meaning::Encoder;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const SETS: [&str; 2] = ["banking77", "clinc150"];
/// Of so many episodes with a public set one is played with the desk, whose mails are few.
const DESK_EVERY: usize = 4;

fn main() -> ExitCode {
    let mut folder = PathBuf::from("../shared/corpus/intents");
    let mut models = PathBuf::from("models");
    let mut episodes = 300_usize;
    let mut asked = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data" => folder = arguments.next().map(PathBuf::from).unwrap_or_default(),
            "--models" => models = arguments.next().map(PathBuf::from).unwrap_or_default(),
            "--episodes" => {
                episodes = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(300);
            }
            "--fit" => asked = true,
            "--directions" => return write_directions(&models),
            _ => {}
        }
    }
    if !asked {
        println!(
            "the rejector's constants are not fitted in an ordinary run; `make rejector` does it"
        );
        return ExitCode::SUCCESS;
    }
    let mut sets = Vec::new();
    for name in SETS {
        let path = folder.join(format!("{name}.tsv"));
        match Set::read(&path) {
            Ok(set) => sets.push(set),
            Err(error) => {
                eprintln!(
                    "{}: {error}; name the folder of the data sets with --data",
                    path.display()
                );
                return ExitCode::FAILURE;
            }
        }
    }
    let desk = match Desk::read(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/config/desk"
    ))) {
        Ok(desk) => desk,
        Err(error) => {
            eprintln!("config/desk: {error}");
            return ExitCode::FAILURE;
        }
    };
    for (name, embedding) in [
        ("transformer", Embedding::Best),
        ("table", Embedding::Static),
        ("words", Embedding::None),
    ] {
        match load(&models, embedding) {
            Some(encoder) => one_kind(name, &sets, &desk, episodes, encoder.as_ref()),
            None => eprintln!(
                "{name}: no such model in {}; `make model` fetches it",
                models.display()
            ),
        }
    }
    ExitCode::SUCCESS
}

/// Writes the directions of the topics of any desk again (`make directions`).
fn write_directions(models: &Path) -> ExitCode {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/understand/lexicon/topics.directions"
    );
    let Some(Some(encoder)) = load(models, Embedding::Best).filter(|found| {
        let reads = |encoder: &Arc<Encoder>| encoder.reads_sentences();
        found.as_ref().is_some_and(reads)
    }) else {
        eprintln!(
            "no transformer in {}; `make model` fetches it",
            models.display()
        );
        return ExitCode::FAILURE;
    };
    let texts = phrases_of_any_desk("en");
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match std::fs::write(file, encoder.directions_file(&texts)) {
        Ok(()) => {
            println!("{file}: {} directions", texts.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The encoder of a kind; the outer `None` where it is wanted and not there.
fn load(models: &Path, embedding: Embedding) -> Option<Option<Arc<Encoder>>> {
    if embedding == Embedding::None {
        return Some(None);
    }
    let encoder = Encoder::load(models, embedding).ok()??;
    Some(Some(Arc::new(encoder)))
}

/// Fits both rows of constants of one kind, and says how well they do on what they have not seen.
fn one_kind(
    name: &str,
    sets: &[Set],
    desk: &Desk,
    episodes: usize,
    encoder: Option<&Arc<Encoder>>,
) {
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for (number, set) in sets.iter().enumerate() {
        let far = sets.get(1 - number.min(1));
        if let Some(encoder) = encoder {
            let _ = encoder.encode_kept(&set.texts());
            let _ = encoder.encode_kept(&episode::AROUND);
        }
        let mut chance = Chance::new(number as u64 + 1);
        let mut of_set = Vec::new();
        for _ in 0..episodes {
            of_set.extend(episode::play(set, far, encoder, &mut chance));
        }
        eprintln!("{name}: {} messages from {}", of_set.len(), SETS[number]);
        rows.push(of_set);
    }
    let all: Vec<&Row> = rows.iter().flatten().collect();
    for (left_out, test) in rows.iter().enumerate() {
        let others = rows.iter().enumerate().filter(|(set, _)| *set != left_out);
        let train: Vec<&Row> = others.flat_map(|(_, list)| list).collect();
        println!(
            "{name}, OWN: fitted without {}, asked about it:",
            SETS[left_out]
        );
        fit::report(&test.iter().collect::<Vec<_>>(), &fit::constants(&train));
    }
    print_constants(&format!("{name}, OWN"), &fit::constants(&all));

    let mut chance = Chance::new(sets.len() as u64 + 1);
    let mut of_desk: Vec<(usize, Row)> = Vec::new();
    for _ in 0..episodes.div_ceil(DESK_EVERY) {
        of_desk.extend(desk.play(encoder, &mut chance));
    }
    eprintln!("{name}: {} messages from the desk", of_desk.len());
    let of = |wanted: &dyn Fn(usize) -> bool| -> Vec<&Row> {
        let own = of_desk.iter().filter(|(mail, _)| wanted(*mail));
        own.map(|(_, row)| row).collect()
    };
    for part in 0..2 {
        println!("{name}, KNOWN: fitted on every other mail, asked about the rest:");
        let constants = fit::constants(&of(&|mail| mail % 2 != part));
        fit::report(&of(&|mail| mail % 2 == part), &constants);
    }
    print_constants(&format!("{name}, KNOWN"), &fit::constants(&of(&|_| true)));
}

fn print_constants(name: &str, constants: &[f64]) {
    println!("    {name}: [");
    for number in constants {
        println!("        {number:.3},");
    }
    println!("    ],");
}
