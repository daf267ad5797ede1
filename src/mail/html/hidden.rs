//! Which elements keep their text from the reader's eye: by their own style, by a class that a style sheet hides, by the colour of what is
//! behind them?

use super::entities::entity;
use crate::mail::bounds::beginning;
use std::borrow::Cow;
use std::collections::HashMap;

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

impl Look {
    /// This look, and where it says nothing, another.
    fn over(self, other: &Self) -> Self {
        Self {
            is_hidden: self.is_hidden || other.is_hidden,
            is_tiny: self.is_tiny.or(other.is_tiny),
            color: self.color.or(other.color),
            background: self.background.or(other.background),
        }
    }
}

/// A colour as its red, green and blue, none at all, or one that is not known (an image, a gradient).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Plain([u8; 3]),
    Clear,
    Other,
}

/// What a page is where nothing says otherwise.
pub(super) const PAPER: Color = Color::Plain([255, 255, 255]);

/// A style as a browser reads it: without comments, with its references and escapes resolved.
fn plainly(style: &str) -> Cow<'_, str> {
    if !style.contains(['&', '\\']) && !style.contains("/*") {
        return Cow::Borrowed(style);
    }
    let mut plain = String::with_capacity(style.len());
    let mut rest = style;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match character {
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '&' => match entity(rest) {
                Some((decoded, of_reference)) => {
                    plain.push(decoded.to_ascii_lowercase());
                    length = of_reference;
                }
                None if rest.starts_with("&colon;") => {
                    plain.push(':');
                    length = "&colon;".len();
                }
                None => plain.push('&'),
            },
            // CSS Syntax 3, section 4.3.7: up to six digits, and one blank behind them.
            '\\' => {
                let behind = rest.get(1..).unwrap_or_default();
                let digits = behind
                    .bytes()
                    .take(6)
                    .take_while(u8::is_ascii_hexdigit)
                    .count();
                let code = behind
                    .get(..digits)
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                if let Some(escaped) = code.and_then(char::from_u32) {
                    plain.push(escaped.to_ascii_lowercase());
                    length = 1 + digits;
                    length += usize::from(
                        behind
                            .get(digits..)
                            .is_some_and(|rest| rest.starts_with(' ')),
                    );
                }
            }
            other => plain.push(other),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Cow::Owned(plain)
}

/// Reads a style, already in lower case.
pub(super) fn look_of(style: &str) -> Look {
    let mut look = Look::default();
    if style.is_empty() {
        return look;
    }
    let (mut has_no_room, mut is_clipped) = (false, false);
    for rule in plainly(style).split(';') {
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
            "opacity" => look.is_hidden |= number.is_some_and(|number| number <= 0.02),
            "content-visibility" => look.is_hidden |= value == "hidden",
            "clip-path" => look.is_hidden |= clips_all(value),
            "clip" => look.is_hidden |= clips_all(value),
            "transform" => look.is_hidden |= value.replace(' ', "").contains("scale(0)"),
            "filter" => look.is_hidden |= value.replace(' ', "").contains("opacity(0"),
            "font" => look.is_tiny = font_is_tiny(value).or(look.is_tiny),
            "font-size" => look.is_tiny = is_tiny(number, unit).or(look.is_tiny),
            "max-height" | "max-width" | "height" | "width" => has_no_room |= is_zero,
            "overflow" | "overflow-x" | "overflow-y" => {
                is_clipped |= matches!(value, "hidden" | "clip");
            }
            "left" | "top" | "right" | "text-indent" | "margin-left" | "margin-top" => {
                look.is_hidden |= number.is_some_and(|number| number <= -500.0);
            }
            "color" => look.color = Some(color(value)),
            "-webkit-text-fill-color"
                if color(value) == Color::Clear && !style.contains("background") =>
            {
                look.color = Some(Color::Clear);
            }
            "background" | "background-color" => {
                // What is clear shows what lies behind it.
                look.background = Some(color(value))
                    .filter(|color| *color != Color::Clear)
                    .or(look.background);
            }
            _ => {}
        }
    }
    look.is_hidden |= has_no_room && is_clipped;
    look
}

/// Whether a clip leaves nothing (`rect(0,0,0,0)`, `inset(100%)`, `circle(0)`).
fn clips_all(value: &str) -> bool {
    let value = value.replace([' ', ','], "_");
    [
        "rect(0_0_0_0)",
        "rect(0px_0px_0px_0px)",
        "rect(1px_1px_1px_1px)",
        "inset(100%",
        "inset(50%",
        "circle(0",
    ]
    .iter()
    .any(|none| value.replace("__", "_").starts_with(none))
}

