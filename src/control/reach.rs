//! Of several mailboxes, which does a question go to, and how do their answers become one? The same for the running daemon and for stores that are
//! looked into while it is stopped. Pure but for what asks.

use super::sought::{is_misspelt, nowhere};
use super::{Question, Refusal};
use crate::config::MailboxName;
use serde_json::{Value, json};

/// What of several mailboxes a question is about, where it names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// About each of them; who refuses is told in a row of its own.
    Each,
    /// About each of them that has to do with it.
    EachThatCan,
    /// About the one that has it, which is looked for.
    WhoHasIt,
    /// About one that must be named.
    Named,
}

impl Question {
    /// What it is about where several mailboxes are kept.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        match self {
            Self::Status
            | Self::Tickets
            | Self::Outbox
            | Self::Drafts
            | Self::Quarantine
            | Self::Journal
            | Self::Verify
            | Self::Numbers { .. }
            | Self::Articles { .. }
            | Self::Letter { .. }
            | Self::Forget { .. }
            | Self::Compact { .. }
            | Self::Autonomy
            | Self::Learned => Reach::Each,
            Self::Resume => Reach::EachThatCan,
            Self::Ticket { .. }
            | Self::Unlearn { .. }
            | Self::ChangeStage { .. }
            | Self::Close { .. }
            | Self::Approve { .. }
            | Self::Refuse { .. }
            | Self::Retry { .. } => Reach::WhoHasIt,
            Self::ChangeKey { .. } | Self::SendLetter => Reach::Named,
        }
    }
}

/// The mailboxes that are meant: the one that is named, else all of them.
///
/// # Errors
/// [`Refusal::NotSo`] where there is none of that name, or where one must be named.
pub fn meant<'m, M>(
    mailboxes: &'m [M],
    named: Option<&str>,
    reach: Reach,
    name_of: impl Fn(&M) -> Option<&MailboxName>,
) -> Result<Vec<&'m M>, Refusal> {
    let names = || {
        let names = mailboxes.iter().filter_map(&name_of);
        let names: Vec<&str> = names.map(MailboxName::as_str).collect();
        names.join(", ")
    };
    if mailboxes.is_empty() {
        let why = "handoffd is ending; ask again when it has ended or runs anew";
        return Err(Refusal::Failed(why.to_owned()));
    }
    let Some(wanted) = named else {
        if reach == Reach::Named && mailboxes.len() > 1 {
            return Err(Refusal::NotSo(format!(
                "there are several mailboxes: say which with `--mailbox NAME` ({})",
                names()
            )));
        }
        return Ok(mailboxes.iter().collect());
    };
    let is_wanted = |mailbox: &&M| name_of(mailbox).is_some_and(|name| name.as_str() == wanted);
    match mailboxes.iter().find(is_wanted) {
        Some(found) => Ok(vec![found]),
        None if mailboxes.iter().any(|one| name_of(one).is_some()) => Err(Refusal::NotSo(format!(
            "there is no mailbox {wanted}; there are {}",
            names()
        ))),
        None => Err(Refusal::NotSo(format!(
            "there is no mailbox {wanted}: the only one has no name, leave `--mailbox` out"
        ))),
    }
}

/// Of the mailboxes that are meant, the one that has what a question names, where it is about that one; else all of them.
///
/// # Errors
/// [`Refusal::NotSo`] where none has it, and where several do: what is done to one of them might be meant for another. [`Refusal::Failed`] where it
/// may be in one that could not be looked into.
pub fn who_has_it<'m, M>(
    mailboxes: Vec<&'m M>,
    question: &Question,
    name_of: impl Fn(&M) -> Option<&MailboxName>,
    has: impl Fn(&M) -> Result<bool, Refusal>,
) -> Result<Vec<&'m M>, Refusal> {
    if is_misspelt(question) {
        return Err(nowhere(question));
    }
    // The only one says itself what it has not.
    if question.reach() != Reach::WhoHasIt || mailboxes.len() < 2 {
        return Ok(mailboxes);
    }
    let (mut having, mut unseen) = (Vec::new(), Vec::new());
    for one in mailboxes {
        match has(one) {
            Ok(true) => having.push(one),
            Ok(false) => {}
            Err(why) => unseen.push((name_of(one), why)),
        }
    }
    if having.is_empty() {
        return Err(match unseen.is_empty() {
            true => nowhere(question),
            false => Refusal::Failed(format!(
                "no mailbox that can be looked into has it:\n{}",
                in_their_names(&unseen).join("\n")
            )),
        });
    }
    if having.len() > 1 {
        let names = having.iter().filter_map(|one| name_of(one));
        let names: Vec<&str> = names.map(MailboxName::as_str).collect();
        return Err(Refusal::NotSo(format!(
            "the mailboxes {} have it, because one mail came to all of them: say which is meant with `--mailbox NAME`",
            names.join(" and ")
        )));
    }
    Ok(having)
}

