//! What does a team get about a draft, and what does the ticket keep? The question whether it shall be sent, that one more yes is
//! needed, who approved what.

use super::readable::readable;
use super::view::View;
use super::words::{YesNeeded, shortened};
use super::{ComposeError, Outgoing, Purpose};
use crate::config::{Team, TeamName};
use crate::decide::OnDraft;
use crate::desk::{Question, StaffAct};
use crate::mail::Address;
use crate::ticket::{Approvals, Draft, DraftNumber, Edit, Event, Wording};
use serde_json::json;

/// So many further intents are named.
const ALSO_CLOSE_MAX: usize = 2;

/// So many members are named who can give a yes.
const NAMES_MAX: usize = 20;

impl View<'_> {
    /// A proposed answer, which a mail of the customer caused.
    pub(super) fn draft(&self, draft: &Draft) -> Result<Outgoing, ComposeError> {
        let reasons = &self.decision.reasons;
        let mut further = reasons.further.iter();
        let withdrawn = further.find(|reason| reason.rule == "draft-withdrawn");
        let facts = DraftFacts {
            who: self.who(),
            reason: shortened(self.reason_for_staff(), 200),
            evidence: self.short(&reasons.first.evidence),
            wanted: self.wanted(),
            given: self.given(),
            withdrawn: withdrawn
                .map_or("", |reason| self.staff_tongue.sentence(&reason.sentence))
                .to_owned(),
            also_close: self.also_close(draft),
            mail_text: self.mail_text(),
        };
        let needed = match draft.approvals {
            Approvals::One => YesNeeded::One,
            Approvals::Two => YesNeeded::Two,
        };
        self.draft_mail(draft, facts, needed, vec![self.original()])
    }

    /// What else the mail may be about, the nearest first.
    fn also_close(&self, draft: &Draft) -> String {
        let intents = self.situation.understanding.intents.iter();
        let others = intents.filter(|other| other.intent != draft.article.intent);
        let shown = others
            .take(ALSO_CLOSE_MAX)
            .map(|other| format!("{} ({:.2})", other.intent, other.confidence));
        self.staff_tongue.joined(&shown.collect::<Vec<_>>())
    }

    /// A member's text, which takes the place of a draft and needs another member's yes.
    pub(super) fn edited_draft(
        &self,
        draft: &Draft,
        others: &[Address],
    ) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let mails = self.ticket.customer_mails();
        let last = mails.last().map_or("", |mail| mail.excerpt.as_str());
        let facts = self.ticket.facts();
        let given: Vec<String> = facts
            .iter()
            .map(|(name, value)| format!("{name}: {}", shortened(value, 80)))
            .collect();
        let facts = DraftFacts {
            who: self.customer()?.to_string(),
            reason: shortened(self.reason_for_staff(), 200),
            evidence: tongue.none().to_owned(),
            wanted: self.wanted_so_far(&mails),
            given: self.short(&tongue.joined(&given)),
            also_close: tongue.none().to_owned(),
            withdrawn: String::new(),
            mail_text: self.bounded(last),
        };
        let team = self.team(&draft.team)?;
        let needed = YesNeeded::SecondOf(self.names(team, others));
        self.draft_mail(draft, facts, needed, vec![])
    }

    fn draft_mail(
        &self,
        draft: &Draft,
        facts: DraftFacts,
        needed: YesNeeded,
        parts: Vec<super::mime::Part>,
    ) -> Result<Outgoing, ComposeError> {
        let team = self.team(&draft.team)?;
        let tongue = self.staff_tongue;
        let made = self
            .situation
            .ticket
            .map_or(0, |ticket| ticket.drafts_made().0);
        let number = DraftNumber(made.saturating_add(1));
        let article = &draft.article;
        let article = format!(
            "{} ({}, {}), {:.2}; {} {number}",
            article.intent,
            article.language,
            article.revision,
            draft.confidence,
            tongue.choose("draft", "Entwurf"),
        );
        let (answer, edited_by, changes) = match &draft.wording {
            Wording::OfArticle => (readable(&draft.text), String::new(), vec![]),
            Wording::Edited { by, edit } => {
                let kept = tongue.choose(
                    "of the draft's words were kept",
                    "der Wörter des Entwurfs blieben",
                );
                let by = format!("{by}; {} % {kept}", edit.kept_percent);
                (draft.text.clone(), by, changes(edit))
            }
        };
        let further = [
            ("who", json!(facts.who)),
            ("reason", json!(facts.reason)),
            ("evidence", json!(facts.evidence)),
            ("wanted", json!(facts.wanted)),
            ("given", json!(facts.given)),
            ("withdrawn", json!(facts.withdrawn)),
            ("article", json!(article)),
            ("also_close", json!(facts.also_close)),
            ("answer", json!(answer)),
            ("edited_by", json!(edited_by)),
            ("changes", json!(changes)),
            ("deadlines", json!(self.deadlines(team, None))),
            ("can_reply", json!(tongue.can_reply_to_draft(&needed))),
            ("mail_text", json!(facts.mail_text)),
        ];
        let data = self.staff_data(further)?;
        self.to_team_asking(
            Purpose::DraftForApproval,
            "draft",
            team,
            data,
            parts,
            Some(Question::Draft(number)),
        )
    }

    /// That a yes is on record and one more is needed.
    pub(super) fn one_more_yes(
        &self,
        team: &Team,
        member: &Address,
        others: &[Address],
    ) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let title = tongue.choose("one more yes is needed", "noch ein Ja fehlt");
        let others = self.names(team, others);
        let answer = match tongue {
            super::words::Tongue::English => format!(
                "The yes of {member} is on record; one more yes is needed, and {others} can give it"
            ),
            super::words::Tongue::German => {
                format!(
                    "Das Ja von {member} ist vermerkt; noch eines fehlt, und {others} kann es geben"
                )
            }
        };
        let question = self
            .ticket
            .draft_in_waiting()
            .map(|waiting| Question::Draft(waiting.number));
        self.told_asking((team, member), title, &answer, vec![], question)
    }

    /// What the team gets because of what a member did to a draft.
    pub(super) fn told_of_draft(
        &self,
        team: &TeamName,
        member: &Address,
        on_draft: Option<&OnDraft>,
    ) -> Result<Option<Outgoing>, ComposeError> {
        match on_draft {
            Some(OnDraft::AwaitSecond { others, .. }) => self
                .one_more_yes(self.team(team)?, member, others)
                .map(Some),
            Some(OnDraft::Replace { with, others }) => self.edited_draft(with, others).map(Some),
            Some(OnDraft::Send(_) | OnDraft::SendEdited { .. } | OnDraft::Refuse(_)) | None => {
                Ok(None)
            }
        }
    }

    fn names(&self, team: &Team, members: &[Address]) -> String {
        let or = self.staff_tongue.choose(" or ", " oder ");
        let names = members
            .iter()
            .take(NAMES_MAX)
            .map(|member| team.called(member));
        names.collect::<Vec<_>>().join(or)
    }
}

