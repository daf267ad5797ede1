//! What a person sees, read back from the PNG.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The pixels of a picture, row by row.
struct Seen {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

fn seen(picture: &Picture) -> Seen {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&picture.png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(
        (frame.width, frame.height),
        (2 * picture.width, 2 * picture.height)
    );
    Seen {
        width: frame.width as usize,
        pixels: bytes
            .chunks_exact(3)
            .map(|it| [it[0], it[1], it[2]])
            .collect(),
    }
}

impl Seen {
    fn count(&self, ink: Ink) -> usize {
        self.pixels.iter().filter(|it| **it == ink.rgb()).count()
    }

    /// How high a colour stands in each of the bars, from left to right, below a legend of one row.
    fn heights(&self, colour: Colour) -> Vec<usize> {
        let above = MARGIN + Face::Bold18.height() + GAP + LEGEND_ROW;
        let height = |x: usize| {
            let begin = above as usize * self.width + x;
            let column = self.pixels.iter().skip(begin).step_by(self.width);
            column.filter(|it| **it == Ink::Kind(colour).rgb()).count()
        };
        let columns: Vec<usize> = (0..self.width).map(height).collect();
        let bars = columns.chunk_by(|one, other| (*one == 0) == (*other == 0));
        let bars = bars.map(|bar| (bar[0], bar.iter().all(|it| *it == bar[0])));
        let bars: Vec<_> = bars.filter(|(height, _)| *height > 0).collect();
        assert!(bars.iter().all(|(_, is_even)| *is_even), "{bars:?}");
        bars.into_iter().map(|(height, _)| height).collect()
    }
}

fn bar(name: &str, parts: &[usize]) -> Bar {
    Bar {
        name: name.to_owned(),
        parts: parts.to_vec(),
    }
}

fn kind(called: &str, colour: Colour) -> Kind<'_> {
    Kind { called, colour }
}

const COLOURS: [Colour; 5] = [
    Colour::Blue,
    Colour::Orange,
    Colour::Green,
    Colour::Pink,
    Colour::Grey,
];

fn decisions() -> [Kind<'static>; 4] {
    [
        kind("Beantwortet", Colour::Green),
        kind("Rückfragen", Colour::Blue),
        kind("Entwürfe", Colour::Pink),
        kind("Übergeben", Colour::Orange),
    ]
}

/// Where a person can look at it.
fn kept(name: &str, picture: &Picture) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp/charts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), &picture.png).unwrap();
}

/// Figures that look like those of a desk, the same at each run.
fn figures(bars: usize, most: usize, name: impl Fn(usize) -> String) -> Vec<Bar> {
    let mut state = 7_usize;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below.max(1)
    };
    let bars = (0..bars).map(|place| Bar {
        name: name(place),
        parts: vec![next(most), next(most / 3), next(most / 5), next(most / 2)],
    });
    bars.collect()
}

#[test]
fn twice_the_count_is_twice_as_high() {
    let picture = stacked(
        &[bar("a", &[10]), bar("b", &[20]), bar("c", &[5])],
        &[kind("x", Colour::Blue)],
        "",
    );
    assert_eq!(seen(&picture).heights(Colour::Blue), [180, 360, 90]);
}

#[test]
fn parts_stand_on_each_other_in_their_order() {
    let kinds = [kind("", Colour::Blue), kind("", Colour::Orange)];
    let seen = seen(&stacked(&[bar("a", &[3, 1])], &kinds, ""));
    // A seam of paper lies between them.
    assert_eq!(seen.heights(Colour::Blue), [270]);
    assert_eq!(seen.heights(Colour::Orange), [88]);
    let row_of = |colour: Colour| {
        let place = seen
            .pixels
            .iter()
            .rposition(|it| *it == Ink::Kind(colour).rgb());
        place.unwrap() / seen.width
    };
    assert!(row_of(Colour::Orange) < row_of(Colour::Blue));
}

#[test]
fn nothing_is_drawn_of_none_and_little_is_still_seen() {
    let kinds = [kind("", Colour::Blue), kind("", Colour::Orange)];
    let seen = seen(&stacked(
        &[
            bar("a", &[0, 100_000]),
            bar("b", &[1, 0]),
            bar("c", &[0, 0]),
        ],
        &kinds,
        "",
    ));
    assert_eq!(seen.heights(Colour::Blue), [PART_MIN as usize]);
    assert_eq!(seen.heights(Colour::Orange), [360]);
}

