//! What staff do by mail, and what others cannot do in their name.

use super::mail_system::Letter;
use super::world::*;

/// A customer with a broken teapot, and the packet about it.
fn handed_off<'a>(
    world: &'a World,
    name: &str,
) -> (Customer<'a>, Letter, super::mail_system::StoredMail) {
    let customer = world.customer(name);
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    customer.receives("the notice", |mail| mail.says("a person"));
    (customer, letter, packet)
}

/// The secret part of a packet's reply address.
fn token(packet: &super::mail_system::StoredMail) -> String {
    let address = packet.reply_address();
    let (_, rest) = address.split_once('+').expect("a plus address");
    rest.split('@').next().expect("a local part").to_owned()
}

#[test]
fn a_plain_reply_of_a_member_reaches_the_customer() {
    // Given a mail that was handed off
    let world = shared();
    let (customer, letter, packet) = handed_off(world, "sam");

    // When a member replies in their mail program, with an attachment
    let reply = Letter::reply(
        &packet,
        ROSA,
        "Dear Sam,\n\nA new one leaves us this afternoon.\n\nRosa",
    )
    .attach("replacement.txt", "text/plain", b"one teapot, stoneware");
    world.send(&reply);
    assert_eq!(world.outcome_of(&reply), "Relayed");

    // Then the customer has it: from the desk, in the thread, as a person's mail, with the attachment
    let relayed = customer.receives("the reply", |mail| mail.says("A new one leaves us"));
    assert_eq!(relayed.from, SUPPORT);
    assert_from_a_person(&relayed);
    assert_eq!(relayed.ticket(), packet.ticket());
    assert!(
        relayed
            .header("References")
            .is_some_and(|all| all.contains(&letter.id())),
        "in the customer's thread"
    );
    let file = relayed
        .attachments
        .iter()
        .find(|attached| attached.name == "replacement.txt")
        .expect("the attachment");
    assert_eq!(file.content.trim_ascii_end(), b"one teapot, stoneware");

    // And nothing of the packet: no text of it, no token, no member's address
    assert!(
        !relayed.raw_contains(&token(&packet)),
        "the staff token leaked"
    );
    assert!(!relayed.raw_contains(ROSA), "the member's address leaked");
    // The footer stands in the packet (with what the customer was told) and under every mail to a customer.
    let is_footer = |line: &String| line.contains("Lindenhof 3, Teufen");
    let lines = packet.first_lines(60);
    for line in lines
        .iter()
        .filter(|line| line.len() > 30 && !is_footer(line))
    {
        assert!(!relayed.says(line), "a line of the packet leaked: {line}");
    }
    assert_eq!(customer.mails().len(), 2, "{:?}", customer.subjects());
}

#[test]
fn a_customer_who_writes_again_reaches_the_person_and_no_machine() {
    // Given a ticket that a person has answered
    let world = shared();
    let (customer, _, packet) = handed_off(world, "ida");
    world.staff_replies(ROSA, &packet, "A new one leaves us this afternoon.");
    let relayed = customer.receives("the reply", |mail| mail.says("A new one leaves us"));

    // When the customer writes again, even what an article would answer
    let again = customer.replies(&relayed, "Thank you! How long does delivery take?");

    // Then the same staff thread has it, and the customer gets nothing automatic
    assert_eq!(world.outcome_of(&again), "Relayed");
    let passed_on = world.team_receives(CARE, &customer, "the customer's further words", |mail| {
        mail.message_id() != packet.message_id() && mail.says("How long does delivery take")
    });
    assert_eq!(passed_on.ticket(), packet.ticket());
    assert!(
        passed_on.says("“A new one leaves us this afternoon.” (our team, "),
        "and what was said so far, out of the journal"
    );
    assert!(
        passed_on
            .header("References")
            .is_some_and(|all| all.contains(&packet.message_id())),
        "in the staff thread"
    );
    assert_eq!(customer.mails().len(), 2, "{:?}", customer.subjects());

    // And a reply to that mail reaches the customer as well
    world.staff_replies(ROSA, &passed_on, "Two days to Basel.");
    customer.receives("the second reply", |mail| mail.says("Two days to Basel"));
}

