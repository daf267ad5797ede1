//! The connection to the SMTP server, step by step: every step has its time limit, every recipient its own reply, and it is
//! always known whether the final dot went out. Reads hostile input: the server's replies (lettre bounds them).

use super::content;
use super::failure::{Stage, Trouble, leaves_connection_usable};
use super::login;
use super::size::{self, Offers};
use crate::compose::EnvelopeSender;
use crate::config::{Smtp, Tls};
use crate::mail::{Address, HeaderText};
use crate::network;
use crate::tls;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters, TlsVersion,
};
use lettre::transport::smtp::commands::{Data, Ehlo, Noop, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::{Response, Severity};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// After so long without use the server is asked whether it is still there.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// So many mails go over one connection: many servers end it at a hundred.
const MAILS_PER_CONNECTION: u32 = 100;

/// A failed step.
#[derive(Debug)]
pub(super) struct Failure {
    /// Which step.
    pub(super) stage: Stage,
    /// What went wrong.
    pub(super) trouble: Trouble,
}

/// An open connection, logged in.
pub(super) struct Connection {
    dialogue: AsyncSmtpConnection,
    step_timeout: Duration,
    last_used: Instant,
    mails: u32,
    needs_reset: bool,
    /// What the server offers, once it was asked.
    offers: Option<Offers>,
    /// Recipients that the server was told together with the sender, and has still to answer for.
    told_ahead: usize,
}

impl Connection {
    /// Connects and logs in.
    pub(super) async fn open(settings: &Smtp) -> Result<Self, Failure> {
        Ok(Self {
            dialogue: login::logged_in(settings).await?,
            step_timeout: settings.step_timeout,
            last_used: Instant::now(),
            mails: 0,
            needs_reset: false,
            offers: None,
            told_ahead: 0,
        })
    }

    /// Whether it can take another mail; asks the server where it was idle.
    pub(super) async fn is_ready(&mut self) -> bool {
        if self.dialogue.has_broken() || self.mails >= MAILS_PER_CONNECTION {
            return false;
        }
        while self.told_ahead > 0 {
            self.told_ahead -= 1;
            let answer = in_time(self.step_timeout, self.dialogue.read_response()).await;
            if answer.is_err_and(|trouble| !leaves_connection_usable(&trouble)) {
                return false;
            }
        }
        let asked = if self.needs_reset {
            in_time(self.step_timeout, self.dialogue.command(Rset)).await
        } else if self.last_used.elapsed() > FRESH_FOR {
            in_time(self.step_timeout, self.dialogue.command(Noop)).await
        } else {
            return true;
        };
        self.needs_reset = false;
        asked.is_ok()
    }

    /// Whether a mail went over it before.
    pub(super) const fn was_used(&self) -> bool {
        self.mails > 0
    }

    /// How long nothing went over it.
    pub(super) fn idle_for(&self) -> Duration {
        self.last_used.elapsed()
    }

    /// What the server offers. lettre keeps little of that from the first `EHLO`, so it is said once more, where it matters: it may come at any
    /// time between two mails (RFC 5321 section 4.1.4).
    pub(super) async fn offers(&mut self) -> Result<Offers, Failure> {
        if let Some(known) = self.offers {
            return Ok(known);
        }
        let hello = Ehlo::new(ClientId::default());
        let offers = match in_time(self.step_timeout, self.dialogue.command(hello)).await {
            Ok(reply) => size::offers(reply.message()),
            // Whoever does not like to be asked offers nothing.
            Err(trouble) if leaves_connection_usable(&trouble) => Offers::NOTHING,
            Err(trouble) => {
                let stage = Stage::Sender;
                return Err(Failure { stage, trouble });
            }
        };
        self.offers = Some(offers);
        Ok(offers)
    }

    /// `MAIL FROM`. `size_bytes`: for a server that wants to know it. `ahead`: the recipients that [`Self::recipient`] will be asked for, in that
    /// order; a server that takes commands without waiting for each reply (RFC 2920) is told them in the same breath.
    pub(super) async fn sender(
        &mut self,
        sender: &EnvelopeSender,
        is_eight_bit: bool,
        needs_utf8_addresses: bool,
        size_bytes: Option<u64>,
        ahead: &[&Address],
    ) -> Result<(), Failure> {
        self.needs_reset = true;
        let server = self.dialogue.server_info();
        let command = MailFrom {
            sender,
            // A server without 8BITMIME gets the bytes all the same: re-encoding would change what was recorded.
            eight_bit: is_eight_bit && server.supports_feature(Extension::EightBitMime),
            utf8_addresses: needs_utf8_addresses
                && server.supports_feature(Extension::SmtpUtfEight),
            size_bytes,
        };
        let mut commands = command.to_string();
        if self.offers.is_some_and(|offers| offers.pipelining) {
            for recipient in ahead {
                commands.push_str(&RcptTo { recipient }.to_string());
            }
            self.told_ahead = ahead.len();
        }
        let reply = in_time(self.step_timeout, self.dialogue.command(commands)).await;
        completed(reply).map_err(|trouble| Failure {
            stage: Stage::Sender,
            trouble,
        })
    }

    /// Whether the server takes addresses with letters outside ASCII (RFC 6531).
    pub(super) fn takes_utf8_addresses(&self) -> bool {
        (self.dialogue.server_info()).supports_feature(Extension::SmtpUtfEight)
    }

    /// `RCPT TO`, for one recipient; or only the answer, where it was told with the sender.
    pub(super) async fn recipient(&mut self, recipient: &Address) -> Result<(), Trouble> {
        if self.told_ahead > 0 {
            self.told_ahead -= 1;
            return completed(in_time(self.step_timeout, self.dialogue.read_response()).await);
        }
        let command = RcptTo { recipient };
        completed(in_time(self.step_timeout, self.dialogue.command(command)).await)
    }

    /// `DATA`
    pub(super) async fn data(&mut self) -> Result<(), Failure> {
        let reply = in_time(self.step_timeout, self.dialogue.command(Data)).await;
        let trouble = match reply {
            Ok(reply) if reply.code().severity == Severity::PositiveIntermediate => return Ok(()),
            Ok(reply) => not_a_reply(&reply),
            Err(trouble) => trouble,
        };
        Err(Failure {
            stage: Stage::Data,
            trouble,
        })
    }

    /// The mail and the final dot. `dot_may_be_out` is set before the first byte of the end of mail is written.
    pub(super) async fn content(
        &mut self,
        mail: &[u8],
        dot_may_be_out: &AtomicBool,
    ) -> Result<(), Failure> {
        let wire = content::for_the_wire(mail);
        let mut whole = Some(wire);
        // The client asks for the next part only when the one before is written, and writes the dot when there is none.
        let parts = std::iter::from_fn(|| {
            let part = whole.take();
            if part.is_none() {
                dot_may_be_out.store(true, Ordering::SeqCst);
            }
            part
        });
        // A large mail on a slow line takes longer than one reply.
        let limit = self.step_timeout + Duration::from_millis(mail.len() as u64 / 20);
        let reply = in_time(limit, self.dialogue.message_iter(parts)).await;
        let stage = if dot_may_be_out.load(Ordering::SeqCst) {
            Stage::FinalDot
        } else {
            Stage::Content
        };
        completed(reply).map_err(|trouble| Failure { stage, trouble })?;
        self.mails += 1;
        self.needs_reset = false;
        self.last_used = Instant::now();
        Ok(())
    }

    /// Ends it politely; whatever happens, it is gone.
    pub(super) async fn quit(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.dialogue.quit()).await;
    }
}

