//! Times as people say them, in the zone of the first team. Pure.

use super::Row;
use crate::numbers::duration;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use maud::{Markup, html};

/// The zone in which times are told.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    pub(crate) fn new(zone: TimeZone) -> Self {
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Self { zone, name }
    }

    /// Its IANA name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A moment: the day with its name, unless it is today.
    pub(super) fn moment(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (self.zoned(at), self.zoned(now));
        let form = match (at.date() == now.date(), at.year() == now.year()) {
            (true, _) => "today, %H:%M",
            (false, true) => "%a %-d %b, %H:%M",
            (false, false) => "%a %-d %b %Y, %H:%M",
        };
        at.strftime(form).to_string()
    }

    /// The day of a moment.
    pub(super) fn day(&self, at: Timestamp) -> jiff::civil::Date {
        self.zoned(at).date()
    }

    /// Words of ours that may hold moments, with these as people say them.
    pub(super) fn told(&self, words: &str, now: Timestamp) -> String {
        let told = words.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', ':', ';']);
            let looks_like_one = bare.len() >= "2026-11-27T12:00Z".len() && bare.ends_with('Z');
            match bare.parse::<Timestamp>() {
                Ok(at) if looks_like_one => {
                    let behind = word.strip_prefix(bare).unwrap_or_default();
                    format!("{}{behind}", self.moment(at, now))
                }
                _ => word.to_owned(),
            }
        });
        told.collect::<Vec<_>>().join(" ")
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }
}

/// A moment of a row, as an element; nothing where there is none.
pub(super) fn time(row: Row<'_>, key: &str, zone: &Zone, now: Timestamp) -> Markup {
    let text = row.text(key);
    html! {
        @if let Ok(at) = text.parse::<Timestamp>() {
            time datetime=(at.to_string()) { (zone.moment(at, now)) }
        } @else if !text.is_empty() { (text) }
    }
}

/// How long ago, or how long until then.
pub(super) fn from_now(row: Row<'_>, key: &str, now: Timestamp) -> Option<String> {
    let at: Timestamp = row.text(key).parse().ok()?;
    let seconds = at.duration_since(now).as_secs();
    Some(match seconds {
        ..0 => format!(
            "{} ago",
            duration(seconds.unsigned_abs().try_into().unwrap_or(i64::MAX))
        ),
        _ => format!("in {}", duration(seconds)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moment_is_told_in_the_zone_and_no_longer_than_needed() {
        let zone = Zone::new(TimeZone::get("Europe/Berlin").unwrap());
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-27T07:05:00Z", "today, 08:05"),
            ("2026-11-26T23:30:00Z", "today, 00:30"),
            ("2026-11-26T07:05:00Z", "Thu 26 Nov, 08:05"),
            ("2025-07-01T10:00:00Z", "Tue 1 Jul 2025, 12:00"),
        ] {
            assert_eq!(zone.moment(at.parse().unwrap(), now), expected);
        }
        let said = "stopped since 2026-11-27T07:05:00Z until 2026-11-27T13:00:00.5Z: too many";
        assert_eq!(
            zone.told(said, now),
            "stopped since today, 08:05 until today, 14:00: too many"
        );
        let row = json!({ "at": "2026-11-27T10:00:00Z", "by": "2026-11-27T12:30:00Z" });
        assert_eq!(from_now(Row(&row), "at", now).unwrap(), "2 hours ago");
        assert_eq!(from_now(Row(&row), "by", now).unwrap(), "in 30 minutes");
    }
}