#[test]
fn a_draft_is_sent_once_by_ok_and_as_a_persons_mail() {
    // Given a question whose answer needs a person's yes
    let world = shared();
    let customer = world.customer("lea");
    let letter = customer.writes(
        "Wholesale",
        "Hello, I run a café and would like to buy tea from you in bulk. Do you have wholesale prices?",
    );
    assert_eq!(world.outcome_of(&letter), "Drafted");
    let draft = world.team_receives(BILLING, &customer, "the draft", |mail| {
        mail.says("2 kilograms per tea")
    });
    assert!(
        !customer
            .mails()
            .iter()
            .any(|mail| mail.says("2 kilograms per tea")),
        "nothing of it before the yes"
    );

    // When a member says OK, twice
    let ok = world.staff_replies(MIRA, &draft, "OK");
    world.outcome_of(&ok);
    let answer = customer.receives("the answer", |mail| mail.says("2 kilograms per tea"));
    let again = world.staff_replies(MIRA, &draft, "ok");
    world.outcome_of(&again);

    // Then the customer has it once, as a person's mail
    assert_threaded(&answer, &letter);
    assert_from_a_person(&answer);
    let count = customer
        .mails()
        .iter()
        .filter(|mail| mail.says("2 kilograms per tea"))
        .count();
    assert_eq!(count, 1, "{:?}", customer.subjects());
}

/// The mail that the link of these words opens: a new one, in no thread.
fn opened_by_link(mail: &super::mail_system::StoredMail, words: &str, member: &str) -> Letter {
    let text = &mail.text;
    let start = format!("{words}: <mailto:");
    let link = text.split(&start).nth(1).expect("the link");
    let link = link.split('>').next().expect("its end");
    let (to, fields) = link.split_once('?').expect("fields");
    let fields = fields
        .replace("%20", " ")
        .replace("%5B", "[")
        .replace("%5D", "]");
    let (subject, body) = fields.split_once("&body=").expect("a body");
    let subject = subject.trim_start_matches("subject=");
    let body = format!("{body}\n\nSent from my iPhone");
    Letter::new(member, &to.replace("%2B", "+"), subject, &body)
}

#[test]
fn a_draft_is_approved_by_one_tap_and_sent_once_whoever_taps() {
    // Given a question whose answer needs a person's yes
    let world = shared();
    let customer = world.customer("ines");
    let letter = customer.writes(
        "Wholesale",
        "Hello, I run a café and would like to buy tea from you in bulk. Do you have wholesale prices?",
    );
    assert_eq!(world.outcome_of(&letter), "Drafted");
    let draft = world.team_receives(BILLING, &customer, "the draft", |mail| mail.says("Approve"));

    // When the link is tapped twice at the same moment
    let taps = [(); 2].map(|()| opened_by_link(&draft, "Approve", MIRA));
    for tap in &taps {
        world.send(tap);
    }

    // Then one answer leaves, as a person's mail, and the later one is told who was first
    for tap in &taps {
        assert_eq!(world.outcome_of(tap), "Relayed");
    }
    let answer = customer.receives("the answer", |mail| mail.says("2 kilograms per tea"));
    assert_threaded(&answer, &letter);
    assert_from_a_person(&answer);
    world.team_receives(BILLING, &customer, "who was first", |mail| {
        mail.says("approved it on") && mail.says(MIRA)
    });
    let count = customer
        .mails()
        .iter()
        .filter(|mail| mail.says("2 kilograms per tea"))
        .count();
    assert_eq!(count, 1, "{:?}", customer.subjects());
}

