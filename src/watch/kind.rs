//! Which troubles are there?

/// A trouble that needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The journal cannot be used: nothing is handled and nothing can be mailed.
    Store,
    /// The inbox cannot be read.
    Inbox,
    /// The SMTP server takes nothing from us.
    Smtp,
    /// There is no access token.
    Token,
    /// A part of the daemon gives no sign of life.
    Part,
    /// Automatic mail is stopped.
    Brake,
    /// Mails of ours wait for long, although the server can be reached.
    Outbox,
    /// A lookup gives no answers.
    Lookup,
    /// A webhook is not told what happened.
    Webhook,
    /// Changed settings, articles or templates were not taken.
    Reload,
    /// The disk of the store is nearly full.
    Disk,
    /// A mail was set aside: no part could handle it.
    SetAside,
    /// A mail of ours could not be delivered, and no team could be told.
    Lost,
    /// A time that a customer was told went by.
    Broken,
    /// A promise came due, and nobody could be told.
    Untold,
    /// A mail was left alone that carries our keyword and is not on record.
    LeftAlone,
    /// An article lost a stage that it had earned.
    Autonomy,
    /// A webhook will never be told something.
    WebhookLost,
    /// The clock of the machine leapt.
    Clock,
}

impl Kind {
    /// All, the worst first.
    pub const ALL: [Self; 19] = [
        Self::Store,
        Self::Inbox,
        Self::Smtp,
        Self::Token,
        Self::Part,
        Self::Brake,
        Self::Outbox,
        Self::Lookup,
        Self::Webhook,
        Self::Reload,
        Self::Disk,
        Self::SetAside,
        Self::Lost,
        Self::Broken,
        Self::Untold,
        Self::LeftAlone,
        Self::Autonomy,
        Self::WebhookLost,
        Self::Clock,
    ];

    /// Its name for scripts and in the store. On disk: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Inbox => "inbox",
            Self::Smtp => "smtp",
            Self::Token => "token",
            Self::Part => "part",
            Self::Brake => "brake",
            Self::Outbox => "outbox",
            Self::Lookup => "lookup",
            Self::Webhook => "webhook",
            Self::WebhookLost => "webhook-lost",
            Self::Reload => "reload",
            Self::Disk => "disk",
            Self::SetAside => "set-aside",
            Self::Lost => "lost",
            Self::Broken => "broken-promise",
            Self::Untold => "untold",
            Self::LeftAlone => "left-alone",
            Self::Autonomy => "autonomy",
            Self::Clock => "clock",
        }
    }

    /// The trouble of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it lasts until it is mended. The others happen, and are over with that.
    #[must_use]
    pub const fn lasts(self) -> bool {
        !matches!(
            self,
            Self::SetAside
                | Self::Lost
                | Self::Broken
                | Self::Untold
                | Self::LeftAlone
                | Self::Autonomy
                | Self::WebhookLost
                | Self::Clock
        )
    }

    /// Whether somebody has something to do about it.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        !matches!(self, Self::Clock)
    }
}
