//! Asks at a terminal until there is an answer; or takes lines as they come, where a wrong one ends it.

use super::answers::{Answers, Question};
use std::io::{BufRead, IsTerminal, Read, Write};

/// An answer is no longer, in bytes.
const LINE_MAX: u64 = 4_096;

/// Where answers come from.
pub(super) struct Asking {
    lines: Box<dyn BufRead>,
    /// Somebody sits there: they are asked again.
    is_a_person: bool,
}

impl Asking {
    pub(super) fn of_standard_input() -> Self {
        let input = std::io::stdin();
        Self {
            is_a_person: input.is_terminal(),
            lines: Box::new(input.lock()),
        }
    }

    #[cfg(test)]
    pub(super) fn of_lines(lines: &'static str) -> Self {
        Self {
            is_a_person: false,
            lines: Box::new(lines.as_bytes()),
        }
    }

    /// The answer to a question, with what an empty one means put in its place.
    ///
    /// # Errors
    /// Nothing more comes, or a line that nobody can be asked about again is no answer.
    pub(super) fn answer(
        &mut self,
        question: Question,
        before: &Answers,
    ) -> Result<String, String> {
        let otherwise = question.otherwise(before);
        loop {
            let hint = match otherwise.as_deref() {
                Some(text) if !text.is_empty() => format!(" [{text}]"),
                _ => String::new(),
            };
            let prompt = format!("{}{hint} ", question.words());
            let line = self.line(question, &prompt)?;
            let given = match (&otherwise, line.as_str()) {
                (Some(otherwise), "") => otherwise.clone(),
                _ => question.in_form(line.clone()),
            };
            if !question.is_secret() && !line.is_empty() && given != line {
                println!("  taken as: {given}");
            }
            match question.problem(&given, before) {
                None => {
                    if let Some(remark) = question.remark(&given) {
                        println!("  {remark}");
                    }
                    return Ok(given);
                }
                Some(why) if self.is_a_person => println!("  {why}"),
                Some(why) => return Err(format!("{} {why}", question.words())),
            }
        }
    }

    fn line(&mut self, question: Question, prompt: &str) -> Result<String, String> {
        let lost = |why: std::io::Error| format!("the answers cannot be read: {why}");
        if self.is_a_person && question.is_secret() {
            return rpassword::prompt_password(prompt).map_err(lost);
        }
        print!("{prompt}");
        std::io::stdout().flush().map_err(lost)?;
        let mut line = String::new();
        let read = (&mut self.lines).take(LINE_MAX).read_line(&mut line);
        if read.map_err(lost)? == 0 {
            return Err(format!("there is no answer to: {}", question.words()));
        }
        if !self.is_a_person {
            println!();
        }
        let line = line.trim_end_matches(['\n', '\r']);
        // What is around a password may be part of it.
        let line = if question.is_secret() {
            line
        } else {
            line.trim()
        };
        match line.chars().any(char::is_control) {
            true => Err(format!(
                "{} An answer is one line of text",
                question.words()
            )),
            false => Ok(line.to_owned()),
        }
    }
}
