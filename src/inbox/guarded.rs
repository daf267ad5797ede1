//! How much may a server send? Counts what comes in, and stops a literal or a line that is too long before anybody makes
//! room for it: the library underneath allocates whatever a literal announces. Reads hostile input.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest line outside literals. In bytes.
const LINE_MAX_BYTES: usize = 256 * 1024;

/// A connection, protected or not.
pub(super) trait Wire:
    AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug
{
}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Wire for T {}

/// What one answer may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// All of it.
    pub(super) total_bytes: usize,
    /// Each literal in it.
    pub(super) literal_bytes: usize,
}

impl Bound {
    /// For answers that carry no mail.
    pub(super) const SMALL: Self = Self {
        total_bytes: 1024 * 1024,
        literal_bytes: 4096,
    };
}

/// More came than was allowed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Excess {
    #[error(
        "a literal of {announced_bytes} bytes was announced where at most {allowed_bytes} were expected"
    )]
    Literal {
        announced_bytes: usize,
        allowed_bytes: usize,
    },
    #[error("a line of more than {LINE_MAX_BYTES} bytes")]
    Line,
    #[error("an answer longer than the {allowed_bytes} bytes expected")]
    Total { allowed_bytes: usize },
}

/// Where the reader stands in `{123}` CR LF.
#[derive(Clone, Copy, Debug)]
enum Announcement {
    None,
    Digits(usize),
    Closed(usize),
}

/// Follows the server's bytes just closely enough to see lines and literals.
#[derive(Debug)]
pub(super) struct Watch {
    bound: Bound,
    used_bytes: usize,
    line_bytes: usize,
    /// The first bytes of the line: status lines are free text, in which `{9}` means nothing.
    line_start: [u8; 5],
    literal_left_bytes: usize,
    announcement: Announcement,
}

impl Watch {
    pub(super) const fn new(bound: Bound) -> Self {
        Self {
            bound,
            used_bytes: 0,
            line_bytes: 0,
            line_start: [0; 5],
            literal_left_bytes: 0,
            announcement: Announcement::None,
        }
    }

    /// The next answer may hold this much.
    pub(super) const fn allow(&mut self, bound: Bound) {
        self.bound = bound;
        self.used_bytes = 0;
    }

    /// Looks at what has just arrived.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), Excess> {
        self.used_bytes = self.used_bytes.saturating_add(bytes.len());
        if self.used_bytes > self.bound.total_bytes {
            return Err(Excess::Total {
                allowed_bytes: self.bound.total_bytes,
            });
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let skipped = self.literal_left_bytes.min(rest.len());
            self.literal_left_bytes -= skipped;
            rest = rest.get(skipped..).unwrap_or_default();
            let Some((&byte, after)) = rest.split_first() else {
                break;
            };
            rest = after;
            self.see_text(byte)?;
        }
        Ok(())
    }

    fn see_text(&mut self, byte: u8) -> Result<(), Excess> {
        if let Some(place) = self.line_start.get_mut(self.line_bytes) {
            *place = byte.to_ascii_lowercase();
        }
        self.line_bytes += 1;
        if self.line_bytes > LINE_MAX_BYTES {
            return Err(Excess::Line);
        }
        self.announcement = match (byte, self.announcement) {
            (b'{', _) => Announcement::Digits(0),
            (b'0'..=b'9', Announcement::Digits(number)) => Announcement::Digits(
                number
                    .saturating_mul(10)
                    .saturating_add(usize::from(byte - b'0')),
            ),
            (b'+', Announcement::Digits(number)) => Announcement::Digits(number),
            (b'}', Announcement::Digits(number)) => Announcement::Closed(number),
            (b'\r', closed @ Announcement::Closed(_)) => closed,
            (b'\n', Announcement::Closed(number)) if self.may_hold_literal() => {
                if number > self.bound.literal_bytes {
                    return Err(Excess::Literal {
                        announced_bytes: number,
                        allowed_bytes: self.bound.literal_bytes,
                    });
                }
                self.literal_left_bytes = number;
                // The same answer goes on after the literal: its line is counted on, so that many empty literals end too.
                Announcement::None
            }
            (b'\n', _) => {
                self.line_bytes = 0;
                self.line_start = [0; 5];
                Announcement::None
            }
            _ => Announcement::None,
        };
        Ok(())
    }

    fn may_hold_literal(&self) -> bool {
        self.line_start.starts_with(b"*")
            && !matches!(
                &self.line_start,
                b"* ok " | b"* no " | b"* bad" | b"* bye" | b"* pre"
            )
    }
}

/// A connection whose incoming bytes are watched.
#[derive(Debug)]
pub(super) struct GuardedStream {
    inner: Box<dyn Wire>,
    pub(super) watch: Watch,
}

impl GuardedStream {
    pub(super) fn new(inner: Box<dyn Wire>) -> Self {
        Self {
            inner,
            watch: Watch::new(Bound::SMALL),
        }
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let arrived = buffer.filled().get(before..).unwrap_or_default();
        Poll::Ready(self.watch.see(arrived).map_err(io::Error::other))
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUND: Bound = Bound {
        total_bytes: 10_000,
        literal_bytes: 100,
    };

    #[test]
    fn literals_are_seen_where_they_count() {
        let cases: [(&str, bool); 8] = [
            ("* 1 FETCH (BODY[] {100}\r\n", true),
            ("* 1 FETCH (BODY[] {101}\r\n", false),
            ("* 1 FETCH (BODY[] {419430400}\r\n", false),
            ("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", false),
            ("* LIST () \"/\" {5000}\r\n", false),
            ("* OK said {5000}\r\n", true),
            ("* 1 FETCH (BODY[] {6}\r\n{999}\r UID 3)\r\n", true),
            ("* 1 FETCH (BODY[] {0}\r\n BODY[] {500}\r\n", false),
        ];
        for (text, fits) in cases {
            assert_eq!(
                Watch::new(BOUND).see(text.as_bytes()).is_ok(),
                fits,
                "{text}"
            );
            let mut byte_by_byte = Watch::new(BOUND);
            let ended = text.bytes().try_for_each(|byte| byte_by_byte.see(&[byte]));
            assert_eq!(ended.is_ok(), fits, "{text} byte by byte");
        }
    }

    #[test]
    fn a_line_and_a_whole_answer_have_an_end() {
        let wide = Bound {
            total_bytes: usize::MAX,
            literal_bytes: 1,
        };
        let mut watch = Watch::new(wide);
        assert_eq!(
            watch.see(&vec![b'x'; LINE_MAX_BYTES + 1]),
            Err(Excess::Line)
        );
        let mut watch = Watch::new(BOUND);
        assert!(watch.see(&b"* 1 EXISTS\r\n".repeat(500)).is_ok());
        assert!(watch.see(&b"* 1 EXISTS\r\n".repeat(500)).is_err());
        watch.allow(BOUND);
        assert!(watch.see(b"* 1 EXISTS\r\n").is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..2000), cut in 1usize..50) {
            let whole = Watch::new(BOUND).see(&bytes).is_ok();
            let mut pieces = Watch::new(BOUND);
            prop_assert_eq!(bytes.chunks(cut).try_for_each(|piece| pieces.see(piece)).is_ok(), whole);
        }
    }
}
