//! Situations as a few readable words, for the tests of this and other modules: a shop with two teams and three articles, a customer
//! Ann, a member Kim, and a ticket told as a story.

#![allow(dead_code)]

use super::{Decision, History, Sentence, Situation, decide};
use crate::compose::Purpose;
use crate::config::{
    Automation, Control, Embedding, Escalate, Fact, FactForm, FactName, FirstStart, Inbox,
    IntentName, KnowledgeFolder, Language, Limits, Login, Meaning, Member, Mode, ReplyAddress,
    SenderName, SenderTrust, Settings, Smtp, StaffProof, Store, Support, Team, TeamName, Tls,
    TroubleReports, WhoseWord, WorkingHours,
};
use crate::desk::{Sender, Trust};
use crate::knowledge::{Article, ArticleMode, Knowledge, OwnThresholds, Topic};
use crate::learning::{self, NoLesson};
use crate::mail::{
    Address, Authorship, Body, Extent, HeaderText, Mail, MailIdentity, Mailbox, MessageId,
    Protection, SenderKind,
};
use crate::ticket::{
    Approvals, ArticleReference, AskedAgain, Draft, Event, MailSummary, Notice, ShownBy, Ticket,
    TicketId, TimedEvent, TokenKey, Wording,
};
use crate::trust::{Identity, Testimony};
use crate::understand::{
    FactFound, FactSource, HardStop, IntentScore, Request, SignalFound, SpokenLanguage, StopFound,
    Understanding, Urgency,
};
use jiff::Timestamp;
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn mailbox(text: &str) -> Mailbox {
    Mailbox::bare(address(text))
}

pub(crate) fn message_id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

pub(crate) fn team_name(text: &str) -> TeamName {
    TeamName(text.to_owned())
}

pub(crate) fn intent(text: &str) -> IntentName {
    IntentName(text.to_owned())
}

pub(crate) fn fact(text: &str) -> FactName {
    FactName(text.to_owned())
}

pub(crate) fn language(text: &str) -> Language {
    Language(text.to_owned())
}

pub(crate) fn key() -> TokenKey {
    TokenKey::new([7; 32])
}

pub(crate) fn ticket_id(seed: u8) -> TicketId {
    TicketId::for_mail(&MailIdentity([seed; 32]), 0)
}

/// Monday, 2 March 2026, ten in the morning UTC, and some minutes.
pub(crate) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_772_445_600 + minutes * 60).unwrap()
}

fn team(name: &str, members: &[&str]) -> Team {
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
    ];
    Team {
        name: team_name(name),
        titles: ["en", "de"]
            .map(|code| (Language(code.to_owned()), format!("our {name}")))
            .into(),
        address: address(&format!("{name}@shop.example")),
        members: members
            .iter()
            .map(|member| Member::bare(address(member)))
            .collect(),
        hours: WorkingHours {
            spans: days
                .map(|day| (day, time(9, 0, 0, 0), time(17, 0, 0, 0)))
                .to_vec(),
            time_zone: TimeZone::UTC,
            holidays: BTreeSet::new(),
        },
        reply_within: Duration::from_secs(4 * 3600),
        remind_before: Duration::from_secs(3600),
        second_address: None,
        keep_signature: false,
        signature: None,
        sender_name: SenderName::Support,
    }
}

