//! Which elements keep their text from the reader's eye: by their own style, by a class that a style sheet hides, by the colour of what is
//! behind them?

use crate::mail::bounds::beginning;
use std::collections::HashSet;

/// The longest style sheet that is read, and the most rules of it.
const SHEET_MAX_BYTES: usize = 128 * 1024;
const RULES_MAX: usize = 2_000;

/// What a style says about visibility.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// Hidden whatever is around it.
    pub(super) is_hidden: bool,
    /// The font is too small to be seen, or is not; further in another size may be set. Newsletters close the gaps between
    /// their columns with `font-size: 0` and set the real size inside.
    pub(super) is_tiny: Option<bool>,
    /// The colour of text.
    pub(super) color: Option<Color>,
    /// What is behind the text.
    pub(super) background: Option<Color>,
}

/// A colour as its red, green and blue, or one that is none (an image, a gradient).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Plain([u8; 3]),
    Other,
}

/// Reads a style, already in lower case.
pub(super) fn look_of(style: &str) -> Look {
    let mut look = Look::default();
    if style.is_empty() {
        return look;
    }
    let (mut has_no_room, mut is_clipped) = (false, false);
    for rule in style.split(';') {
        let Some((key, value)) = rule.split_once(':') else {
            continue;
        };
        let value = value.trim().trim_end_matches("!important").trim();
        let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
        let unit = value.strip_prefix(digits).unwrap_or_default();
        let number = digits.trim().parse::<f32>().ok();
        let is_zero = number == Some(0.0);
        match key.trim() {
            "display" => look.is_hidden |= value == "none",
            "visibility" => look.is_hidden |= matches!(value, "hidden" | "collapse"),
            "mso-hide" => look.is_hidden |= value == "all",
            "opacity" => look.is_hidden |= is_zero,
            "font-size" => look.is_tiny = is_tiny(number, unit).or(look.is_tiny),
            "max-height" | "max-width" | "height" => has_no_room |= is_zero,
            "overflow" => is_clipped |= value == "hidden",
            "left" | "top" | "right" | "text-indent" | "margin-left" | "margin-top" => {
                look.is_hidden |= number.is_some_and(|number| number <= -500.0);
            }
            "color" => look.color = Some(color(value)),
            "background" | "background-color" => look.background = Some(color(value)),
            _ => {}
        }
    }
    look.is_hidden |= has_no_room && is_clipped;
    look
}

/// Whether a font size is too small to be seen; `None` where it depends on the size around it.
fn is_tiny(number: Option<f32>, unit: &str) -> Option<bool> {
    match (number, unit) {
        (Some(number), _) if number <= 0.0 => Some(true),
        (Some(_), "em" | "ex" | "%") => None,
        (Some(number), "" | "px" | "pt") => Some(number <= 1.0),
        (None, "inherit" | "larger" | "smaller") => None,
        _ => Some(false),
    }
}

/// Reads a colour; words that are no colour give [`Color::Other`].
pub(super) fn color(value: &str) -> Color {
    let value = value.trim();
    let named = [
        ("white", [255, 255, 255]),
        ("black", [0, 0, 0]),
        ("red", [255, 0, 0]),
        ("transparent", [255, 255, 255]),
    ];
    if let Some((_, found)) = named.iter().find(|(name, _)| *name == value) {
        return Color::Plain(*found);
    }
    let digits = value.strip_prefix('#').unwrap_or_default();
    let byte = |text: Option<&str>| u8::from_str_radix(text?, 16).ok();
    let found = match digits.len() {
        3 => {
            let one = |at: usize| byte(digits.get(at..=at)).map(|half| half * 17);
            (one(0), one(1), one(2))
        }
        6 | 8 => (
            byte(digits.get(0..2)),
            byte(digits.get(2..4)),
            byte(digits.get(4..6)),
        ),
        _ => {
            let inside = value
                .strip_prefix("rgb")
                .and_then(|rest| rest.split_once('('))
                .and_then(|(_, rest)| rest.split_once(')'))
                .map_or("", |(inside, _)| inside);
            let mut numbers = inside
                .split([',', ' ', '/'])
                .filter(|word| !word.is_empty())
                .map(|word| word.parse::<u8>().ok());
            (
                numbers.next().flatten(),
                numbers.next().flatten(),
                numbers.next().flatten(),
            )
        }
    };
    match found {
        (Some(red), Some(green), Some(blue)) => Color::Plain([red, green, blue]),
        _ => Color::Other,
    }
}

