//! Pictures as SVG, drawn from figures: bars of weeks, a line of risk, a map of hours, curves of confidence. Each says in words what it shows, takes
//! its colours from the page (`html.rs`), and holds no text of a mail.

use super::figures::{BINS, RiskPoint, Week};
use crate::plot::{BELOW, Bar, HEIGHT, LEFT, WIDTH, most_of, open, stacked};
use std::fmt::Write;

/// The decisions in the order in which they stand on each other, with what they are called for people.
pub(super) const DECISIONS: [(&str, &str); 7] = [
    ("answer", "answered"),
    ("ask", "asked for details"),
    ("draft", "proposed to staff"),
    ("handoff", "handed to a person"),
    ("relay", "passed on to whoever has it"),
    ("leave", "left alone"),
    ("quarantine", "kept aside"),
];

/// Mails by week, decision on decision.
pub(super) fn weeks(weeks: &[Week]) -> String {
    let bars: Vec<Bar> = (weeks.iter())
        .map(|week| Bar {
            name: week.begins.to_string(),
            parts: (DECISIONS.iter())
                .map(|(decision, _)| week.decisions.get(decision).copied().unwrap_or_default())
                .collect(),
        })
        .collect();
    let most = most_of(&bars);
    let says = format!("Mails by week, {most} in the fullest one.");
    stacked(&bars, "Week of ", &DECISIONS, &says)
}

/// The share of what people answered otherwise, over the share that would be answered.
pub(super) fn risk(points: &[RiskPoint]) -> String {
    let foot = HEIGHT - BELOW;
    let most = points.iter().map(|point| point.risk).fold(0.0, f64::max);
    // Never less than a tenth: a risk of one in a hundred shall not look like a mountain.
    let top = most.clamp(0.1, 1.0);
    let says = points.last().map_or_else(
        || "There is nothing to compare.".to_owned(),
        |all| {
            format!(
                "Answering everything, people would have answered {:.0} of 100 otherwise.",
                all.risk * 100.0
            )
        },
    );
    let mut svg = open(HEIGHT, &says);
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"18\">{:.0}%</text><text x=\"0\" y=\"{foot}\">0%</text><line x1=\"{LEFT}\" y1=\"{foot}\" x2=\"{WIDTH}\" y2=\"{foot}\"/>",
        top * 100.0
    );
    let mut line = String::new();
    for point in points {
        let x = LEFT + point.coverage * (WIDTH - LEFT);
        let y = foot - point.risk / top * (foot - 10.0);
        let _ = write!(line, "{x:.1},{y:.1} ");
    }
    let _ = write!(
        svg,
        "<polyline points=\"{}\"/><text x=\"{LEFT}\" y=\"{:.1}\">none answered</text><text x=\"{WIDTH}\" y=\"{:.1}\" class=\"end\">all answered</text></svg>",
        line.trim_end(),
        HEIGHT - 8.0,
        HEIGHT - 8.0
    );
    svg
}

/// Mails by weekday and hour.
pub(super) fn hours(hours: &[[usize; 24]; 7]) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const CELL: f64 = (WIDTH - LEFT) / 24.0;
    let most = hours.iter().flatten().copied().max().unwrap_or_default();
    let busiest = (hours.iter().zip(DAYS)).flat_map(|(day, name)| {
        let counts = day.iter().enumerate();
        counts.map(move |(hour, count)| (*count, name, hour))
    });
    let busiest = busiest.max_by_key(|(count, ..)| *count);
    let says = busiest.filter(|(count, ..)| *count > 0).map_or_else(
        || "No mails.".to_owned(),
        |(count, day, hour)| {
            format!(
                "Most mails, {count}, came on {day} between {hour} and {} o'clock.",
                hour + 1
            )
        },
    );
    let mut svg = open(7.0 * CELL + BELOW, &says);
    for (row, (day, name)) in hours.iter().zip(DAYS).enumerate() {
        let y = row as f64 * CELL;
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{:.1}\">{name}</text>",
            y + CELL * 0.65
        );
        for (hour, count) in day.iter().enumerate() {
            let x = LEFT + hour as f64 * CELL;
            let part = match most {
                0 => 0.0,
                most => *count as f64 / most as f64,
            };
            let side = CELL - 1.0;
            let _ = write!(
                svg,
                "<rect class=\"empty\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side:.1}\" height=\"{side:.1}\"/><rect class=\"full\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side:.1}\" height=\"{side:.1}\" fill-opacity=\"{part:.2}\"><title>{name} {hour}:00, {count} mails</title></rect>"
            );
        }
    }
    for hour in [0, 6, 12, 18] {
        let x = LEFT + f64::from(hour) * CELL;
        let _ = write!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\">{hour}:00</text>",
            7.0 * CELL + 24.0
        );
    }
    svg.push_str("</svg>");
    svg
}

/// How sure it was of an article, mail by mail, with the thresholds.
pub(super) fn confidences(counts: &[usize; BINS], send: f64, suggest: f64) -> String {
    const WIDE: f64 = 200.0;
    const HIGH: f64 = 46.0;
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let all: usize = counts.iter().sum();
    let mut svg = format!(
        "<svg class=\"small\" viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" aria-label=\"{all} mails by confidence; proposed from {suggest:.2} on, sent from {send:.2} on.\">"
    );
    let step = WIDE / BINS as f64;
    for (bin, count) in counts.iter().enumerate() {
        let height = *count as f64 / most as f64 * (HIGH - 4.0);
        let _ = write!(
            svg,
            "<rect class=\"full\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{:.1} to {:.1}: {count}</title></rect>",
            bin as f64 * step,
            HIGH - height,
            step - 1.0,
            bin as f64 / BINS as f64,
            (bin + 1) as f64 / BINS as f64,
        );
    }
    for (class, threshold) in [("suggest", suggest), ("send", send)] {
        let x = threshold * WIDE;
        let _ = write!(
            svg,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"0\" x2=\"{x:.1}\" y2=\"{HIGH}\"/>"
        );
    }
    svg.push_str("</svg>");
    svg
}
