//! Sizes and files as people read them.

use super::words::{Tongue, shortened};
use crate::mail::Attachment;

impl Tongue {
    /// A size, in the unit that leaves few digits.
    pub(super) fn size(self, bytes: u64) -> String {
        match bytes < 1_000_000 {
            true => format!("{} kB", bytes.div_ceil(1000)),
            false => self.megabytes(bytes.div_ceil(100_000)),
        }
    }

    /// The most that is taken, the same way: never said to be more than it is.
    pub(super) fn limit(self, bytes: u64) -> String {
        match bytes < 1_000_000 {
            true => format!("{} kB", bytes / 1000),
            false => self.megabytes(bytes / 100_000),
        }
    }

    fn megabytes(self, tenths: u64) -> String {
        let point = self.choose(".", ",");
        format!("{}{point}{} MB", tenths / 10, tenths % 10)
    }

    /// Name, kind and size of a file, each of a stranger and bounded.
    pub(super) fn file(self, file: &Attachment) -> String {
        let nameless = self.choose("without a name", "ohne Namen");
        let name = Some(file.name.as_str()).filter(|name| !name.is_empty());
        let kilobytes = file.content.len().div_ceil(1000);
        format!(
            "{} ({}, {kilobytes} kB)",
            shortened(name.unwrap_or(nameless), 80),
            shortened(&file.media_type, 40)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_few_digits() {
        let size = |bytes| Tongue::English.size(bytes);
        assert_eq!(size(0), "0 kB");
        assert_eq!(size(1), "1 kB");
        assert_eq!(size(999_999), "1000 kB");
        assert_eq!(size(1_048_576), "1.1 MB");
        assert_eq!(size(52_428_800), "52.5 MB");
        assert_eq!(Tongue::English.limit(1_048_576), "1.0 MB");
        assert_eq!(Tongue::English.limit(204_899), "204 kB");
        assert_eq!(Tongue::German.size(8_200_000), "8,2 MB");
    }
}