/// Whether text of this colour is as good as invisible on that background.
pub(super) fn is_same(text: Option<Color>, background: Option<Color>) -> bool {
    let (Some(Color::Plain(text)), Some(Color::Plain(background))) = (text, background) else {
        return false;
    };
    text.iter()
        .zip(background)
        .all(|(one, other)| one.abs_diff(other) <= 3)
}

/// The classes and identifiers that style sheets hide: those of plain selectors, outside of conditions.
#[derive(Debug, Default)]
pub(super) struct HiddenNames {
    classes: HashSet<String>,
    ids: HashSet<String>,
}

impl HiddenNames {
    /// Reads a style sheet.
    pub(super) fn read(&mut self, sheet: &str) {
        let sheet = beginning(sheet, SHEET_MAX_BYTES).to_ascii_lowercase();
        let mut rest = sheet.as_str();
        for _ in 0..RULES_MAX {
            let Some((selector, after)) = rest.split_once('{') else {
                return;
            };
            let selector = selector
                .rsplit_once("*/")
                .map_or(selector, |(_, last)| last)
                .trim();
            if selector.starts_with('@') {
                rest = after_block(after);
                continue;
            }
            let (declarations, after) = after.split_once('}').unwrap_or((after, ""));
            if look_of(declarations).is_hidden {
                self.add(selector);
            }
            rest = after;
        }
    }

    fn add(&mut self, selectors: &str) {
        for selector in selectors.split(',').take(50) {
            let selector = selector.trim();
            // `.x p` hides only some of what lies in `.x`.
            if selector.contains([' ', '>', ':', '[', '~', '+']) {
                continue;
            }
            if let Some((_, class)) = selector.rsplit_once('.') {
                self.classes.insert(class.to_owned());
            } else if let Some((_, id)) = selector.rsplit_once('#') {
                self.ids.insert(id.to_owned());
            }
        }
    }

    /// Whether an element of these classes and this identifier (in lower case) is hidden.
    pub(super) fn hide(&self, class: &str, id: &str) -> bool {
        (!self.classes.is_empty()
            && class
                .split_whitespace()
                .take(20)
                .any(|name| self.classes.contains(name)))
            || (!self.ids.is_empty() && self.ids.contains(id))
    }
}

/// What follows a block of blocks, as conditions have them.
fn after_block(text: &str) -> &str {
    let mut depth = 1_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return text.get(at + 1..).unwrap_or_default();
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_in_all_their_forms() {
        for white in [
            "#fff",
            "#ffffff",
            "white",
            "rgb(255, 255, 255)",
            "rgba(255,255,255,1)",
            "#fefefe",
        ] {
            assert!(
                is_same(Some(color(white)), Some(color("#ffffff"))),
                "{white}"
            );
        }
        assert!(!is_same(
            Some(color("url(x.png)")),
            Some(color("url(x.png)"))
        ));
        assert!(!is_same(Some(color("#fff")), None));
    }

    #[test]
    fn style_sheets_hide_by_plain_selectors_only() {
        let mut hidden = HiddenNames::default();
        hidden.read("p{margin:0} /* x */ .preheader, #gone, td.tiny { display : none !important } .a .b{display:none} @media print { .seen { display:none } } .later{visibility:hidden}");
        assert!(
            hidden.hide("x preheader", "")
                && hidden.hide("", "gone")
                && hidden.hide("tiny", "")
                && hidden.hide("later", "")
        );
        assert!(!hidden.hide("a b seen", "x"));
    }
}
