//! Figures as a picture that every mail program shows: bars of parts on parts, as PNG. Drawn at twice the size at which it is shown, for sharp
//! screens, on white inside a thin border, so that it stands as well in a dark program. The same figures give the same bytes. Names may
//! be anybody's words: each is cut, and nothing that they hold or count can fail. Pure.

mod axis;
mod canvas;
mod lettering;

#[cfg(test)]
mod tests;

use crate::plot::Bar;
use axis::{Axis, short};
use canvas::{Canvas, Ink};
use lettering::{Face, Lettering, drawable};

/// As wide as it is shown, in pixels of a page.
const SHOWN_WIDTH: u32 = 600;

/// Pixels drawn for each one shown.
const SHARPNESS: u32 = 2;

/// The days of a month; a letter tells of fewer.
const BARS_MAX: usize = 31;

/// Of parts in a bar.
const KINDS_MAX: usize = 8;

const NAME_MAX_CHARACTERS: usize = 10;
const KIND_MAX_CHARACTERS: usize = 24;

// All that follows is in drawn pixels.
const WIDTH: i32 = (SHOWN_WIDTH * SHARPNESS) as i32;
const BORDER: i32 = 2;
/// Between the border and everything else.
const MARGIN: i32 = 28;
const LEGEND_ROW: i32 = 44;
/// The side of a legend's square.
const SQUARE: i32 = 24;
/// From the foot to the top of the axis.
const PLOT: i32 = 360;
/// Between a bar and its count or name, and between the axis and its numbers.
const GAP: i32 = 10;
const BAR_WIDTH_MAX: i32 = 110;
/// What is there is seen, however little it is beside the rest.
const PART_MIN: i32 = 2;
/// The ground that shows between two parts.
const SEAM: i32 = 2;

/// A picture for a mail.
pub(crate) struct Picture {
    pub(crate) png: Vec<u8>,
    /// As it is to be shown, in pixels of a page: half of what the PNG has.
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// What parts of bars are: those at the same place in each bar.
pub(crate) struct Kind<'a> {
    /// Its word in the legend.
    pub(crate) called: &'a str,
    pub(crate) colour: Colour,
}

/// Colours that people tell apart who see no red, no green or no blue, each 3 to 1 or more against white (WCAG 1.4.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Blue,
    Orange,
    Green,
    Pink,
    Grey,
}

