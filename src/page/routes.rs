//! Which address shows what, and what every answer carries: who may see it, how long it may take, and what a browser may do with it.

use super::Shown;
use super::ask::NoAnswer;
use super::door::{self, Knock, Visitor};
use super::guard::{self, Refused};
use super::show::{self, Said, Seen};
use crate::control::Question;
use axum::Extension;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::Markup;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A form is small.
const BODY_MAX_BYTES: usize = 16 * 1024;
/// How long a request may take, its body included.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Nothing from outside, no script, no frame: what is shown holds words of strangers.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

type Page = State<Arc<Shown>>;

pub(super) fn router(shown: Arc<Shown>) -> Router {
    let for_who_knows = Router::new()
        .route("/", get(now))
        .route("/tickets", get(tickets))
        .route("/ticket/{id}", get(ticket))
        .route("/drafts", get(drafts))
        .route("/articles", get(articles))
        .route("/numbers", get(numbers))
        .route("/approve", post(approve))
        .route("/refuse", post(refuse))
        .route("/close", post(close))
        .route("/retry", post(retry))
        .route("/logout", post(logout))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&shown),
            who_may_look,
        ));
    Router::new()
        .merge(for_who_knows)
        .route("/login", get(login).post(knock))
        .route("/page.css", get(style))
        .route("/metrics", get(metrics))
        .route("/numbers.json", get(numbers_json))
        .fallback(nothing_there)
        .method_not_allowed_fallback(nothing_there)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&shown),
            at_the_gate,
        ))
        .with_state(shown)
}

/// What may come in at all, and what every answer carries.
async fn at_the_gate(State(shown): Page, mut request: Request, next: Next) -> Response {
    let looks = guard::looks_right(
        request.method(),
        request.uri(),
        request.headers(),
        &shown.names,
    );
    let mut response = match looks {
        Ok(()) => {
            let visitor = shown.door.who(request.headers(), Instant::now());
            let _ = request.extensions_mut().insert(visitor);
            let answered = tokio::time::timeout(ANSWER_MAX, next.run(request)).await;
            answered.unwrap_or_else(|_| {
                (StatusCode::REQUEST_TIMEOUT, "this took too long\n").into_response()
            })
        }
        Err(Refused::Host) => (
            StatusCode::MISDIRECTED_REQUEST,
            "this is no name of this page; [page] hosts names further ones\n",
        )
            .into_response(),
        Err(Refused::Elsewhere) => (
            StatusCode::FORBIDDEN,
            "another page sent this: nothing was done\n",
        )
            .into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // Without an origin our own forms could not be told from others'; nobody else is told anything.
        (REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        let _ = headers.insert(name, HeaderValue::from_static(value));
    }
    let _ = headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Nobody sees anything of a mail before they show that they may.
async fn who_may_look(
    State(_): Page,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    match visitor.may_look() {
        true => next.run(request).await,
        false if request.method() == axum::http::Method::GET => to("/login"),
        false => refused(StatusCode::FORBIDDEN, "Say who you are first."),
    }
}

fn to(place: &str) -> Response {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
}

fn html(page: Markup) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(CONTENT_TYPE, kind)], page.into_string()).into_response()
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, html(show::message("This was not done", why))).into_response()
}

impl IntoResponse for NoAnswer {
    fn into_response(self) -> Response {
        let (status, title, why) = match self {
            Self::NotSo(why) => (StatusCode::NOT_FOUND, "That is not so", why),
            Self::Failed(why) => (StatusCode::SERVICE_UNAVAILABLE, "That failed", why),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too much at once",
                "Others are being answered; mail comes first. Try again in a moment.".to_owned(),
            ),
            Self::GoesOn => (
                StatusCode::GATEWAY_TIMEOUT,
                "It takes long",
                "What you asked for goes on and may be done by now: look at the ticket before you ask for it again.".to_owned(),
            ),
        };
        (status, html(show::message(title, &why))).into_response()
    }
}

/// What a list is asked for.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    /// Words that must stand in it.
    #[serde(default)]
    q: String,
    /// From which place on.
    #[serde(default)]
    from: usize,
    /// Of which mailbox.
    #[serde(default)]
    mailbox: String,
    /// What was just done.
    #[serde(default)]
    said: String,
}

