//! Random places at which norms are compared.

use equations::{Extents, Kept, NormEquation};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Everything that the value and the gradient of a norm depend on. All numbers are f32 numbers, so
/// that both precisions see the same.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub extents: Extents,
    pub x: Vec<f64>,
    pub parameters: Vec<Vec<f64>>,
    pub state: Vec<Vec<f64>>,
}

impl Point {
    /// Standard normal x, parameters around their starts and averages around theirs.
    pub(crate) fn random(equation: &NormEquation, extents: Extents, seed: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        let mut normals = |len, around, spread| normals(&mut stream, len, around, spread);
        let x = normals(extents.len(), 0.0, 1.0);
        let parameters = equation.parameters().iter();
        let parameters = parameters.map(|p| normals(p.len(&extents), p.start, 0.5)).collect();
        // A spread of 0.1 keeps running variances, which start at 1, positive.
        let running = equation.running().iter();
        let state = running.map(|slot| match slot.kept {
            Kept::Average => normals(slot.len(&extents), slot.start, 0.1),
            Kept::Batches => vec![3.0],
        });
        let state = state.collect();
        Point { extents, x, parameters, state }
    }
}

#[cfg(test)]
impl Point {
    /// A cotangent of the output, signed, so that no direction that a norm removes hides an error.
    pub(crate) fn cotangent(&self) -> Vec<f64> {
        normals(&mut ChaCha8Rng::seed_from_u64(1 << 32), self.extents.len(), 0.0, 1.0)
    }

    /// The same with every x replaced.
    pub(crate) fn map_x(mut self, function: impl Fn(usize, f64) -> f64) -> Self {
        for (index, x) in self.x.iter_mut().enumerate() {
            *x = f64::from(function(index, *x) as f32);
        }
        self
    }

    pub(crate) fn rows(&self) -> usize {
        self.extents.rows()
    }

    pub(crate) fn features(&self) -> usize {
        self.extents.features()
    }
}

fn normals(stream: &mut ChaCha8Rng, len: usize, around: f64, spread: f64) -> Vec<f64> {
    let mut draw = || -> f64 { stream.sample(StandardNormal) };
    (0..len).map(|_| f64::from((around + spread * draw()) as f32)).collect()
}
