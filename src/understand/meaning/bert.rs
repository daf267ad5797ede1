//! What does a sentence mean? A BERT encoder (Devlin et al. 2018) as sentence-transformers uses it (Reimers and Gurevych 2019): the mean
//! of what the last layer says of each piece. No randomness; the texts of a batch share the large multiplications, and batches are worked
//! on side by side.

use super::ModelError;
use super::numeric::{Gelu, Quantised, normalise};
use super::tensors::TensorFile;
use super::word_piece::WordPiece;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use serde::Deserialize;
use std::path::Path;

/// The most pieces of one text: sentences are shorter, and attention costs their square.
const PIECES_MAX: usize = 128;
/// About how many pieces are worked on at once: large enough for the multiplications, small enough for the processor's cache.
const BATCH_PIECES: usize = 256;
/// The most threads that work on batches: only training has several.
const THREADS_MAX: usize = 4;

#[derive(Debug, Deserialize)]
struct Shape {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "small")]
    layer_norm_eps: f32,
    #[serde(default = "gelu")]
    hidden_act: String,
}

fn small() -> f32 {
    1e-12
}

fn gelu() -> String {
    "gelu".to_owned()
}

#[derive(Debug, Default, Deserialize)]
struct Pooling {
    #[serde(default)]
    pooling_mode_cls_token: bool,
}

