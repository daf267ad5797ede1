//! A small made-up history, in which each figure is known by hand.

use super::*;
use crate::compose::Purpose;
use crate::decide::test_situation::{
    address, article, draft, intent, language, mailbox, message_id, team_name, ticket_id,
};
use crate::mail::{HeaderText, MailIdentity};
use crate::ticket::{AskedAgain, Edit, Event, Given, KnownToTeam, MailSummary, Notice, TimedEvent};

/// The day is counted from 1: Monday, 5 January 2026; the first Monday's tickets are all opened at ten.
fn moment(day: i64, hour: i64, minute: i64) -> Timestamp {
    let monday: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
    monday + SignedDuration::from_mins(((day - 1) * 24 + hour) * 60 + minute)
}

struct Story {
    ticket: Ticket,
    at: Timestamp,
    cause: u8,
}

impl Story {
    fn opened(id: u8, customer: &str, at: Timestamp) -> Self {
        let story = Self {
            ticket: Ticket {
                id: ticket_id(id),
                events: vec![],
            },
            at,
            cause: id * 10,
        };
        story.event(Event::Opened {
            customer: mailbox(customer),
            subject: HeaderText::clean("a question"),
            language: language("en"),
            mail: summary(),
        })
    }

    /// Another mail comes, or time passes.
    fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self.cause += 1;
        self
    }

    fn event(mut self, event: Event) -> Self {
        self.ticket.events.push(TimedEvent {
            at: self.at,
            cause: Some(MailIdentity([self.cause; 32])),
            event,
        });
        self
    }

    fn wrote_again(self) -> Self {
        self.event(Event::CustomerWrote { mail: summary() })
    }

    fn decided(self, decision: &'static str, rule: &str) -> Self {
        self.event(Event::Decided {
            decision,
            reasons: vec![(rule.to_owned(), String::new())],
            evidence: vec![],
            intent: Some((intent("delivery-time"), 0.9)),
            close: vec![],
        })
    }

    fn answered(self, mail: &str) -> Self {
        let answered = self.decided("answer", "sure").event(Event::Answered {
            article: article("delivery-time"),
            confidence: 0.9,
        });
        answered.event(Event::Wrote {
            message_id: message_id(mail),
            purpose: Purpose::Answer,
            to: vec![address("x@a.example")],
            said: vec![],
        })
    }

    fn handed_off(self, rule: &str, promised_by: Timestamp) -> Self {
        self.decided("handoff", rule).event(Event::HandedOff {
            team: team_name("desk"),
            promised_by: Some(promised_by),
            notice: Notice::Sent {
                text: "a person answers".to_owned(),
            },
            why: String::new(),
        })
    }

    fn staff(self, event: impl FnOnce(crate::mail::Address) -> Event) -> Self {
        self.event(event(address("kim@shop.example")))
    }
}

fn summary() -> MailSummary {
    MailSummary {
        identity: MailIdentity([1; 32]),
        message_id: None,
        references: vec![],
        subject: HeaderText::clean("a question"),
        excerpt: String::new(),
        attachments: vec![],
        also_to: vec![],
    }
}

const NOW: (i64, i64, i64) = (20, 12, 0);

