//! Whose problem is it? Problems of several mailboxes as one list: what all of them share is said once, all else with the mailboxes that it is
//! about. Pure.

use super::{MailboxName, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// Problems, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    found: BTreeMap<Problem, Whose>,
    /// Whose file it is that is looked at.
    mailboxes: BTreeSet<MailboxName>,
}

#[derive(Debug, Default)]
struct Whose {
    mailboxes: BTreeSet<MailboxName>,
    /// It stands in the text of one mailbox alone.
    is_in_its_own: bool,
}

/// Where a problem stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// In what belongs to this mailbox alone.
    InItsOwn,
    /// In what others may share.
    InWhatIsShared,
}

impl Gathered {
    /// One more mailbox is looked at; `None` is the only one.
    pub(crate) fn looks_at(&mut self, name: Option<&MailboxName>) {
        self.mailboxes.extend(name.cloned());
    }

    /// A problem of this mailbox; of the whole file where it is `None`.
    pub(crate) fn add(&mut self, name: Option<&MailboxName>, problem: Problem, stands: Stands) {
        let whose = self.found.entry(problem).or_default();
        whose.mailboxes.extend(name.cloned());
        whose.is_in_its_own |= stands == Stands::InItsOwn;
    }

    /// A problem that says already whose it is.
    pub(crate) fn add_told(&mut self, problem: Problem) {
        let _ = self.found.entry(problem).or_default();
    }

    /// All of them, in the order of lines.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let all = self.mailboxes;
        let mut problems: Vec<Problem> = (self.found.into_iter())
            .map(|(problem, whose)| named(problem, &whose, &all))
            .collect();
        problems.sort();
        problems
    }
}

fn named(problem: Problem, whose: &Whose, all: &BTreeSet<MailboxName>) -> Problem {
    let is_everybodys = whose.mailboxes == *all && !whose.is_in_its_own;
    if whose.mailboxes.is_empty() || is_everybodys {
        return problem;
    }
    let names: Vec<&str> = whose.mailboxes.iter().map(MailboxName::as_str).collect();
    let noun = match names.len() {
        1 => "mailbox",
        _ => "mailboxes",
    };
    Problem {
        what: format!("{noun} {}: {}", names.join(", "), problem.what),
        ..problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_share_is_said_once_and_all_else_with_its_mailboxes() {
        let name = |text: &str| MailboxName::parse(text).unwrap();
        let problem = |line: usize, what: &str| Problem {
            file: "h.toml".into(),
            line,
            column: 1,
            what: what.to_owned(),
            remedy: "mend it".to_owned(),
        };
        let mut gathered = Gathered::default();
        for mailbox in ["a", "b", "c"] {
            let mailbox = name(mailbox);
            gathered.looks_at(Some(&mailbox));
            let mut add = |line, what, stands| {
                gathered.add(Some(&mailbox), problem(line, what), stands);
            };
            add(1, "of all", Stands::InWhatIsShared);
            if mailbox.as_str() != "b" {
                add(2, "of two", Stands::InWhatIsShared);
            }
            if mailbox.as_str() == "c" {
                add(9, "of one", Stands::InItsOwn);
            }
        }
        gathered.add(None, problem(3, "of the file"), Stands::InWhatIsShared);
        let said: Vec<String> = (gathered.into_problems().iter())
            .map(|problem| format!("{} {}", problem.line, problem.what))
            .collect();
        let expected = [
            "1 of all",
            "2 mailboxes a, c: of two",
            "3 of the file",
            "9 mailbox c: of one",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn the_only_mailbox_is_not_named() {
        let mut gathered = Gathered::default();
        gathered.looks_at(None);
        let problem = Problem {
            file: "h.toml".into(),
            line: 1,
            column: 1,
            what: "x".to_owned(),
            remedy: "y".to_owned(),
        };
        gathered.add(None, problem.clone(), Stands::InItsOwn);
        assert_eq!(gathered.into_problems(), [problem]);
    }
}
