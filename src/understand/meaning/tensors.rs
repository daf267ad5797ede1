//! Where do a model's numbers stand in its file? Reads the safetensors format: the length of a JSON heading (8 bytes, little-endian), the
//! heading (name, type, shape and place of each tensor), then the numbers. One tensor is read at a time, so that a file is never in
//! memory as a whole.

use super::ModelError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The file of a model's weights in its folder.
pub(super) const WEIGHTS: &str = "model.safetensors";

/// The longest heading that is read.
const HEADING_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// The largest file that is read: a model that is larger is none for a mail gateway.
const FILE_MAX_BYTES: u64 = 1024 * 1024 * 1024;
const FLOAT_BYTES: u64 = 4;

#[derive(Deserialize)]
struct Place {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// A model's file of tensors.
pub(super) struct TensorFile {
    file: File,
    folder: PathBuf,
    places: BTreeMap<String, Place>,
    data_begin: u64,
}

impl TensorFile {
    /// Opens `model.safetensors` in a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(WEIGHTS);
        let failed = |why: String| ModelError::new(folder, format!("{}: {why}", path.display()));
        let mut file = File::open(&path).map_err(|error| failed(error.to_string()))?;
        let size = file
            .metadata()
            .map_err(|error| failed(error.to_string()))?
            .len();
        if size > FILE_MAX_BYTES {
            return Err(failed("it is larger than 1 GB".to_owned()));
        }
        let mut length = [0; 8];
        file.read_exact(&mut length)
            .map_err(|error| failed(error.to_string()))?;
        let length = u64::from_le_bytes(length);
        if length > HEADING_MAX_BYTES || length > size {
            return Err(failed("it is no safetensors file".to_owned()));
        }
        let mut heading = String::new();
        (&mut file)
            .take(length)
            .read_to_string(&mut heading)
            .map_err(|error| failed(error.to_string()))?;
        let mut all: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&heading).map_err(|error| failed(error.to_string()))?;
        all.remove("__metadata__");
        let places = all
            .into_iter()
            .map(|(name, value)| Ok((name, serde_json::from_value(value)?)))
            .collect::<Result<_, serde_json::Error>>()
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            file,
            folder: folder.to_owned(),
            places,
            data_begin: 8 + length,
        })
    }

    /// The name in this file: some models have a name of their own before each.
    fn full_name(&self, name: &str) -> Option<String> {
        if self.places.contains_key(name) {
            return Some(name.to_owned());
        }
        let behind = format!(".{name}");
        self.places
            .keys()
            .find(|known| known.ends_with(&behind))
            .cloned()
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        let name = self.full_name(name)?;
        self.places.get(&name).map(|place| place.shape.as_slice())
    }

    /// The numbers of a tensor that must have this shape.
    pub(super) fn read(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let mut numbers = Vec::new();
        self.read_rows(name, shape, |row| numbers.extend_from_slice(row))?;
        Ok(numbers)
    }

    /// The numbers of a tensor, one row after the other.
    pub(super) fn read_rows(
        &mut self,
        name: &str,
        shape: &[usize],
        mut take: impl FnMut(&[f32]),
    ) -> Result<(), ModelError> {
        let failed = |why: String| ModelError::new(&self.folder, format!("tensor {name}: {why}"));
        let place = self
            .full_name(name)
            .and_then(|name| self.places.get(&name))
            .ok_or_else(|| failed("it is missing".to_owned()))?;
        if place.dtype != "F32" || place.shape != shape {
            return Err(failed(format!(
                "it is {} {:?}, not F32 {shape:?}",
                place.dtype, place.shape
            )));
        }
        let count: usize = shape.iter().product();
        let (begin, end) = place.data_offsets;
        if end.checked_sub(begin)
            != u64::try_from(count)
                .ok()
                .and_then(|n| n.checked_mul(FLOAT_BYTES))
        {
            return Err(failed("its place does not have its size".to_owned()));
        }
        self.file
            .seek(SeekFrom::Start(self.data_begin.saturating_add(begin)))
            .map_err(|error| failed(error.to_string()))?;
        let width = shape.last().copied().unwrap_or(1).max(1);
        let mut bytes = vec![0; width * 4];
        let mut row = Vec::with_capacity(width);
        let mut reader = std::io::BufReader::with_capacity(1 << 16, &self.file);
        for _ in 0..count / width {
            reader
                .read_exact(&mut bytes)
                .map_err(|error| failed(error.to_string()))?;
            row.clear();
            row.extend(bytes.chunks_exact(4).map(|four| {
                let four: [u8; 4] = four.try_into().unwrap_or_default();
                let number = f32::from_le_bytes(four);
                // A model with infinities would make every later number nonsense.
                if number.is_finite() { number } else { 0.0 }
            }));
            take(&row);
        }
        Ok(())
    }
}