/// The shop: `desk` (Kim) by default, `workshop` (Lee); English and German; live.
pub(crate) fn settings() -> Settings {
    Settings {
        support: Support {
            address: address("support@shop.example"),
            name: HeaderText::clean("Shop"),
            language: language("en"),
            languages: vec![language("en"), language("de")],
            footer: String::new(),
            reply_address: ReplyAddress::Pattern {
                before: "support+".to_owned(),
                after: "@shop.example".to_owned(),
            },
            admin: address("admin@shop.example"),
        },
        others: Vec::new(),
        inbox: Inbox {
            host: "127.0.0.1".to_owned(),
            port: 143,
            tls: Tls::None,
            ca_file: None,
            user: "support".to_owned(),
            login: Login::Password(String::new().into()),
            folder: "INBOX".to_owned(),
            sent_folder: None,
            poll_interval: Duration::from_secs(60),
            idle: true,
            first_start: FirstStart::Everything,
            mail_max_bytes: 1_000_000,
            folders: BTreeMap::new(),
        },
        smtp: Smtp {
            host: "127.0.0.1".to_owned(),
            port: 25,
            tls: Tls::None,
            ca_file: None,
            login: None,
            step_timeout: Duration::from_secs(30),
            retry_first_delay: Duration::from_secs(60),
            retry_longest_delay: Duration::from_secs(3600),
            retry_give_up_after: Duration::from_secs(86_400),
            tell_staff_after: Duration::from_secs(14_400),
            copy_to_self: true,
            copy_wait: Duration::from_secs(300),
        },
        teams: vec![
            team("desk", &["kim@shop.example"]),
            team("workshop", &["lee@shop.example"]),
        ],
        trust: SenderTrust {
            word: WhoseWord::Nobodys,
            staff: StaffProof::Token,
        },
        automation: Automation {
            mode: Mode::Live,
            send_threshold: Some(0.7),
            suggest_threshold: Some(0.35),
        },
        autonomy: crate::config::Autonomy::default(),
        letter: crate::config::WeeklyLetter::default(),
        escalate: Escalate::default(),
        trouble: TroubleReports {
            tell_after: Duration::from_mins(10),
            gather: Duration::from_mins(1),
            calm: Duration::from_mins(5),
            remind: Duration::from_hours(24),
        },
        limits: Limits {
            automatic_per_sender_per_day: 10,
            automatic_per_ticket: 5,
            same_matter: Duration::from_secs(600),
            automatic_per_domain_per_hour: 50,
            automatic_per_domain_per_day: 200,
            automatic_per_hour: 100,
            automatic_per_day: 400,
            returned_per_hour: 20,
            brake: Some(Duration::from_secs(3600)),
            same_text_per_hour: 8,
            mails_per_sender_per_hour: 100,
        },
        knowledge: KnowledgeFolder {
            folder: "knowledge".into(),
        },
        understanding: Meaning {
            models_folder: None,
            embedding: Embedding::None,
            languages: Vec::new(),
        },
        templates_folder: None,
        store: Store {
            mailbox: None,
            kind: crate::config::StoreKind::Sled,
            keep_sent: Duration::ZERO,
            keep_learned: Duration::from_hours(24 * 365),
            keep_texts: None,
            keep_tickets: None,
            keep_counts: None,
            path: "store".into(),
        },
        control: Control {
            socket: "socket".into(),
        },
        page: None,
        lookups: Vec::new(),
        webhooks: Vec::new(),
        facts: BTreeMap::from([(
            fact("order_number"),
            Fact {
                form: FactForm::Pattern("AB-[0-9]{6}".to_owned()),
                example: "AB-204518".to_owned(),
                ask: BTreeMap::from([(language("en"), "What is your order number?".to_owned())]),
            },
        )]),
    }
}

fn topic(name: &str, mode: ArticleMode, team: Option<&str>, needs: &[&str], body: &str) -> Topic {
    let article = Article {
        path: format!("{name}.md").into(),
        title: name.to_owned(),
        ask: vec![],
        body: body.to_owned(),
        unwritten: vec![],
        revision: "0badcafe".to_owned(),
    };
    Topic {
        intent: intent(name),
        mode,
        team: team.map(team_name),
        tags: vec![format!("about-{name}")],
        needs: needs.iter().map(|name| fact(name)).collect(),
        thresholds: OwnThresholds::default(),
        approvals: Approvals::One,
        articles: BTreeMap::from([(language("en"), article)]),
    }
}

/// Articles in English, by intent and text.
pub(crate) fn knowledge_of(articles: &[(&str, &str)]) -> Knowledge {
    let known = knowledge();
    let (_, some) = known.topics.first_key_value().unwrap();
    let topics = articles.iter().map(|(name, body)| {
        let (language, article) = some.articles.first_key_value().unwrap();
        let article = Article {
            body: (*body).to_owned(),
            ..article.clone()
        };
        let topic = Topic {
            articles: [(language.clone(), article)].into(),
            ..some.clone()
        };
        (intent(name), topic)
    });
    Knowledge {
        topics: topics.collect(),
    }
}

/// `hours` is answered, `track` needs an order number, `refund` is drafted, `repair` goes to the workshop.
pub(crate) fn knowledge() -> Knowledge {
    let topics = [
        topic("hours", ArticleMode::Answer, None, &[], "We open at nine."),
        topic(
            "track",
            ArticleMode::Answer,
            None,
            &["order_number"],
            "Look for {{order_number}} at the carrier.",
        ),
        topic(
            "refund",
            ArticleMode::Draft,
            None,
            &[],
            "The money is on its way.",
        ),
        topic(
            "repair",
            ArticleMode::Handoff,
            Some("workshop"),
            &[],
            "Ask for photos.",
        ),
    ];
    Knowledge {
        topics: topics
            .into_iter()
            .map(|topic| (topic.intent.clone(), topic))
            .collect(),
    }
}

pub(crate) fn article(name: &str) -> ArticleReference {
    ArticleReference {
        intent: intent(name),
        language: language("en"),
        revision: "0badcafe".to_owned(),
    }
}

pub(crate) fn draft(name: &str) -> Draft {
    Draft {
        article: article(name),
        confidence: 0.9,
        text: "A proposed answer.".to_owned(),
        team: team_name("desk"),
        approvals: Approvals::One,
        wording: Wording::OfArticle,
    }
}