/// y = x·Wᵀ + b.
#[derive(Debug)]
struct Dense {
    weights: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

#[derive(Debug)]
struct Layer {
    /// Query, key and value beside each other.
    attention: Dense,
    attention_output: Dense,
    attention_norm: Norm,
    intermediate: Dense,
    output: Dense,
    output_norm: Norm,
}

/// The model.
#[derive(Debug)]
pub(super) struct Bert {
    pieces: WordPiece,
    words: Quantised,
    positions: Array2<f32>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    pieces_max: usize,
    takes_first: bool,
    gelu: Gelu,
}

impl Bert {
    /// Loads a sentence-transformers folder; also gives what distinguishes its numbers from another model's.
    pub(super) fn load(folder: &Path) -> Result<(Self, String), ModelError> {
        let json = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path)
                .map_err(|error| ModelError::new(folder, format!("{}: {error}", path.display())))
        };
        let shape: Shape = serde_json::from_str(&json("config.json")?)
            .map_err(|error| ModelError::new(folder, format!("config.json: {error}")))?;
        if shape.model_type != "bert" || shape.hidden_act != "gelu" {
            return Err(ModelError::new(
                folder,
                format!(
                    "config.json: only BERT with gelu is read, not {} with {}",
                    shape.model_type, shape.hidden_act
                ),
            ));
        }
        let width = shape.hidden_size;
        if shape.num_attention_heads == 0
            || width == 0
            || width > 4096
            || shape.num_hidden_layers > 48
            || !width.is_multiple_of(shape.num_attention_heads)
        {
            return Err(ModelError::new(
                folder,
                "config.json: sizes that do not fit",
            ));
        }
        let pooling: Pooling = json("1_Pooling/config.json")
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let pieces = WordPiece::load(folder)?;
        let mut file = TensorFile::open(folder)?;
        let words = Quantised::read(
            &mut file,
            "embeddings.word_embeddings.weight",
            [shape.vocab_size, width],
        )?;
        let mut positions = matrix(
            &mut file,
            folder,
            "embeddings.position_embeddings.weight",
            [shape.max_position_embeddings, width],
        )?;
        // All our texts are of type 0: its direction belongs to every position.
        let types = file.shape("embeddings.token_type_embeddings.weight");
        let types = types.and_then(|shape| shape.first().copied()).unwrap_or(0);
        if types > 0 {
            let kinds = matrix(
                &mut file,
                folder,
                "embeddings.token_type_embeddings.weight",
                [types, width],
            )?;
            positions += &kinds.index_axis(Axis(0), 0);
        }
        let embedding_norm = norm(&mut file, "embeddings.LayerNorm", width, &shape)?;
        let layers = (0..shape.num_hidden_layers)
            .map(|number| layer(&mut file, folder, number, &shape))
            .collect::<Result<Vec<_>, _>>()?;
        let fingerprint = words.fingerprint();
        let bert = Self {
            pieces,
            words,
            pieces_max: PIECES_MAX.min(shape.max_position_embeddings),
            positions,
            embedding_norm,
            layers,
            heads: shape.num_attention_heads,
            takes_first: pooling.pooling_mode_cls_token,
            gelu: Gelu::new(),
        };
        Ok((bert, fingerprint))
    }

    pub(super) fn width(&self) -> usize {
        self.words.width()
    }

    pub(super) fn layer_count(&self) -> usize {
        self.layers.len()
    }

    /// The directions of texts.
    pub(super) fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let cut: Vec<Vec<u32>> = texts.iter().map(|text| self.cut(text)).collect();
        let batches = batches(&cut);
        let threads = match batches.len() {
            0 | 1 => 1,
            count => std::thread::available_parallelism()
                .map_or(1, std::num::NonZeroUsize::get)
                .clamp(1, THREADS_MAX.min(count)),
        };
        if threads == 1 {
            return self.encode_all(&batches);
        }
        std::thread::scope(|scope| {
            let parts: Vec<_> = batches
                .chunks(batches.len().div_ceil(threads))
                .map(|part| (part, scope.spawn(move || self.encode_all(part))))
                .collect();
            let joined = parts.into_iter().flat_map(|(part, thread)| {
                // A thread that could not end its part is no reason to end the daemon: the part is computed here.
                thread.join().unwrap_or_else(|_| self.encode_all(part))
            });
            joined.collect()
        })
    }

    fn encode_all(&self, batches: &[Vec<&[u32]>]) -> Vec<Vec<f32>> {
        let mut directions = Vec::new();
        for batch in batches {
            self.encode_batch(batch, &mut directions);
        }
        directions
    }

    fn cut(&self, text: &str) -> Vec<u32> {
        let most = self.pieces_max.saturating_sub(2);
        let mut all: Vec<u32> = self.pieces.first.into_iter().collect();
        all.extend(self.pieces.pieces(text, most));
        all.extend(self.pieces.last);
        all
    }

    fn encode_batch(&self, texts: &[&[u32]], directions: &mut Vec<Vec<f32>>) {
        let rows: usize = texts.iter().map(|text| text.len()).sum();
        let width = self.words.width();
        let mut state = Array2::<f32>::zeros((rows, width));
        let positions = |length: usize| self.positions.rows().into_iter().take(length);
        let all = texts
            .iter()
            .flat_map(|text| text.iter().zip(positions(text.len())));
        for (mut row, (piece, position)) in state.rows_mut().into_iter().zip(all) {
            row += &position;
            if let Some(cells) = row.as_slice_mut() {
                self.words.add(*piece as usize, 1.0, cells);
            }
        }
        self.embedding_norm.apply(&mut state);
        for layer in &self.layers {
            self.pass(layer, texts, &mut state);
        }
        let mut begin = 0;
        for text in texts {
            let own = state.slice_axis(Axis(0), Slice::from(begin..begin + text.len()));
            begin += text.len();
            let mut direction = if self.takes_first {
                own.rows()
                    .into_iter()
                    .next()
                    .map_or_else(|| vec![0.0; width], |row| row.to_vec())
            } else {
                own.sum_axis(Axis(0)).to_vec()
            };
            normalise(&mut direction);
            directions.push(direction);
        }
    }

    /// One layer, over all texts of a batch.
    fn pass(&self, layer: &Layer, texts: &[&[u32]], state: &mut Array2<f32>) {
        let (rows, width) = state.dim();
        let parts = layer.attention.apply(state);
        let mut context = Array2::<f32>::zeros((rows, width));
        let mut begin = 0;
        for text in texts {
            let end = begin + text.len();
            attend(
                parts.slice_axis(Axis(0), Slice::from(begin..end)),
                context.slice_axis_mut(Axis(0), Slice::from(begin..end)),
                self.heads,
            );
            begin = end;
        }
        *state += &layer.attention_output.apply(&context);
        layer.attention_norm.apply(state);
        let mut inner = layer.intermediate.apply(state);
        inner.mapv_inplace(|x| self.gelu.of(x));
        *state += &layer.output.apply(&inner);
        layer.output_norm.apply(state);
    }
}

/// Texts that are worked on at once, in their order.
fn batches(texts: &[Vec<u32>]) -> Vec<Vec<&[u32]>> {
    let mut batches: Vec<Vec<&[u32]>> = Vec::new();
    let mut room = 0_usize;
    for pieces in texts {
        match batches.last_mut() {
            Some(batch) if pieces.len() <= room => batch.push(pieces),
            _ => {
                batches.push(vec![pieces]);
                room = BATCH_PIECES;
            }
        }
        room = room.saturating_sub(pieces.len());
    }
    batches
}

