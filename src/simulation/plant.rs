//! The bugs that are planted one by one, to see that the world finds what it looks for.

/// A kind of bug that is known to lose or double mails, planted to see that the world finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    /// That an attempt was begun is written when it has ended.
    RecordsAfterSending,
    /// What is told to be on the disk is not.
    ForgetsToFlush,
    /// The cursor moves in a commit before that of the mail.
    MovesCursorFirst,
    /// A mail in doubt is sent again without a look for its copy.
    RetriesWithoutEvidence,
    /// How long something took is told by the clock on the wall, which anybody may set.
    BelievesTheWall,
    /// How often a mail was in doubt is not kept in mind, as before there was a bound: each doubt is the first.
    CountsNoDoubts,
    /// Of several machines: whoever has lost the lease can still commit.
    NoFence,
    /// Of several machines: a lease that was taken is trusted until its loss is heard of.
    AlwaysSure,
    /// Of several machines: the clock that says whether a lease is sure does not go on while the process is stopped.
    ClockSleepsToo,
}
