//! The staff side, by mail alone: who is staff, the words they can use, approvals, and their plain reply to the customer.
//! Reads hostile input: anybody can claim to be staff. Pure.

mod above;
mod act;
mod admin;
mod closing;
mod command;
mod edit;
mod forward;
mod later;
mod not_shown;
mod question;
mod suspect;
mod who;

pub use above::{words_above_packet, words_for_us};
pub use act::{StaffAct, begins_with_word, read_act};
pub use admin::{NotTheAdmin, admin_who_answers};
pub use command::CommandWord;
pub(crate) use edit::words;
pub use edit::{compare, is_changed_in_quote};
pub use forward::{concerned, forwarded_original};
pub use later::{DAYS_MAX, When};
pub use not_shown::NotShown;
pub use question::{Question, names_a_question};
pub use suspect::{LooksLike, looks_like_word};
pub use who::{Sender, Trust, who_wrote};

/// The line that stands above everything of a packet or a draft mail that is not for the customer. A reply is cut there, whatever
/// the mail client did to the quoting; compose writes it as a line of its own.
pub const PACKET_MARKER: &str = "=== write above this line ===";
