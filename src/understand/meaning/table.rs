//! What does each word mean by itself? A table of directions, one for each piece; a text is their mean (Model2Vec, Minish Lab 2024).

use super::ModelError;
use super::numeric::{Quantised, normalise};
use super::tensors::TensorFile;
use super::word_piece::WordPiece;
use std::path::Path;

/// The most pieces of one text that are looked at.
const PIECES_MAX: usize = 512;

/// A table of word meanings.
#[derive(Debug)]
pub(super) struct Table {
    pieces: WordPiece,
    rows: Quantised,
}

impl Table {
    pub(super) fn load(folder: &Path) -> Result<(Self, String), ModelError> {
        let pieces = WordPiece::load(folder)?;
        let mut file = TensorFile::open(folder)?;
        let shape = match file.shape("embeddings") {
            Some([count, width]) => [*count, *width],
            _ => return Err(ModelError::new(folder, "it has no table `embeddings`")),
        };
        let rows = Quantised::read(&mut file, "embeddings", shape)?;
        let fingerprint = rows.fingerprint();
        Ok((Self { pieces, rows }, fingerprint))
    }

    pub(super) fn width(&self) -> usize {
        self.rows.width()
    }

    pub(super) fn word_count(&self) -> usize {
        self.rows.count()
    }

    pub(super) fn encode(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0; self.rows.width()];
        for piece in self.pieces.pieces(text, PIECES_MAX) {
            if Some(piece) != self.pieces.unknown {
                self.rows.add(piece as usize, 1.0, &mut sum);
            }
        }
        normalise(&mut sum);
        sum
    }
}