/// A plain mail of a person to the support address.
pub(crate) fn mail_from(from: &str) -> Mail {
    Mail {
        identity: MailIdentity([42; 32]),
        message_id: Some(message_id("new@a.example")),
        in_reply_to: vec![],
        references: vec![],
        from: Some(mailbox(from)),
        authorship: Authorship::Single,
        reply_to: vec![],
        form_writer: None,
        to: vec![mailbox("support@shop.example")],
        cc: vec![],
        delivered_to: vec![],
        subject: HeaderText::clean("a question"),
        date: None,
        sender_kind: SenderKind::Person,
        kind_proof: crate::mail::KindProof::Shown,
        sender_evidence: vec![],
        may_auto_reply: true,
        body: Body {
            text: "When do you open on Mondays in winter?".to_owned(),
            reply_text: "When do you open on Mondays in winter?".to_owned(),
            ..Body::default()
        },
        attachments: vec![],
        forwarded_from: None,
        bounce: None,
        feedback: None,
        protection: Protection::None,
        oddities: vec![],
        authentication: vec![],
        checked: None,
        looked_up: Vec::new(),
        extent: Extent::Whole,
        size_bytes: 1000,
    }
}

/// An understanding in which nothing was found.
pub(crate) fn nothing_understood() -> Understanding {
    Understanding {
        language: SpokenLanguage::Known(language("en")),
        intents: vec![],
        requests: vec![],
        particulars: vec![],
        hard_stops: vec![],
        urgency: Urgency::Normal,
        urgency_evidence: None,
        signals: vec![],
        facts: BTreeMap::new(),
        customer_word: None,
        summary: String::new(),
        thread: crate::understand::ThreadSummary::default(),
    }
}

/// A ticket, told event by event; a minute passes between two.
#[derive(Clone, Debug)]
pub(crate) struct TicketStory(Ticket);

impl TicketStory {
    /// Ticket 1 of Ann.
    pub(crate) fn opened() -> Self {
        Self::opened_as(1, "ann@a.example")
    }

    pub(crate) fn opened_as(id: u8, customer: &str) -> Self {
        let story = Self(Ticket {
            id: ticket_id(id),
            events: vec![],
        });
        story.event(Event::Opened {
            customer: mailbox(customer),
            subject: HeaderText::clean("a question"),
            language: language("en"),
            mail: Self::summary("first@a.example"),
        })
    }

    fn summary(id: &str) -> MailSummary {
        MailSummary {
            identity: MailIdentity([1; 32]),
            message_id: Some(message_id(id)),
            references: vec![],
            subject: HeaderText::clean("a question"),
            excerpt: String::new(),
            attachments: vec![],
            also_to: vec![],
        }
    }

    pub(crate) fn event(mut self, event: Event) -> Self {
        let minutes = i64::try_from(self.0.events.len()).unwrap();
        self.0.events.push(TimedEvent {
            at: at(minutes - 1000),
            cause: None,
            event,
        });
        self
    }

    pub(crate) fn customer_wrote(self) -> Self {
        self.event(Event::CustomerWrote {
            mail: Self::summary("again@a.example"),
        })
    }

    pub(crate) fn third_party_wrote(self, from: &str) -> Self {
        self.event(Event::ThirdPartyWrote {
            from: mailbox(from),
            mail: Self::summary("third@c.example"),
        })
    }

    pub(crate) fn answered(self, name: &str) -> Self {
        let answered = self.event(Event::Answered {
            article: article(name),
            confidence: 0.9,
        });
        answered.wrote("a@us", Purpose::Answer, "ann@a.example")
    }

    pub(crate) fn asked(self, name: &str, facts: &[&str]) -> Self {
        self.event(Event::Asked {
            facts: facts.iter().map(|name| fact(name)).collect(),
            intent: intent(name),
        })
    }

    pub(crate) fn drafted(self, name: &str) -> Self {
        self.event(Event::Drafted { draft: draft(name) })
    }

    pub(crate) fn handed_off(self, team: &str) -> Self {
        self.event(Event::HandedOff {
            team: team_name(team),
            promised_by: Some(at(600)),
            notice: Notice::Sent {
                text: "a person answers".to_owned(),
            },
            why: "test".to_owned(),
        })
    }

    pub(crate) fn staff_replied(self) -> Self {
        self.event(Event::StaffReplied {
            member: address("kim@shop.example"),
        })
    }

    /// Kim wrote to the customer past us.
    pub(crate) fn wrote_outside(self, shown_by: ShownBy) -> Self {
        let mail = MailSummary {
            identity: crate::mail::MailIdentity([77; 32]),
            message_id: Some(message_id("outside@shop.example")),
            references: vec![],
            subject: HeaderText::clean("Re: my bike"),
            excerpt: "It is ready.".to_owned(),
            attachments: vec![],
            also_to: vec![],
        };
        self.event(Event::WroteOutside {
            from: address("kim@shop.example"),
            team: team_name("desk"),
            shown_by,
            mail,
        })
    }

