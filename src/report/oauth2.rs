//! What happened with our tokens, in fixed sentences, each change once. No secret is ever passed here.

use crate::oauth2::{AccessToken, Account, Ending, TokenError};
use tracing::{error, info, warn};

/// Another token is in use.
pub fn refreshed(account: &Account, token: &AccessToken) {
    info!(
        event = "token-refreshed",
        flow = %account.flow,
        until = %token.ends(),
        "a new access token is in use"
    );
}

/// No token could be had, or none is taken. Said once for each kind of trouble.
pub fn failed(account: &Account, why: &TokenError) {
    let flow = &account.flow;
    let kind = why.kind();
    if why.needs_a_person() {
        error!(event = "token-failed", %flow, kind, %why, "no access token: a person is needed");
    } else {
        warn!(event = "token-failed", %flow, kind, %why, "no access token yet, trying again");
    }
}

/// A mail server refused a token; another one is got at once.
pub fn token_refused(why: &TokenError) {
    let TokenError::NotTaken { server, answer, .. } = why else {
        return;
    };
    warn!(
        event = "token-refused",
        server, answer, "the server refused the access token; another one is asked for"
    );
}

/// The trouble is over.
pub fn works_again(account: &Account) {
    info!(event = "token-works-again", flow = %account.flow, "there are access tokens again");
}

/// The admin is told of trouble by mail.
pub fn admin_told(why: &TokenError) {
    error!(event = "token-admin-told", kind = why.kind(), %why, "the admin is told");
}

/// Something ends that only a person can renew.
pub fn ends_soon(ending: &Ending, days_left: i64) {
    let (what, on) = (&ending.what, ending.on);
    if days_left < 0 {
        error!(event = "token-end", %what, %on, "it has ended: renew it now (docs/oauth2.md)");
    } else {
        warn!(event = "token-end", %what, %on, days_left, "it ends soon: renew it (docs/oauth2.md)");
    }
}
