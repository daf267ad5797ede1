//! The sections of a letter, as Markdown: what was handled, what went well, what went wrong, articles, what to write next, how to answer. A section that
//! has nothing to say is left out; that nothing went wrong is said.

use super::super::markup::{escape_line, escape_quote};
use super::super::words::Tongue;
use super::words::{by, counted, length_of_time, part_of, record};
use crate::autonomy::{Stage, StageChange, Why};
use crate::config::{Team, TeamName};
use crate::letter::{Account, Gap, Instance, Suggestion};
use crate::numbers::Counts;
use crate::ticket::Would;
use std::collections::BTreeSet;

/// Who reads a letter.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// The admin, who may answer it.
    Admin,
    /// Whoever asks on the command line: nothing of it can be answered by mail.
    Operator,
    /// A team: its own work.
    Team(&'a Team),
}

/// So many tickets of each kind are named.
const NAMED_MAX: usize = 5;
/// So many articles are named that changed their stage.
const CHANGES_MAX: usize = 12;

/// The subject, without the mark before it.
pub(super) fn subject(account: &Account, audience: Audience<'_>, tongue: Tongue) -> String {
    let zone = &account.week.zone;
    let [first, last] = [account.week.from, account.week.until]
        .map(|moment| tongue.day(moment.to_zoned(zone.clone()).date()));
    let week = tongue.either(
        || format!("The week from {first} to {last}"),
        || format!("Die Woche vom {first} bis {last}"),
    );
    let counts = &account.numbers.all;
    let told = match audience {
        Audience::Team(team) => {
            let requests = account.numbers.teams.get(&team.name);
            let requests = requests.map_or(0, |counts| counts.hand_offs + counts.drafts);
            counted(
                tongue,
                requests,
                ["request", "requests"],
                ["Anfrage", "Anfragen"],
            )
        }
        Audience::Admin | Audience::Operator => {
            let mails = counts.customer_mails;
            let mails = counted(tongue, mails, ["mail", "mails"], ["Mail", "Mails"]);
            let (alone, people) = (counts.answers, counts.hand_offs);
            tongue.either(
                || format!("{mails}, {alone} answered alone, {people} to a person"),
                || format!("{mails}, {alone} allein beantwortet, {people} an Menschen"),
            )
        }
    };
    format!("{week}: {told}")
}

/// The sections in their order. For the admin the first is what was handled, the second what went well, the third what went wrong.
pub(super) fn of(account: &Account, audience: Audience<'_>, tongue: Tongue) -> Vec<String> {
    match audience {
        Audience::Team(team) => {
            let none = Counts::default();
            let counts = account.numbers.teams.get(&team.name).unwrap_or(&none);
            let before = account.before.teams.get(&team.name).unwrap_or(&none);
            vec![
                came_to_team(counts, before, tongue),
                well(counts, tongue),
                wrong(account, counts, before, Some(&team.name), tongue),
                replies_go_to_admin(tongue).to_owned(),
            ]
        }
        Audience::Admin | Audience::Operator => {
            let mut sections = vec![
                handled(account, tongue),
                well(&account.numbers.all, tongue),
                wrong(
                    account,
                    &account.numbers.all,
                    &account.before.all,
                    None,
                    tongue,
                ),
            ];
            sections.extend(articles(account, tongue));
            sections.extend(gaps(account, tongue));
            sections.extend(match (audience, account.suggestions.is_empty()) {
                (Audience::Admin, false) => Some(how_to_answer(tongue).to_owned()),
                (Audience::Operator, false) => Some(only_by_mail(tongue).to_owned()),
                _ => None,
            });
            sections
        }
    }
}

