//! Card and account numbers by their check digits. Reads hostile input; linear.

use regex::Regex;

/// Finds numbers that must never be answered by a machine.
#[derive(Debug)]
pub(super) struct PaymentNumbers {
    card: Option<Regex>,
    account: Option<Regex>,
}

impl PaymentNumbers {
    pub(super) fn new() -> Self {
        Self {
            card: Regex::new(r"[0-9](?:[ \-.]?[0-9]){12,18}").ok(),
            account: Regex::new(r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]){11,30}\b").ok(),
        }
    }

    /// The kind of number found, without the number itself: evidence is shown to people and kept.
    pub(super) fn find(&self, text: &str) -> Option<&'static str> {
        let card = self.card.iter().any(|pattern| {
            pattern.find_iter(text).take(200).any(|found| {
                let before = text
                    .get(..found.start())
                    .and_then(|text| text.chars().next_back());
                let after = text.get(found.end()..).and_then(|text| text.chars().next());
                let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '+');
                alone(before) && alone(after) && is_card_number(found.as_str())
            })
        });
        if card {
            return Some("a card number");
        }
        let account = self.account.iter().any(|pattern| {
            pattern
                .find_iter(text)
                .take(200)
                .any(|found| holds_account(found.as_str()))
        });
        account.then_some("an account number (IBAN)")
    }
}

/// ISO/IEC 7812: as many digits as cards have that begin so, Luhn. (One in ten telephone numbers passes Luhn.)
pub(crate) fn is_card_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if !is_length_of_cards(&digits) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Thirteen digits are a telephone number with its country (`49 171 …`, `55 11 …`): no card in use has so few.
fn is_length_of_cards(digits: &[u32]) -> bool {
    match (digits, digits.len()) {
        // American Express.
        ([3, 4 | 7, ..], 15) => true,
        // Diners Club.
        ([3, 0 | 6 | 8 | 9, ..], 14) => true,
        // Mastercard, JCB, Visa, Maestro, Discover.
        ([2..=6, ..], 16) => true,
        ([4..=6, ..], 17..=19) => true,
        _ => false,
    }
}

/// ISO 13616: the text may run on into the next words (`… 00 t.n.v.`), so every length is tried.
fn holds_account(text: &str) -> bool {
    let compact: Vec<char> = text
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (15..=compact.len().min(34)).any(|length| compact.get(..length).is_some_and(is_account))
}

fn is_account(characters: &[char]) -> bool {
    let (head, tail) = characters.split_at(4.min(characters.len()));
    // Some digits must be there beyond the check digits: words alone are no account.
    if tail.iter().filter(|c| c.is_ascii_digit()).count() < 6 {
        return false;
    }
    let mut rest = 0_u32;
    for c in tail.iter().chain(head) {
        let Some(value) = c.to_digit(36) else {
            return false;
        };
        rest = if value > 9 {
            (rest * 100 + value) % 97
        } else {
            (rest * 10 + value) % 97
        };
    }
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_with_right_check_digits_count() {
        let numbers = PaymentNumbers::new();
        for (text, expected) in [
            ("Visa 4111 1111 1111 1111, to the end", true),
            ("5500-0000-0000-0004", true),
            ("4111 1111 1111 1112", false),
            ("op NL91 ABNA 0417 1643 00 t.n.v. G. Prins", true),
            ("IBAN GB29 NWBK 6016 1331 9268 19, in the name", true),
            ("IBAN GB29 NWBK 6016 1331 9268 18, in the name", false),
            ("Amex 3782 822463 10005", true),
            ("call +44 1632 960882", false),
            ("call me back at 044 123 45 67", false),
            ("Tel. 0041 44 123 45 67, +41 79 123 45 67", false),
            ("49 171 234567890, 49 1712345674, 55 11 91234 5678", false),
            ("4917123456786, 4917123456787, 4917123456788", false),
            ("06 12 34 56 78 ou 01 23 45 67 89", false),
            ("+39 02 1234 5678, 0031 20 123 4567, 351 912 345 678", false),
            ("(555) 123-4567 ext. 4012, 1-800-555-0199", false),
            ("AB-204518 and AB-204519", false),
        ] {
            assert_eq!(numbers.find(text).is_some(), expected, "{text}");
        }
    }
}
