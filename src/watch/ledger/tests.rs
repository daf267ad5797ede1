use super::*;
use proptest::prelude::*;

const PACE: Pace = Pace {
    gather: SignedDuration::from_mins(1),
    calm: SignedDuration::from_mins(5),
    remind: SignedDuration::from_hours(24),
};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_mins(minute)
}

fn seen(kind: Kind, since: i64) -> Seen {
    Seen {
        kind,
        since: at(since),
        why: "no".to_owned(),
        waiting: 0,
        told_by: Teller::Report,
    }
}

fn happened(kind: Kind, minute: i64, to: &str) -> Happened {
    Happened {
        kind,
        at: at(minute),
        to: to.to_owned(),
        why: "no".to_owned(),
        told_by: Teller::Report,
    }
}

/// What a desk with this book tells at that minute, and takes down.
fn tell(ledger: &mut Ledger, minute: i64) -> Option<(Vec<Kind>, Vec<Kind>)> {
    let report = ledger.report(PACE, true, at(minute))?;
    ledger.told(&report, "1@desk", at(minute));
    let kinds = |lines: &[(Kind, Known)]| lines.iter().map(|(kind, _)| *kind).collect();
    Some(match &report {
        Report::Trouble { due, still } => (kinds(due), kinds(still)),
        Report::Over { over, .. } => (vec![], over.iter().map(|(kind, _, _)| *kind).collect()),
    })
}

#[test]
fn what_comes_together_is_told_together_once_and_once_a_day_and_when_it_is_over() {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Inbox, 0)], at(10), PACE);
    assert_eq!(tell(&mut ledger, 10), None, "more may come");
    let both = [seen(Kind::Inbox, 0), seen(Kind::Smtp, 1)];
    ledger.look(&both, at(11), PACE);
    assert!(!ledger.is_well());
    let told = tell(&mut ledger, 11);
    assert_eq!(told, Some((vec![Kind::Inbox, Kind::Smtp], vec![])));
    for minute in 12..24 * 60 {
        ledger.look(&both, at(minute), PACE);
        assert_eq!(tell(&mut ledger, minute), None);
    }
    ledger.look(&both, at(24 * 60 + 11), PACE);
    let reminded = tell(&mut ledger, 24 * 60 + 11);
    assert_eq!(reminded, Some((vec![Kind::Inbox, Kind::Smtp], vec![])));
    // One ends: no word as long as the other lasts.
    ledger.look(&both[..1], at(1500), PACE);
    assert_eq!(tell(&mut ledger, 1510), None);
    ledger.look(&[], at(1520), PACE);
    assert_eq!(tell(&mut ledger, 1524), None, "it may come back");
    let over = tell(&mut ledger, 1525);
    assert_eq!(over, Some((vec![], vec![Kind::Inbox, Kind::Smtp])));
    assert!(ledger.is_well());
    assert_eq!(tell(&mut ledger, 1526), None);
}

#[test]
fn what_ends_before_it_was_told_is_not_told() {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Smtp, 0)], at(10), PACE);
    ledger.look(&[], at(10), PACE);
    assert_eq!(tell(&mut ledger, 60), None);
    assert!(ledger.is_well() && ledger.lines.is_empty());
}

#[test]
fn what_comes_back_before_its_end_was_told_is_the_same_trouble() {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Smtp, 0)], at(10), PACE);
    assert!(tell(&mut ledger, 11).is_some());
    ledger.look(&[], at(12), PACE);
    ledger.look(&[seen(Kind::Smtp, 13)], at(14), PACE);
    assert_eq!(tell(&mut ledger, 30), None);
    let line = &ledger.lines[&Kind::Smtp];
    assert_eq!((line.since, line.count), (at(0), 2));
}

#[test]
fn while_a_report_has_not_left_no_other_is_written_and_nothing_is_forgotten() {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Smtp, 0)], at(10), PACE);
    assert!(tell(&mut ledger, 11).is_some());
    let both = [seen(Kind::Smtp, 0), seen(Kind::Disk, 100)];
    for minute in 100..5000 {
        ledger.look(&both, at(minute), PACE);
        assert_eq!(ledger.report(PACE, false, at(minute)), None);
    }
    let told = tell(&mut ledger, 5000);
    assert_eq!(told, Some((vec![Kind::Smtp, Kind::Disk], vec![])));
}

#[test]
fn something_new_and_urgent_does_not_wait_for_an_hour() {
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Reload, 0)], at(0), PACE);
    assert!(tell(&mut ledger, 1).is_some());
    let both = [seen(Kind::Reload, 0), seen(Kind::Inbox, 2)];
    ledger.look(&both, at(3), PACE);
    assert_eq!(tell(&mut ledger, 5), None);
    let told = tell(&mut ledger, 11);
    assert_eq!(told, Some((vec![Kind::Inbox], vec![Kind::Reload])));
}