fn handled(account: &Account, tongue: Tongue) -> String {
    let counts = &account.numbers.all;
    if counts.customer_mails == 0 {
        let nothing = tongue.choose(
            "**No mail of a customer came.** If that cannot be, look whether the inbox is the right one: `handoffd status`.",
            "**Es kam keine Mail eines Kunden.** Wenn das nicht sein kann, sehen Sie nach, ob es der richtige Posteingang ist: `handoffd status`.",
        );
        return nothing.to_owned();
    }
    let mails = counted(
        tongue,
        counts.customer_mails,
        ["mail of a customer came", "mails of customers came"],
        ["Mail eines Kunden kam", "Mails von Kunden kamen"],
    );
    let before = account.before.all.customer_mails;
    let mut lines = vec![tongue.either(
        || format!("**{mails}**; the week before {before}."),
        || format!("**{mails}**; in der Woche davor {before}."),
    )];
    lines.push(String::new());
    let drafts = counts.drafts;
    for (count, english, german) in [
        (
            counts.answers,
            [
                "was answered by an approved text alone",
                "were answered by an approved text alone",
            ],
            [
                "wurde von einem freigegebenen Text allein beantwortet",
                "wurden von einem freigegebenen Text allein beantwortet",
            ],
        ),
        (
            counts.questions,
            [
                "was asked for a missing detail",
                "were asked for missing details",
            ],
            ["bekam eine Rückfrage", "bekamen eine Rückfrage"],
        ),
        (
            drafts,
            ["came to a team as a draft", "came to a team as a draft"],
            [
                "kam als Entwurf zu einem Team",
                "kamen als Entwurf zu einem Team",
            ],
        ),
        (
            counts.hand_offs,
            ["went to a person", "went to a person"],
            ["ging an einen Menschen", "gingen an einen Menschen"],
        ),
    ] {
        if count > 0 {
            lines.push(format!("- {}", counted(tongue, count, english, german)));
        }
    }
    if !counts.in_shadow.is_empty() {
        let would = |would: Would| counts.in_shadow.get(would.as_str()).copied();
        let [answer, ask, draft, person] = Would::ALL.map(|one| would(one).unwrap_or_default());
        lines.push(tongue.either(
            || {
                format!(
                    "- in shadow nothing is done; {answer} would have been answered, {ask} asked for a detail, {draft} drafted, {person} given to a person"
                )
            },
            || {
                format!(
                    "- im Schattenbetrieb wird nichts getan; {answer} wären beantwortet worden, {ask} hätten eine Rückfrage bekommen, {draft} einen Entwurf, {person} wären an einen \
                     Menschen gegangen"
                )
            },
        ));
    }
    if account.is_cut {
        let more = tongue.choose(
            "- there were more tickets than a letter reads: its figures are too low; `handoffd numbers` of fewer days has them",
            "- es gab mehr Vorgänge, als ein Brief liest: seine Zahlen sind zu niedrig; `handoffd numbers` über weniger Tage hat sie",
        );
        lines.push(more.to_owned());
    }
    lines.join("\n")
}

fn came_to_team(counts: &Counts, before: &Counts, tongue: Tongue) -> String {
    let requests = counted(
        tongue,
        counts.hand_offs,
        ["request came to you", "requests came to you"],
        ["Anfrage kam zu Ihnen", "Anfragen kamen zu Ihnen"],
    );
    let before = before.hand_offs;
    let drafts = counted(
        tongue,
        counts.drafts,
        ["draft was shown to you", "drafts were shown to you"],
        [
            "Entwurf wurde Ihnen gezeigt",
            "Entwürfe wurden Ihnen gezeigt",
        ],
    );
    tongue.either(
        || format!("**{requests}**; the week before {before}. {drafts}."),
        || format!("**{requests}**; in der Woche davor {before}. {drafts}."),
    )
}

fn well(counts: &Counts, tongue: Tongue) -> String {
    let mut lines = Vec::new();
    if counts.confirmed > 0 {
        lines.push(counted(
            tongue,
            counts.confirmed,
            [
                "customer said that an answer had helped",
                "customers said that an answer had helped",
            ],
            [
                "Kunde sagte, dass eine Antwort geholfen hat",
                "Kunden sagten, dass eine Antwort geholfen hat",
            ],
        ));
    }
    let due = counts.promises_kept + counts.promises_broken;
    if counts.promises_kept > 0 {
        lines.push(part_of(
            tongue,
            (counts.promises_kept, due),
            [
                "promised answer came in time",
                "promised answers came in time",
            ],
            [
                "versprochene Antwort kam rechtzeitig",
                "versprochenen Antworten kamen rechtzeitig",
            ],
        ));
    }
    let decided = counts.drafts_sent
        + counts.drafts_edited
        + counts.drafts_refused
        + counts.drafts_answered_instead;
    if counts.drafts_sent > 0 {
        lines.push(part_of(
            tongue,
            (counts.drafts_sent, decided),
            ["draft was sent as it was", "drafts were sent as they were"],
            [
                "Entwurf ging unverändert hinaus",
                "Entwürfen gingen unverändert hinaus",
            ],
        ));
    }
    if let Some(half) = counts.first_response.percentile(50) {
        let half = length_of_time(tongue, half);
        lines.push(tongue.either(
            || format!("half of the customers had our first words within {half}"),
            || format!("die Hälfte der Kunden hatte unsere ersten Worte innerhalb von {half}"),
        ));
    }
    if let Some(half) = counts.time_to_human.percentile(50) {
        let half = length_of_time(tongue, half);
        lines.push(tongue.either(
            || format!("half of those who were handed to a person had that person's answer within {half}"),
            || format!("die Hälfte derer, die an einen Menschen gingen, hatte dessen Antwort innerhalb von {half}"),
        ));
    }
    section(tongue.choose("What went well", "Was gut ging"), &lines)
}

