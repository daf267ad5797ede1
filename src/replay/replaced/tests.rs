//! What is somebody's is gone, and what hangs together still does.

use super::*;
use crate::inbox::Content;
use std::path::Path;

fn mail(head: &str) -> Mail {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    let office = crate::rehearsal::furnish(&settings).unwrap();
    let raw = format!("{head}\r\nSubject: x\r\n\r\nx\r\n");
    office.read(&Content::Whole(raw.into_bytes())).unwrap()
}

fn replacements(head: &str) -> Replacements {
    let desk = Address::parse("support@alder-bikes.example").unwrap();
    Replacements::of(
        [mail(head)].iter(),
        &desk,
        &["alder".to_owned(), "bikes".to_owned()],
    )
    .unwrap()
}

const ANN: &str = "From: Ann Weber-Frei <ann.weber@a.example>\r\nTo: Desk <support@alder-bikes.example>\r\nCc: bo@b.example";

#[test]
fn names_addresses_numbers_and_links_are_replaced_and_the_rest_stays() {
    let mut replacements = replacements(ANN);
    let rows = [
        ("Ann here, ANN's order", "Robin here, Robin's order"),
        ("ann weber-frei", "Robin Moss-Moss"),
        ("Annual pedals of Weberei", "Annual pedals of Weberei"),
        (
            "write to ann.weber@A.example or Support@alder-bikes.example",
            "write to robin1@home.example or Support@alder-bikes.example",
        ),
        (
            "carl@c.example, bo@b.example, carl@c.example",
            "somebody1@elsewhere.example, sascha2@home.example, somebody1@elsewhere.example",
        ),
        (
            "see https://x.example/t?ann=1 twice https://x.example/t?ann=1",
            "see https://link.example/1 twice https://link.example/1",
        ),
        (
            "2 pedals, 54 cm, of 2025, on 3.12.2025 and 2025-12-03",
            "2 pedals, 54 cm, of 2025, on 3.12.2025 and 2025-12-03",
        ),
        ("", ""),
    ];
    for (written, expected) in rows {
        assert_eq!(replacements.text(written), expected);
    }
}

#[test]
fn numbers_keep_their_form_and_nothing_else() {
    let mut replacements = replacements(ANN);
    let form = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect()
    };
    for written in [
        "AB-204177",
        "1,500.00 Euro",
        "call +41 79 123 45 67",
        "(0171) 234-5678",
        "X77821Y",
    ] {
        let replaced = replacements.text(written);
        assert_eq!(form(&replaced), form(written));
        assert_ne!(replaced, written);
        assert_eq!(replacements.text(written), replaced, "the same each time");
    }
    // Another order of numbers, and other ones in their place: it is not worked out from them.
    let mut first = Replacements::of([mail(ANN)].iter(), &replacements.kept, &[]).unwrap();
    let mut second = Replacements::of([mail(ANN)].iter(), &replacements.kept, &[]).unwrap();
    assert_eq!(first.text("204177"), second.text("299999"));
    // Two of them stay two.
    assert_ne!(first.text("204178"), first.text("204177"));
}

#[test]
fn a_card_number_stays_one_that_is_nobodys() {
    let mut replacements = replacements(ANN);
    let replaced = replacements.text("my card 5500 0055 5555 5559 exp 12/27");
    assert_eq!(replaced, "my card 4111 1111 1111 1111 exp 12/27");
}

#[test]
fn without_a_name_the_address_says_it_and_roles_are_no_names() {
    let mut replacements = replacements("From: roy.sefton@q.example\r\nCc: info@b.example");
    assert_eq!(
        replacements.text("cheers roy, info follows"),
        "cheers Robin, info follows"
    );
}

#[test]
fn names_are_known_in_every_spelling_and_everyday_words_stay() {
    let head = "From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jmueller75@q.example>\r\nTo: Nora of Alder Bikes <support@alder-bikes.example>\r\nCc: Bo von Li <bo.kowalski@b.example>";
    let mut replacements = replacements(head);
    for (written, expected) in [
        (
            "Jürgen Müller, JUERGEN MUELLER, Müllers",
            "Robin Moss, Robin Moss, Mosss",
        ),
        (
            "Bo Li, but bo and li are words",
            "Sascha Lind, but bo and li are words",
        ),
        ("Kowalski of der Post", "Lind of der Post"),
        (
            "Kind regards, Nora, Alder Bikes",
            "Kind regards, Noa, Alder Bikes",
        ),
    ] {
        let replaced = replacements.text(written);
        let is_gone = ["rgen", "ller", "Kowalski", "Nora"]
            .iter()
            .all(|name| !replaced.contains(name));
        assert!(is_gone, "{written}: {replaced}");
        assert_eq!(
            replaced.split(' ').count(),
            expected.split(' ').count(),
            "{replaced}"
        );
        for everyday in [
            "but bo and li are words",
            "der Post",
            "Kind regards",
            "Alder Bikes",
        ] {
            assert_eq!(
                replaced.contains(everyday),
                written.contains(everyday),
                "{replaced}"
            );
        }
    }
    let link = replacements.text("FTP://q.example/juergen and HTTPS://Q.EXAMPLE/Juergen");
    assert!(!link.to_lowercase().contains("juergen"), "{link}");
    for number in ["12 34 56", "A1B2C3D4E5F6", "55-12-34"] {
        assert_ne!(replacements.text(number), number);
    }
}
