//! The arithmetic of the models: rows of small numbers, lengths, and the two curves of a transformer.

use super::ModelError;
use super::tensors::TensorFile;
use sha2::{Digest as _, Sha256};

/// Makes a vector's length 1; one without a length stays as it is.
pub(super) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > f32::MIN_POSITIVE {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

/// Rows of numbers, each kept as bytes of its own scale: a quarter of the memory, no loss that a decision would see.
#[derive(Debug)]
pub(super) struct Quantised {
    bytes: Vec<i8>,
    scales: Vec<f32>,
    width: usize,
}

impl Quantised {
    pub(super) fn read(
        file: &mut TensorFile,
        name: &str,
        shape: [usize; 2],
    ) -> Result<Self, ModelError> {
        let [count, width] = shape;
        let mut all = Self {
            bytes: Vec::with_capacity(count.saturating_mul(width)),
            scales: Vec::with_capacity(count),
            width: width.max(1),
        };
        file.read_rows(name, &shape, |row| {
            let most = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
            #[allow(clippy::cast_possible_truncation)]
            all.bytes
                .extend(row.iter().map(|x| (x / scale).round() as i8));
            all.scales.push(scale);
        })?;
        Ok(all)
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn count(&self) -> usize {
        self.scales.len()
    }

    /// Adds a row, times a factor. A row that is not there adds nothing.
    pub(super) fn add(&self, row: usize, factor: f32, sum: &mut [f32]) {
        let begin = row.saturating_mul(self.width);
        let (Some(bytes), Some(scale)) = (
            self.bytes.get(begin..begin.saturating_add(self.width)),
            self.scales.get(row),
        ) else {
            return;
        };
        let factor = factor * scale;
        for (cell, byte) in sum.iter_mut().zip(bytes) {
            *cell += f32::from(*byte) * factor;
        }
    }

    /// What distinguishes these numbers from others.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (index, row) in self.bytes.chunks(self.width).enumerate() {
            let bytes: Vec<u8> = row.iter().map(|byte| byte.cast_unsigned()).collect();
            hash.update(&bytes);
            let scale = self.scales.get(index).copied().unwrap_or_default();
            hash.update(scale.to_le_bytes());
        }
        hash.finalize()
            .iter()
            .take(8)
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// Half of what the curve spans, and how many steps it has in a unit.
const CURVE_REACH: f32 = 6.0;
const STEPS_A_UNIT: f32 = 512.0;

/// The activation of BERT, x·Φ(x) (Hendrycks and Gimpel 2016), from a table: the error function costs as much as all the rest.
#[derive(Debug)]
pub(super) struct Gelu {
    values: Vec<f32>,
}

impl Gelu {
    pub(super) fn new() -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let values = (0..=(2.0 * CURVE_REACH * STEPS_A_UNIT) as usize + 1)
            .map(|step| {
                let x = f64::from(step as f32 / STEPS_A_UNIT - CURVE_REACH);
                (x * 0.5 * (1.0 + error_function(x / std::f64::consts::SQRT_2))) as f32
            })
            .collect();
        Self { values }
    }

    pub(super) fn of(&self, x: f32) -> f32 {
        if x >= CURVE_REACH {
            return x;
        }
        let place = (x + CURVE_REACH) * STEPS_A_UNIT;
        if place.is_nan() || place <= 0.0 {
            return 0.0;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let step = place as usize;
        #[allow(clippy::cast_precision_loss)]
        let part = place - step as f32;
        match self.values.get(step..step + 2) {
            Some([low, high]) => low + (high - low) * part,
            _ => x,
        }
    }
}

/// The error function by its Taylor series: exact to a double's last digits for |x| up to 5, where it is 1.
fn error_function(x: f64) -> f64 {
    if x.abs() > 5.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..120 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_the_one_of_the_paper() {
        let gelu = Gelu::new();
        for (x, y) in [
            (0.0, 0.0),
            (1.0, 0.841_345),
            (-1.0, -0.158_655),
            (3.0, 2.995_95),
            (-3.0, -0.004_050),
            (9.0, 9.0),
            (-9.0, 0.0),
        ] {
            assert!((gelu.of(x) - y).abs() < 2e-5, "{x}: {}", gelu.of(x));
        }
        assert!(gelu.of(f32::NAN) == 0.0);
    }
}