/// Asks the mailboxes that are meant, and makes one answer of theirs. Each row of a mailbox with a name says which it is from.
///
/// # Errors
/// [`Refusal`], where no mailbox has an answer.
pub fn as_one<M>(
    mailboxes: &[&M],
    reach: Reach,
    name_of: impl Fn(&M) -> Option<&MailboxName>,
    mut ask: impl FnMut(&M) -> Result<Vec<Value>, Refusal>,
) -> Result<Vec<Value>, Refusal> {
    if let [only] = mailboxes {
        let rows = ask(only)?;
        return Ok(with_name(rows, name_of(only)));
    }
    let mut rows = Vec::new();
    let mut refusals: Vec<(Option<&MailboxName>, Refusal)> = Vec::new();
    for mailbox in mailboxes {
        let name = name_of(mailbox);
        match ask(mailbox) {
            Ok(found) => rows.push(with_name(found, name)),
            Err(refusal) => {
                if reach == Reach::Each {
                    rows.push(with_name(vec![refusal_row(&refusal)], name));
                }
                refusals.push((name, refusal));
            }
        }
        if reach == Reach::WhoHasIt && !rows.is_empty() {
            break;
        }
    }
    let nobody_answers = refusals.len() == mailboxes.len();
    match nobody_answers && !refusals.is_empty() {
        true => Err(all_refusals(&refusals)),
        false => Ok(rows.into_iter().flatten().collect()),
    }
}

fn with_name(mut rows: Vec<Value>, name: Option<&MailboxName>) -> Vec<Value> {
    if let Some(name) = name {
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            let _ = row.insert("mailbox".to_owned(), name.as_str().into());
        }
    }
    rows
}

fn refusal_row(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::NotSo(why) => json!({ "refused": why }),
        Refusal::Failed(why) => json!({ "failed": why }),
    }
}

/// What none of them could answer: said once where all say the same.
fn all_refusals(refusals: &[(Option<&MailboxName>, Refusal)]) -> Refusal {
    let failed = refusals
        .iter()
        .filter(|(_, refusal)| matches!(refusal, Refusal::Failed(_)));
    let failed: Vec<_> = failed.collect();
    let told = match failed.is_empty() {
        true => refusals.to_vec(),
        false => failed.iter().copied().cloned().collect(),
    };
    let is_same = told.windows(2).all(|two| match two {
        [(_, first), (_, second)] => first == second,
        _ => true,
    });
    let sentences = match (is_same, told.first()) {
        (true, Some((_, first))) => vec![first.to_string()],
        _ => in_their_names(&told),
    };
    let why = sentences.join("\n");
    match failed.is_empty() {
        true => Refusal::NotSo(why),
        false => Refusal::Failed(why),
    }
}

