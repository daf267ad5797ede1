//! `handoffd recover`: a store that came from a backup or an export, or what is left of a damaged one, is made ready to go on.

use super::{Common, Failure};
use crate::config::{Inbox, Outcome};
use crate::journal::{self, CopyProof, Journal, JournalError, Recovered};
use serde_json::json;

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let (_, settings) = common.one_mailbox()?;
    let folder = &settings.store.path;
    let copy = match settings.smtp.copy_to_self && copies_stay(&settings.inbox) {
        true => CopyProof::Asked,
        false => CopyProof::None,
    };
    let recovered = Journal::recover_of(&settings.store, copy, crate::clock::now());
    let recovered = recovered.map_err(|why| match why {
        JournalError::State(why) => Failure::NotSo(why),
        other => Failure::Unreachable(other.to_string()),
    })?;
    journal::give_to_owner(folder).map_err(|why| {
        let folder = folder.display();
        Failure::Unreachable(format!(
            "the files in {folder} may be root's now: {why}; give them to the folder's owner"
        ))
    })?;
    tell(&recovered, common.json);
    Ok(())
}

/// Whether a copy of a mail that left some time ago still lies where it is looked for.
fn copies_stay(inbox: &Inbox) -> bool {
    !inbox.folders.contains_key(&Outcome::OwnCopy)
}

fn tell(recovered: &Recovered, as_json: bool) {
    let Recovered {
        damage,
        tickets,
        in_doubt,
    } = recovered;
    if as_json {
        println!(
            "{}",
            json!({ "was": damage, "tickets": tickets, "in_doubt": in_doubt })
        );
        return;
    }
    for what in damage {
        println!("It was refused: {what}");
        println!("What could be read of it is the store now.");
    }
    println!("{tickets} tickets are there.");
    println!(
        "{in_doubt} mails of ours that waited may have left since: whether they did is found out before they are sent, and where it cannot be, \
         staff are told."
    );
    println!(
        "At its next start handoffd looks at the mailbox from its first mail on. What carries the keyword $Handoff was handled and is left as it is; \
         what does not and is not known is handled."
    );
}
