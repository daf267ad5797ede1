//! Pictures as SVG, drawn from figures, for pages that take no script: bars on bars. Each says in words what it shows, takes its colours from the
//! page's style sheet by class, and holds no text of a mail. Pure.

use std::fmt::Write;

pub(crate) const WIDTH: f64 = 640.0;
pub(crate) const HEIGHT: f64 = 220.0;
/// Room for the numbers at the left and below.
pub(crate) const LEFT: f64 = 56.0;
pub(crate) const BELOW: f64 = 32.0;
/// A date on a phone, where letters are drawn larger.
const DATE_WIDTH: f64 = 140.0;

/// One bar: what it is called, and its parts in the order in which they stand on each other.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) parts: Vec<usize>,
}

/// The beginning of a picture that says what it shows.
pub(crate) fn open(height: f64, says: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{says}\">")
}

/// The height of the highest bar; at least one.
pub(crate) fn most_of(bars: &[Bar]) -> usize {
    let heights = bars.iter().map(|bar| bar.parts.iter().sum::<usize>());
    heights.max().unwrap_or_default().max(1)
}

/// Bars side by side, each of parts on parts. `kinds` are the class of each part and what it is called; `before` stands before a bar's name.
pub(crate) fn stacked(bars: &[Bar], before: &str, kinds: &[(&str, &str)], says: &str) -> String {
    let most = most_of(bars);
    let mut svg = open(HEIGHT, says);
    axis(&mut svg, most);
    let step = (WIDTH - LEFT) / bars.len().max(1) as f64;
    let scale = (HEIGHT - BELOW - 10.0) / most as f64;
    // So many names find room below.
    let labelled = bars
        .len()
        .div_ceil(4)
        .max((DATE_WIDTH / step).ceil() as usize);
    for (place, bar) in bars.iter().enumerate() {
        let x = LEFT + place as f64 * step;
        let mut y = HEIGHT - BELOW;
        let name = &bar.name;
        for ((class, called), count) in kinds.iter().zip(&bar.parts) {
            if *count == 0 {
                continue;
            }
            let height = *count as f64 * scale;
            y -= height;
            let width = (step - 1.0).max(1.0);
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{before}{name}: {count} {called}</title></rect>"
            );
        }
        if place % labelled == 0 && x + DATE_WIDTH <= WIDTH {
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\">{name}</text>",
                HEIGHT - 8.0
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The number at the top of the axis and at its foot.
fn axis(svg: &mut String, most: usize) {
    let foot = HEIGHT - BELOW;
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"18\">{most}</text><text x=\"0\" y=\"{foot}\">0</text><line x1=\"{LEFT}\" y1=\"{foot}\" x2=\"{WIDTH}\" y2=\"{foot}\"/>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_on_each_other_and_nothing_is_drawn_of_none() {
        let bar = |name: &str, parts: &[usize]| Bar {
            name: name.to_owned(),
            parts: parts.to_vec(),
        };
        let bars = [bar("a", &[3, 1]), bar("b", &[0, 2])];
        assert_eq!(most_of(&bars), 4);
        let svg = stacked(&bars, "Day ", &[("one", "ones"), ("two", "twos")], "says");
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains("<title>Day b: 2 twos</title>"), "{svg}");
        // The upper part ends where the axis has its highest number.
        assert!(svg.contains("y=\"10.0\""), "{svg}");
    }
}
