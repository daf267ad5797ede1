//! How does it stand, in a browser? A page on loopback or a Unix socket that shows what the control socket answers, and with a token acts through it:
//! nothing is read or decided here in a second way.
//!
//! Reads hostile input twice: requests, for any program of this machine and any web page that a browser of it shows can send them; and mails of
//! strangers, which are shown as text. Whatever happens here, mail goes on: connections, sizes, times and questions at once are bounded, and a
//! failure ends one answer.

mod ask;
mod door;
mod guard;
mod metrics;
mod routes;
mod serving;
mod show;

pub use serving::{Listening, listen, serve};

use crate::config::{Listen, Page};
use crate::control::Desk;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tokio::sync::watch;

/// How the page is served, as the settings say.
#[derive(Clone, Debug)]
pub struct Serving {
    /// Where.
    pub listen: Listen,
    token: Option<SecretString>,
    hosts: Vec<String>,
    /// The zone in which times are told, by its IANA name.
    zone: String,
}

impl Serving {
    /// As `[page]` says, with times told in this zone.
    #[must_use]
    pub fn of(page: &Page, zone: &str) -> Self {
        Self {
            listen: page.listen.clone(),
            token: page.token.clone(),
            hosts: page.hosts.clone(),
            zone: zone.to_owned(),
        }
    }

    /// Whether another one would be served alike.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.listen == other.listen
            && self.hosts == other.hosts
            && self.zone == other.zone
            && self.words_of_token() == other.words_of_token()
    }

    fn words_of_token(&self) -> Option<&str> {
        self.token.as_ref().map(ExposeSecret::expose_secret)
    }
}

/// What all answers share.
struct Shown {
    asking: ask::Asking,
    door: door::Door,
    names: guard::Names,
    figures: metrics::Figures,
    zone: show::Zone,
}

impl Shown {
    fn new(serving: Serving, desks: watch::Receiver<Arc<Vec<Desk>>>) -> Self {
        let zone = TimeZone::get(&serving.zone).unwrap_or(TimeZone::UTC);
        Self {
            asking: ask::Asking::new(desks),
            door: door::Door::new(serving.token),
            names: guard::Names::of(&serving.listen, serving.hosts),
            figures: metrics::Figures::default(),
            zone: show::Zone::new(zone),
        }
    }
}
