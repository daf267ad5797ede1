//! On what is a chart drawn, and how does that become a PNG? A ground on which each pixel is one of a few inks, so that four bits hold
//! it. Letters are doubled with smooth edges. What would lie outside is left out: nothing fails. Pure.

use super::Colour;
use super::lettering::Face;
use embedded_graphics::Pixel;
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::pixelcolor::{BinaryColor, PixelColor};
use embedded_graphics::prelude::{DrawTarget, Drawable, OriginDimensions, Point, Primitive, Size};
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use embedded_graphics::text::{Baseline, Text};
use std::convert::Infallible;

/// With what a pixel is painted. At most sixteen, four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Paper,
    Border,
    /// Across the plot.
    Line,
    /// Below the bars.
    Foot,
    Kind(Colour),
    /// Where a letter covers half of a pixel. Finer steps are not seen, and a picture with them is a fifth larger.
    Edge,
    Letter,
}

impl Ink {
    /// The order of the palette.
    pub(super) const ALL: [Self; 11] = [
        Self::Paper,
        Self::Border,
        Self::Line,
        Self::Foot,
        Self::Edge,
        Self::Letter,
        Self::Kind(Colour::Blue),
        Self::Kind(Colour::Orange),
        Self::Kind(Colour::Green),
        Self::Kind(Colour::Pink),
        Self::Kind(Colour::Grey),
    ];

    /// Red, green and blue, as sRGB.
    pub(super) const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Paper => [0xFF, 0xFF, 0xFF],
            Self::Border => [0xC4, 0xCA, 0xCF],
            Self::Line => [0xE2, 0xE6, 0xE9],
            Self::Foot => [0x6B, 0x75, 0x7D],
            Self::Edge => [0x8D, 0x91, 0x93],
            Self::Letter => [0x1B, 0x22, 0x27],
            Self::Kind(Colour::Blue) => [0x00, 0x72, 0xB2],
            Self::Kind(Colour::Orange) => [0xD5, 0x5E, 0x00],
            Self::Kind(Colour::Green) => [0x00, 0x9E, 0x73],
            Self::Kind(Colour::Pink) => [0xC8, 0x70, 0xA2],
            Self::Kind(Colour::Grey) => [0x40, 0x44, 0x48],
        }
    }

    /// Its place in the palette.
    fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|ink| *ink == self);
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or(0)
    }
}

impl PixelColor for Ink {
    type Raw = ();
}

/// Pixels in rows.
struct Grid<P> {
    width: i32,
    pixels: Vec<P>,
}

impl<P: Copy> Grid<P> {
    fn filled(width: i32, height: i32, with: P) -> Self {
        let (width, height) = (width.max(0), height.max(0));
        let pixels = vec![with; width.unsigned_abs() as usize * height.unsigned_abs() as usize];
        Self { width, pixels }
    }

    fn height(&self) -> i32 {
        let rows = self.pixels.len() / self.width.max(1).unsigned_abs() as usize;
        i32::try_from(rows).unwrap_or(0)
    }

    fn place(&self, x: i32, y: i32) -> Option<usize> {
        let inside = (0..self.width).contains(&x) && y >= 0;
        inside.then(|| {
            y.unsigned_abs() as usize * self.width.unsigned_abs() as usize
                + x.unsigned_abs() as usize
        })
    }

    fn at(&self, x: i32, y: i32) -> Option<P> {
        self.pixels.get(self.place(x, y)?).copied()
    }

    fn put(&mut self, x: i32, y: i32, pixel: P) {
        if let Some(place) = self.place(x, y)
            && let Some(there) = self.pixels.get_mut(place)
        {
            *there = pixel;
        }
    }
}

impl<P> OriginDimensions for Grid<P>
where
    P: Copy,
{
    fn size(&self) -> Size {
        Size::new(self.width.unsigned_abs(), self.height().unsigned_abs())
    }
}

impl<P: PixelColor> DrawTarget for Grid<P> {
    type Color = P;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<P>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, pixel) in pixels {
            self.put(point.x, point.y, pixel);
        }
        Ok(())
    }
}

/// The ground of a chart.
pub(super) struct Canvas {
    grid: Grid<Ink>,
}

impl Canvas {
    /// Paper with a border around it.
    pub(super) fn framed(width: i32, height: i32, border: i32) -> Self {
        let grid = Grid::filled(width, height, Ink::Border);
        let mut canvas = Self { grid };
        let (inner_width, inner_height) = (width - 2 * border, height - 2 * border);
        canvas.fill(border, border, inner_width, inner_height, Ink::Paper);
        canvas
    }