#[test]
fn what_happens_is_counted_by_name_told_and_forgotten_after_a_day() {
    let mut ledger = Ledger::default();
    assert!(ledger.note(&happened(Kind::Untold, 0, "ticket A")));
    assert!(!ledger.note(&happened(Kind::Untold, 1, "ticket A")));
    assert!(ledger.note(&happened(Kind::Untold, 1, "ticket B")));
    assert_eq!(tell(&mut ledger, 2), Some((vec![Kind::Untold], vec![])));
    for number in 0..100 {
        ledger.note(&happened(Kind::Untold, 3, &format!("ticket {number}")));
    }
    assert!(ledger.lines[&Kind::Untold].to.len() <= NAMED_MAX);
    assert_eq!(tell(&mut ledger, 30), None, "within the hour");
    assert!(tell(&mut ledger, 63).is_some());
    assert!(!ledger.is_well());
    ledger.look(&[], at(24 * 60 + 4), PACE);
    assert!(ledger.is_well() && ledger.lines.is_empty());
}

#[test]
fn a_clock_that_was_a_year_ahead_holds_no_report_up() {
    const YEAR: i64 = 365 * 24 * 60;
    let mut ledger = Ledger::default();
    ledger.look(&[seen(Kind::Inbox, YEAR)], at(YEAR), PACE);
    assert!(tell(&mut ledger, YEAR + 1).is_some());
    for number in 0..OWN_MAILS_PER_HOUR {
        ledger.note(&Happened {
            told_by: Teller::OwnMail,
            ..happened(Kind::SetAside, YEAR, &number.to_string())
        });
    }
    // It is put right. The inbox works, and fails again.
    ledger.look(&[], at(0), PACE);
    assert_eq!(ledger.teller(Kind::SetAside, at(0)), Teller::Report);
    assert_eq!(ledger.teller(Kind::SetAside, at(61)), Teller::OwnMail);
    assert!(tell(&mut ledger, 5).is_some(), "the good word");
    ledger.look(&[seen(Kind::Inbox, 60)], at(70), PACE);
    assert_eq!(tell(&mut ledger, 71), Some((vec![Kind::Inbox], vec![])));
    // And what happened is forgotten after a day.
    ledger.look(&[seen(Kind::Inbox, 60)], at(24 * 60 + 1), PACE);
    assert!(!ledger.lines.contains_key(&Kind::SetAside));
}

#[test]
fn what_tells_of_itself_is_shown_and_not_told() {
    let mut ledger = Ledger::default();
    let brake = Seen {
        told_by: Teller::OwnMail,
        ..seen(Kind::Brake, 0)
    };
    ledger.look(&[brake], at(0), PACE);
    assert!(!ledger.is_well());
    assert_eq!(tell(&mut ledger, 48 * 60), None);
    ledger.look(&[], at(48 * 60), PACE);
    assert_eq!(tell(&mut ledger, 49 * 60), None);
    assert!(ledger.is_well());
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_there_is_no_flood_and_the_last_word_is_true(
        steps in proptest::collection::vec((0..Kind::ALL.len(), any::<bool>()), 1..600),
    ) {
        let mut ledger = Ledger::default();
        let mut lasting: Vec<Seen> = Vec::new();
        let mut mails = 0;
        let mut minute = 0;
        for (number, comes) in &steps {
            minute += 1;
            let kind = Kind::ALL[*number];
            if !kind.lasts() {
                ledger.note(&happened(kind, minute, &format!("{minute}")));
            } else if *comes {
                if !lasting.iter().any(|one| one.kind == kind) {
                    lasting.push(seen(kind, minute));
                }
            } else {
                lasting.retain(|one| one.kind != kind);
            }
            ledger.look(&lasting, at(minute), PACE);
            mails += i64::from(tell(&mut ledger, minute).is_some());
        }
        // At most one report in ten minutes, each followed by at most one good word.
        prop_assert!(mails <= 2 * (minute / 10 + 1), "{mails} mails in {minute} minutes");
        // When it goes quiet, everything that lasts was told, or is within hours.
        for _ in 0..200 {
            minute += 1;
            ledger.look(&lasting, at(minute), PACE);
            tell(&mut ledger, minute);
        }
        for one in &lasting {
            let stage = ledger.lines[&one.kind].stage;
            prop_assert!(matches!(stage, Stage::Told(_)), "{:?} {stage:?}", one.kind);
        }
        // And after its end the admin does not believe that it lasts.
        for _ in 0..200 {
            minute += 1;
            ledger.look(&[], at(minute), PACE);
            tell(&mut ledger, minute);
        }
        prop_assert!(ledger.lines.iter().all(|(kind, line)| !kind.lasts() || matches!(line.stage, Stage::Over(_))));
    }
}
