"""Reads mails with Python's `email` package: the other side of benches/reading.rs.

The same steps as handoffd's reader takes, as far as the standard library has them: parse, decode the headers that
matter, find the text, HTML to text, list the attachments with their decoded content. Prints seconds for the best round.
"""

import email
import email.policy
import email.utils
import html.parser
import sys
import time


class Text(html.parser.HTMLParser):
    """HTML to text, without scripts and styles."""

    BLOCKS = {"p", "div", "br", "tr", "li", "blockquote", "h1", "h2", "h3", "table"}

    def __init__(self):
        super().__init__()
        self.pieces = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self.silent += 1
        elif tag in self.BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(data)


def text_of(message):
    """The text of a mail: the plain part, or the HTML one as text."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = part.get_content()
    if part.get_content_type() == "text/html":
        reader = Text()
        reader.feed(content)
        content = "".join(reader.pieces)
    return content


def read(raw):
    """One mail, as far as Python can read it."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        headers = [
            [str(value) for value in message.get_all(name, [])]
            for name in ("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references")
        ]
        addresses = email.utils.getaddresses(headers[0] + headers[1] + headers[2])
        text = text_of(message)
        attachments = [
            (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
            for part in message.walk()
            if not part.is_multipart()
        ]
        return headers, addresses, text, attachments
    except Exception:  # Odd mails make it raise; the time until then counts as well.
        return None


def main():
    """Reads all mails several times."""
    with open(sys.argv[1], encoding="utf-8") as names:
        mails = [open(name.rstrip("\n"), "rb").read() for name in names]
    best = float("inf")
    for _ in range(int(sys.argv[2])):
        begin = time.perf_counter()
        for raw in mails:
            read(raw)
        best = min(best, time.perf_counter() - begin)
    print(best)


if __name__ == "__main__":
    main()
