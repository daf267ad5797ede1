//! A file that an admin wrote, and where in it something is wrong.

use super::Problem;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The text of a file, and the problems found in it so far.
pub(crate) struct Source {
    path: PathBuf,
    text: String,
    /// Where `text` begins in the file, in lines: front matter does not begin on line 1.
    lines_before: usize,
    /// With the place in the text at which each begins.
    problems: RefCell<Vec<(usize, Problem)>>,
    /// Every key that was asked for, by its full name: what the reference file is held against.
    asked: RefCell<BTreeSet<String>>,
}

impl Source {
    /// Reads a file as UTF-8, without its byte order mark and with plain line ends.
    ///
    /// # Errors
    /// The problem that it cannot be read, at its line 1.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::new(path, &text, 0)),
            Err(error) => Err(Problem {
                file: path.to_owned(),
                line: 1,
                column: 1,
                what: format!("the file cannot be read: {error}"),
                remedy: "give the path of a readable UTF-8 text file".to_owned(),
            }),
        }
    }

    /// A text that was read already; `lines_before` lines of its file stand before it.
    pub(crate) fn new(path: &Path, text: &str, lines_before: usize) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Self {
            path: path.to_owned(),
            text: text.replace("\r\n", "\n"),
            lines_before,
            problems: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes a problem at a place in the text.
    pub(crate) fn problem(
        &self,
        at: &Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let problem = Problem {
            file: self.path.clone(),
            line: self.line(at),
            column: self.column(at),
            what: what.into(),
            remedy: remedy.into(),
        };
        self.problems.borrow_mut().push((at.start, problem));
    }

    /// What was noted since the last time, each with the place in the text at which it begins; nothing of it is left.
    pub(crate) fn take_problems(&self) -> Vec<(usize, Problem)> {
        self.problems.take()
    }

    /// The line of a place in the text, from 1.
    pub(crate) fn line(&self, at: &Range<usize>) -> usize {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        before.matches('\n').count() + 1 + self.lines_before
    }

    /// Which character of its line a place in the text is, from 1.
    pub(crate) fn column(&self, at: &Range<usize>) -> usize {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        before.get(line_start..).unwrap_or("").chars().count() + 1
    }

    /// Notes that a key was asked for.
    pub(crate) fn note_asked(&self, full_name: String) {
        self.asked.borrow_mut().insert(full_name);
    }

    /// Every key that was asked for.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// What is wrong, in the order of lines.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let problems = self.problems.into_inner().into_iter();
        let mut problems: Vec<Problem> = problems.map(|(_, problem)| problem).collect();
        problems.sort();
        problems.dedup();
        problems
    }
}
