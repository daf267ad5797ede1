//! What the gateway says in the log.

use super::words::without_addresses;
use crate::compose::ComposeError;
use crate::config;
use crate::decide::{Due, Pulled};
use crate::gateway::{Judgement, LearnError, Office};
use crate::inbox::Place;
use crate::journal::{EffectRecord, Head, JournalError};
use crate::mail::{MailIdentity, MessageId};
use crate::sender_checks::NoResolver;
use crate::ticket::TicketId;
use jiff::SignedDuration;
use std::time::Duration;
use tracing::{debug, error, info, warn};

/// A promise came due, or our own time for a customer who was told none.
pub fn came_due(ticket: &TicketId, due: &Due<'_>) {
    let (what, team) = match due {
        Due::RemindTeam { team, .. } => ("the team is reminded of a promise", team),
        Due::RemindSecondAddress { team, .. } => {
            ("the team's second address is reminded of a promise", team)
        }
        Due::PutOff { team, .. } => ("the time is over for which a member put a ticket off", team),
        Due::Lapsed { team, .. } => ("a promise was not kept", team),
        Due::RemindOfWaiting { team, .. } => (
            "a customer waits who was told no time, and the team or its second address is reminded",
            team,
        ),
        Due::PrivacyRequest { team, .. } => (
            "the month that the law gives for a request about personal data is running out or over",
            team,
        ),
        Due::WaitedTooLong { team, .. } => (
            "a customer who was told no time waited longer than the team's reply_within",
            team,
        ),
    };
    info!(event = "promise-due", %ticket, team = %team.name, "{what}");
}

/// A part gave no sign of life in time: the watchdog is no longer fed.
pub fn part_silent(part: &str, late: Duration) {
    error!(
        event = "part-silent",
        part,
        late_seconds = late.as_secs(),
        "a part of handoffd stands still; the watchdog will end the daemon, so that it is started again whole"
    );
}

/// Something needs a person.
pub fn needs_a_person(trouble: &str, why: &str) {
    warn!(
        event = "needs-a-person",
        trouble,
        why = without_addresses(why),
        "something needs a person; see `handoffd status`"
    );
}

/// The admin is told by mail.
pub fn admin_told(troubles: &str) {
    info!(
        event = "admin-told",
        troubles, "the admin is told by mail what needs a person"
    );
}

/// All troubles are over.
pub fn well_again() {
    info!(
        event = "well-again",
        "all is well again; the admin is told by mail"
    );
}

/// These troubles are over; something that happened still needs a person.
pub fn over(kinds: &str) {
    info!(
        event = "trouble-over",
        kinds, "this is over, but something else still needs a person; the admin is told by mail"
    );
}

/// Automatic mail is stopped for everybody.
pub fn brake_pulled(pulled: &Pulled) {
    error!(
        event = "brake-pulled",
        until = ?pulled.until.map(|until| until.to_string()),
        why = %pulled.why(),
        "automatic mail is stopped, everything goes to people; the admin is told by mail"
    );
}

/// A ticket with a deadline cannot be read.
pub fn deadline_not_read(ticket: &TicketId, why: &JournalError) {
    error!(
        event = "deadline-not-read",
        %ticket,
        why = without_addresses(why),
        "its promises are not watched until it can be read; look at the ticket"
    );
}

/// A reminder or the word to the customer could not be written.
pub fn due_not_written(ticket: &TicketId, why: &ComposeError) {
    error!(
        event = "due-not-written",
        %ticket,
        why = without_addresses(why),
        "a promise came due and nobody was told; check the templates `reminder`, `delay` and `notice`, and look at the ticket"
    );
}

/// The key of all tokens was changed.
pub fn key_changed() {
    info!(
        event = "key-changed",
        "another key makes the secret addresses from now on"
    );
}

/// The key of all tokens cannot be read: what is loaded stays.
pub fn key_not_read(why: &JournalError) {
    error!(event = "key-not-read", %why, "nothing was loaded anew");
}

/// The settings say that senders are checked, and nobody can be asked.
pub fn senders_not_checked(why: &NoResolver) {
    error!(
        event = "senders-not-checked",
        "{why}; until then no sender is proven"
    );
}

/// The wall clock moved ahead of the time that passed.
pub fn clock_leapt(ahead: SignedDuration) {
    warn!(
        event = "clock-leapt",
        seconds = ahead.as_secs(),
        "the clock moved ahead, or the machine slept; promises are looked at a little later"
    );
}

/// The daemon is up.
pub fn started(office: &Office) {
    let settings = &office.settings;
    info!(
        event = "started",
        support = %settings.support.address,
        mode = ?settings.automation.mode,
        articles = office.knowledge.topics.len(),
        understood_by = office.understood_by(),
        teams = settings.teams.len(),
        "handoffd watches the inbox"
    );
}

