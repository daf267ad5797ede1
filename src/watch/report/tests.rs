use super::*;
use crate::watch::{Happened, Pace, Seen, Teller};
use std::collections::BTreeSet;

const PACE: Pace = Pace {
    gather: SignedDuration::from_mins(1),
    calm: SignedDuration::from_mins(5),
    remind: SignedDuration::from_hours(24),
};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn seen(kind: Kind, waiting: usize) -> Seen {
    Seen {
        kind,
        since: at(0),
        why: "connection refused".to_owned(),
        waiting,
        told_by: Teller::Report,
    }
}

fn language(code: &str) -> Language {
    Language(code.to_owned())
}

/// What is told when the SMTP server is back at that minute, in both languages.
fn told_of_the_end(
    waited: usize,
    ended: i64,
    aftermath: Aftermath,
    also: &[Happened],
) -> [(String, String); 2] {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Smtp, waited)], at(0), PACE);
    let report = ledger.report(PACE, true, at(1)).unwrap();
    ledger.told(&report, "1@d", at(1));
    for one in also {
        assert!(ledger.note(one));
    }
    ledger.look(&[], at(ended), PACE);
    let report = ledger.report(PACE, true, at(ended + 5)).unwrap();
    ["en", "de"].map(|code| mail(&report, aftermath, &language(code), &TimeZone::UTC))
}

#[test]
fn every_trouble_says_what_to_do_and_has_a_name_of_its_own() {
    for words in [english, german] {
        let mut titles: Vec<&str> = Kind::ALL.iter().map(|kind| words(*kind).title).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), Kind::ALL.len());
        assert!(
            Kind::ALL
                .iter()
                .all(|kind| words(*kind).remedy.ends_with('.'))
        );
    }
}

#[test]
fn every_setting_that_is_named_exists() {
    let settings = include_str!("../../../config/handoffd.toml");
    let mut named = BTreeSet::new();
    for words in [english, german] {
        for kind in Kind::ALL {
            let remedy = words(kind).remedy;
            let parts = remedy.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            named.extend(parts.filter(|word| word.contains('_')));
        }
    }
    assert!(named.contains("retry_give_up_after_seconds"), "{named:?}");
    for key in named {
        let is_there = settings.lines().any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        });
        assert!(is_there, "{key} is no setting");
    }
}

#[test]
fn the_mail_the_row_and_the_sentence_tell_the_same() {
    let mut ledger = Ledger::default();
    assert_eq!(in_one_sentence(&ledger), "all is well");
    ledger.look(&[seen(Kind::Smtp, 3)], at(10), PACE);
    let sentence = in_one_sentence(&ledger);
    assert_eq!(
        sentence,
        "The SMTP server takes no mail from us (since 1970-01-01T00:00:00Z)"
    );
    let report = ledger.report(PACE, true, at(11)).unwrap();
    let (subject, text) = mail(
        &report,
        Aftermath::default(),
        &language("en"),
        &TimeZone::UTC,
    );
    assert_eq!(subject, "The SMTP server takes no mail from us");
    assert!(
        text.contains("Since Thursday 1 January 1970, 00:00 (UTC): connection refused"),
        "{text}"
    );
    assert!(text.contains("3 mails wait."), "{text}");
    let (kind, known) = ledger.open().next().unwrap();
    assert_eq!(row(kind, known)["what"], subject);
}

#[test]
fn the_good_word_says_what_came_of_what_waited() {
    let aftermath = |given_up, waiting| Aftermath { given_up, waiting };
    let all_sent = told_of_the_end(1, 1, aftermath(0, 0), &[]);
    insta::assert_snapshot!("all_sent", in_both(&all_sent));
    let given_up = told_of_the_end(3, 20, aftermath(2, 1), &[]);
    insta::assert_snapshot!("given_up", in_both(&given_up));
    for (subject, text) in given_up
        .iter()
        .chain(&told_of_the_end(1, 9, aftermath(1, 0), &[]))
    {
        assert!(!text.contains("nothing to do"), "{subject}: {text}");
        assert!(!text.contains("nichts zu tun"), "{subject}: {text}");
    }
}

#[test]
fn all_is_not_well_while_something_that_happened_needs_a_person() {
    let happened = |kind, told_by| Happened {
        kind,
        at: at(2),
        to: "INBOX UID 5".to_owned(),
        why: "handling it broke down or did not end, three times".to_owned(),
        told_by,
    };
    let aside = happened(Kind::SetAside, Teller::OwnMail);
    let over = told_of_the_end(0, 200, Aftermath::default(), &[aside]);
    insta::assert_snapshot!("still_needs_a_person", in_both(&over));
    // A clock that leapt needs nobody.
    let leapt = happened(Kind::Clock, Teller::OwnMail);
    let [(subject, _), _] = told_of_the_end(0, 20, Aftermath::default(), &[leapt]);
    assert_eq!(subject, "All is well again");
}

#[test]
fn lengths_read_as_people_say_them() {
    let (english, german) = (language("en"), language("de"));
    for (minutes, in_english, in_german) in [
        (0, "less than a minute", "weniger als eine Minute"),
        (1, "1 minute", "1 Minute"),
        (2, "2 minutes", "2 Minuten"),
        (119, "119 minutes", "119 Minuten"),
        (120, "2 hours", "2 Stunden"),
        (2_879, "47 hours", "47 Stunden"),
        (2_880, "2 days", "2 Tage"),
    ] {
        for (language, expected) in [(&english, in_english), (&german, in_german)] {
            let zone = &TimeZone::UTC;
            let length = Tongue { language, zone }.length(SignedDuration::from_mins(minutes));
            assert_eq!(length, expected);
        }
    }
}

fn in_both(mails: &[(String, String); 2]) -> String {
    let shown = |(subject, text): &(String, String)| format!("Subject: {subject}\n\n{text}");
    mails.iter().map(shown).collect::<Vec<_>>().join("\n---\n")
}
