//! Scaling of features, by the training rows only: row-major numbers in, row-major numbers out.

/// How the numbers of a data set become the input of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Which numbers share a mean and a divisor.
    pub scale: Scale,
    /// Where scaled numbers are cut off, on both sides of 0; `None` leaves them as they are.
    pub clip: Option<f64>,
}

/// Which numbers share a mean and a divisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All: one mean and one standard deviation for the whole image, so that pixels keep their
    /// proportions.
    Global,
    /// Those of a feature. A feature that is nearly constant in the training rows can become very
    /// large in others.
    Feature,
    /// None: the numbers stay as they are in the file.
    None,
}

/// The scales by their names in experiment files.
pub const SCALES: [(&str, Scale); 3] =
    [("global", Scale::Global), ("feature", Scale::Feature), ("none", Scale::None)];

impl Scale {
    /// The name in experiment files.
    pub fn name(self) -> &'static str {
        SCALES.iter().find(|(_, scale)| *scale == self).expect("the list has every scale").0
    }
}

/// What is subtracted from each feature, and what it is divided by then.
#[derive(Debug)]
pub struct Transform {
    mean: Vec<f64>,
    divisor: Vec<f64>,
    clip: f64,
}

impl Transform {
    /// The transform that the rows of the training part decide. Standard deviations are over n,
    /// two-pass; one of 0 is replaced by 1, so that a constant becomes 0 there.
    pub fn of_rows(scaling: &Scaling, features: &[f32], width: usize, rows: &[usize]) -> Transform {
        let column = |feature: usize| {
            rows.iter().map(move |&row| f64::from(features[row * width + feature]))
        };
        let (mean, divisor) = match scaling.scale {
            Scale::None => (vec![0.0; width], vec![1.0; width]),
            Scale::Feature => (0..width).map(|feature| mean_and_divisor(&column(feature))).unzip(),
            Scale::Global => {
                let (mean, divisor) = mean_and_divisor(&(0..width).flat_map(column));
                (vec![mean; width], vec![divisor; width])
            }
        };
        Transform { mean, divisor, clip: scaling.clip.unwrap_or(f64::INFINITY) }
    }

    /// The given rows, one after the other, scaled and clipped.
    pub fn apply(&self, features: &[f32], rows: &[usize]) -> Vec<f32> {
        let width = self.mean.len();
        let mut scaled = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            let row = &features[row * width..][..width];
            for ((&value, mean), divisor) in row.iter().zip(&self.mean).zip(&self.divisor) {
                let value = (f64::from(value) - mean) / divisor;
                scaled.push(value.clamp(-self.clip, self.clip) as f32);
            }
        }
        scaled
    }
}

fn mean_and_divisor(values: &(impl Iterator<Item = f64> + Clone)) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.clone().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / count).sqrt();
    (mean, if deviation > 0.0 { deviation } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 0 and 2 train: (1, 4) and (5, 4). Row 1, (100, 6), does not.
    const FEATURES: [f32; 6] = [1.0, 4.0, 100.0, 6.0, 5.0, 4.0];

    fn scaled(scale: Scale, clip: Option<f64>) -> Vec<f32> {
        let transform = Transform::of_rows(&Scaling { scale, clip }, &FEATURES, 2, &[0, 2]);
        transform.apply(&FEATURES, &[0, 1, 2])
    }

    #[test]
    fn by_feature_only_the_training_rows_decide_and_a_constant_is_divided_by_one() {
        // First feature: mean 3, deviation 2. Second: constant 4, so 6 becomes (6 - 4) / 1.
        assert_eq!(scaled(Scale::Feature, None), [-1.0, 0.0, 48.5, 2.0, 1.0, 0.0]);
    }

    #[test]
    fn globally_all_features_share_one_mean_and_one_divisor() {
        // 1, 4, 5, 4: mean 3.5, variance (6.25 + 0.25 + 2.25 + 0.25) / 4 = 2.25, deviation 1.5.
        let expected = [-2.5, 0.5, 96.5, 2.5, 1.5, 0.5].map(|value: f64| (value / 1.5) as f32);
        assert_eq!(scaled(Scale::Global, None), expected);
    }

    #[test]
    fn clipping_comes_after_scaling() {
        assert_eq!(scaled(Scale::Feature, Some(3.0)), [-1.0, 0.0, 3.0, 2.0, 1.0, 0.0]);
        assert_eq!(scaled(Scale::None, Some(4.5)), [1.0, 4.0, 4.5, 4.5, 4.5, 4.0]);
        assert_eq!(scaled(Scale::None, None), FEATURES);
    }
}
