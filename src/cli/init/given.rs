//! What people write at a prompt, in the form that the settings have. Pure; what it does not know stays as it is, for the reader of settings to refuse.

/// The addresses of a list: between commas, semicolons or spaces, each alone or as `Name <address>`.
pub(super) fn addresses(list: &str) -> Vec<&str> {
    let parts = list.split([',', ';']).map(str::trim);
    let parts = parts.flat_map(|part| match part.contains('<') {
        true => in_brackets(part),
        false => part.split_whitespace().collect(),
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// One address, with or without a name before it.
pub(super) fn address(text: &str) -> &str {
    match in_brackets(text).as_slice() {
        [only] if text.trim_end().ends_with('>') => only,
        _ => text,
    }
}

fn in_brackets(text: &str) -> Vec<&str> {
    let after_each = text.split('<').skip(1);
    let inside = after_each.map(|rest| rest.split_once('>').map_or(rest, |(inside, _)| inside));
    inside.map(str::trim).collect()
}

/// `9-17`, `Mon-Fri 9-5`, `Monday - Friday 9:30–17`: as `Mon-Fri 09:00-17:00`. Hours without any day are those of Monday to Friday.
pub(super) fn hours(text: &str) -> String {
    let one_dash = text.replace(['–', '—'], "-");
    let dashed: Vec<&str> = one_dash.split('-').map(str::trim).collect();
    let dashed = dashed.join("-");
    let begins_with_hours = dashed.starts_with(|c: char| c.is_ascii_digit());
    if dashed == "24/7" {
        return dashed;
    }
    let parts = dashed.split(',').map(|part| {
        let part = part.trim();
        match part.rsplit_once(char::is_whitespace) {
            Some((days, span)) => format!("{} {}", days_in_short(days.trim()), span_in_full(span)),
            None => span_in_full(part),
        }
    });
    let parts: Vec<String> = parts.collect();
    match begins_with_hours {
        true => format!("Mon-Fri {}", parts.join(", ")),
        false => parts.join(", "),
    }
}

fn days_in_short(days: &str) -> String {
    const WEEK: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let in_short = |day: &str| {
        let full = WEEK.iter().find(|full| full.eq_ignore_ascii_case(day));
        full.and_then(|full| full.get(..3))
            .unwrap_or(day)
            .to_owned()
    };
    let days: Vec<String> = days.split('-').map(in_short).collect();
    days.join("-")
}

/// `9-17` as `09:00-17:00`; `9-5` is until five in the afternoon.
fn span_in_full(span: &str) -> String {
    let whole = |text: &str| text.parse::<u8>().ok();
    let Some((start, end)) = span.split_once('-') else {
        return span.to_owned();
    };
    let begins = whole(start.split_once(':').map_or(start, |(hour, _)| hour));
    let end = match (begins, whole(end)) {
        (Some(begins), Some(hour)) if (1..12).contains(&hour) && hour <= begins && begins <= 12 => {
            format!("{}:00", hour + 12)
        }
        _ => time_in_full(end),
    };
    format!("{}-{end}", time_in_full(start))
}

fn time_in_full(time: &str) -> String {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "00"));
    match hour.parse::<u8>() {
        Ok(hour) => format!("{hour:02}:{minute}"),
        Err(_) => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_however_they_are_listed() {
        let both = ["mia@tea.example", "leo@tea.example"];
        for list in [
            "mia@tea.example, leo@tea.example",
            "mia@tea.example;leo@tea.example",
            "mia@tea.example leo@tea.example ",
            "Mia <mia@tea.example>; Leo B. <leo@tea.example>",
            "Mia <mia@tea.example> Leo <leo@tea.example>",
            "\"Brand, Mia\" <mia@tea.example>, leo@tea.example",
        ] {
            // A name with a comma is cut, and what is left of it is refused as no address.
            let found = addresses(list);
            let found = found.iter().filter(|part| part.contains('@'));
            assert!(found.eq(both.iter()), "{list}");
        }
        assert_eq!(address("Tea <help@tea.example>"), "help@tea.example");
        assert_eq!(address("help@tea.example"), "help@tea.example");
        assert_eq!(address("<a@b.example> or so"), "<a@b.example> or so");
    }

    #[test]
    fn hours_may_be_bare() {
        for (text, full) in [
            ("Mon-Fri 9-17", "Mon-Fri 09:00-17:00"),
            ("Mon-Fri 9-5", "Mon-Fri 09:00-17:00"),
            ("9-5", "Mon-Fri 09:00-17:00"),
            ("9 – 17", "Mon-Fri 09:00-17:00"),
            (
                "Monday - friday 8:30-12, 13-17, Sat 10-13",
                "Mon-Fri 08:30-12:00, 13:00-17:00, Sat 10:00-13:00",
            ),
            ("Mon 00:00-24:00", "Mon 00:00-24:00"),
            ("24/7", "24/7"),
            ("Mon-Sun 22-6", "Mon-Sun 22:00-06:00"),
            ("whenever", "whenever"),
        ] {
            assert_eq!(hours(text), full, "{text}");
        }
    }
}
