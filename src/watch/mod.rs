//! What needs a person, and what has the admin been told of it?
//!
//! Pure but for [`Signs`], which only remembers what the parts of the daemon say of themselves: the time is passed in. Promise: each trouble is
//! told once, grouped, then once a day while it lasts, and once when it is over, which is called well only where nothing else needs a person; however often it comes and goes, there is no flood. A restart
//! neither tells again nor forgets to tell that it is well. `handoffd status`, systemd's status line and the mail say the same.

mod failing;
mod kind;
mod ledger;
mod report;
mod signs;
mod words;

pub use failing::{Failing, FailingServers};
pub use kind::Kind;
pub use ledger::{Happened, Known, Ledger, Pace, Report, Reported, Seen, Stage, Teller};
pub use report::{ALL_IS_WELL, Aftermath, in_one_sentence, mail, row};
pub use signs::{Part, Server, ServerState, Signs};
