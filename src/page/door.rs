//! Who is it? With a token set, whoever knows it: a browser that was told it once and holds a cookie since, or a program that sends it each time.
//! Without one everybody may look and nobody may act. Reads hostile input; compares in constant time.

use super::guard;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use secrecy::{ExposeSecret, SecretString};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::time::Instant;

/// The name of the cookie.
const COOKIE_NAME: &str = "handoffd-page";
/// How long a browser is known.
const KNOWN_FOR: Duration = Duration::from_hours(12);
/// So many browsers are known at once; one more takes the place of the one that came first.
const KNOWN_MAX: usize = 64;
/// So many wrong tokens are answered in a minute; then nobody's is looked at.
const WRONG_MAX: usize = 10;
const WRONG_WITHIN: Duration = Duration::from_mins(1);

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Visitor {
    /// Anybody: no token is set.
    Anybody,
    /// A browser that was told the token. Its forms carry this.
    Browser {
        /// What shows that a form is ours.
        form: String,
    },
    /// A program that sent the token.
    Program,
    /// Somebody who did not show that they know it.
    Stranger,
}

impl Visitor {
    pub(super) const fn may_look(&self) -> bool {
        !matches!(self, Self::Stranger)
    }

    pub(super) const fn may_act(&self) -> bool {
        matches!(self, Self::Browser { .. } | Self::Program)
    }

    /// What the forms of a page for them carry; `None` where nothing of theirs acts.
    pub(super) fn form(&self) -> Option<&str> {
        match self {
            Self::Browser { form } => Some(form),
            Self::Anybody | Self::Program | Self::Stranger => None,
        }
    }

    /// Whether a form that carries this is theirs.
    pub(super) fn sent(&self, form: &str) -> bool {
        match self {
            Self::Browser { form: ours } => is_same(ours, form),
            Self::Program => true,
            Self::Anybody | Self::Stranger => false,
        }
    }
}

/// What came of a token that somebody typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Knock {
    /// It is right: the cookie.
    Known(String),
    /// It is not.
    Wrong,
    /// Too many were not: nothing is looked at for a minute.
    TooMany,
}

/// The door.
pub(super) struct Door {
    token: Option<SecretString>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    known: VecDeque<Known>,
    wrong: VecDeque<Instant>,
}

struct Known {
    cookie: String,
    form: String,
    until: Instant,
}

impl Door {
    pub(super) fn new(token: Option<SecretString>) -> Self {
        Self {
            token,
            inner: Mutex::default(),
        }
    }

    pub(super) const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Who sent these headers.
    pub(super) fn who(&self, headers: &HeaderMap, now: Instant) -> Visitor {
        if self.token.is_none() {
            return Visitor::Anybody;
        }
        // What a proxy asked for is of another kind.
        let sent = guard::only(headers, &AUTHORIZATION);
        if let Some(sent) = sent.and_then(|sent| sent.strip_prefix("Bearer ")) {
            return match self.is_right(sent, now) {
                Knock::Known(_) => Visitor::Program,
                Knock::Wrong | Knock::TooMany => Visitor::Stranger,
            };
        }
        let Some(cookie) = cookie_of(headers) else {
            return Visitor::Stranger;
        };
        let mut inner = self.inner();
        inner.known.retain(|known| known.until > now);
        let found = inner
            .known
            .iter()
            .find(|known| is_same(&known.cookie, cookie));
        found.map_or(Visitor::Stranger, |known| Visitor::Browser {
            form: known.form.clone(),
        })
    }

    /// A token that somebody typed.
    pub(super) fn knock(&self, typed: &str, now: Instant) -> Knock {
        let knock = self.is_right(typed, now);
        if let Knock::Known(_) = knock {
            let (Some(cookie), Some(form)) = (random(), random()) else {
                return Knock::Wrong;
            };
            let mut inner = self.inner();
            while inner.known.len() >= KNOWN_MAX {
                let _ = inner.known.pop_front();
            }
            inner.known.push_back(Known {
                cookie: cookie.clone(),
                form,
                until: now + KNOWN_FOR,
            });
            return Knock::Known(cookie);
        }
        knock
    }

    /// The browser is to be known no longer.
    pub(super) fn forget(&self, headers: &HeaderMap) {
        if let Some(cookie) = cookie_of(headers) {
            self.inner()
                .known
                .retain(|known| !is_same(&known.cookie, cookie));
        }
    }