/// What happened to a draft.
pub(super) fn of_draft(member: Address, act: &StaffAct, on_draft: &OnDraft) -> Event {
    match on_draft {
        OnDraft::Send(draft) => Event::DraftApproved {
            member,
            article: Some(draft.article.clone()),
            edit: match &draft.wording {
                Wording::OfArticle => None,
                Wording::Edited { edit, .. } => Some(edit.clone()),
            },
        },
        OnDraft::SendEdited { draft, edit } => Event::DraftApproved {
            member,
            article: Some(draft.article.clone()),
            edit: Some(edit.clone()),
        },
        OnDraft::AwaitSecond { .. } => Event::FirstApproval { member },
        OnDraft::Replace { with, .. } => Event::Drafted {
            draft: with.clone(),
        },
        OnDraft::Refuse(_) => Event::DraftRefused {
            member,
            why: match act {
                StaffAct::Refuse { why, .. } => why.clone(),
                _ => String::new(),
            },
        },
    }
}

/// What a mail about a draft says of the request, from wherever it is known.
struct DraftFacts {
    who: String,
    reason: String,
    evidence: String,
    wanted: String,
    given: String,
    withdrawn: String,
    also_close: String,
    mail_text: String,
}

fn changes(edit: &Edit) -> Vec<String> {
    let mut lines: Vec<String> = edit.changes.iter().map(ToString::to_string).collect();
    if edit.further_changes > 0 {
        lines.push(format!("… {}", edit.further_changes));
    }
    lines
}