#[test]
fn a_refused_draft_goes_to_a_person() {
    let world = shared();
    let customer = world.customer("olaf");
    let letter = customer.writes(
        "Wholesale",
        "Do you have wholesale prices? I run a café and would like to buy tea in bulk.",
    );
    assert_eq!(world.outcome_of(&letter), "Drafted");
    let draft = world.team_receives(BILLING, &customer, "the draft", |_| true);

    // When a member says NO
    let no = world.staff_replies(MIRA, &draft, "NO he is a reseller of stolen goods");
    world.outcome_of(&no);

    // Then the draft never leaves, and neither do the words of the refusal
    customer.receives("the notice", |mail| mail.says("a person"));
    for mail in customer.mails() {
        assert!(!mail.says("2 kilograms per tea"), "{}", mail.subject);
        assert!(!mail.says("stolen goods"), "{}", mail.subject);
    }
}

#[test]
fn notes_stay_inside_and_take_and_close_write_nothing() {
    let world = shared();
    let (customer, _, packet) = handed_off(world, "nils");
    for words in ["TAKE", "NOTE she is a regular, be generous", "CLOSE"] {
        let letter = world.staff_replies(ROSA, &packet, words);
        world.outcome_of(&letter);
        assert_eq!(
            customer.mails().len(),
            1,
            "{words}: {:?}",
            customer.subjects()
        );
    }
    for mail in customer.mails() {
        assert!(!mail.says("be generous"));
    }
}

#[test]
fn words_to_us_reach_the_team_and_never_the_customer() {
    // Given a hand-off of which the customer was told
    let world = shared();
    let (customer, _, packet) = handed_off(world, "wanda");

    // When a member replies with every word that a newcomer tried
    for (words, told) in [
        ("LATER 2d", "Your team is reminded on"),
        ("WHY?", "Decided on"),
        ("Help", "TEAM and a name"),
        ("yes", "no draft waits"),
        ("TAKE IT", "it looks like TAKE"),
        ("Close please", "it looks like CLOSE"),
        ("INTEND opening-hours", "misspelt"),
        ("ESCALATE", "none that it knows"),
        ("TEAM nobody", "one of "),
    ] {
        let letter = world.staff_replies(ROSA, &packet, words);
        assert_eq!(world.outcome_of(&letter), "Relayed", "{words}");
        // Then the team is told
        world.team_receives(CARE, &customer, words, |mail| mail.says(told));
    }

    // And the customer has still nothing but the notice
    world.settle();
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());

    // While an answer, however short, reaches them
    world.staff_replies(ROSA, &packet, "It is on its way.");
    customer.receives("the short answer", |mail| mail.says("It is on its way."));
}

#[test]
fn a_ticket_that_was_given_to_another_team_is_theirs() {
    // Given a hand-off to care
    let world = shared();
    let (customer, _, packet) = handed_off(world, "tamara");
    let notice = customer.receives("the notice", |mail| mail.says("a person"));
    let note = world.staff_replies(ROSA, &packet, "NOTE she paid twice");
    assert_eq!(world.outcome_of(&note), "Relayed");

    // When a member gives it to billing
    let letter = world.staff_replies(ROSA, &packet, "TEAM billing");
    assert_eq!(world.outcome_of(&letter), "Relayed");

    // Then billing has it with the story, and the customer hears nothing
    let given = world.team_receives(BILLING, &customer, "the ticket", |_| true);
    for words in [
        "my teapot arrived broken",
        "she paid twice",
        "answer promised by",
    ] {
        assert!(given.says(words), "{words}: {}", given.text);
    }
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());

    // And what the customer writes next is theirs, as is the answer
    customer.replies(&notice, "And where is my money, please?");
    let further = world.team_receives(BILLING, &customer, "further words", |mail| {
        mail.says("where is my money")
    });
    world.staff_replies(
        MIRA,
        &further,
        "Dear Tamara, it is on its way to your bank.",
    );
    customer.receives("the answer", |mail| mail.says("on its way to your bank"));
}