    fn is_right(&self, typed: &str, now: Instant) -> Knock {
        let Some(token) = &self.token else {
            return Knock::Wrong;
        };
        let mut inner = self.inner();
        let begin = now.checked_sub(WRONG_WITHIN);
        inner
            .wrong
            .retain(|at| begin.is_none_or(|begin| *at > begin));
        if inner.wrong.len() >= WRONG_MAX {
            return Knock::TooMany;
        }
        let token = token.expose_secret();
        if !token.is_empty() && is_same(token, typed.trim()) {
            return Knock::Known(String::new());
        }
        inner.wrong.push_back(now);
        Knock::Wrong
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What sets the cookie in a browser. `is_under_tls`: then it never leaves it in clear.
pub(super) fn cookie(value: &str, is_under_tls: bool) -> String {
    let secure = if is_under_tls { "; Secure" } else { "" };
    format!(
        "{COOKIE_NAME}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
        KNOWN_FOR.as_secs()
    )
}

/// What takes it away.
pub(super) fn no_cookie() -> String {
    format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let all = guard::only(headers, &COOKIE)?;
    let mut pairs = all
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(name, _)| *name == COOKIE_NAME);
    found.map(|(_, value)| value)
}

fn is_same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

/// 256 bits, in hexadecimal digits.
fn random() -> Option<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const TOKEN: &str = "a token that nobody guesses";

    fn door() -> Door {
        Door::new(Some(SecretString::from(TOKEN)))
    }

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn let_in(door: &Door, now: Instant) -> HeaderMap {
        let Knock::Known(cookie) = door.knock(TOKEN, now) else {
            panic!("the token is right");
        };
        with(COOKIE, &format!("other=1; {COOKIE_NAME}={cookie}"))
    }

    #[test]
    fn without_a_token_everybody_looks_and_nobody_acts() {
        let door = Door::new(None);
        let visitor = door.who(&HeaderMap::new(), Instant::now());
        assert_eq!(visitor, Visitor::Anybody);
        assert!(visitor.may_look() && !visitor.may_act() && !visitor.sent(""));
        assert_eq!(door.knock("", Instant::now()), Knock::Wrong);
    }

    #[test]
    fn a_browser_is_known_by_its_cookie_until_it_is_forgotten_or_time_is_over() {
        let (door, now) = (door(), Instant::now());
        assert_eq!(door.who(&HeaderMap::new(), now), Visitor::Stranger);
        let headers = let_in(&door, now);
        let visitor = door.who(&headers, now);
        let form = visitor.form().unwrap().to_owned();
        assert!(visitor.may_act() && visitor.sent(&form));
        assert!(!visitor.sent("") && !visitor.sent(&format!("{form}0")));
        // Another browser's form is not theirs.
        let other = door.who(&let_in(&door, now), now);
        assert!(!other.sent(&form));
        assert_eq!(door.who(&headers, now + KNOWN_FOR), Visitor::Stranger);
        door.forget(&headers);
        assert_eq!(door.who(&headers, now), Visitor::Stranger);
        let made_up = with(COOKIE, &format!("{COOKIE_NAME}="));
        assert_eq!(door.who(&made_up, now), Visitor::Stranger);
    }

    #[test]
    fn a_program_sends_the_token_each_time() {
        let (door, now) = (door(), Instant::now());
        let sent = |text: &str| door.who(&with(AUTHORIZATION, text), now);
        assert_eq!(sent(&format!("Bearer {TOKEN}")), Visitor::Program);
        for wrong in ["Bearer ", "Bearer a token", TOKEN, "Basic eDp4"] {
            assert_eq!(sent(wrong), Visitor::Stranger, "{wrong}");
        }
    }

    #[test]
    fn who_guesses_is_not_listened_to_for_a_minute() {
        let (door, now) = (door(), Instant::now());
        for _ in 0..WRONG_MAX {
            assert_eq!(door.knock("guess", now), Knock::Wrong);
        }
        assert_eq!(door.knock(TOKEN, now), Knock::TooMany);
        let later = now + WRONG_WITHIN + Duration::from_secs(1);
        assert!(matches!(door.knock(TOKEN, later), Knock::Known(_)));
    }

    #[test]
    fn so_many_browsers_are_known_and_no_more() {
        let (door, now) = (door(), Instant::now());
        let first = let_in(&door, now);
        for _ in 0..KNOWN_MAX {
            let _ = let_in(&door, now);
        }
        assert_eq!(door.who(&first, now), Visitor::Stranger);
        assert_eq!(door.inner().known.len(), KNOWN_MAX);
    }

    #[test]
    fn the_cookie_goes_to_us_alone() {
        let set = cookie("value", true);
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!cookie("value", false).contains("Secure"));
    }
}