/// Whether the size in `font: 0/0 a` is too small to be seen.
fn font_is_tiny(value: &str) -> Option<bool> {
    let size = value
        .split([' ', '/'])
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = size.strip_prefix(digits).unwrap_or_default();
    is_tiny(digits.parse().ok(), unit)
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
    if is_clear(value) {
        return Color::Clear;
    }
    let named = [
        ("white", [255, 255, 255]),
        ("snow", [255, 250, 250]),
        ("ivory", [255, 255, 240]),
        ("ghostwhite", [248, 248, 255]),
        ("whitesmoke", [245, 245, 245]),
        ("black", [0, 0, 0]),
        ("red", [255, 0, 0]),
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

/// Whether a colour is none: `transparent`, or one that lets all through.
fn is_clear(value: &str) -> bool {
    let alpha = || {
        let inside = value.strip_prefix("rgba(")?.strip_suffix(')')?;
        inside
            .rsplit([',', '/', ' '])
            .next()?
            .trim()
            .parse::<f32>()
            .ok()
    };
    let hexadecimal = value.strip_prefix('#').unwrap_or_default();
    let is_hexadecimal_clear = match hexadecimal.len() {
        4 => hexadecimal.ends_with('0'),
        8 => hexadecimal.ends_with("00"),
        _ => false,
    };
    value == "transparent" || is_hexadecimal_clear || alpha().is_some_and(|alpha| alpha <= 0.02)
}

/// Text whose colour differs from its background by no more than this, in each of red, green and blue, is not seen.
const UNSEEN_DIFFERENCE: u8 = 10;

/// Whether text of this colour is as good as invisible on that background.
pub(super) fn is_same(text: Option<Color>, background: Option<Color>) -> bool {
    if text == Some(Color::Clear) {
        return true;
    }
    let (Some(Color::Plain(text)), Some(Color::Plain(background))) = (text, background) else {
        return false;
    };
    text.iter()
        .zip(background)
        .all(|(one, other)| one.abs_diff(other) <= UNSEEN_DIFFERENCE)
}

/// What style sheets say of classes and identifiers, by plain selectors outside of conditions.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    classes: HashMap<String, Look>,
    ids: HashMap<String, Look>,
    /// They set a background in a way that is not followed.
    pub(super) set_other_backgrounds: bool,
}

impl Sheets {
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
                let behind = after_block(after);
                let inside = after.len() - behind.len();
                let inside = after.get(..inside).unwrap_or_default();
                self.set_other_backgrounds |= inside.contains("background");
                rest = behind;
                continue;
            }
            let (declarations, after) = after.split_once('}').unwrap_or((after, ""));
            let look = look_of(declarations);
            if look != Look::default() {
                self.add(selector, &look);
            }
            rest = after;
        }
    }

    fn add(&mut self, selectors: &str, look: &Look) {
        for selector in selectors.split(',').take(50) {
            let selector = selector.trim();
            // `.x p` hides only some of what lies in `.x`.
            let is_plain = !selector.contains([' ', '>', ':', '[', '~', '+']);
            let names = match (
                is_plain,
                selector.rsplit_once('.'),
                selector.rsplit_once('#'),
            ) {
                (true, Some((_, class)), _) => Some((&mut self.classes, class)),
                (true, None, Some((_, id))) => Some((&mut self.ids, id)),
                _ => None,
            };
            let Some((names, name)) = names else {
                self.set_other_backgrounds |= look.background.is_some();
                continue;
            };
            let known = names.remove(name).unwrap_or_default();
            names.insert(name.to_owned(), look.clone().over(&known));
        }
    }

    /// How an element of this style, these classes and this identifier (in lower case) looks.
    pub(super) fn look(&self, style: &str, class: &str, id: &str) -> Look {
        let mut look = look_of(style);
        if !self.ids.is_empty()
            && let Some(known) = self.ids.get(id)
        {
            look = look.over(known);
        }
        if !self.classes.is_empty() {
            for name in class.split_whitespace().take(20) {
                if let Some(known) = self.classes.get(name) {
                    look = look.over(known);
                }
            }
        }
        look
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
        let mut sheets = Sheets::default();
        sheets.read("p{margin:0} /* x */ .preheader, #gone, td.tiny { display : none !important } .a .b{display:none} @media print { .seen { display:none } } .later{visibility:hidden}");
        let hides = |class: &str, id: &str| sheets.look("", class, id).is_hidden;
        assert!(
            hides("x preheader", "")
                && hides("", "gone")
                && hides("tiny", "")
                && hides("later", "")
        );
        assert!(!hides("a b seen", "x"));
    }

    #[test]
    fn a_style_is_read_as_a_browser_reads_it() {
        for hidden in [
            "dis\\70lay:none",
            "display:/* x */none",
            "display&colon;none",
            "display&#58;none",
            "clip: rect(0, 0, 0, 0)",
            "clip-path:inset(100%)",
            "transform: scale( 0 )",
        ] {
            assert!(look_of(hidden).is_hidden, "{hidden}");
        }
        assert_eq!(look_of("font:0/0 a").is_tiny, Some(true));
        assert_eq!(look_of("font:bold 14px/20px arial").is_tiny, Some(false));
        assert_eq!(look_of("color:rgba(0,0,0,0)").color, Some(Color::Clear));
        assert_eq!(look_of("background:transparent").background, None);
    }
}
