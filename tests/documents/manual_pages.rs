//! Manual pages out of what is written elsewhere: the reference file of settings, and pages of `docs/`. Only the forms that stand there are known;
//! what is not known is said, not guessed.

/// A page of section 5: what stands above the text that is made of its source.
pub struct Head<'a> {
    pub name: &'a str,
    /// What it is, in a few words.
    pub what: &'a str,
    /// Where the file is found.
    pub files: &'a str,
    pub see_also: &'a [&'a str],
}

impl Head<'_> {
    fn page(&self, body: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let Self {
            name, what, files, ..
        } = self;
        let see_also: Vec<String> = (self.see_also.iter())
            .map(|page| {
                let (page, section) = page.rsplit_once('.').expect("NAME.SECTION");
                format!(".BR {} ({section})", literal(page))
            })
            .collect();
        let see_also = see_also.join(" ,\n");
        let name = literal(name);
        format!(
            ".TH {name} 5 \"\" \"handoffd {version}\"\n.SH NAME\n{name} \\- {}\n.SH FILES\n{}\n{body}.SH SEE ALSO\n{see_also}\n",
            text(what),
            text(files)
        )
    }
}

/// The page of settings, out of the commented reference file. Keys that stand below one comment share it.
pub fn of_settings(head: &Head<'_>, reference: &str) -> String {
    let mut body = String::from(".SH DESCRIPTION\n");
    let mut comment: Vec<&str> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut lines = reference.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if let Some(section) = section(line) {
            // What stands above a header is about its section.
            explain(&mut keys, &mut Vec::new(), &mut body);
            body.push_str(&format!(".SH {}\n", literal(section)));
            paragraph(&std::mem::take(&mut comment), &mut body);
        } else if let Some(key) = key(line) {
            let mut value = key.to_owned();
            // A text of several lines.
            if key.matches("\"\"\"").count() == 1 {
                let rest = lines
                    .by_ref()
                    .map(|line| line.trim_start_matches(['#', ' ']));
                for further in rest {
                    value.push_str(&format!(" {further}"));
                    if further.contains("\"\"\"") {
                        break;
                    }
                }
            }
            keys.push(value);
        } else if line.is_empty() || line == "#" {
            explain(&mut keys, &mut comment, &mut body);
        } else if let Some(words) = line.strip_prefix('#') {
            if !keys.is_empty() {
                explain(&mut keys, &mut comment, &mut body);
            }
            comment.push(words.trim());
        } else {
            panic!("config/handoffd.toml has a line that the manual page cannot show: {line}");
        }
    }
    explain(&mut keys, &mut comment, &mut body);
    head.page(&body)
}

/// Keys with what stands above them, or text that stands alone.
fn explain(keys: &mut Vec<String>, comment: &mut Vec<&str>, body: &mut String) {
    for (place, key) in keys.iter().enumerate() {
        let request = match (comment.is_empty(), place) {
            (true, 0) => ".PP",
            (true, _) => ".br",
            (false, 0) => ".TP",
            (false, _) => ".TQ",
        };
        body.push_str(&format!("{request}\n\\fB{}\\fR\n", literal(key)));
    }
    if keys.is_empty() && !comment.is_empty() {
        body.push_str(".PP\n");
    }
    paragraph(comment, body);
    keys.clear();
    comment.clear();
}

/// `[section]`, set or shown.
fn section(line: &str) -> Option<&str> {
    let bare = line.trim_start_matches(['#', ' ']);
    (bare.starts_with('[') && bare.ends_with(']') && !bare.contains(" ")).then_some(bare)
}

/// `key = value`, set or shown.
fn key(line: &str) -> Option<&str> {
    let bare = line.strip_prefix('#').map_or(line, str::trim_start);
    let (name, _) = bare.split_once(" = ")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.chars().all(is_name).then_some(bare)
}

fn paragraph(lines: &[&str], body: &mut String) {
    for line in lines {
        body.push_str(&text(line));
        body.push('\n');
    }
}