/// Each piece looks at all pieces of its own text. `parts`: query, key and value beside each other.
fn attend(parts: ArrayView2<'_, f32>, mut context: ArrayViewMut2<'_, f32>, heads: usize) {
    let (length, width) = context.dim();
    let size = width / heads;
    #[allow(clippy::cast_precision_loss)]
    let scale = 1.0 / (size as f32).sqrt();
    let mut scores = Array2::<f32>::zeros((length, length));
    for head in 0..heads {
        let begin = head * size;
        let columns = |from: usize| parts.slice_axis(Axis(1), Slice::from(from..from + size));
        let (query, key) = (columns(begin), columns(width + begin));
        let value = columns(2 * width + begin);
        general_mat_mul(scale, &query, &key.t(), 0.0, &mut scores);
        for mut row in scores.rows_mut() {
            let most = row.iter().copied().fold(f32::MIN, f32::max);
            let mut sum = 0.0;
            for score in &mut row {
                *score = (*score - most).exp();
                sum += *score;
            }
            row /= sum;
        }
        let mut own = context.slice_axis_mut(Axis(1), Slice::from(begin..begin + size));
        general_mat_mul(1.0, &scores, &value, 0.0, &mut own);
    }
}

impl Dense {
    fn apply(&self, input: &Array2<f32>) -> Array2<f32> {
        let mut output = Array2::zeros((input.nrows(), self.weights.nrows()));
        general_mat_mul(1.0, input, &self.weights.t(), 0.0, &mut output);
        output += &self.bias;
        output
    }
}

impl Norm {
    #[allow(clippy::cast_precision_loss)]
    fn apply(&self, state: &mut Array2<f32>) {
        for mut row in state.rows_mut() {
            let Some(cells) = row.as_slice_mut() else {
                continue;
            };
            let count = cells.len() as f32;
            let mean = cells.iter().sum::<f32>() / count;
            let variance = cells.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
            let factor = 1.0 / (variance + self.epsilon).sqrt();
            for ((cell, weight), bias) in cells.iter_mut().zip(&self.weight).zip(&self.bias) {
                *cell = (*cell - mean) * factor * weight + bias;
            }
        }
    }
}

fn matrix(
    file: &mut TensorFile,
    folder: &Path,
    name: &str,
    shape: [usize; 2],
) -> Result<Array2<f32>, ModelError> {
    Array2::from_shape_vec(shape, file.read(name, &shape)?)
        .map_err(|error| ModelError::new(folder, format!("tensor {name}: {error}")))
}

/// Dense layers beside each other, as one.
fn dense(
    file: &mut TensorFile,
    folder: &Path,
    names: &[String],
    [input, output]: [usize; 2],
) -> Result<Dense, ModelError> {
    let mut weights = Vec::new();
    let mut bias = Vec::new();
    for name in names {
        weights.extend(file.read(&format!("{name}.weight"), &[output, input])?);
        bias.extend(file.read(&format!("{name}.bias"), &[output])?);
    }
    let weights = Array2::from_shape_vec((output * names.len(), input), weights)
        .map_err(|error| ModelError::new(folder, error.to_string()))?;
    Ok(Dense {
        weights,
        bias: Array1::from_vec(bias),
    })
}

fn norm(
    file: &mut TensorFile,
    name: &str,
    width: usize,
    shape: &Shape,
) -> Result<Norm, ModelError> {
    Ok(Norm {
        weight: file.read(&format!("{name}.weight"), &[width])?,
        bias: file.read(&format!("{name}.bias"), &[width])?,
        epsilon: shape.layer_norm_eps,
    })
}

fn layer(
    file: &mut TensorFile,
    folder: &Path,
    number: usize,
    shape: &Shape,
) -> Result<Layer, ModelError> {
    let name = |rest: &str| format!("encoder.layer.{number}.{rest}");
    let (width, inner) = (shape.hidden_size, shape.intermediate_size);
    let parts = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
    Ok(Layer {
        attention: dense(file, folder, &parts, [width, width])?,
        attention_output: dense(
            file,
            folder,
            &[name("attention.output.dense")],
            [width, width],
        )?,
        attention_norm: norm(file, &name("attention.output.LayerNorm"), width, shape)?,
        intermediate: dense(file, folder, &[name("intermediate.dense")], [width, inner])?,
        output: dense(file, folder, &[name("output.dense")], [inner, width])?,
        output_norm: norm(file, &name("output.LayerNorm"), width, shape)?,
    })
}