/// What was computed is not there at the next start.
pub fn cache_not_written(folder: &std::path::Path, why: &std::io::Error) {
    warn!(
        event = "cache-not-written",
        folder = %folder.display(),
        %why,
        "the next start takes a second longer; check that the folder can be written"
    );
}

/// What staff confirmed is in use.
pub fn learned(examples: usize, took: Duration) {
    info!(
        event = "learned",
        examples,
        milliseconds = took.as_millis(),
        "what staff confirmed is in use"
    );
}

/// What staff confirmed could not be put to use; what was known stays in use.
pub fn not_learned(error: &LearnError, retry_after: Duration) {
    warn!(
        event = "not-learned",
        %error,
        retry_after_seconds = retry_after.as_secs(),
        "what staff confirmed is not in use yet; mails are understood as before"
    );
}

/// What staff confirmed could not be read.
pub fn lessons_not_read(error: &JournalError) {
    warn!(
        event = "lessons-not-read",
        %error,
        "the desk runs on its articles alone; what staff confirmed is tried again in a minute"
    );
}

/// The daemon ends in order.
pub fn stopping() {
    info!(event = "stopping", "finishing what is in flight");
}

/// A part panicked: a mistake in the program.
pub fn panicked(place: &str, words: &str) {
    error!(
        event = "panicked",
        place, words, "a mistake in handoffd; please report it with this line"
    );
}

/// A part of the daemon ended that should never end.
pub fn part_ended(part: &str) {
    error!(
        event = "part-ended",
        part, "a part of handoffd broke down; the daemon ends, so that it is started again whole"
    );
}

/// A part of the daemon could not begin; the daemon ends with it.
pub fn part_has_no_thread(part: &str, why: &std::io::Error) {
    error!(
        event = "part-has-no-thread",
        part,
        error = %why,
        "a part of handoffd got no thread to work on; check TasksMax= and LimitNOFILE= of the unit, and the memory of the machine"
    );
}

/// The daemon ended. The last link of the journal is named: who has this line can tell later that nothing before it was changed.
pub fn stopped(head: Option<&Head>) {
    info!(
        event = "stopped",
        last_commit = head.map(|head| head.commit),
        last_link = head.map(|head| head.hash.as_str()),
        "all that was begun is finished or on record"
    );
}

/// Settings were reloaded.
pub fn reloaded() {
    info!(
        event = "reloaded",
        "settings, articles and templates were reloaded"
    );
}

/// Settings were not reloaded: the old ones stay in force.
pub fn reload_refused(problems: &[config::Problem]) {
    for problem in problems {
        error!(event = "reload-refused", %problem, "the old settings stay in force");
    }
}

/// Settings were not reloaded, because the store of a mailbox cannot be used.
pub fn reload_refused_by_store(why: &str) {
    error!(
        event = "reload-refused",
        why, "the old settings stay in force"
    );
}

/// A mailbox is no longer in the settings: what is in flight is finished, then it is left alone.
pub fn mailbox_left(name: Option<&config::MailboxName>) {
    info!(
        event = "mailbox-left",
        mailbox = name.map(config::MailboxName::as_str),
        "a mailbox is no longer in the settings and is left alone; its store stays as it is"
    );
}

/// The journal cannot be written or read; nothing is done until it can.
pub fn journal_failed(error: &JournalError, retry_after: Duration) {
    error!(
        event = "journal-failed",
        %error,
        retry_after_milliseconds = retry_after.as_millis(),
        "the journal cannot be used; nothing is handled until it can"
    );
}

/// A look through the whole store found damage: the daemon ends.
pub fn store_damaged(why: &str) {
    error!(event = "store-damaged", "{why}");
}

/// Another process works with the journal: this one waits until that ends.
pub fn stands_by(holder: &str) {
    info!(
        event = "stands-by",
        "{holder} works with the journal; standing by until it ends, or its lease does"
    );
}

/// The database of a journal that is stood by for is out of reach.
pub fn database_away(why: &str) {
    warn!(
        event = "database-away",
        "the database of the journal is out of reach and waited for: {why}"
    );
}

/// The database does not wait for its disk.
pub fn database_may_forget(journal: &str) {
    warn!(
        event = "database-may-forget",
        "{}",
        may_forget_words(journal)
    );
}

/// The sentence about it.
#[must_use]
pub fn may_forget_words(journal: &str) -> String {
    format!(
        "{journal}: its server runs with `fsync = off`, so after a power cut it may have lost what it said yes to, or all of it: mails are answered twice then, \
         or not at all. Set `fsync = on` and restart the server"
    )
}

/// A limit of the service manager will not do for so many mailboxes.
pub fn limit_too_low(why: &str) {
    warn!(event = "limit-too-low", "{why}");
}