/// A page of `docs/`.
pub fn of_markdown(head: &Head<'_>, page: &str) -> String {
    let mut body = String::from(".SH DESCRIPTION\n");
    let mut lines = page.lines().peekable();
    let mut is_in_list = false;
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        if let Some(fence) = bare.strip_prefix("```") {
            assert!(!fence.contains('`'), "{line}");
            body.push_str(".PP\n.in +4n\n.EX\n");
            for code in lines.by_ref().take_while(|code| code.trim() != "```") {
                body.push_str(&format!("{}\n", literal(code)));
            }
            body.push_str(".EE\n.in\n");
        } else if let Some(title) = line.strip_prefix("### ") {
            body.push_str(&format!(".SS {}\n", text(title)));
        } else if let Some(title) = line.strip_prefix("## ") {
            body.push_str(&format!(".SH {}\n", text(&title.to_uppercase())));
        } else if line.starts_with("# ") {
            // The name of the page says it.
        } else if let Some(row) = line.strip_prefix("| ") {
            let cells: Vec<&str> = (row.trim_end_matches('|').split(" | "))
                .map(str::trim)
                .collect();
            let is_head = lines.peek().is_some_and(|next| next.starts_with("|-"));
            if let (false, Some((first, rest))) = (is_head, cells.split_first()) {
                body.push_str(&format!(
                    ".TP\n{}\n{}\n",
                    text(first),
                    text(&rest.join("; "))
                ));
            }
        } else if line.starts_with("|-") {
        } else if let Some(item) = bare.strip_prefix("- ") {
            is_in_list = true;
            body.push_str(&format!(".IP \\(bu 2\n{}\n", text(item)));
        } else if let Some((number, item)) = numbered(bare) {
            is_in_list = true;
            body.push_str(&format!(".IP {number}. 4\n{}\n", text(item)));
        } else if bare.is_empty() {
            let goes_on = lines.peek().is_some_and(|next| next.starts_with("  "));
            if !(is_in_list && goes_on) {
                is_in_list = false;
                body.push_str(".PP\n");
            }
        } else {
            body.push_str(&format!("{}\n", text(bare)));
        }
    }
    head.page(&without_empty_paragraphs(&body))
}

fn numbered(line: &str) -> Option<(&str, &str)> {
    let (number, item) = line.split_once(". ")?;
    (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then_some((number, item))
}

/// `.PP` before what begins a paragraph of its own anyway is a warning of the formatter.
fn without_empty_paragraphs(body: &str) -> String {
    let lines: Vec<&str> = body.lines().collect();
    let mut kept = String::new();
    for (place, line) in lines.iter().enumerate() {
        let next = lines.get(place + 1).copied().unwrap_or(".SH");
        let begins = [".PP", ".SH", ".SS", ".TP", ".IP"]
            .iter()
            .any(|word| next.starts_with(word));
        let after_head = place > 0 && lines[place - 1].starts_with(".S");
        if *line == ".PP" && (begins || after_head) {
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// One line of running text with its marks: code and strong words in bold, links as their words.
fn text(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, from) = rest.split_at(at);
        shown.push_str(&escaped(before));
        let (face, mark) = match from {
            _ if from.starts_with("`` ") => ("B", "``"),
            _ if from.starts_with('`') => ("B", "`"),
            _ if from.starts_with("**") => ("B", "**"),
            _ if from.starts_with('*') => ("I", "*"),
            _ => ("", "["),
        };
        let (_, inner) = from.split_at(mark.len());
        let link = (mark == "[")
            .then(|| inner.split_once("]("))
            .flatten()
            .and_then(|(words, target)| Some((words, target.split_once(')')?)));
        if let Some((words, (target, behind))) = link {
            shown.push_str(&text(words));
            if target.contains("://") {
                shown.push_str(&format!(" <{}>", escaped(target)));
            }
            rest = behind;
        } else if let (false, Some((words, behind))) = (face.is_empty(), inner.split_once(mark)) {
            let words = if face == "B" && mark != "**" {
                literal(words.trim())
            } else {
                escaped(words)
            };
            shown.push_str(&format!("\\f{face}{words}\\fR"));
            rest = behind;
        } else {
            shown.push_str(&escaped(mark));
            rest = inner;
        }
    }
    shown.push_str(&escaped(rest));
    guarded(shown)
}

/// What a person types: its dashes are minus signs.
fn literal(line: &str) -> String {
    let escaped = escaped(line).replace('-', "\\-").replace('\'', "\\(aq");
    guarded(escaped.replace('~', "\\(ti").replace('^', "\\(ha"))
}

fn escaped(words: &str) -> String {
    words.replace('\\', "\\e")
}

/// A line that begins like a command is none.
fn guarded(line: String) -> String {
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}