/// Connects, protected as the settings say; nobody is logged in yet.
pub(super) async fn connected(settings: &Smtp) -> Result<AsyncSmtpConnection, Failure> {
    let lost = |words: &str| Failure {
        stage: Stage::Connect,
        trouble: Trouble::Lost {
            words: HeaderText::clean(words),
        },
    };
    let at_connect = |trouble| Failure {
        stage: Stage::Connect,
        trouble,
    };
    let name = ClientId::default();
    let limit = settings.step_timeout;
    // Before anybody is asked: a mistake in ca_file is ours.
    let parameters = match settings.tls {
        Tls::StartTls => Some(
            tls_parameters(settings)
                .await
                .map_err(|words| lost(&words))?,
        ),
        Tls::None | Tls::Implicit => None,
    };
    let opening = open_line(settings);
    let line = tokio::time::timeout(limit, opening)
        .await
        .map_err(|_| at_connect(Trouble::Silence))?
        .map_err(|words| lost(&words))?;
    let greeting = AsyncSmtpConnection::connect_with_transport(line, &name);
    let mut dialogue = in_time(limit, greeting).await.map_err(at_connect)?;
    if let Some(parameters) = parameters {
        in_time(limit, dialogue.starttls(parameters, &name))
            .await
            .map_err(at_connect)?;
    }
    Ok(dialogue)
}