#[test]
fn back_gives_the_ticket_back_to_automation() {
    // Given a ticket that a person has
    let world = shared();
    let (customer, _, packet) = handed_off(world, "bea");
    let notice = customer.receives("the notice", |mail| mail.says("a person"));

    // When the person gives it back and the customer asks a routine question
    let back = world.staff_replies(ROSA, &packet, "BACK");
    world.outcome_of(&back);
    let question = customer.replies(&notice, "One more thing: how long does delivery take?");

    // Then it is not merely passed on to the team as for a human-held ticket
    assert_ne!(world.outcome_of(&question), "Relayed");
}

#[test]
fn false_staff_reach_no_customer() {
    // Given a handed-off ticket
    let world = shared();
    let (customer, _, packet) = handed_off(world, "carl");
    let lie = "Please pay to my new account instead.";

    // When somebody uses a member's address, but has no token
    let without_token = Letter::new(ROSA, SUPPORT, &format!("Re: {}", packet.subject), lie);
    world.send(&without_token);
    world.outcome_of(&without_token);

    // And when somebody has the token, but is no member
    let stranger = world.customer("mallory");
    let not_a_member = Letter::reply(&packet, &stranger.address, lie);
    world.send(&not_a_member);
    world.outcome_of(&not_a_member);

    // And when a member of another team has it
    let other_team = Letter::reply(&packet, MIRA, lie);
    world.send(&other_team);
    world.outcome_of(&other_team);

    // And when the customer turns the own token into one of staff
    let notice = customer.receives("the notice", |mail| mail.says("a person"));
    let customer_token = token(&notice);
    let turned = customer_token.replacen("-c-", "-s-", 1);
    assert_ne!(turned, customer_token, "the token names its party");
    let forged = Letter::new(
        ROSA,
        &notice.reply_address().replace(&customer_token, &turned),
        "Re: x",
        lie,
    );
    world.send(&forged);
    world.outcome_of(&forged);

    // Then the customer has nothing of it
    assert!(
        !customer.mails().iter().any(|mail| mail.says("new account")),
        "{:?}",
        customer.subjects()
    );
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());
}

/// A member's forward of a mail that came to their own mailbox.
fn forwards(world: &World, customer: &Customer<'_>, how: Forwarding) -> Letter {
    let original = format!(
        "From: Edda <{}>\r\nTo: rosa.private@lindenhof.example\r\nSubject: Lost parcel\r\nMessage-ID: <lost.{}>\r\n\r\n\
         Dear Rosa,\r\n\r\nmy parcel of Monday has not come.\r\n",
        customer.address, customer.address
    );
    let letter = match how {
        Forwarding::Attached => Letter::new(ROSA, SUPPORT, "Fwd: Lost parcel", "Can we help her?")
            .attach("original.eml", "message/rfc822", original.as_bytes()),
        Forwarding::Inline => {
            let text = format!(
                "Can we help her?\n\n-------- Forwarded Message --------\nSubject: Lost parcel\nDate: Mon, 2 Mar 2026 10:00:00 \
                 +0100\nFrom: Edda <{}>\nTo: rosa.private@lindenhof.example\n\nDear Rosa,\n\nmy parcel of Monday has not come.",
                customer.address
            );
            Letter::new(ROSA, SUPPORT, "Fwd: Lost parcel", &text)
        }
    };
    world.send(&letter);
    letter
}

#[derive(Clone, Copy)]
enum Forwarding {
    Attached,
    Inline,
}