fn in_their_names(refusals: &[(Option<&MailboxName>, Refusal)]) -> Vec<String> {
    let sentences = refusals.iter().map(|(name, refusal)| match name {
        Some(name) => format!("mailbox {name}: {refusal}"),
        None => refusal.to_string(),
    });
    sentences.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<MailboxName> {
        all.iter()
            .map(|name| MailboxName::parse(name).unwrap())
            .collect()
    }

    fn asked(
        reach: Reach,
        answers: &[(&str, Result<Value, Refusal>)],
    ) -> Result<Vec<Value>, Refusal> {
        let mailboxes: Vec<_> = (answers.iter())
            .map(|(name, answer)| (MailboxName::parse(name).unwrap(), answer.clone()))
            .collect();
        let all: Vec<_> = mailboxes.iter().collect();
        as_one(
            &all,
            reach,
            |(name, _)| Some(name),
            |(_, answer)| answer.clone().map(|row| vec![row]),
        )
    }

    fn no(why: &str) -> Result<Value, Refusal> {
        Err(Refusal::NotSo(why.to_owned()))
    }

    #[test]
    fn each_answers_and_who_refuses_has_a_row() {
        let rows = asked(
            Reach::Each,
            &[
                ("a", Ok(json!({"tickets": 1}))),
                ("b", no("something is open")),
            ],
        );
        let expected = vec![
            json!({"tickets": 1, "mailbox": "a"}),
            json!({"refused": "something is open", "mailbox": "b"}),
        ];
        assert_eq!(rows, Ok(expected));
        let nobody = asked(Reach::Each, &[("a", no("x")), ("b", no("y"))]);
        let both = "mailbox a: x\nmailbox b: y".to_owned();
        assert_eq!(nobody, Err(Refusal::NotSo(both)));
    }

    #[test]
    fn who_has_it_answers_and_nobody_after_it_is_asked() {
        let found = asked(
            Reach::WhoHasIt,
            &[
                ("a", no("there is no ticket X")),
                ("b", Ok(json!({"closed": "X"}))),
                ("c", Ok(json!({"closed": "another"}))),
            ],
        );
        assert_eq!(found, Ok(vec![json!({"closed": "X", "mailbox": "b"})]));
        let nobody = asked(Reach::WhoHasIt, &[("a", no("none")), ("b", no("none"))]);
        assert_eq!(nobody, Err(Refusal::NotSo("none".to_owned())));
        // It may lie where nobody can look.
        let failed = asked(
            Reach::WhoHasIt,
            &[
                ("a", no("none")),
                ("b", Err(Refusal::Failed("disk".to_owned()))),
            ],
        );
        assert_eq!(failed, Err(Refusal::Failed("disk".to_owned())));
    }

    #[test]
    fn what_several_have_is_asked_of_none_before_one_is_named() {
        let all = names(&["a", "b", "c"]);
        let close = |id: &str| Question::Close { id: id.to_owned() };
        let found = |has: &dyn Fn(&str) -> Result<bool, Refusal>, question: &Question| {
            let all: Vec<_> = all.iter().collect();
            let found = who_has_it(all, question, |name| Some(name), |name| has(name.as_str()));
            found.map(|found| {
                found
                    .iter()
                    .map(|name| name.as_str().to_owned())
                    .collect::<Vec<_>>()
            })
        };
        let known = close("K7QF2-M9XRT");
        let why = found(&|name| Ok(name != "b"), &known).unwrap_err();
        let why = why.to_string();
        assert!(
            why.contains("a and c have it") && why.contains("--mailbox NAME"),
            "{why}"
        );
        let b = found(&|name| Ok(name == "b"), &known);
        assert_eq!(b, Ok(vec!["b".to_owned()]));
        // Where nothing is looked for, all are asked.
        assert_eq!(found(&|_| Ok(true), &Question::Status).unwrap().len(), 3);
        let failed = || Err(Refusal::Failed("disk".to_owned()));
        let b = found(
            &|name| if name == "b" { Ok(true) } else { failed() },
            &known,
        );
        assert_eq!(b, Ok(vec!["b".to_owned()]));
        // It may lie where nobody can look: that is no word that it is not there.
        let unseen = found(
            &|name| if name == "b" { failed() } else { Ok(false) },
            &known,
        );
        assert!(
            matches!(&unseen, Err(Refusal::Failed(why)) if why.contains("mailbox b: disk")),
            "{unseen:?}"
        );
    }

    #[test]
    fn what_nobody_has_is_said_to_be_nowhere_and_a_slip_of_the_pen_is_asked_of_none() {
        let all = names(&["a", "b"]);
        let nowhere = |question: Question, can_look: bool| {
            let all: Vec<_> = all.iter().collect();
            let has = |_: &MailboxName| match can_look {
                true => Ok(false),
                false => Err(Refusal::Failed("nobody was to look".to_owned())),
            };
            match who_has_it(all, &question, |name| Some(name), has) {
                Err(Refusal::NotSo(why)) => why,
                other => panic!("{other:?}"),
            }
        };
        let id = || "K7QF2-M9XRT".to_owned();
        let expected = "there is no ticket K7QF2-M9XRT";
        assert_eq!(nowhere(Question::Ticket { id: id() }, true), expected);
        assert_eq!(nowhere(Question::Close { id: id() }, true), expected);
        let retried = nowhere(Question::Retry { id: id() }, true);
        assert!(retried.starts_with("no mail by that name"), "{retried}");
        let learned = nowhere(Question::Unlearn { id: id() }, true);
        assert!(learned.starts_with("nothing was learned by that name"));
        let slip = || "K7QF2-M9XR".to_owned();
        for question in [
            Question::Ticket { id: slip() },
            Question::Close { id: slip() },
        ] {
            let why = nowhere(question, false);
            assert!(why.starts_with("that is no ticket reference"), "{why}");
        }
    }

    #[test]
    fn who_has_nothing_to_do_with_it_is_silent() {
        let resumed = asked(
            Reach::EachThatCan,
            &[
                ("a", no("not stopped")),
                ("b", Ok(json!({"automatic_mail": "goes"}))),
            ],
        );
        let expected = vec![json!({"automatic_mail": "goes", "mailbox": "b"})];
        assert_eq!(resumed, Ok(expected));
    }

    #[test]
    fn one_is_meant_by_its_name() {
        let all = names(&["a", "b"]);
        let found = meant(&all, Some("b"), Reach::Each, |name| Some(name));
        assert_eq!(found, Ok(vec![&all[1]]));
        let unnamed = meant(&all, None, Reach::Named, |name| Some(name));
        let why = "there are several mailboxes: say which with `--mailbox NAME` (a, b)";
        assert_eq!(unnamed, Err(Refusal::NotSo(why.to_owned())));
        let unknown = meant(&all, Some("c"), Reach::Each, |name| Some(name));
        assert!(unknown.unwrap_err().to_string().contains("there are a, b"));
        let only = meant(&[()], Some("c"), Reach::Each, |()| None);
        assert!(
            only.unwrap_err()
                .to_string()
                .contains("leave `--mailbox` out")
        );
        assert_eq!(
            meant(&all, None, Reach::Each, |name| Some(name))
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            meant(&all[..1], None, Reach::Named, |name| Some(name))
                .unwrap()
                .len(),
            1
        );
    }
}