#[test]
fn without_any_count_there_is_an_empty_frame() {
    for bars in [
        vec![],
        (0..7).map(|_| bar("Montag", &[0, 0, 0, 0])).collect(),
        vec![bar("x", &[])],
    ] {
        let picture = stacked(&bars, &decisions(), "Nichts");
        let seen = seen(&picture);
        let squares = (SQUARE * SQUARE) as usize;
        for kind in decisions() {
            assert_eq!(seen.count(Ink::Kind(kind.colour)), squares);
        }
        assert!(seen.count(Ink::Foot) > 0);
    }
    let bare = seen(&stacked(&[], &[], ""));
    assert!(
        COLOURS
            .iter()
            .all(|colour| bare.count(Ink::Kind(*colour)) == 0)
    );
}

#[test]
fn a_border_lies_all_around_white() {
    let seen = seen(&stacked(&[bar("a", &[1])], &decisions(), "Title"));
    let at = |x: usize, y: usize| seen.pixels[y * seen.width + x];
    let height = seen.pixels.len() / seen.width;
    let (right, low) = (seen.width - 1, height - 1);
    for x in 0..seen.width {
        assert_eq!([at(x, 0), at(x, low)], [Ink::Border.rgb(); 2]);
    }
    for y in 0..height {
        assert_eq!([at(0, y), at(right, y)], [Ink::Border.rgb(); 2]);
    }
    assert_eq!([at(4, 4), at(right - 4, low - 4)], [[0xFF; 3]; 2]);
}

#[test]
fn every_word_stays_inside_and_apart_from_the_others() {
    // Names of ten of the widest letters, with counts of five characters: each bar's slot holds both, at any number of bars.
    for count in 1..=BARS_MAX {
        let bars = figures(count, 90_000, |_| "WWWWWWWWWW".to_owned());
        let words = |bar: &Bar| Column::of(bar, &decisions());
        let columns: Vec<Column> = bars.iter().map(words).collect();
        let slots = Slots::between(150, WIDTH - MARGIN, count);
        for (faces, words) in [
            (
                &Face::PLAIN,
                columns.iter().map(|it| &it.name).collect::<Vec<_>>(),
            ),
            (&Face::BOLD, columns.iter().map(|it| &it.count).collect()),
        ] {
            let lettering = Lettering::fitting(faces, words.iter().copied(), slots.step());
            let widest = words.iter().map(|word| lettering.breadth(word)).max();
            assert!(widest.unwrap() <= slots.step(), "{count} bars");
        }
    }
}

#[test]
fn the_thirty_second_bar_and_the_ninth_kind_are_not_drawn() {
    let many: Vec<Bar> = (0..40).map(|_| bar("a", &[1])).collect();
    let picture = stacked(&many, &[kind("", Colour::Blue)], "");
    assert_eq!(seen(&picture).heights(Colour::Blue).len(), BARS_MAX);
    let kinds: Vec<Kind<'_>> = (0..9)
        .map(|place| {
            kind(
                "",
                if place < 8 {
                    Colour::Blue
                } else {
                    Colour::Grey
                },
            )
        })
        .collect();
    let picture = stacked(&[bar("a", &[1; 9])], &kinds, "");
    assert_eq!(seen(&picture).count(Ink::Kind(Colour::Grey)), 0);
}

