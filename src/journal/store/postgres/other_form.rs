//! Was a mailbox's journal left behind under the name that it had in the other form of the settings? Going from one mailbox to `[[mailbox]]`, or back,
//! changes the name: `support`, `support.sales`. A journal begun anew beside it would know none of its customers.

use super::connection::Connection;
use super::trouble::Trouble;
use crate::config::Database;

/// Refuses a journal that nothing was committed to where one of the other form holds something.
pub(super) async fn refuse_left_behind(
    connection: &Connection,
    settings: &Database,
) -> Result<(), Trouble> {
    let name = settings.journal.as_str();
    // No name has a letter that means something to `like`.
    let (alone, list) = match name.split_once('.') {
        Some((alone, _)) => (alone, ""),
        None => ("", name),
    };
    let list = format!("{list}.%");
    let found = connection
        .query(
            "select name from handoffd_journal where commits > 0 and (name = $2 or name like $3) \
             and not exists (select 1 from handoffd_journal where name = $1 and commits > 0) order by name",
            &[&name, &alone, &list],
        )
        .await?;
    let mut names: Vec<String> = Vec::new();
    for row in found {
        names.push(row.try_get(0)?);
    }
    match names.first() {
        None => Ok(()),
        Some(first) => Err(Trouble::lasting(in_words(settings, &names, first))),
    }
}

fn in_words(settings: &Database, names: &[String], first: &str) -> String {
    let (name, database) = (settings.journal.as_str(), &settings.database);
    let all = names.join(", ");
    let (verb, before, keys) = match name.split_once('.') {
        Some((_, mailbox)) => (
            "is",
            "from before there was [[mailbox]]",
            format!("the key files in [store] path into the folder {mailbox} there"),
        ),
        None => (
            if names.len() == 1 { "is" } else { "are" },
            "from when there was [[mailbox]]",
            "the key files of that mailbox's folder in [store] path into [store] path itself"
                .to_owned(),
        ),
    };
    format!(
        "it is not there, but {all} {verb}, {before}: begun anew it would know no customer. Stop handoffd on all machines, move {keys}, and give the \
         journal its new name, if it is this mailbox's: psql {database} -c \"{}\". Where it is another desk's, set [store] journal to a name of your own",
        renamed(first, name)
    )
}

/// The statements that give a journal another name, all or none, and none where a process works with it.
pub(super) fn renamed(from: &str, to: &str) -> String {
    let free =
        format!("exists (select 1 from handoffd_lease where journal = '{to}' and until < now())");
    format!(
        "begin; update handoffd_lease set journal = '{to}' where journal = '{from}' and until < now(); \
         update handoffd_row set journal = '{to}' where journal = '{from}' and {free}; \
         update handoffd_journal set name = '{to}' where name = '{from}' and {free}; commit"
    )
}