fn wrong(
    account: &Account,
    counts: &Counts,
    before: &Counts,
    team: Option<&TeamName>,
    tongue: Tongue,
) -> String {
    let wrong = &account.wrong;
    let kinds = [
        (
            counts.recontacted,
            before.recontacted,
            wrong.recontacted.as_slice(),
            [
                "answer after which the customer wrote again",
                "answers after which the customer wrote again",
            ],
            [
                "Antwort, nach der der Kunde wieder schrieb",
                "Antworten, nach denen der Kunde wieder schrieb",
            ],
        ),
        (
            counts.drafts_refused,
            before.drafts_refused,
            &wrong.refused,
            ["draft was refused", "drafts were refused"],
            ["Entwurf wurde abgelehnt", "Entwürfe wurden abgelehnt"],
        ),
        (
            counts.asked_again,
            before.asked_again,
            &wrong.asked_again,
            [
                "time one of us asked the customer for what the hand-off had held",
                "times one of us asked the customer for what the hand-off had held",
            ],
            [
                "Mal fragten wir den Kunden, was in der Übergabe stand",
                "Mal fragten wir den Kunden, was in der Übergabe stand",
            ],
        ),
        (
            counts.promises_broken,
            before.promises_broken,
            &wrong.broken,
            [
                "promised time went by without an answer",
                "promised times went by without an answer",
            ],
            [
                "versprochene Zeit verging ohne Antwort",
                "versprochene Zeiten vergingen ohne Antwort",
            ],
        ),
    ];
    let mut lines = Vec::new();
    for (count, before, instances, english, german) in kinds {
        if count == 0 {
            continue;
        }
        let what = counted(tongue, count, english, german);
        let compared = tongue.either(
            || format!("the week before {before}"),
            || format!("in der Woche davor {before}"),
        );
        let where_to_look = instances
            .iter()
            .filter(|one| team.is_none_or(|team| one.team.as_ref() == Some(team)))
            .take(NAMED_MAX)
            .map(instance);
        let where_to_look: Vec<String> = where_to_look.collect();
        let named = match where_to_look.is_empty() {
            true => String::new(),
            false => format!(": {}", where_to_look.join(", ")),
        };
        lines.push(format!("{what} ({compared}){named}"));
    }
    if lines.is_empty() {
        let nothing = tongue.choose(
            "nothing that handoffd can see; silence of a customer is no proof",
            "nichts, was handoffd sehen kann; das Schweigen eines Kunden beweist nichts",
        );
        lines.push(nothing.to_owned());
    }
    section(tongue.choose("What went wrong", "Was schiefging"), &lines)
}

fn instance(one: &Instance) -> String {
    let ticket = escape_line(&one.ticket.to_string());
    match &one.article {
        Some(article) => format!("{ticket} ({})", escape_line(&article.0)),
        None => ticket,
    }
}

fn articles(account: &Account, tongue: Tongue) -> Option<String> {
    let mut lines = Vec::new();
    for (place, suggestion) in account.suggestions.iter().enumerate() {
        if let Suggestion::Advance { article, from, .. } = suggestion {
            let name = escape_line(&article.to_string());
            let evidence = account.records.get(article);
            let evidence = evidence
                .map(|tally| record(tongue, *from, *tally))
                .unwrap_or_default();
            let next = stage(from.next().unwrap_or(*from), tongue);
            let yes = yes(place, tongue);
            lines.push(tongue.either(
                || {
                    format!(
                        "**{name}** has earned to go on to \"{next}\": {evidence}. {yes} lets it."
                    )
                },
                || format!("**{name}** hat sich „{next}“ verdient: {evidence}. {yes} erlaubt es."),
            ));
        }
    }
    let mut last: BTreeSet<&crate::autonomy::ArticleName> = BTreeSet::new();
    // Of each article the last change of the week counts; where it began is no news.
    let mut changes: Vec<&StageChange> = Vec::new();
    for change in account.changes.iter().rev() {
        if change.why != Why::Began && last.insert(&change.article) {
            changes.push(change);
        }
    }
    for change in changes.iter().rev().take(CHANGES_MAX) {
        let name = escape_line(&change.article.to_string());
        let to = stage(change.to, tongue);
        let why = escape_line(&by(tongue, change));
        let is_lost = change.from.is_some_and(|from| change.to < from);
        lines.push(match is_lost {
            true => tongue.either(
                || format!("**{name}** went back to \"{to}\": {why}."),
                || format!("**{name}** ging zurück auf „{to}“: {why}."),
            ),
            false => tongue.either(
                || format!("**{name}** went on to \"{to}\": {why}."),
                || format!("**{name}** ging weiter auf „{to}“: {why}."),
            ),
        });
    }
    (!lines.is_empty()).then(|| section(tongue.choose("Articles", "Artikel"), &lines))
}