#[test]
fn the_same_figures_give_the_same_few_bytes() {
    let days = [
        "Mo 17.11.",
        "Di 18.11.",
        "Mi 19.11.",
        "Do 20.11.",
        "Fr 21.11.",
        "Sa 22.11.",
        "So 23.11.",
    ];
    let weeks = |place: usize| format!("KW {}", 40 + place);
    let reasons = [
        "Menschenwunsch",
        "Rechtsdrohung",
        "Zahlungsdaten",
        "Verärgerung",
        "Datenauskunft",
        "Unsicherheit",
        "Anhänge",
        "Sprache",
    ];
    let all: [(&str, Vec<Bar>); 7] = [
        ("7-days", figures(7, 60, |place| days[place].to_owned())),
        ("8-weeks", figures(8, 400, weeks)),
        (
            "8-german",
            figures(8, 20_000, |place| reasons[place].to_owned()),
        ),
        (
            "31-days",
            figures(31, 30, |place| format!("{}.", place + 1)),
        ),
        (
            "31-german",
            figures(31, 9_000, |place| reasons[place % 8].to_owned()),
        ),
        ("1-bar", figures(1, 3, weeks)),
        ("no-bars", vec![]),
    ];
    for (name, bars) in all {
        let title = "Was aus den Mails der Woche wurde, 17. bis 23. November";
        let picture = stacked(&bars, &decisions(), title);
        kept(name, &picture);
        println!(
            "{name}: {} bytes, {}x{}",
            picture.png.len(),
            picture.width,
            picture.height
        );
        assert!(
            picture.png.len() < 15_000,
            "{name}: {} bytes",
            picture.png.len()
        );
        assert_eq!(picture.png, stacked(&bars, &decisions(), title).png);
    }
}

fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn linear(colour: Colour) -> [f64; 3] {
    Ink::Kind(colour).rgb().map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

#[test]
fn colours_stand_out_and_apart() {
    // Machado, Oliveira and Fernandes 2009, severity 1.
    let eyes = [
        (
            "all cones",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "no red",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "no green",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "no blue",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];
    for colour in COLOURS {
        let contrast = 1.05 / (luminance(linear(colour)) + 0.05);
        assert!(contrast >= 3.0, "{colour:?} has {contrast:.2} to 1");
    }
    for (who, matrix) in eyes {
        let lab = |colour: Colour| {
            let light = matrix.map(|row: [f64; 3]| {
                let sum: f64 = row
                    .iter()
                    .zip(linear(colour))
                    .map(|(one, other)| one * other)
                    .sum();
                sum.clamp(0.0, 1.0)
            });
            let [red, green, blue] = light;
            let x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505;
            let z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089;
            let root = |value: f64| {
                if value > 0.008_856 {
                    value.cbrt()
                } else {
                    7.787 * value + 16.0 / 116.0
                }
            };
            let (x, y, z) = (root(x), root(luminance(light)), root(z));
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        for one in COLOURS {
            for other in COLOURS.into_iter().filter(|other| *other != one) {
                let squares = lab(one)
                    .into_iter()
                    .zip(lab(other))
                    .map(|(a, b)| (a - b).powi(2));
                let apart = squares.sum::<f64>().sqrt();
                assert!(
                    apart > 15.0,
                    "{one:?} and {other:?} are {apart:.1} apart for eyes with {who}"
                );
            }
        }
    }
}

#[test]
fn each_ink_has_its_own_place_in_sixteen() {
    let colours: BTreeSet<[u8; 3]> = Ink::ALL.into_iter().map(Ink::rgb).collect();
    assert_eq!(colours.len(), Ink::ALL.len());
    assert!(Ink::ALL.len() <= 16);
    for colour in COLOURS {
        assert!(Ink::ALL.contains(&Ink::Kind(colour)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_figures_and_words_give_a_picture(
        bars in prop::collection::vec(("\\PC{0,30}", prop::collection::vec(prop_oneof![any::<usize>(), 0..20_usize, Just(usize::MAX)], 0..10)), 0..40),
        called in prop::collection::vec("\\PC{0,40}", 0..12),
        title in "\\PC{0,200}",
    ) {
        let bars: Vec<Bar> = bars.into_iter().map(|(name, parts)| Bar { name, parts }).collect();
        let kinds: Vec<Kind<'_>> = called.iter().zip(COLOURS.into_iter().cycle()).map(|(called, colour)| Kind { called, colour }).collect();
        let picture = stacked(&bars, &kinds, &title);
        prop_assert!(picture.height < 640);
        let seen = seen(&picture);
        let is_drawn = bars.iter().take(BARS_MAX).any(|bar| bar.parts.iter().zip(&kinds).any(|(count, _)| *count > 0));
        let in_legend = kinds.len().min(KINDS_MAX) * (SQUARE * SQUARE) as usize;
        let coloured: usize = COLOURS.iter().map(|colour| seen.count(Ink::Kind(*colour))).sum();
        prop_assert_eq!(coloured > in_legend, is_drawn);
    }
}
