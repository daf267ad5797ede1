//! What do the letter's pictures show? What was decided about customers' mails on each day of the week, and in each of the last weeks. The text says the
//! same of the week; the weeks before stand in `handoffd numbers`.

use super::super::picture::InlinePicture;
use super::super::words::Tongue;
use crate::config::Settings;
use crate::letter::chart::{Colour, Kind, Picture, stacked};
use crate::letter::{Account, Decided};
use crate::plot::Bar;
use crate::ticket::TokenKey;
use jiff::civil::Date;

/// The pictures; none where there is nothing to draw.
pub(super) fn of(
    key: &TokenKey,
    settings: &Settings,
    account: &Account,
    tongue: Tongue,
) -> Vec<InlinePicture> {
    let made = |name, alt: &str, picture: Picture| {
        InlinePicture::new(
            key,
            settings,
            name,
            alt,
            (picture.width, picture.height),
            picture.png,
        )
    };
    let total = |days: &[(Date, Decided)]| days.iter().map(|(_, day)| day.all()).sum::<usize>();
    let mut pictures = Vec::new();
    if total(&account.days) == 0 && total(&account.weeks) == 0 {
        return pictures;
    }
    let title = tongue.choose("Mails on each day", "Mails an jedem Tag");
    let days = bars(&account.days, |day| tongue.short_weekday(day.weekday()));
    let alt = in_words(title, &days);
    pictures.push(made("days", &alt, drawn(&days, title, tongue)));
    let title = tongue.choose(
        "Mails in each week, by its first day",
        "Mails in jeder Woche, nach ihrem ersten Tag",
    );
    let weeks = bars(&account.weeks, |day| {
        day.strftime(tongue.choose("%-d %b", "%-d.%-m."))
            .to_string()
    });
    let alt = in_words(title, &weeks);
    pictures.push(made("weeks", &alt, drawn(&weeks, title, tongue)));
    pictures
}

fn bars(days: &[(Date, Decided)], name: impl Fn(Date) -> String) -> Vec<Bar> {
    let bars = days.iter().map(|(day, decided)| Bar {
        name: name(*day),
        parts: decided.parts(),
    });
    bars.collect()
}

fn drawn(bars: &[Bar], title: &str, tongue: Tongue) -> Picture {
    let kind = |called, colour| Kind { called, colour };
    let kinds = [
        kind(tongue.choose("answered", "beantwortet"), Colour::Green),
        kind(tongue.choose("asked back", "nachgefragt"), Colour::Blue),
        kind(tongue.choose("drafted", "entworfen"), Colour::Orange),
        kind(tongue.choose("to a person", "an Menschen"), Colour::Pink),
    ];
    stacked(bars, &kinds, title)
}

/// What stands where the picture is not shown: each bar with how many it is.
fn in_words(title: &str, bars: &[Bar]) -> String {
    let bars = bars.iter().map(|bar| {
        let all: usize = bar.parts.iter().sum();
        format!("{} {all}", bar.name)
    });
    let bars: Vec<String> = bars.collect();
    format!("{title}: {}", bars.join(", "))
}