#[test]
fn a_members_forward_becomes_a_ticket_of_the_customer_after_a_yes() {
    let world = shared();
    for (name, how) in [
        ("edda", Forwarding::Attached),
        ("edith", Forwarding::Inline),
    ] {
        // Given a customer who wrote to a member's own mailbox
        let customer = world.customer(name);

        // When the member forwards it to us
        let forward = forwards(world, &customer, how);
        assert_eq!(world.outcome_of(&forward), "Drafted", "{name}");

        // Then the team is asked, with all that came, and the customer hears nothing yet
        let question = world.team_receives(CARE, &customer, "the question", |mail| {
            mail.says("my parcel of Monday has not come")
        });
        assert!(question.says("Can we help her?"), "{}", question.text);
        assert!(customer.mails().is_empty(), "{:?}", customer.subjects());

        // When a member says OK, then the ticket is the customer's, who is told what happens next
        let yes = world.staff_replies(ROSA, &question, "OK");
        world.outcome_of(&yes);
        let notice = customer.receives("the notice", |mail| mail.says("a person"));
        assert_automatic(&notice);
        assert_eq!(notice.ticket(), question.ticket());

        // And both sides can go on
        let answer = world.staff_replies(ROSA, &question, "Dear Edda, it is at the post office.");
        assert_eq!(world.outcome_of(&answer), "Relayed");
        let relayed = customer.receives("the reply", |mail| mail.says("at the post office"));
        assert!(!relayed.says("Can we help her?"), "{}", relayed.text);
        customer.replies(&relayed, "Found it, thank you!");
        world.team_receives(CARE, &customer, "the thanks", |mail| mail.says("Found it"));
    }
}

#[test]
fn a_forward_that_is_refused_reaches_nobody() {
    let world = shared();
    let customer = world.customer("spam");
    let forward = forwards(world, &customer, Forwarding::Inline);
    assert_eq!(world.outcome_of(&forward), "Drafted");
    let question = world.team_receives(CARE, &customer, "the question", |_| true);
    let no = world.staff_replies(ROSA, &question, "NO");
    assert_eq!(world.outcome_of(&no), "Relayed");
    assert!(customer.mails().is_empty(), "{:?}", customer.subjects());
    let reference = question.ticket().expect("a ticket").to_owned();
    let (_, story) = world.daemon.ask(&["ticket", &reference]);
    assert!(story.contains("closed"), "{story}");
}

#[test]
fn a_bounced_reply_is_told_to_staff_once_and_a_delay_only_shown() {
    // Given a customer whose mailbox is gone by the time a member answers
    let world = shared();
    let gone = "gone@gone.example";
    let letter = Letter::new(gone, SUPPORT, "Broken teapot", BROKEN_TEAPOT);
    world.send(&letter);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let about = |mail: &super::mail_system::StoredMail| mail.raw_contains(gone);
    let packet = world.system.wait_for(CARE, "the packet", about);
    let reference = packet.ticket().expect("a ticket").to_owned();

    // When their reply bounces
    let reply = world.staff_replies(ROSA, &packet, "A new one is on its way.");
    assert_eq!(world.outcome_of(&reply), "Relayed");

    // Then the team is told, in the ticket
    let told = world.system.wait_for(CARE, "the report", |mail| {
        about(mail) && mail.subject.contains("did not arrive")
    });
    assert_eq!(told.ticket(), Some(reference.as_str()));

    // When another server reports the same once more, and a third that something is delayed
    let bounce = world.system.wait_for(SUPPORT, "the bounce", |mail| {
        mail.header("X-Failed-Recipients") == Some(gone)
    });
    let mut outcomes = Vec::new();
    for (name, action) in [("again", "failed"), ("late", "delayed")] {
        let id = format!("{name}.{reference}@relay.example");
        let report = reported_by_another_server(&bounce, &id, action);
        world.system.deliver_lmtp("", SUPPORT, &report);
        let mut seen = Letter::new(gone, SUPPORT, "", "");
        seen.message_id = Some(id);
        outcomes.push(world.outcome_of(&seen));
    }
    assert_eq!(outcomes, ["Left", "Left"]);

    // Then nobody is told again, and the story shows all three
    let reports = world.system.mailbox(CARE);
    let reports = reports
        .iter()
        .filter(|mail| about(mail) && mail.subject.contains("did not arrive"));
    let reports: Vec<String> = reports
        .map(|mail| String::from_utf8_lossy(&mail.raw).into_owned())
        .collect();
    assert_eq!(reports.len(), 1, "{}", reports.join("\n=====\n"));
    let (_, story) = world.daemon.ask(&["ticket", &reference]);
    assert_eq!(
        story.matches("a mail of ours did not arrive").count(),
        2,
        "{story}"
    );
    assert_eq!(
        story.matches("a mail of ours is delayed").count(),
        1,
        "{story}"
    );
    // What was recorded for staff, whether or not it is in their mailbox by now
    assert_eq!(story.matches("delivery-trouble to").count(), 1, "{story}");
}

