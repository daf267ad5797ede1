//! What do receiving servers say about who sent a mail? Reads `Authentication-Results` (RFC 8601 section 2.2) in the forms that servers
//! write. Anybody can put such a field into a mail: whose word counts is decided elsewhere (`trust`). Reads hostile input; linear and
//! bounded; what does not follow the grammar says nothing.

use super::headers::Fields;
use std::iter::Peekable;
use std::str::Chars;

/// The most such fields that are read, from the top.
const FIELDS_MAX: usize = 20;
/// The most results of one field.
const RESULTS_MAX: usize = 40;
/// The most properties of one result.
const PROPERTIES_MAX: usize = 20;
/// A word is cut here, in characters.
const WORD_MAX_CHARACTERS: usize = 320;

/// One `Authentication-Results` field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// The server that says it (`authserv-id`), in lower case.
    pub server: String,
    /// What it says, in its order.
    pub results: Vec<MethodResult>,
}

/// The result of one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodResult {
    /// `dmarc`, `dkim`, `spf`, …, in lower case.
    pub method: String,
    /// `pass`, `fail`, `none`, …, in lower case.
    pub result: String,
    /// `header.from=…`, `policy.dmarc=…`, …: names in lower case.
    pub properties: Vec<(String, String)>,
    /// What stands in brackets, in its order: some servers say the published policy only there.
    pub comments: Vec<String>,
}

impl MethodResult {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let mut properties = self.properties.iter();
        properties
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl AuthenticationResults {
    /// What a field of this text says; `None` where nobody says it.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        read(value)
    }

    /// The text of a field that says this. Only for what we say ourselves: what others wrote is not written again.
    #[must_use]
    pub fn written(&self) -> String {
        let mut text = self.server.clone();
        for result in &self.results {
            text.push_str(&format!("; {}={}", result.method, result.result));
            for comment in &result.comments {
                text.push_str(&format!(" ({comment})"));
            }
            for (name, value) in &result.properties {
                text.push_str(&format!(" {name}={value}"));
            }
        }
        text
    }
}

/// The fields of a mail, the topmost first: the last server that wrote one.
pub(super) fn results(fields: &Fields) -> Vec<AuthenticationResults> {
    let fields = fields.all("authentication-results").take(FIELDS_MAX);
    fields.filter_map(read).collect()
}

fn read(value: &str) -> Option<AuthenticationResults> {
    let mut parts = sections(value).into_iter();
    let server = parts.next()?.words.into_iter().next()?;
    // `spf=pass …` without a server's name: nobody says it.
    if server.1.is_some() || server.0.is_empty() {
        return None;
    }
    let results = parts.filter_map(method_result).take(RESULTS_MAX);
    Some(AuthenticationResults {
        server: server.0.to_lowercase(),
        results: results.collect(),
    })
}

fn method_result(section: Section) -> Option<MethodResult> {
    let mut words = section.words.into_iter();
    let (method, result) = words.next()?;
    let method = method.split('/').next().unwrap_or_default().to_lowercase();
    let result = result?.to_lowercase();
    let properties = words.filter_map(|(name, value)| Some((name.to_lowercase(), value?)));
    let properties: Vec<(String, String)> = properties.take(PROPERTIES_MAX).collect();
    (!method.is_empty() && !result.is_empty()).then_some(MethodResult {
        method,
        result,
        properties,
        comments: section.comments,
    })
}

/// What stands between two semicolons: words, each with what it is set to, and comments.
#[derive(Default)]
struct Section {
    words: Vec<(String, Option<String>)>,
    comments: Vec<String>,
}

fn sections(value: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut characters = value.chars().peekable();
    while let Some(next) = characters.peek() {
        let Some(section) = sections.last_mut() else {
            break;
        };
        match next {
            ';' => {
                characters.next();
                if sections.len() > RESULTS_MAX {
                    break;
                }
                sections.push(Section::default());
            }
            '(' => {
                characters.next();
                section.comments.push(comment(&mut characters));
            }
            '=' => {
                characters.next();
                skip_blanks(&mut characters, section);
                let value = word(&mut characters, false);
                if let Some((_, set_to @ None)) = section.words.last_mut() {
                    *set_to = Some(value);
                }
            }
            blank if blank.is_whitespace() => {
                characters.next();
            }
            _ => {
                let name = word(&mut characters, true);
                section.words.push((name, None));
            }
        }
        if section_is_full(&sections) {
            break;
        }
    }
    sections
}

fn section_is_full(sections: &[Section]) -> bool {
    let is_full = |section: &Section| {
        section.words.len() > PROPERTIES_MAX || section.comments.len() > PROPERTIES_MAX
    };
    sections.last().is_some_and(is_full)
}

fn skip_blanks(characters: &mut Peekable<Chars<'_>>, section: &mut Section) {
    while let Some(next) = characters.peek() {
        if *next == '(' {
            characters.next();
            section.comments.push(comment(characters));
        } else if next.is_whitespace() {
            characters.next();
        } else {
            break;
        }
    }
}

