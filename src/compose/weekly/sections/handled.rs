//! What came, and what was done with it.

use super::super::super::words::Tongue;
use super::super::words::counted;
use crate::letter::Account;
use crate::numbers::Counts;
use crate::ticket::Would;

pub(super) fn handled(account: &Account, tongue: Tongue) -> String {
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

pub(super) fn came_to_team(counts: &Counts, before: &Counts, tongue: Tongue) -> String {
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