/// The one before has ended.
pub fn takes_over() {
    info!(event = "takes-over", "the journal is ours now; taking over");
}

/// It was our turn, and the journal cannot be used.
pub fn cannot_take_over(why: &str, retry_after: Duration) {
    error!(
        event = "cannot-take-over",
        retry_after_seconds = retry_after.as_secs(),
        "nobody works for this mailbox, and it cannot be taken over here: {why}"
    );
}

/// Another process works with the journal, and were it our turn it could not be used here.
pub fn could_not_take_over(why: &str) {
    warn!(
        event = "could-not-take-over",
        "another process works for this mailbox, and it could not be taken over here: {why}"
    );
}

/// A process that works for fewer mailboxes gets this one.
pub fn makes_room(by: &str) {
    info!(
        event = "makes-room",
        "{by} works for fewer mailboxes and asks for this one: what is in flight is finished, then it is its to take"
    );
}

/// Another process has taken over.
pub fn journal_lost(why: &str) {
    error!(event = "journal-lost", "{why}; standing by from here on");
}

/// A mail carries the keyword of handled mails, and the journal does not know it.
pub fn handled_before(place: Place) {
    info!(
        event = "handled-before",
        %place,
        "this mail was handled by a handoffd whose store this is not, or no more; it is left as it is (take its keyword $Handoff away and copy it \
         to a new place in the folder to have it handled)"
    );
}

/// A mail carries the keyword of handled mails, but it came here while the journal was looking: another desk tagged it, and it was moved.
pub fn tagged_elsewhere(place: Place) {
    info!(
        event = "tagged-elsewhere",
        %place,
        "this mail carries $Handoff and is not on record: it was tagged elsewhere and moved here; it is handled like any mail"
    );
}

/// Copies of our own mails tell that these left, although the journal does not know it.
pub fn found_left(mails: usize) {
    info!(
        event = "found-left",
        mails,
        "mails of ours lie in the folder that the journal does not know: they left, and are not sent again"
    );
}

/// A folder is met for the first time, or its UIDVALIDITY changed.
pub fn folder_first_seen(uid_validity: u32, from_uid: u32, first_meeting: bool) {
    info!(
        event = "folder-first-seen",
        uid_validity,
        from_uid,
        first_meeting,
        "mails above this UID are handled; known ones are recognised"
    );
}

/// The settings name another folder than before.
pub fn another_folder(folder: &str) {
    warn!(
        event = "another-folder",
        folder,
        "another folder is watched than before: it is looked at from its first mail on, known mails are recognised"
    );
}

/// What was decided about a mail.
pub fn decided(place: Place, judgement: &Judgement) {
    let first = &judgement.decision.reasons.first;
    info!(
        event = "decided",
        uid = place.uid,
        ticket = %judgement.ticket_id,
        kind = judgement.mail.sender_kind.as_str(),
        decision = judgement.decision.action.as_str(),
        rule = first.rule,
        mails = judgement.composed.mails.len(),
        "decided"
    );
}

/// A mail that was handled before is met again.
pub fn met_again(place: Place, identity: &MailIdentity) {
    info!(event = "met-again", uid = place.uid, %identity, "handled before; only tagged and filed");
}

/// Handling a mail does not end: the program ends itself.
pub fn handling_did_not_end(place: Place, limit: Duration) {
    error!(
        event = "handling-did-not-end",
        uid = place.uid,
        limit_seconds = limit.as_secs(),
        "handling a mail does not end; handoffd ends itself, so that it is started again, and sets the mail aside after the third time"
    );
}

/// A mail that no part could handle.
pub fn set_aside(place: Place, why: &str) {
    error!(
        event = "set-aside",
        uid = place.uid,
        why = without_addresses(why),
        "the mail was set aside; the admin is told"
    );
}

/// A mail of ours was given up.
pub fn mail_lost(lost: &EffectRecord, why: &str) {
    warn!(
        event = "mail-lost",
        message_id = %lost.message_id,
        purpose = ?lost.purpose,
        why = without_addresses(why),
        "a mail of ours could not be delivered; staff are told"
    );
}

/// A mail of ours was too large, and is sent again without what made it so.
pub fn mail_made_lighter(lost: &EffectRecord, lighter: &crate::compose::Outgoing) {
    warn!(
        event = "mail-made-lighter",
        message_id = %lost.message_id,
        instead = %lighter.message_id,
        purpose = ?lost.purpose,
        bytes = lighter.bytes.len(),
        "a mail of ours was too large for the mail server; it is sent without what made it so"
    );
}

/// A mail of ours was too large, and could not be made smaller.
pub fn no_lighter_mail(lost: &EffectRecord, why: &crate::compose::ComposeError) {
    warn!(
        event = "no-lighter-mail",
        message_id = %lost.message_id,
        why = without_addresses(why),
        "a mail of ours was too large, and could not be written without what made it so"
    );
}