/// A word, or what stands in quotation marks. A value may hold `=` (base64), a name ends there.
fn word(characters: &mut Peekable<Chars<'_>>, is_name: bool) -> String {
    let mut word = String::new();
    let mut length = 0;
    if characters.peek() == Some(&'"') {
        characters.next();
        while let Some(c) = characters.next() {
            match c {
                '"' => break,
                '\\' => push(
                    &mut word,
                    &mut length,
                    characters.next().unwrap_or_default(),
                ),
                c => push(&mut word, &mut length, c),
            }
        }
        let is_over = characters
            .peek()
            .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '(' | '='));
        if is_over {
            return word;
        }
        // `"local part"@domain`: the quotation marks belong to it, so that nobody takes the beginning for the whole.
        word.insert(0, '"');
        word.push('"');
        length = word.chars().count();
    }
    while let Some(c) = characters.peek() {
        if c.is_whitespace() || matches!(c, ';' | '(') || (is_name && *c == '=') {
            break;
        }
        push(&mut word, &mut length, *c);
        characters.next();
    }
    word
}

fn push(word: &mut String, length: &mut usize, c: char) {
    *length += 1;
    if *length <= WORD_MAX_CHARACTERS {
        word.push(c);
    }
}

/// What stands in brackets, whose opening one was read; inner ones belong to it.
fn comment(characters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    let mut depth = 1_usize;
    let mut length = 0;
    while let Some(c) = characters.next() {
        let c = match c {
            '\\' => characters.next().unwrap_or_default(),
            '(' => {
                depth += 1;
                c
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
                c
            }
            c => c,
        };
        length += 1;
        if length <= WORD_MAX_CHARACTERS {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(value: &str) -> String {
        let Some(read) = read(value) else {
            return "nothing".to_owned();
        };
        let results = read.results.iter().map(|result| {
            let mut told = format!("{}={}", result.method, result.result);
            for (name, value) in &result.properties {
                told.push_str(&format!(" {name}={value}"));
            }
            for comment in &result.comments {
                told.push_str(&format!(" ({comment})"));
            }
            told
        });
        let results: Vec<String> = results.collect();
        format!("{}: {}", read.server, results.join("; "))
    }

    #[test]
    fn the_forms_that_servers_write_are_read() {
        for (value, expected) in [
            (
                "mx.shop.example; dmarc=pass header.from=a.example",
                "mx.shop.example: dmarc=pass header.from=a.example",
            ),
            (
                "MX.Shop.Example 1; dkim=pass (2048-bit key; ok) header.d=a.example header.i=@a.example header.b=\"oeM0/a=\"; spf=softfail smtp.mailfrom=a@a.example",
                "mx.shop.example: dkim=pass header.d=a.example header.i=@a.example header.b=oeM0/a= (2048-bit key; ok); spf=softfail smtp.mailfrom=a@a.example",
            ),
            (
                "mx.google.example; dkim=pass header.i=@a.example header.s=x header.b=qwZ/3=; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=a.example",
                "mx.google.example: dkim=pass header.i=@a.example header.s=x header.b=qwZ/3=; dmarc=pass header.from=a.example (p=REJECT sp=REJECT dis=NONE)",
            ),
            ("mx; none", "mx: "),
            (
                "mx (a (nested) comment) ; dmarc/1 = pass",
                "mx: dmarc=pass (nothing)".trim_end_matches(" (nothing)"),
            ),
            (
                "mx; dmarc = (why) fail reason=\"policy; says so\" policy.dmarc=reject",
                "mx: dmarc=fail reason=policy; says so policy.dmarc=reject (why)",
            ),
            // No server's name, nothing at all, an open bracket, an open quotation mark.
            (
                "spf=pass smtp.mailfrom=a.example; dmarc=pass header.from=a.example",
                "nothing",
            ),
            ("", "nothing"),
            ("; dmarc=pass", "nothing"),
            ("mx; (dmarc=pass", "mx: "),
            (
                "mx; dmarc=\"pass header.from=a.example; spf=pass",
                "mx: dmarc=pass header.from=a.example; spf=pass",
            ),
            (
                "mx; spf=pass smtp.mailfrom=\"@a.example\"@evil.example",
                "mx: spf=pass smtp.mailfrom=\"@a.example\"@evil.example",
            ),
            // What stands in a comment or a quoted text is no result.
            (
                "mx; dkim=fail (; dmarc=pass header.from=a.example)",
                "mx: dkim=fail (; dmarc=pass header.from=a.example)",
            ),
        ] {
            assert_eq!(told(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_bounded(value in "[ -~]{0,200}|([a-z=;()\"\\\\ ]{0,400})") {
            if let Some(read) = read(&value) {
                prop_assert!(read.results.len() <= RESULTS_MAX);
                for result in read.results {
                    prop_assert!(!result.method.is_empty() && !result.result.is_empty());
                    prop_assert!(result.properties.len() <= PROPERTIES_MAX);
                }
            }
        }
    }
}
