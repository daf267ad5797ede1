//! The whole story of a mail, as code: read, thread, understand, decide, compose; record; send; record; tag and file.
//!
//! The inbox is the only thing that starts anything, and the journal the only thing that says what happened. A signal
//! (IDLE, the outbox, a timer) wakes the loop and is then forgotten: the loop asks the server and the journal.

mod articles_alone;
mod aside_words;
mod autonomy_watch;
mod brake;
mod deadlines;
mod filing;
mod first_meeting;
mod handle;
mod held_against;
mod judge;
mod judged;
mod kept_back;
mod late;
mod learner;
mod letter_acts;
mod letter_watch;
mod lighter;
mod look_up;
mod lost;
mod office;
mod operator;
mod originals;
mod past;
mod retention;
mod sender_check;
mod sent_folder;
mod sent_mail;
mod set_aside;
mod steady_clock;
mod stored_about;
mod sweep;
mod time_limit;
mod token_watch;
mod trouble_watch;

pub use autonomy_watch::{AutonomyWatch, look as look_at_articles};
pub use deadlines::{Deadlines, InboxSeen, Looked, look as look_at_deadlines};
pub use handle::{Clerk, Handled, How};
pub use judge::{JudgeError, Judgement};
pub use judged::MadeAgain;
pub use kept_back::Patience;
pub use learner::{LearnError, Learner, learn};
pub use letter_watch::{
    Counted, LetterWatch, LookedAtLetters, account_of_days, account_until_now,
    look as look_at_letters, write_now as write_letter_now,
};
pub(crate) use lost::tell_of_refused;
pub use office::{Office, Trained};
pub use operator::{Came, OperatorError, say};
pub use past::{NoPast, Past};
pub use sweep::{Gateway, Wiring};
pub use token_watch::TokenWatch;
pub(crate) use trouble_watch::NOT_YET_ASKED;
pub(crate) use trouble_watch::rows as trouble_rows;
pub use trouble_watch::{Picture, TroubleWatch};
