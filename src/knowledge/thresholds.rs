//! From which confidence on may an article be sent, and from which suggested? Its own numbers, else those of `[automation]`, else the
//! shipped ones. Pure.

use crate::config::Automation;
use crate::config::section::{Located, Section};
use crate::understand::{SEND_THRESHOLD, SUGGEST_THRESHOLD};

/// `send_threshold` and `suggest_threshold` in an article: what it says otherwise than `[automation]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnThresholds {
    /// Confidence from which this article is sent, 0 to 1.
    pub send: Option<f64>,
    /// Confidence from which it is suggested to staff, 0 to 1.
    pub suggest: Option<f64>,
}

/// What holds for one article: `suggest` is never above `send`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Confidence from which it is sent, 0 to 1.
    pub send: f64,
    /// Confidence from which it is suggested to staff, 0 to 1.
    pub suggest: f64,
}

impl OwnThresholds {
    /// What holds for the article on a desk with these settings.
    #[must_use]
    pub fn over(self, automation: &Automation) -> Thresholds {
        let send = self.send.or(automation.send_threshold);
        let suggest = self.suggest.or(automation.suggest_threshold);
        Thresholds {
            send: send.unwrap_or(SEND_THRESHOLD),
            suggest: suggest.unwrap_or(SUGGEST_THRESHOLD),
        }
    }
}

/// Reads both from front matter. They are checked with what `[automation]` says beside them, as they will be used.
pub(super) fn read(front: &Section<'_>, automation: &Automation) -> OwnThresholds {
    let send = front.share("send_threshold");
    let suggest = front.share("suggest_threshold");
    let value = |share: &Option<Located<f64>>| share.as_ref().map(|share| share.value);
    let own = OwnThresholds {
        send: value(&send),
        suggest: value(&suggest),
    };
    let Thresholds {
        send: needed,
        suggest: enough,
    } = own.over(automation);
    if let Some(share) = suggest.or(send)
        && enough > needed
    {
        front.problem(
            &share.at,
            format!("this article would be suggested from {enough} on and sent from {needed} on"),
            "sending needs at least the certainty that suggesting needs: correct `send_threshold` or `suggest_threshold` here; \
             what the article does not say comes from [automation]",
        );
    }
    own
}
