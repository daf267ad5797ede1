//! A handful of the stories with the journal in PostgreSQL. All that are not about files: `make on-postgres`.

use super::mail_system::chosen_store;

/// One of each kind: an answer and a question, a person, a draft, tickets, a crash, servers that restart, several mailboxes and a reload.
const STORIES: [&str; 8] = [
    "answers::what_is_missing_is_asked_for_once_and_then_answered",
    "answers::an_angry_customer_gets_a_person_and_is_told_so",
    "staff::a_plain_reply_of_a_member_reaches_the_customer",
    "staff::a_draft_is_sent_once_by_ok_and_as_a_persons_mail",
    "tickets::a_doubled_mail_is_handled_once",
    "crashes::a_mail_stored_while_the_daemon_was_dead_is_handled_after_its_restart",
    "broken_links::sigterm_finishes_and_a_restart_goes_on",
    "mailboxes::mailboxes_come_and_go_with_a_reload_while_the_others_go_on",
];

#[test]
fn a_handful_of_stories_on_postgresql() {
    let mut arguments = vec!["--exact"];
    arguments.extend(STORIES);
    chosen_store::run_on_postgres(&arguments, STORIES.len());
}
