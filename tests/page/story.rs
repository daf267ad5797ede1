//! What mails bring is text on every page, whatever they hold.

use super::client::{Door, PageWorld};
use super::mail_system::{Letter, PATIENCE, set, wait_until};
use super::world::{BROKEN_TEAPOT, CARE, DELIVERY_ANSWER, DELIVERY_QUESTION, SUPPORT};

#[test]
fn a_ticket_tells_its_whole_story() {
    let page = PageWorld::new(Door::Open);
    let world = &page.world;
    let ann = world.customer("ann");
    ann.writes("When will it come?", DELIVERY_QUESTION);
    let answer = ann.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let ben = world.customer("ben");
    let letter = ben.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &ben, "the packet", |_| true);
    world.settle();

    let story = page
        .get(&format!("/ticket/{}", answer.ticket().unwrap()))
        .body;
    for words in [
        "how long does delivery take if I order today?",
        "decided: answer",
        DELIVERY_ANSWER,
        "How near each article was",
        "delivery-time",
        "What it was made of",
        "Message-ID",
    ] {
        assert!(story.contains(words), "{words} in {story}");
    }
    let bens = page
        .get(&format!("/ticket/{}", packet.ticket().unwrap()))
        .body;
    assert!(bens.contains("answer promised by"), "{bens}");
    // What staff get holds addresses by which somebody else could speak for them: nothing of these is shown.
    let secret = packet.reply_address();
    let (secret, _) = secret.split_once('@').unwrap();
    let (_, secret) = secret.split_once('+').unwrap();
    assert!(secret.len() > 16);
    for path in ["/", "/tickets", "/numbers", "/metrics"] {
        assert!(!page.get(path).body.contains(secret), "{path}");
    }
    assert!(!bens.contains(secret), "the address of the packet");

    let now = page.get("/").body;
    assert!(
        now.contains("all is well") && now.contains("Broken teapot"),
        "{now}"
    );
    let found = page.get("/tickets?q=TEAPOT").body;
    assert!(found.contains("Broken teapot") && !found.contains("When will it come?"));
    let articles = page.get("/articles").body;
    assert!(articles.contains("delivery-time") && articles.contains("answered by it alone"));
    let numbers = page.get("/numbers").body;
    assert!(
        numbers.contains("<svg") && numbers.contains("went to a person"),
        "{numbers}"
    );
    let metrics = page.get("/metrics").body;
    assert!(
        metrics.contains("handoffd_hand_offs{mailbox=\"\",of=\"all\",name=\"\"} 1"),
        "{metrics}"
    );
    let json: serde_json::Value = serde_json::from_str(&page.get("/numbers.json").body).unwrap();
    assert_eq!(json["now"][0]["up"], 1);
    assert_eq!(json["numbers"][0]["answers"], 1);
}

#[test]
fn in_shadow_each_ticket_says_what_would_be_done_and_the_figures_count_it() {
    let page = PageWorld::with(Door::Open, |settings| {
        set(settings, "automation.mode", "shadow");
    });
    let world = &page.world;
    let ann = world.customer("ann");
    ann.writes("When will it come?", DELIVERY_QUESTION);
    let would = "would answer with delivery-time";
    let list = wait_until("the ticket", PATIENCE, || {
        let list = page.get("/tickets").body;
        list.contains(would).then_some(list)
    })
    .unwrap_or_else(|why| panic!("{why}: {}", page.get("/tickets").body));
    let (_, from_link) = list.split_once("/ticket/").unwrap();
    let (id, _) = from_link.split_once('"').unwrap();
    let story = page.get(&format!("/ticket/{id}")).body;
    let in_the_story = format!("in shadow: {would}; nobody got anything of it");
    assert!(story.contains(&in_the_story), "{story}");
    let many = "would have been answered by an approved text alone";
    for path in ["/numbers", "/articles"] {
        let body = page.get(path).body;
        assert!(body.contains(many), "{path}: {body}");
    }
    for (verb, words) in [
        (["tickets"], "in shadow: would answer with delivery-time"),
        (["numbers"], many),
    ] {
        let (code, said) = world.daemon.ask(&verb);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_a_hostile_mail_holds_is_shown_as_text() {
    let page = PageWorld::new(Door::Open);
    let world = &page.world;
    let eve = world.customer("eve");
    let line = "x".repeat(1_000_000);
    let text = format!(
        "I want to speak to a human.\n<script>alert(1)</script><img src=x onerror=alert(2)>\n\u{202E}txet desrever\n</div></main><style>*{{display:none}}</style>\n{line}\n"
    );
    let subject = "\"><script>alert(3)</script> \u{202E}gnp.exe";
    let letter = Letter::new(&eve.address, SUPPORT, subject, &text).attach(
        "<b>x.html",
        "text/html",
        b"<script>alert(4)</script>",
    );
    // No mail server takes such a line; a mailbox may hold it all the same.
    let mut inbox = world.system.imap(SUPPORT);
    inbox.append("INBOX", &letter.bytes()).unwrap();
    world.outcome_of(&letter);
    let packet = world.team_receives(CARE, &eve, "the packet", |_| true);
    world.settle();
    let ticket = packet.ticket().unwrap();
    for path in [
        "/",
        "/tickets",
        "/tickets?q=%3Cscript%3E",
        &format!("/ticket/{ticket}"),
    ] {
        let shown = page.get(path).body;
        for bad in ["<script", "<img", "onerror=alert(2)>", "<style", "\u{202E}"] {
            assert!(!shown.contains(bad), "{bad} on {path}");
        }
        assert!(shown.contains("&lt;script&gt;alert(3)"), "{path}: {shown}");
        assert!(shown.len() < 300_000, "{path}: {} bytes", shown.len());
    }
    let story = page.get(&format!("/ticket/{ticket}")).body;
    assert!(
        story.contains("&lt;img src=x onerror=alert(2)&gt;"),
        "{story}"
    );
}
