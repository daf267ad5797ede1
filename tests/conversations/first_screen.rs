//! Does the hand-off fit on one screen? The nine blocks of every packet of every conversation, counted as they wrap.

use handoffd::compose::Purpose;
use handoffd::rehearsal::PlayedStep;

/// The lines of the first screen.
const LINES_MAX: usize = 25;

/// How wide a line of it is, in characters.
const LINE_CHARACTERS: usize = 78;

/// The same nine blocks on a phone, where a line has some forty characters: two screens at most, why and what is wanted on the first.
const PHONE_LINES_MAX: usize = 50;

/// See [`PHONE_LINES_MAX`].
const PHONE_LINE_CHARACTERS: usize = 40;

/// The blocks of a packet.
const BLOCKS: usize = 9;

/// What is too long in the packets of a step.
pub fn too_long(step: &PlayedStep) -> Vec<String> {
    let packets = step.mails.iter();
    let packets = packets.filter(|mail| mail.purpose == Purpose::Packet);
    packets
        .filter_map(|packet| {
            let last = format!("{BLOCKS}. ");
            let lines: Vec<&str> = packet.text.lines().collect();
            let Some(end) = lines.iter().position(|line| line.starts_with(&last)) else {
                return Some(format!("no {BLOCKS} blocks in {}", packet.text));
            };
            let screen = &lines[..=end];
            let [desk, phone] = [LINE_CHARACTERS, PHONE_LINE_CHARACTERS].map(|width| {
                screen
                    .iter()
                    .map(|line| lines_of(line, width))
                    .sum::<usize>()
            });
            let fits = desk <= LINES_MAX && phone <= PHONE_LINES_MAX;
            (!fits).then(|| format!("{desk} lines, {phone} on a phone:\n{}", screen.join("\n")))
        })
        .collect()
}

/// How many lines a line becomes when it wraps between words.
fn lines_of(line: &str, width: usize) -> usize {
    let mut lines = 1;
    let mut used = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines += 1;
            used = length;
        } else {
            used += length + usize::from(used > 0);
        }
        while used > width {
            lines += 1;
            used -= width;
        }
    }
    lines
}