/// The bare connection, under TLS where that comes before the first word.
async fn open_line(settings: &Smtp) -> Result<Box<dyn AsyncTokioStream>, String> {
    let config = match settings.tls {
        Tls::Implicit => Some(tls::client_config(settings.ca_file.as_deref())?),
        Tls::None | Tls::StartTls => None,
    };
    let line = network::connect(&settings.host, settings.port)
        .await
        .map_err(|why| why.to_string())?;
    let Some(config) = config else {
        return Ok(Box::new(line));
    };
    let name = ServerName::try_from(settings.host.clone())
        .map_err(|why| format!("the host name cannot stand in a certificate: {why}"))?;
    let stream = TlsConnector::from(config)
        .connect(name, line)
        .await
        .map_err(|error| tls::in_words(&error).unwrap_or_else(|| error.to_string()))?;
    Ok(Box::new(network::Protected(stream)))
}

/// One step, with its time limit. After [`Trouble::Silence`] the connection is out of step.
pub(super) async fn in_time<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(trouble(&error)),
        Err(_) => Err(Trouble::Silence),
    }
}

fn trouble(error: &lettre::transport::smtp::Error) -> Trouble {
    use std::error::Error;
    match error.status() {
        Some(code) => Trouble::Reply {
            code: u16::from(code),
            words: HeaderText::clean(&error.source().map(ToString::to_string).unwrap_or_default()),
        },
        None => Trouble::Lost {
            words: HeaderText::clean(&tls::in_words(error).unwrap_or_else(|| error.to_string())),
        },
    }
}

fn completed(reply: Result<Response, Trouble>) -> Result<(), Trouble> {
    match reply {
        Ok(reply) if reply.code().severity == Severity::PositiveCompletion => Ok(()),
        Ok(reply) => Err(not_a_reply(&reply)),
        Err(trouble) => Err(trouble),
    }
}

/// A reply that does not belong to the command: the dialogue is out of step.
fn not_a_reply(reply: &Response) -> Trouble {
    Trouble::Lost {
        words: HeaderText::clean(&format!("an unexpected reply {}", reply.code())),
    }
}

async fn tls_parameters(settings: &Smtp) -> Result<TlsParameters, String> {
    let mut builder =
        TlsParameters::builder(settings.host.clone()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(path) = &settings.ca_file {
        let pem = tokio::fs::read(path)
            .await
            .map_err(|why| format!("ca_file {}: {why}", path.display()))?;
        let certificate = Certificate::from_pem(&pem)
            .map_err(|why| format!("ca_file {}: {why}", path.display()))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|why| why.to_string())
}

/// `MAIL FROM`, with an [`Address`] of ours: lettre's own takes fewer addresses than customers have.
struct MailFrom<'a> {
    sender: &'a EnvelopeSender,
    eight_bit: bool,
    utf8_addresses: bool,
    size_bytes: Option<u64>,
}

impl fmt::Display for MailFrom<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sender {
            EnvelopeSender::Null => formatter.write_str("MAIL FROM:<>")?,
            EnvelopeSender::Support(address) => write!(formatter, "MAIL FROM:<{address}>")?,
        }
        if let Some(bytes) = self.size_bytes {
            write!(formatter, " SIZE={bytes}")?;
        }
        if self.eight_bit {
            formatter.write_str(" BODY=8BITMIME")?;
        }
        if self.utf8_addresses {
            formatter.write_str(" SMTPUTF8")?;
        }
        formatter.write_str("\r\n")
    }
}

struct RcptTo<'a> {
    recipient: &'a Address,
}

impl fmt::Display for RcptTo<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RCPT TO:<{}>\r\n", self.recipient)
    }
}