/// A mail of ours has waited for long, tried in vain.
pub fn mail_late(mail: &EffectRecord) {
    warn!(
        event = "mail-late",
        message_id = %mail.message_id,
        purpose = ?mail.purpose,
        attempts = mail.attempts,
        why = without_addresses(mail.last_failure.as_deref().unwrap_or_default()),
        "a mail of ours waits for long and is still tried; staff are told"
    );
}

/// Staff could not be told of a mail that waits for long.
pub fn late_mail_not_told(mail: &EffectRecord, why: &crate::compose::ComposeError) {
    warn!(
        event = "late-mail-not-told",
        message_id = %mail.message_id,
        why = without_addresses(why),
        "a mail of ours waits for long, and staff could not be told"
    );
}

/// What was kept as long as the settings say went.
pub fn dropped_old(texts: usize, tickets: usize) {
    info!(
        event = "dropped-old",
        texts, tickets, "tickets lost their texts, or went, as [store] says; counts stay"
    );
}

/// Mails were tagged and filed.
pub fn filed(mails: usize, folder: &str) {
    debug!(event = "filed", mails, folder, "tagged and filed");
}

/// The page can be loaded.
pub fn page_is_there(listen: &config::Listen) {
    info!(event = "page", at = %listen, "the page can be loaded");
}

/// The page cannot be reached; mail goes on.
pub fn page_failed(listen: &config::Listen, error: &std::io::Error) {
    warn!(
        event = "page-failed",
        at = %listen,
        %error,
        "there is no page: what [page] listen names cannot be used; give another port or path, or end what holds it, and reload (SIGHUP); mail goes on"
    );
}

/// The operator said yes or no to a draft.
pub fn operator_decided(ticket: &TicketId, word: &crate::decide::OperatorsWord) {
    info!(
        event = "operator-decided",
        %ticket,
        draft = word.draft().0,
        approves = matches!(word, crate::decide::OperatorsWord::Approve(_)),
        "a draft was decided on from the command line or the page"
    );
}

/// The control socket cannot be used.
pub fn control_failed(socket: &std::path::Path, error: &std::io::Error) {
    warn!(
        event = "control-failed",
        socket = %socket.display(),
        %error,
        "the control socket cannot be used, so `handoffd status` and all that asks the running daemon gets no answer; set [control] socket to a path in a folder that handoffd may write to, and start it again"
    );
}

/// A copy of a mail of ours stands in the folder of sent mail.
pub fn copy_in_sent(message_id: &MessageId, place: Place) {
    info!(
        event = "copy-in-sent",
        message_id = %message_id,
        %place,
        "a copy of sent mail shows that a mail of ours left"
    );
}

/// Somebody answered a customer from the support mailbox itself.
pub fn answered_outside(ticket: &TicketId, place: Place) {
    info!(
        event = "answered-outside",
        %ticket,
        %place,
        "a copy of sent mail shows that a person answered; automation is silent in the ticket"
    );
}

/// An article goes on or back.
pub fn stage_changed(change: &crate::autonomy::StageChange) {
    let from = change.from.map_or("none", crate::autonomy::Stage::as_str);
    info!(
        event = "stage-changed",
        article = %change.article,
        from,
        to = %change.to,
        by = %change.by,
        why = change.why.as_str(),
        "{} is at the stage {} now: {}",
        change.article,
        change.to,
        change.sentence()
    );
}

/// A weekly letter is on record, and waits to be sent.
pub fn letter_written(suggestions: usize) {
    info!(
        event = "letter-written",
        suggestions, "the weekly letter is written"
    );
}

/// An answer to a weekly letter was carried out.
pub fn letter_answer_carried_out(words: usize) {
    info!(
        event = "letter-answered",
        words, "the weekly letter was answered, and what it was told is done"
    );
}

/// Neither was a letter written nor an answer carried out.
pub fn letters_not_looked_at(why: &str, wait: Duration) {
    warn!(
        event = "letters-not-looked-at",
        why,
        "the weekly letter could not be seen to; nothing is lost, and it is tried again in {wait:?}"
    );
}

/// What articles have earned could not be looked at.
pub fn autonomy_broke_down(wait: Duration) {
    error!(
        event = "autonomy-not-looked-at",
        "looking at what articles have earned broke down; each stays where it is, none is taken back, and it is tried again in {wait:?}: please report it with this log"
    );
}

/// What articles have earned could not be read.
pub fn autonomy_not_looked_at(error: &JournalError, wait: Duration) {
    warn!(
        event = "autonomy-not-looked-at",
        %error,
        "what articles have earned could not be looked at; each stays where it is, and it is tried again in {wait:?}"
    );
}