impl Shown {
    fn seen<'v>(&'v self, visitor: &'v Visitor, said: &str) -> Seen<'v> {
        Seen {
            zone: &self.zone,
            now: crate::clock::now(),
            form: visitor.form(),
            needs_token: self.door.has_token(),
            said: Said::of(said),
        }
    }
}

async fn now(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, NoAnswer> {
    let ask = |question| shown.asking.ask(question, None);
    let status = ask(Question::Status).await?;
    let tickets = ask(Question::Tickets).await?;
    let drafts = ask(Question::Drafts).await?;
    let outbox = ask(Question::Outbox).await?;
    let aside = ask(Question::Quarantine).await?;
    let rows = show::Now {
        status: &status,
        tickets: &tickets,
        drafts: &drafts,
        outbox: &outbox,
        aside: &aside,
    };
    Ok(html(show::now(&rows, &shown.seen(&visitor, ""))))
}

async fn tickets(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, NoAnswer> {
    let rows = shown.asking.ask(Question::Tickets, None).await?;
    let seen = shown.seen(&visitor, "");
    Ok(html(show::tickets(&rows, &wanted.q, wanted.from, &seen)))
}

async fn ticket(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, NoAnswer> {
    let mailbox = named(&wanted.mailbox);
    let rows = (shown.asking)
        .ask(Question::Ticket { id: id.clone() }, mailbox.clone())
        .await?;
    let drafts = shown.asking.ask(Question::Drafts, mailbox).await?;
    let seen = shown.seen(&visitor, &wanted.said);
    Ok(html(show::ticket(&rows, &drafts, &seen)))
}

async fn drafts(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, NoAnswer> {
    let rows = shown.asking.ask(Question::Drafts, None).await?;
    Ok(html(show::drafts(
        &rows,
        &shown.seen(&visitor, &wanted.said),
    )))
}

async fn articles(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, NoAnswer> {
    let rows = shown
        .figures
        .articles(&shown.asking, shown.zone.name())
        .await?;
    Ok(html(show::articles(&rows, &shown.seen(&visitor, ""))))
}

async fn numbers(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, NoAnswer> {
    let rows = shown
        .figures
        .numbers(&shown.asking, shown.zone.name())
        .await?;
    Ok(html(show::numbers(&rows, &shown.seen(&visitor, ""))))
}

async fn metrics(State(shown): Page) -> Response {
    let text = shown
        .figures
        .exposition(&shown.asking, shown.zone.name())
        .await;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    match text {
        Ok(text) => ([(CONTENT_TYPE, kind)], text).into_response(),
        Err(why) => in_plain_words(why),
    }
}

async fn numbers_json(State(shown): Page) -> Response {
    let found = shown.figures.json(&shown.asking, shown.zone.name()).await;
    match found {
        Ok(found) => {
            let kind = HeaderValue::from_static("application/json");
            ([(CONTENT_TYPE, kind)], format!("{found}\n")).into_response()
        }
        Err(why) => in_plain_words(why),
    }
}

/// A machine reads no page.
fn in_plain_words(why: NoAnswer) -> Response {
    let why = match why {
        NoAnswer::NotSo(why) | NoAnswer::Failed(why) => why,
        NoAnswer::Busy | NoAnswer::GoesOn => "too much is asked at once".to_owned(),
    };
    (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
}

async fn style() -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    // Its address changes with it.
    let kept = HeaderValue::from_static("private, max-age=604800, immutable");
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], show::STYLE).into_response()
}

async fn nothing_there() -> Response {
    (
        StatusCode::NOT_FOUND,
        html(show::message(
            "There is nothing here",
            "No page has this address.",
        )),
    )
        .into_response()
}

async fn login(State(shown): Page, Extension(visitor): Extension<Visitor>) -> Response {
    match shown.door.has_token() && !visitor.may_look() {
        true => html(show::login(None)),
        false => to("/"),
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    token: String,
}

async fn knock(State(shown): Page, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    match shown.door.knock(&typed.token, Instant::now()) {
        Knock::Known(cookie) => {
            let cookie = door::cookie(&cookie, guard::is_under_tls(&headers));
            set_cookie(to("/"), &cookie)
        }
        Knock::Wrong => (
            StatusCode::FORBIDDEN,
            html(show::login(Some("That is not the token."))),
        )
            .into_response(),
        Knock::TooMany => (
            StatusCode::TOO_MANY_REQUESTS,
            html(show::login(Some(
                "Too many wrong tokens were tried. Wait for a minute.",
            ))),
        )
            .into_response(),
    }
}

fn set_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        let _ = response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// What a form of ours sends.
#[derive(Deserialize)]
struct Sent {
    /// What shows that it is ours.
    #[serde(default)]
    form: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    mail: String,
    #[serde(default)]
    mailbox: String,
    #[serde(default)]
    draft: Option<u32>,
    #[serde(default)]
    why: String,
}

/// Why a deed was not done.
struct NotDone(StatusCode, &'static str);

impl IntoResponse for NotDone {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        refused(status, why)
    }
}

/// Whether this may act; why not where it may not.
fn may_act(visitor: &Visitor, headers: &HeaderMap, form: &str) -> Result<(), NotDone> {
    if !visitor.may_act() {
        return Err(NotDone(
            StatusCode::FORBIDDEN,
            "This page only shows. Where [page] token_file is set, whoever knows the token can act.",
        ));
    }
    let is_ours =
        visitor.sent(form) && (*visitor == Visitor::Program || guard::says_where_from(headers));
    match is_ours {
        true => Ok(()),
        false => Err(NotDone(
            StatusCode::FORBIDDEN,
            "The form was made before you came in again. Load the page anew and try again.",
        )),
    }
}

fn named(mailbox: &str) -> Option<String> {
    (!mailbox.is_empty()).then(|| mailbox.to_owned())
}

impl Shown {
    /// Asks for a deed, and shows the ticket with what was done; or why it was not.
    async fn act(&self, question: Question, sent: &Sent, said: Said) -> Response {
        let mailbox = named(&sent.mailbox);
        let rows = match self.asking.ask(question, mailbox).await {
            Ok(rows) => rows,
            Err(NoAnswer::NotSo(why)) => return refused(StatusCode::CONFLICT, &why),
            Err(why) => return why.into_response(),
        };
        let said = said.as_it_came(&rows);
        to(&show::ticket_address(
            &sent.ticket,
            &sent.mailbox,
            Some(said),
        ))
    }
}

async fn approve(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, NotDone> {
    may_act(&visitor, &headers, &sent.form)?;
    let draft = seen_draft(&sent)?;
    let id = sent.ticket.clone();
    let question = Question::Approve { id, draft };
    Ok(shown.act(question, &sent, Said::Approved).await)
}

async fn refuse(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, NotDone> {
    may_act(&visitor, &headers, &sent.form)?;
    let draft = seen_draft(&sent)?;
    let (id, why) = (sent.ticket.clone(), sent.why.clone());
    let question = Question::Refuse { id, draft, why };
    Ok(shown.act(question, &sent, Said::Refused).await)
}

/// Which draft was seen: nothing is decided on another.
fn seen_draft(sent: &Sent) -> Result<Option<u32>, NotDone> {
    match sent.draft {
        Some(draft) => Ok(Some(draft)),
        None => Err(NotDone(
            StatusCode::BAD_REQUEST,
            "The form does not say which draft it is about.",
        )),
    }
}

async fn close(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, NotDone> {
    may_act(&visitor, &headers, &sent.form)?;
    let id = sent.ticket.clone();
    Ok(shown.act(Question::Close { id }, &sent, Said::Closed).await)
}

async fn retry(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, NotDone> {
    may_act(&visitor, &headers, &sent.form)?;
    let id = sent.mail.clone();
    Ok(shown
        .act(Question::Retry { id }, &sent, Said::Retried)
        .await)
}

async fn logout(
    State(shown): Page,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, NotDone> {
    may_act(&visitor, &headers, &sent.form)?;
    shown.door.forget(&headers);
    Ok(set_cookie(to("/login"), &door::no_cookie()))
}