fn history() -> Vec<Ticket> {
    let monday = moment(1, 10, 0);
    let asked_again = |member| Event::AskedAgain {
        member,
        asked: AskedAgain::new(
            KnownToTeam {
                given: Given::Name,
                value: "Bob".to_owned(),
            },
            "What is your name?",
        ),
    };
    let edit = Edit {
        kept_percent: 80,
        changes: vec![],
        further_changes: 0,
    };
    let stories = vec![
        // Says that it helped, on Wednesday (thanks are no mail that is kept).
        Story::opened(1, "ann@a.example", monday)
            .at(moment(1, 10, 1))
            .answered("1@us")
            .at(moment(3, 9, 0))
            .event(Event::Confirmed),
        // Writes again on Thursday; a person answers two hours later, asks for what was known, and keeps the promise.
        Story::opened(2, "bob@b.example", monday)
            .at(moment(1, 10, 3))
            .answered("2@us")
            .at(moment(4, 10, 0))
            .wrote_again()
            .handed_off("did-not-help", moment(5, 10, 0))
            .at(moment(4, 12, 0))
            .staff(|member| Event::StaffReplied { member })
            .staff(asked_again)
            .at(moment(4, 13, 0))
            .staff(|member| Event::StaffReplied { member }),
        // Silent for more than two weeks.
        Story::opened(3, "carl@c.example", monday)
            .at(moment(1, 10, 5))
            .answered("3@us"),
        // The same customer again, later than two weeks: another matter, and its two weeks are not over.
        Story::opened(4, "carl@c.example", moment(18, 10, 0)).answered("4@us"),
        // Never left.
        Story::opened(5, "dora@d.example", monday)
            .answered("5@us")
            .event(Event::MailWithdrawn {
                message_id: message_id("5@us"),
                purpose: Purpose::Answer,
            }),
        // Asks the same in a new mail on Wednesday, where nobody keeps the promise.
        Story::opened(6, "Fay@f.example", monday).answered("6@us"),
        Story::opened(7, "fay@F.example", moment(3, 10, 0))
            .handed_off("not-sure", moment(4, 10, 0))
            .at(moment(4, 10, 0))
            .event(Event::PromiseLapsed {
                team: team_name("desk"),
                promised_by: moment(4, 10, 0),
                new_promise: None,
                notice: Notice::Withheld { why: String::new() },
            }),
        // Drafts: as it was, with changes, refused. And one who wants no automatic mail.
        drafted(8)
            .at(moment(1, 11, 0))
            .staff(|member| Event::DraftApproved {
                member,
                article: None,
                edit: None,
            }),
        drafted(9)
            .at(moment(1, 12, 0))
            .staff(|member| Event::DraftApproved {
                member,
                article: None,
                edit: Some(edit),
            }),
        drafted(10)
            .at(moment(1, 13, 0))
            .staff(|member| Event::DraftRefused {
                member,
                why: String::new(),
            })
            .at(moment(1, 14, 0))
            .event(Event::AutomationRefused),
        // Crossed with the answer: they had not seen it.
        Story::opened(11, "gus@g.example", monday)
            .answered("11@us")
            .at(moment(1, 10, 1))
            .wrote_again()
            .event(Event::Crossed),
        // Before the period.
        Story::opened(12, "hal@h.example", moment(-3, 10, 0)).answered("12@us"),
    ];
    stories.into_iter().map(|story| story.ticket).collect()
}

fn drafted(id: u8) -> Story {
    Story::opened(id, "ida@i.example", moment(1, 10, 0)).event(Event::Drafted {
        draft: draft("opening-hours"),
    })
}

fn numbers_of(history: &[Ticket]) -> Numbers {
    let now = moment(NOW.0, NOW.1, NOW.2);
    let period = Period::last_days(20, now, TimeZone::UTC);
    assert_eq!(period.from, moment(1, 0, 0));
    let mut counting = Counting::new(period, now);
    history.iter().for_each(|ticket| counting.take_in(ticket));
    counting.numbers()
}

#[test]
fn each_figure_is_what_was_put_in() {
    let numbers = numbers_of(&history());
    let Counts {
        decisions,
        first_response,
        time_to_human,
        ..
    } = &numbers.all;
    assert_eq!(*decisions, BTreeMap::from([("answer", 7), ("handoff", 2)]));
    // 1, 3, 5 minutes; at once for 4, 6, 11 and the hand-off of 7; an hour and two for the drafts. 5 never left.
    assert_eq!(first_response.count(), 9);
    assert_eq!(first_response.percentile(50), Some(60));
    assert_eq!(first_response.percentile(90), Some(7_200));
    assert_eq!(
        (time_to_human.count(), time_to_human.percentile(50)),
        (1, Some(7_200))
    );
    let counts = Counts {
        decisions: BTreeMap::new(),
        first_response: Spread::default(),
        time_to_human: Spread::default(),
        ..numbers.all.clone()
    };
    assert_eq!(
        counts,
        Counts {
            tickets: 11,
            customer_mails: 13,
            answers: 6,
            confirmed: 1,
            presumed: 2,
            recontacted: 2,
            missed_hand_offs: 2,
            pending: 1,
            hand_offs: 2,
            promises_kept: 1,
            promises_broken: 1,
            first_replies: 1,
            asked_again: 1,
            drafts: 3,
            drafts_sent: 1,
            drafts_edited: 1,
            drafts_refused: 1,
            opt_outs: 1,
            ..Counts::default()
        }
    );
    let reasons = [("did-not-help".to_owned(), 1), ("not-sure".to_owned(), 1)];
    assert_eq!(numbers.reasons, BTreeMap::from(reasons));
}

#[test]
fn days_articles_and_teams_have_their_own() {
    let numbers = numbers_of(&history());
    let day = |day: i64| {
        numbers
            .days
            .get(&moment(day, 0, 0).to_zoned(TimeZone::UTC).date())
    };
    assert_eq!(
        day(1).map(|day| (day.tickets, day.answers, day.drafts)),
        Some((9, 5, 3))
    );
    assert_eq!(
        day(4).map(|day| (day.hand_offs, day.promises_broken)),
        Some((1, 1))
    );
    assert_eq!(day(2), None);
    let of = |name: &str| &numbers.articles[&intent(name)];
    assert_eq!(
        (of("delivery-time").answers, of("delivery-time").recontacted),
        (6, 2)
    );
    assert_eq!(
        (
            of("opening-hours").answers,
            of("opening-hours").drafts_edited
        ),
        (0, 1)
    );
    let desk = &numbers.teams[&team_name("desk")];
    assert_eq!(
        (desk.hand_offs, desk.promises_kept, desk.promises_broken),
        (2, 1, 1)
    );
    let sum = |part: fn(&Counts) -> u64| numbers.days.values().map(part).sum::<u64>();
    assert_eq!(sum(|day| day.answers), numbers.all.answers);
    assert_eq!(sum(|day| day.customer_mails), numbers.all.customer_mails);
}