/// What another server would report of the mail that came back with this bounce: under a name of its own, with its own word of what became of it.
/// The mail itself stands further down and keeps its Message-ID, however that begins: another one would be another lost mail, and told.
fn reported_by_another_server(
    bounce: &super::mail_system::StoredMail,
    id: &str,
    action: &str,
) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bounce.raw);
    let mut in_header = true;
    let lines = text.lines().filter(|line| !line.starts_with("X-Handoff"));
    let lines = lines.map(|line| {
        in_header = in_header && !line.is_empty();
        let name = line.split(':').next().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "message-id" if in_header => format!("Message-ID: <{id}>\r\n"),
            "action" if !in_header => format!("Action: {action}\r\n"),
            _ => format!("{line}\r\n"),
        }
    });
    lines.collect::<String>().into_bytes()
}

#[test]
fn what_somebody_writes_into_a_web_form_reaches_a_person_whose_reply_reaches_them() {
    // Given a form that mails from a no-reply address and names the customer in Reply-To
    let world = shared();
    let customer = world.customer("fiona");
    let letter = Letter::new(
        "Contact form <noreply@lindenhof.example>",
        SUPPORT,
        "Contact form",
        "Name: Fiona\nMessage: my tea smells of smoke, is that right?",
    )
    .header("Reply-To", &format!("Fiona <{}>", customer.address));
    world.send(&letter);

    // Then a person has it, and no machine writes to anybody: nothing shows that the address is theirs
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    assert!(customer.mails().is_empty(), "{:?}", customer.subjects());

    // When a member replies, then it goes to whoever filled in the form
    let reply = world.staff_replies(ROSA, &packet, "It is a smoked tea, and it is meant so.");
    assert_eq!(world.outcome_of(&reply), "Relayed");
    customer.receives("the reply", |mail| mail.says("a smoked tea"));
}

#[test]
fn a_refused_address_in_cc_is_told_to_staff_and_the_customer_has_the_answer_once() {
    // Given a desk of its own (what is put off waits in its outbox), and a mail with three people in Cc: one whose server takes mail, one that
    // is refused, one that is put off
    let world = World::new();
    let customer = world.customer("cora");
    let friend = world.customer("friend");
    let refused = format!("refused@{}", domain_of(&customer.address));
    let later = format!("later@{}", domain_of(&customer.address));
    let letter = customer
        .letter("Broken teapot", BROKEN_TEAPOT)
        .header("Cc", &format!("{}, {refused}, {later}", friend.address));
    world.send(&letter);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);

    // When a member answers
    world.staff_replies(ROSA, &packet, "A new one leaves us this afternoon.");

    // Then the customer and the friend have it, each once
    let has_it = |mail: &super::mail_system::StoredMail| mail.says("A new one leaves us");
    let relayed = customer.receives("the reply", has_it);
    let copy = friend.receives("the copy", has_it);
    assert_eq!(copy.message_id(), relayed.message_id());
    assert!(!copy.raw_contains(&token(&packet)), "no staff token");

    // And staff are told whom it did not reach, once
    let report = world.team_receives(CARE, &customer, "the report", |mail| {
        mail.says("no such user here")
    });
    assert!(report.says(&refused), "{}", report.text);
    let reports = world.team_mails(CARE, &customer);
    let reports = reports.iter().filter(|mail| mail.says("no such user here"));
    assert_eq!(reports.count(), 1);

    // And the one that was put off waits alone: nobody gets it again
    std::thread::sleep(std::time::Duration::from_secs(3));
    let copies = |person: &Customer<'_>| person.mails().iter().filter(|mail| has_it(mail)).count();
    assert_eq!((copies(&customer), copies(&friend)), (1, 1));
}

fn domain_of(address: &str) -> &str {
    address.split_once('@').expect("an address").1
}