/// Bars side by side, each of parts on parts, with the legend above, each bar's name below and its count on top. At most 31 bars of eight
/// kinds are drawn; parts without a kind are not counted.
pub(crate) fn stacked(bars: &[Bar], kinds: &[Kind<'_>], title: &str) -> Picture {
    let kinds = kinds.get(..KINDS_MAX).unwrap_or(kinds);
    let columns: Vec<Column> = bars
        .iter()
        .take(BARS_MAX)
        .map(|bar| Column::of(bar, kinds))
        .collect();
    let axis = Axis::up_to(columns.iter().map(|column| column.total).max().unwrap_or(0));
    let numbers: Vec<(u128, String)> = axis.numbers().map(|n| (n, short(n))).collect();

    let face = Face::Plain15;
    let widest = numbers.iter().map(|(_, number)| face.width(number)).max();
    let left = MARGIN + widest.unwrap_or(0) + GAP;
    let slots = Slots::between(left, WIDTH - MARGIN, columns.len());
    let names = Lettering::fitting(
        &Face::PLAIN,
        columns.iter().map(|it| &it.name),
        slots.step(),
    );
    let counts = Lettering::fitting(
        &Face::BOLD,
        columns.iter().map(|it| &it.count),
        slots.step(),
    );

    let legend_top = MARGIN + Face::Bold18.height() + GAP;
    let legend = legend(kinds);
    let legend_rows = legend.last().map_or(0, |entry| entry.row + 1);
    let spare = PART_MIN * kinds.len() as i32;
    let top = legend_top + legend_rows * LEGEND_ROW + GAP + counts.height + GAP + spare;
    let foot = top + PLOT;
    let height = foot + GAP + names.height + MARGIN;
    // An even number, so that it is shown at whole pixels.
    let height = height + height % 2;

    let mut canvas = Canvas::framed(WIDTH, height, BORDER);
    let title = drawable(
        title,
        ((WIDTH - 2 * MARGIN) / Face::Bold18.width("m")) as usize,
    );
    canvas.letters(MARGIN, MARGIN, Face::Bold18, &title);
    for entry in &legend {
        let y = legend_top + entry.row * LEGEND_ROW + (LEGEND_ROW - SQUARE) / 2;
        canvas.fill(entry.x, y, SQUARE, SQUARE, entry.ink);
        let middle = y + (SQUARE - face.height()) / 2;
        canvas.letters(entry.x + SQUARE + GAP, middle, face, &entry.word);
    }
    for (number, word) in &numbers {
        let y = foot - axis.height(*number, PLOT);
        canvas.fill(left, y - 1, WIDTH - MARGIN - left, 2, Ink::Line);
        let x = left - GAP - face.width(word);
        canvas.letters(x, y - face.height() / 2, face, word);
    }
    for (place, column) in columns.iter().enumerate() {
        let middle = slots.middle(place);
        let top = column.draw(&mut canvas, &axis, middle, slots.bar_width(), foot);
        counts.above(&mut canvas, middle, top - GAP, &column.count);
        names.below(&mut canvas, middle, foot + GAP, &column.name);
    }
    canvas.fill(left, foot, WIDTH - MARGIN - left, 2, Ink::Foot);
    Picture {
        png: canvas.png(),
        width: SHOWN_WIDTH,
        height: height.unsigned_abs() / SHARPNESS,
    }
}

/// A bar with its words made ready.
struct Column {
    name: String,
    parts: Vec<(u128, Ink)>,
    total: u128,
    /// The total as it stands above the bar.
    count: String,
}

impl Column {
    fn of(bar: &Bar, kinds: &[Kind<'_>]) -> Self {
        let parts: Vec<(u128, Ink)> = bar
            .parts
            .iter()
            .zip(kinds)
            .map(|(count, kind)| (*count as u128, Ink::Kind(kind.colour)))
            .collect();
        let total = parts.iter().map(|(count, _)| count).sum();
        Self {
            name: drawable(&bar.name, NAME_MAX_CHARACTERS),
            parts,
            total,
            count: short(total),
        }
    }

    /// Draws the parts from the foot upwards; where the highest ends.
    fn draw(&self, canvas: &mut Canvas, axis: &Axis, middle: i32, width: i32, foot: i32) -> i32 {
        let mut below = 0;
        let mut y = foot;
        for (count, ink) in &self.parts {
            if *count == 0 {
                continue;
            }
            // From the sums, not from the parts: what is rounded does not add up.
            let exact = axis.height(below + count, PLOT) - axis.height(below, PLOT);
            let height = exact.max(PART_MIN);
            let seam = if below > 0 && height > 2 * SEAM {
                SEAM
            } else {
                0
            };
            y -= height;
            canvas.fill(middle - width / 2, y, width, height - seam, *ink);
            below += count;
        }
        y
    }
}

/// The places of the bars.
struct Slots {
    left: i32,
    width: i32,
    count: i32,
}

impl Slots {
    fn between(left: i32, right: i32, count: usize) -> Self {
        Self {
            left,
            width: right - left,
            count: i32::try_from(count).unwrap_or(i32::MAX).max(1),
        }
    }

    fn middle(&self, place: usize) -> i32 {
        let place = i32::try_from(place).unwrap_or(0);
        self.left + (2 * place + 1) * self.width / (2 * self.count)
    }

    /// From a bar's middle to the next.
    fn step(&self) -> i32 {
        self.width / self.count
    }

    fn bar_width(&self) -> i32 {
        (self.width * 5 / 8 / self.count).clamp(2, BAR_WIDTH_MAX)
    }
}

/// A kind in the legend.
struct Entry {
    x: i32,
    row: i32,
    ink: Ink,
    word: String,
}

/// Side by side, and in a further row where the room ends.
fn legend(kinds: &[Kind<'_>]) -> Vec<Entry> {
    let (mut x, mut row) = (MARGIN, 0);
    let mut entries = Vec::new();
    for kind in kinds {
        let word = drawable(kind.called, KIND_MAX_CHARACTERS);
        let width = SQUARE + GAP + Face::Plain15.width(&word);
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, row) = (MARGIN, row + 1);
        }
        let ink = Ink::Kind(kind.colour);
        entries.push(Entry { x, row, ink, word });
        x += width + MARGIN;
    }
    entries
}