fn gaps(account: &Account, tongue: Tongue) -> Option<String> {
    if account.gaps.is_empty() {
        return None;
    }
    let mut text = format!(
        "## {}",
        tongue.choose("What to write next", "Was als Nächstes zu schreiben ist")
    );
    for gap in &account.gaps {
        text.push_str("\n\n");
        text.push_str(&one_gap(account, gap, tongue));
    }
    Some(text)
}

fn one_gap(account: &Account, gap: &Gap, tongue: Tongue) -> String {
    let customers = gap.customers;
    let head = tongue.either(
        || format!("**{customers} customers** asked this in four weeks, and no article answers it:"),
        || format!("**{customers} Kunden** fragten das in vier Wochen, und kein Artikel beantwortet es:"),
    );
    let mut text = format!("{head}\n\n{}", escape_quote(&gap.examples.join("\n")));
    let is_it = |suggestion: &Suggestion| matches!(suggestion, Suggestion::Write { article, .. } if Some(article) == gap.article.as_ref());
    let place = account.suggestions.iter().position(is_it);
    let (Some(article), Some(place)) = (&gap.article, place) else {
        text.push_str("\n\n");
        text.push_str(tongue.choose(
            "People's answers to it are too few or too different to make an article of.",
            "Die Antworten der Kollegen sind zu wenige oder zu verschieden für einen Artikel.",
        ));
        return text;
    };
    let (answers, name) = (article.answers, escape_line(&article.intent.0));
    let yes = yes(place, tongue);
    let offer = tongue.either(
        || {
            format!(
                "{answers} answers of your people said the following. {yes} makes it the article {name}; its answers wait for a person's yes each time:"
            )
        },
        || {
            format!(
                "{answers} Antworten Ihrer Kollegen sagten Folgendes. {yes} macht daraus den Artikel {name}; seine Antworten warten jedes Mal auf das Ja eines Menschen:"
            )
        },
    );
    let phrases: Vec<String> = article
        .ask
        .iter()
        .map(|phrase| escape_line(phrase))
        .collect();
    let phrases = phrases.join(" / ");
    let known_by = tongue.either(
        || format!("It is recognised by: {phrases}"),
        || format!("Erkannt wird er an: {phrases}"),
    );
    format!(
        "{text}\n\n{offer}\n\n{}\n\n{known_by}",
        escape_quote(&article.body)
    )
}

/// The word that accepts the suggestion at this place.
fn yes(place: usize, tongue: Tongue) -> String {
    format!("**{} {}**", tongue.choose("YES", "JA"), place + 1)
}

/// How to answer a letter.
pub(super) const fn how_to_answer(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nReply with the word and the number in a line of its own: `YES 1`, or `YES 1, 3`; `NO 2` keeps a suggestion from coming again. Nothing happens to \
         what you do not name, and you are told what was done. A letter can be answered for five weeks.",
        "---\n\nAntworten Sie mit dem Wort und der Nummer in einer eigenen Zeile: `JA 1`, oder `JA 1, 3`; nach `NEIN 2` kommt ein Vorschlag nicht wieder. Was Sie \
         nicht nennen, bleibt, wie es ist, und Sie erfahren, was getan wurde. Ein Brief lässt sich fünf Wochen lang beantworten.",
    )
}

const fn only_by_mail(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nNumbers are for the letter that comes by mail; here `handoffd autonomy advance NAME` does the same for an article that has earned more.",
        "---\n\nDie Nummern gelten für den Brief, der per Mail kommt; hier tut `handoffd autonomy advance NAME` dasselbe für einen Artikel, der sich mehr verdient hat.",
    )
}

const fn replies_go_to_admin(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nThis is about your team alone. A reply goes to whoever looks after handoffd.",
        "---\n\nHier geht es nur um Ihr Team. Eine Antwort geht an die Person, die sich um handoffd kümmert.",
    )
}

/// What a stage is called.
pub(super) const fn stage(stage: Stage, tongue: Tongue) -> &'static str {
    match stage {
        Stage::Shadow => tongue.choose("shadow", "Schatten"),
        Stage::Draft => tongue.choose("draft", "Entwurf"),
        Stage::Answer => tongue.choose("answer", "Antwort"),
    }
}

fn section(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    format!("## {title}\n\n{}", lines.join("\n"))
}