#[test]
fn no_tickets_are_no_figures_and_no_rates() {
    let numbers = numbers_of(&[]);
    assert_eq!(numbers, Numbers::default());
    let now = moment(2, 0, 0);
    let rows = rows(&numbers, &Period::last_days(1, now, TimeZone::UTC));
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["rates"]["recontacted"], serde_json::Value::Null);
    assert_eq!(rows[0]["answers"], 0);
}

#[test]
fn rows_and_exposition_say_the_same() {
    let now = moment(NOW.0, NOW.1, NOW.2);
    let period = Period::last_days(20, now, TimeZone::UTC);
    let mut rows = rows(&numbers_of(&history()), &period);
    for row in &mut rows {
        row["mailbox"] = "sales\"\n".into();
    }
    insta::assert_snapshot!("exposition", exposition(&rows));
    insta::assert_snapshot!("table", table(&rows));
    insta::assert_snapshot!("rows", serde_json::to_string_pretty(&rows).unwrap());
}

#[test]
fn a_period_begins_at_midnight_where_the_desk_is() {
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let period = Period::last_days(7, moment(8, 16, 0), zone);
    // One in the morning of the 13th in Tokyo; midnight of the 7th there.
    assert_eq!(period.from, moment(2, 15, 0));
    assert_eq!(
        Period::last_days(0, moment(1, 12, 0), TimeZone::UTC).from,
        moment(1, 0, 0)
    );
}

#[test]
fn an_answer_to_a_second_mail_is_not_written_about_by_that_mail() {
    let ticket = Story::opened(1, "ann@a.example", moment(10, 10, 0))
        .at(moment(10, 11, 0))
        .wrote_again()
        .answered("1@us")
        .ticket;
    let numbers = numbers_of(&[ticket]).all;
    assert_eq!(
        (numbers.answers, numbers.pending, numbers.recontacted),
        (1, 1, 0)
    );
}

#[test]
fn what_a_person_said_afterwards_is_what_helped() {
    let ticket = Story::opened(1, "ann@a.example", moment(10, 10, 0))
        .answered("1@us")
        .at(moment(10, 11, 0))
        .staff(|member| Event::StaffReplied { member })
        .at(moment(10, 12, 0))
        .event(Event::Confirmed)
        .ticket;
    let numbers = numbers_of(&[ticket]).all;
    assert_eq!((numbers.confirmed, numbers.pending), (0, 1));
}

#[test]
fn only_what_certainly_did_not_reach_the_customer_is_lost() {
    let bounced = |report: &str, recipient: &str| {
        let ticket = Story::opened(1, "ann@a.example", moment(10, 10, 0))
            .answered("1@us")
            .event(Event::Bounced {
                recipient: Some(address(recipient)),
                report: report.to_owned(),
                original: Some(message_id("1@us")),
            })
            .ticket;
        numbers_of(&[ticket]).all.answers
    };
    assert_eq!(bounced("failed 5.1.1", "ann@a.example"), 0);
    assert_eq!(bounced("delayed 4.4.1", "ann@a.example"), 1);
    assert_eq!(bounced("failed 5.1.1", "friend@x.example"), 1);
}

#[test]
fn promises_that_wait_are_open_and_those_nobody_saw_lapse_are_broken() {
    let promised = |by| {
        let ticket = Story::opened(1, "ann@a.example", moment(10, 10, 0))
            .handed_off("not-sure", by)
            .ticket;
        let counts = numbers_of(&[ticket]).all;
        (counts.promises_open, counts.promises_broken)
    };
    assert_eq!(promised(moment(30, 10, 0)), (1, 0));
    assert_eq!(promised(moment(12, 10, 0)), (0, 1));
}

