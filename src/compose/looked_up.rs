//! What do staff see of what lookups said? One line for the first screen, and each field with its title below it. Customers see none of it.

use super::view::View;
use super::words::shortened;
use crate::config::FieldName;
use crate::desk::{Sender, Trust};
use crate::lookup::{Found, LookedUp};
use std::collections::BTreeMap;

/// The longest reason why there is no answer, in characters.
const WHY_CHARACTERS: usize = 160;

impl View<'_> {
    /// In one line; empty where none was asked.
    pub(super) fn looked_up(&self) -> String {
        let each = self.ticket.looked_up().iter();
        let each: Vec<String> = each.map(|one| self.in_short(one)).collect();
        match each.is_empty() {
            true => String::new(),
            false => self.short(&each.join("; ")),
        }
    }

    /// Each field in its own line, and that the address is only claimed where it is.
    pub(super) fn looked_up_lines(&self) -> Vec<String> {
        let tongue = self.staff_tongue;
        let mut lines = Vec::new();
        for one in self.ticket.looked_up() {
            let name = &one.lookup;
            match &one.found {
                Found::Fields(fields) if fields.is_empty() => {
                    lines.push(format!("{name}: {}", self.nothing_known()));
                }
                Found::Fields(fields) => {
                    let titled = self.titled(one, fields).into_iter();
                    lines.extend(titled.map(|field| format!("{name}: {field}")));
                }
                Found::NotAvailable(why) | Found::NotAsked(why) => {
                    let why = shortened(why, WHY_CHARACTERS);
                    lines.push(format!("{name}: {}: {why}", self.not_available()));
                }
            }
        }
        let is_shown = matches!(
            self.situation.sender,
            Sender::Customer(Trust::Proven | Trust::Thread) | Sender::Staff { .. }
        );
        if !lines.is_empty() && !is_shown {
            let caution = tongue.choose(
                "nothing shows that this address wrote: make sure of it before you tell any of this",
                "nichts zeigt, dass diese Adresse schrieb: Vergewissern Sie sich, bevor Sie etwas davon sagen",
            );
            lines.push(caution.to_owned());
        }
        lines
    }

    fn in_short(&self, one: &LookedUp) -> String {
        match &one.found {
            Found::Fields(fields) if fields.is_empty() => {
                format!("{}: {}", one.lookup, self.nothing_known())
            }
            Found::Fields(fields) => self.titled(one, fields).join(", "),
            Found::NotAvailable(_) | Found::NotAsked(_) => {
                format!("{}: {}", one.lookup, self.not_available())
            }
        }
    }

    /// Each field with its title, in the order of their names.
    fn titled(&self, one: &LookedUp, fields: &BTreeMap<FieldName, String>) -> Vec<String> {
        let settings = self.situation.settings;
        let lookup = (settings.lookups.iter()).find(|lookup| lookup.name == one.lookup);
        let language = self.staff_tongue.language();
        let fields = fields.iter().map(|(name, value)| {
            let title = lookup.map_or(name.0.as_str(), |lookup| lookup.title(name, &language));
            format!("{title} {value}")
        });
        fields.collect()
    }

    const fn nothing_known(&self) -> &'static str {
        self.staff_tongue
            .choose("nothing is known", "nichts bekannt")
    }

    const fn not_available(&self) -> &'static str {
        self.staff_tongue.choose("not available", "nicht verfügbar")
    }
}