    pub(crate) fn closed(self) -> Self {
        self.event(Event::Closed { member: None })
    }

    pub(crate) fn wrote(self, id: &str, purpose: Purpose, to: &str) -> Self {
        self.event(Event::Wrote {
            message_id: message_id(id),
            purpose,
            to: vec![address(to)],
            said: vec![],
        })
    }

    pub(crate) fn ticket(self) -> Ticket {
        self.0
    }

    pub(crate) fn of(ticket: Ticket) -> Self {
        Self(ticket)
    }
}

/// A whole situation that owns its parts. It starts as Ann's first mail, in which nothing is understood.
#[derive(Clone, Debug)]
pub(crate) struct TestSituation {
    pub(crate) mail: Mail,
    pub(crate) sender: Sender,
    pub(crate) identity: Identity,
    pub(crate) ticket: Option<Ticket>,
    pub(crate) understanding: Understanding,
    pub(crate) request: Option<Result<learning::Request, NoLesson>>,
    pub(crate) asked_again: Vec<AskedAgain>,
    pub(crate) history: History,
    pub(crate) settings: Settings,
    pub(crate) knowledge: Knowledge,
}

impl TestSituation {
    pub(crate) fn new() -> Self {
        Self {
            mail: mail_from("ann@a.example"),
            sender: Sender::Customer(Trust::Claimed),
            identity: Identity::Unproven(Testimony::NoServerSet),
            ticket: None,
            understanding: nothing_understood(),
            request: None,
            asked_again: vec![],
            history: History::default(),
            settings: settings(),
            knowledge: knowledge(),
        }
    }

    /// The customer wants this, with that confidence.
    pub(crate) fn wants(mut self, name: &str, confidence: f64) -> Self {
        self.understanding.intents.push(IntentScore {
            intent: intent(name),
            confidence,
            evidence: format!("the sentence about {name}"),
        });
        self.understanding.requests.push(Request {
            intent: intent(name),
            confidence,
            sentence: format!("the sentence about {name}"),
        });
        self
    }

    pub(crate) fn in_ticket(mut self, story: TicketStory) -> Self {
        self.ticket = Some(story.ticket());
        self.sender = match self.sender {
            Sender::Customer(Trust::Claimed) => Sender::Customer(Trust::Thread),
            other => other,
        };
        self
    }

    pub(crate) fn sent_by(mut self, sender: Sender) -> Self {
        self.sender = sender;
        self
    }

    /// Kim of the desk replies to the packet.
    pub(crate) fn kim_replies(mut self, text: &str) -> Self {
        self.mail.from = Some(mailbox("kim@shop.example"));
        self.sent_by(Sender::Staff {
            team: team_name("desk"),
            member: address("kim@shop.example"),
        })
        .saying(text)
    }

    pub(crate) fn saying(mut self, text: &str) -> Self {
        self.mail.body.reply_text = text.to_owned();
        self.mail.body.text = text.to_owned();
        self
    }

    pub(crate) fn stop(mut self, stop: HardStop) -> Self {
        self.understanding.hard_stops.push(StopFound {
            stop,
            evidence: "their words".to_owned(),
        });
        self
    }

    pub(crate) fn signal(mut self, name: &'static str) -> Self {
        self.understanding.signals.push(SignalFound {
            name,
            evidence: "their words".to_owned(),
        });
        self
    }

    pub(crate) fn gives(mut self, name: &str, value: &str, source: FactSource) -> Self {
        self.understanding.facts.insert(
            fact(name),
            FactFound {
                value: value.to_owned(),
                source,
            },
        );
        self
    }

    /// Any further change.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&Situation<'_>) -> T) -> T {
        let new_id = ticket_id(8);
        look(&Situation {
            mail: &self.mail,
            sender: &self.sender,
            identity: &self.identity,
            ticket: self.ticket.as_ref(),
            ticket_id: self.ticket.as_ref().map_or(&new_id, |ticket| &ticket.id),
            understanding: &self.understanding,
            request: self.request.as_ref(),
            asked_again: &self.asked_again,
            history: &self.history,
            settings: &self.settings,
            knowledge: &self.knowledge,
            now: at(0),
        })
    }

    pub(crate) fn decide(&self) -> Decision {
        self.look(decide)
    }
}

/// The sentence of a hard stop, for those who look at what is written of it.
pub(crate) fn legal() -> Sentence {
    super::sentences::LEGAL.into()
}

/// The sentence of a mail that no article is near to.
pub(crate) fn nothing_near() -> Sentence {
    super::sentences::NO_INTENT.into()
}