#[test]
fn in_shadow_what_would_have_been_done_is_counted_and_nothing_as_done() {
    let monday = moment(1, 10, 0);
    let history = [
        Story::opened(1, "ann@a.example", monday).decided("answer", "sure"),
        // The same customer twice: answered, then handed to a person.
        Story::opened(2, "bob@b.example", monday)
            .decided("answer", "sure")
            .at(moment(2, 10, 0))
            .wrote_again()
            .decided("handoff", "did-not-help"),
        Story::opened(3, "carl@c.example", monday).decided("ask", "facts-missing"),
        Story::opened(4, "dora@d.example", monday).decided("draft", "draft-article"),
        // Nothing is held back by leaving a mail alone.
        Story::opened(5, "eve@e.example", monday).decided("leave", "thanks"),
        // The mailbox went live on Wednesday: this one was answered.
        Story::opened(6, "fay@f.example", moment(3, 10, 0)).answered("6@us"),
    ];
    let history: Vec<Ticket> = history.into_iter().map(|story| story.ticket).collect();
    let numbers = numbers_of(&history);
    let held_back = BTreeMap::from([("answer", 2), ("ask", 1), ("draft", 1), ("handoff", 1)]);
    assert_eq!(numbers.all.in_shadow, held_back);
    assert_eq!(
        numbers.articles[&intent("delivery-time")].in_shadow,
        held_back
    );
    assert_eq!(
        numbers.reasons_in_shadow,
        BTreeMap::from([("did-not-help".to_owned(), 1)])
    );
    assert_eq!(
        numbers.days[&"2026-01-06".parse().unwrap()].in_shadow,
        BTreeMap::from([("handoff", 1)])
    );
    assert_eq!((numbers.all.answers, numbers.all.hand_offs), (1, 0));

    let period = Period::last_days(20, moment(20, 12, 0), TimeZone::UTC);
    let rows = rows(&numbers, &period);
    let table = table(&rows);
    for words in [
        "5  mails were decided on in shadow, where nobody gets anything of it",
        "2    would have been answered by an approved text alone",
        "1    would have been asked for missing details",
        "1    would have been proposed to the team",
        "1    would have gone to a person",
        "delivery-time                1 answered, 2 would be answered, 1 would be asked, 1 would be proposed, 1 would go to a person",
        "did-not-help                 0 to a person, 1 would go to a person",
    ] {
        assert!(table.contains(words), "{words} in {table}");
    }
    let metrics = exposition(&rows);
    let sample = "handoffd_in_shadow{mailbox=\"\",of=\"all\",name=\"\",decision=\"answer\"} 2";
    assert!(metrics.contains(sample), "{metrics}");
}

#[test]
fn every_draft_ends_in_one_figure_or_waits() {
    let member = || address("kim@shop.example");
    let drafted_again = |id| Event::Drafted {
        draft: crate::ticket::Draft {
            text: format!("another {id}"),
            ..draft("opening-hours")
        },
    };
    let edited_by_a_member = Event::Drafted {
        draft: crate::ticket::Draft {
            wording: crate::ticket::Wording::Edited {
                by: member(),
                edit: Edit {
                    kept_percent: 70,
                    changes: vec![],
                    further_changes: 0,
                },
            },
            ..draft("opening-hours")
        },
    };
    let later = moment(1, 11, 0);
    let history = [
        drafted(1)
            .at(later)
            .event(Event::StaffReplied { member: member() }),
        drafted(2).at(later).event(Event::WroteOutside {
            from: address("support@shop.example"),
            team: team_name("desk"),
            shown_by: crate::ticket::ShownBy::SentFolder,
            mail: summary(),
        }),
        // An address proves nothing: it goes on waiting.
        drafted(3).at(later).event(Event::WroteOutside {
            from: address("support@shop.example"),
            team: team_name("desk"),
            shown_by: crate::ticket::ShownBy::Address,
            mail: summary(),
        }),
        // The customer wrote again, and the newer draft was sent.
        drafted(4)
            .at(later)
            .wrote_again()
            .event(drafted_again(4))
            .event(Event::DraftApproved {
                member: member(),
                article: None,
                edit: None,
            }),
        drafted(5).at(later).event(Event::Closed { member: None }),
        // What a member made of it waits for another's yes: it is the same draft.
        drafted(6).at(later).event(edited_by_a_member),
    ];
    let history: Vec<Ticket> = history.into_iter().map(|story| story.ticket).collect();
    let counts = numbers_of(&history).all;
    assert_eq!(
        (
            counts.drafts,
            counts.drafts_sent,
            counts.drafts_answered_instead,
            counts.drafts_overtaken
        ),
        (7, 1, 2, 2)
    );
    assert_eq!(counts.drafts_edited + counts.drafts_refused, 0);
}

#[test]
fn every_figure_is_on_its_page() {
    let page = include_str!("../../docs/metrics.md");
    let period = Period::last_days(1, moment(1, 0, 0), TimeZone::UTC);
    let rows = rows(&Numbers::default(), &period);
    let keys = rows[0].as_object().unwrap().keys();
    let rates = rows[0]["rates"].as_object().unwrap().keys();
    for key in keys.chain(rates) {
        let is_told_in_words = ["from", "until", "of"].contains(&key.as_str());
        assert!(
            is_told_in_words || page.contains(&format!("`{key}`")),
            "{key}"
        );
    }
    assert!(page.contains(&format!("`{}`", happened::LATER)));
}