    /// A full rectangle.
    pub(super) fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, ink: Ink) {
        let size = Size::new(width.max(0).unsigned_abs(), height.max(0).unsigned_abs());
        let rectangle = Rectangle::new(Point::new(x, y), size);
        let Ok(()) = rectangle
            .into_styled(PrimitiveStyle::with_fill(ink))
            .draw(&mut self.grid);
    }

    /// A word whose upper left corner is there.
    pub(super) fn letters(&mut self, x: i32, y: i32, face: Face, word: &str) {
        let smooth = doubled(face, word);
        self.print(&smooth, |column, row| (x + column, y + row));
    }

    /// The same, turned so that it is read from below upwards; its upper left corner is that of the turned word.
    pub(super) fn letters_upwards(&mut self, x: i32, y: i32, face: Face, word: &str) {
        let smooth = doubled(face, word);
        let length = smooth.width;
        self.print(&smooth, |column, row| (x + row, y + length - 1 - column));
    }

    fn print(&mut self, word: &Grid<Option<Ink>>, to: impl Fn(i32, i32) -> (i32, i32)) {
        for row in 0..word.height() {
            for column in 0..word.width {
                if let Some(ink) = word.at(column, row).flatten() {
                    let (x, y) = to(column, row);
                    self.grid.put(x, y, ink);
                }
            }
        }
    }

    /// The picture with a palette, four bits a pixel.
    pub(super) fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.write_png(&mut bytes) {
            Ok(()) => bytes,
            Err(error) => unreachable!("memory takes every byte, and all sizes fit: {error}"),
        }
    }

    fn write_png(&self, bytes: &mut Vec<u8>) -> Result<(), png::EncodingError> {
        let Size { width, height } = self.grid.size();
        let mut encoder = png::Encoder::new(bytes, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(Ink::ALL.map(Ink::rgb).concat());
        encoder.set_compression(png::Compression::High);
        // Numbers of inks are no amounts: differences between them say nothing.
        encoder.set_filter(png::Filter::NoFilter);
        let rows = self.grid.pixels.chunks(width.max(1) as usize);
        let packed: Vec<u8> = rows.flat_map(packed).collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&packed)?;
        writer.finish()
    }
}

/// Two pixels a byte; a row ends with its byte.
fn packed(row: &[Ink]) -> impl Iterator<Item = u8> {
    row.chunks(2).map(|pair| {
        let number = |place: usize| pair.get(place).map_or(0, |ink| ink.number());
        number(0) << 4 | number(1)
    })
}

/// A word at twice its size: doubled twice along its edges, and each four pixels made one.
fn doubled(face: Face, word: &str) -> Grid<Option<Ink>> {
    let (width, height) = (face.width(word) / 2, face.height() / 2);
    let mut plain = Grid::filled(width, height, BinaryColor::Off);
    let style = MonoTextStyle::new(face.font(), BinaryColor::On);
    let Ok(_) = Text::with_baseline(word, Point::zero(), style, Baseline::Top).draw(&mut plain);
    let fine = along_edges(&along_edges(&plain));
    let mut smooth = Grid::filled(2 * width, 2 * height, None);
    for y in 0..2 * height {
        for x in 0..2 * width {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let covered = four.iter().filter(|(right, down)| {
                fine.at(2 * x + right, 2 * y + down) == Some(BinaryColor::On)
            });
            smooth.put(
                x,
                y,
                match covered.count() {
                    0 | 1 => None,
                    2 => Some(Ink::Edge),
                    _ => Some(Ink::Letter),
                },
            );
        }
    }
    smooth
}

/// Scale2x: each pixel becomes four, of which a corner takes the side of its two neighbours where these agree against the others.
fn along_edges(plain: &Grid<BinaryColor>) -> Grid<BinaryColor> {
    let mut fine = Grid::filled(2 * plain.width, 2 * plain.height(), BinaryColor::Off);
    for y in 0..plain.height() {
        for x in 0..plain.width {
            let at =
                |right: i32, down: i32| plain.at(x + right, y + down).unwrap_or(BinaryColor::Off);
            let (here, above, below, left, right) =
                (at(0, 0), at(0, -1), at(0, 1), at(-1, 0), at(1, 0));
            let is_edge = above != below && left != right;
            let corner = |one: BinaryColor, other: BinaryColor| {
                if is_edge && one == other { one } else { here }
            };
            fine.put(2 * x, 2 * y, corner(left, above));
            fine.put(2 * x + 1, 2 * y, corner(above, right));
            fine.put(2 * x, 2 * y + 1, corner(left, below));
            fine.put(2 * x + 1, 2 * y + 1, corner(below, right));
        }
    }
    fine
}
