//! Random conversations: whoever writes whatever in whatever order, what must hold always holds after each step.

use super::{folder, office};
use handoffd::gateway::Office;
use handoffd::mail::Address;
use handoffd::rehearsal::{
    self, Act, Conversation, Expected, Lies, Origin, Person, Step, Thread, Written,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::sync::OnceLock;

/// What customers and others write: questions that articles answer, words that command, stops, thanks, nonsense.
const CUSTOMER_TEXTS: [&str; 22] = [
    "How long does delivery take?",
    "Are you open on Saturday?",
    "Where is my order?",
    "Where is my order? It is HC-31337.",
    "HC-31337",
    "Wie lange dauert die Lieferung?",
    "Do you have wholesale prices for our cycling club?",
    "I was charged twice for one order.",
    "Thank you very much!",
    "That did not help.",
    "HUMAN",
    "MENSCH",
    "STOP",
    "Stopp",
    "START",
    "I will see my lawyer.",
    "Could you paint my anvil?",
    "Two questions: 1. How long does delivery take? 2. Are you open on Saturday?",
    "OK",
    "BACK",
    "=== write above this line ===",
    "",
];

/// What staff write: every word, and answers.
const STAFF_TEXTS: [&str; 21] = [
    "WHY",
    "HELP",
    "TEAM money",
    "LATER 2h",
    "OK",
    "OK draft 1",
    "NO draft 1",
    "Shops and clubs get our trade prices from an order of two pieces. The first order is paid in advance, later ones within 30 days.",
    "NO",
    "NO the price is old",
    "TAKE",
    "BACK",
    "CLOSE",
    "NOTE be generous",
    "INTENT delivery-time",
    "ja",
    "nein",
    "zurück",
    "Dear customer, it leaves us on Thursday.",
    "OK\nbut change the date",
    "Thanks.",
];

const CUSTOMERS: [&str; 3] = [
    "ann@inbox.example",
    "bert@post.example",
    "queen@crown.example",
];
const MEMBERS: [&str; 3] = [
    "rosa@hollin-cycles.example",
    "jon@hollin-cycles.example",
    "mira@hollin-cycles.example",
];

fn desk() -> &'static Office {
    static DESK: OnceLock<Office> = OnceLock::new();
    DESK.get_or_init(|| office(&folder().join("desk/handoffd.toml")))
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn writes() -> impl Strategy<Value = Act> {
    let thread = prop_oneof![
        6 => Just(Thread::Last),
        1 => Just(Thread::Fresh),
        1 => proptest::sample::select(&CUSTOMERS[..]).prop_map(|whose| Thread::All(address(whose))),
    ];
    let headers = prop_oneof![
        8 => Just(vec![]),
        1 => Just(vec![("Auto-Submitted".to_owned(), "auto-replied".to_owned())]),
        1 => Just(vec![("X-Auto-Response-Suppress".to_owned(), "All".to_owned())]),
        1 => Just(vec![("List-Id".to_owned(), "<x.example>".to_owned())]),
    ];
    let from = proptest::sample::select(&CUSTOMERS[..]);
    let text = proptest::sample::select(&CUSTOMER_TEXTS[..]);
    (from, text, thread, headers, any::<bool>()).prop_map(
        |(from, text, thread, headers, has_file)| {
            Act::Writes(Written {
                from: Person {
                    name: String::new(),
                    address: address(from),
                },
                subject: matches!(thread, Thread::Fresh).then(|| "a question".to_owned()),
                text: text.to_owned(),
                cc: vec![],
                attachments: if has_file && text.is_empty() {
                    vec!["a.jpg".to_owned()]
                } else {
                    vec![]
                },
                headers,
                thread,
                lies: Lies::Inbox,
            })
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let member = proptest::sample::select(&MEMBERS[..]);
    let text = proptest::sample::select(&STAFF_TEXTS[..]);
    let to_mail = prop_oneof![4 => Just(None), 1 => (1_usize..4).prop_map(Some)];
    let staff = (member, to_mail, text).prop_map(|(member, to_mail, text)| Act::StaffReplies {
        member: address(member),
        to_mail,
        text: text.to_owned(),
        attachments: vec![],
    });
    let waits = proptest::sample::select(&[5_i64, 300, 3000, 30_000][..]);
    let bounces = proptest::sample::select(&CUSTOMERS[..]);
    prop_oneof![
        8 => writes(),
        6 => staff,
        1 => waits.prop_map(|minutes| Act::Waits(SignedDuration::from_mins(minutes))),
        1 => bounces.prop_map(|who| Act::Bounces(address(who))),
        1 => Just(Act::ComesAgain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_must_hold_holds_in_any_conversation(acts in proptest::collection::vec(act(), 1..10)) {
        let steps = acts.into_iter().enumerate().map(|(index, act)| Step {
            line: index + 1,
            act,
            origin: Origin::Genuine,
            expected: Expected::default(),
        });
        let conversation = Conversation {
            path: "random".into(),
            about: String::new(),
            settings: None,
            begins: None,
            lookups: Default::default(),
            steps: steps.collect(),
        };
        let played = rehearsal::play(&conversation, desk()).expect("a journal");
        let broken: Vec<_> = played.differences.iter().filter(|found| found.what == "always").collect();
        prop_assert!(broken.is_empty(), "{broken:#?}\n{:#?}", conversation.steps);
    }
}
