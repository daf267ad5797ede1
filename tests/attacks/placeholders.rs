//! What an attacker may know, guess or have found, put into the words of an attack where `{…}` stands.

use crate::staged::Scene;
use handoffd::mail::{Address, MailIdentity};
use handoffd::ticket::{Party, TicketId, TokenKey};

/// The words with every placeholder filled in.
///
/// `{reference bob}`, `{customer-address bob}`, `{staff-address bob money}`: of the ticket of that customer. `{changed …}` before one of
/// them changes its last letter, `{foreign …}` makes it with the key of another installation. `{message-id bob packet}`,
/// `{text bob packet}`, `{quoted bob packet}`, `{raw bob packet}`, `{mark bob packet}`: of the last mail of that purpose in the ticket.
/// `{mail 2}`: the mail of the second step of the scene, byte for byte. `{its-id 2}`: its Message-ID. `{no-ticket}`: an address with the
/// token of a ticket that never was. `{recipients 1000}`: so many addresses.
pub fn fill(words: &str, scene: &Scene<'_>) -> String {
    let mut filled = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, behind) = after.split_once('}').expect("a `}` behind each `{`");
        filled.push_str(before);
        filled.push_str(&one(inner, scene));
        rest = behind;
    }
    filled + rest
}

fn one(inner: &str, scene: &Scene<'_>) -> String {
    let words: Vec<&str> = inner.split_whitespace().collect();
    let key = &scene.office.key;
    match words.as_slice() {
        ["changed", rest @ ..] => changed(&one(&rest.join(" "), scene)),
        ["foreign", rest @ ..] => address(rest, scene, &TokenKey::new([8; 32])),
        ["customer-address", ..] | ["staff-address", ..] => address(&words, scene, key),
        ["no-ticket"] => {
            let ticket = TicketId::for_mail(&MailIdentity([9; 32]), 0);
            let party = Party::Staff(handoffd::config::TeamName("care".to_owned()));
            format!(
                "help+{}@hollin-cycles.example",
                key.token(&ticket, &party).as_str()
            )
        }
        ["reference", whose] => scene.ticket_of(whose).id.to_string(),
        ["message-id", whose, purpose] => scene.mail(whose, purpose).message_id.to_string(),
        ["text", whose, purpose] => scene.mail(whose, purpose).text.clone(),
        ["quoted", whose, purpose] => {
            let text = &scene.mail(whose, purpose).text;
            text.lines().map(|line| format!("> {line}\n")).collect()
        }
        ["raw", whose, purpose] => as_lines(&scene.mail(whose, purpose).bytes),
        ["mark", whose, purpose] => {
            let raw = as_lines(&scene.mail(whose, purpose).bytes);
            let mut lines = raw.lines();
            lines
                .find_map(|line| line.strip_prefix("X-Handoff-Mark: ").map(str::to_owned))
                .unwrap()
        }
        ["mail", step] => as_lines(scene.came(step.parse().unwrap())),
        ["its-id", step] => {
            let raw = as_lines(scene.came(step.parse().unwrap()));
            let mut lines = raw.lines();
            lines
                .find_map(|line| line.strip_prefix("Message-ID: ").map(str::to_owned))
                .unwrap()
        }
        ["recipients", number] => {
            let number: u32 = number.parse().unwrap();
            let all: Vec<String> = (0..number)
                .map(|n| format!("<p{n}@many.example>"))
                .collect();
            all.join(",\n ")
        }
        _ => panic!("`{{{inner}}}` is no placeholder"),
    }
}

fn address(words: &[&str], scene: &Scene<'_>, key: &TokenKey) -> String {
    let (party, whose) = match words {
        ["customer-address", whose] => {
            let customer = scene.ticket_of(whose).customer().unwrap().address.clone();
            (Party::Customer(customer), whose)
        }
        ["staff-address", whose, team] => {
            let team = handoffd::config::TeamName((*team).to_owned());
            (Party::Staff(team), whose)
        }
        _ => panic!("{words:?} names no address"),
    };
    let token = key.token(&scene.ticket_of(whose).id, &party);
    let address = format!("help+{}@hollin-cycles.example", token.as_str());
    Address::parse(&address).unwrap().as_str().to_owned()
}

/// The last letter of a token, or of a reference, is another one.
fn changed(text: &str) -> String {
    let (token, domain) = match text.split_once('@') {
        Some((token, domain)) => (token, format!("@{domain}")),
        None => (text, String::new()),
    };
    let mut token = token.to_owned();
    let last = token.pop().unwrap();
    token.push(if last.eq_ignore_ascii_case(&'a') {
        'b'
    } else {
        'a'
    });
    token + &domain
}

fn as_lines(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace("\r\n", "\n")
}
