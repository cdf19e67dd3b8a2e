//! Standardization of features, from the training rows only.

/// Mean and divisor of each feature.
#[derive(Debug)]
pub struct Standardization {
    mean: Vec<f64>,
    divisor: Vec<f64>,
}

impl Standardization {
    /// The mean and the standard deviation (over n, two-pass) of each feature over the given rows.
    /// A feature that is constant there has the divisor 1, so that it becomes 0 there.
    pub fn of_rows(features: &[f32], width: usize, rows: &[usize]) -> Standardization {
        let count = rows.len() as f64;
        let column = |feature: usize| {
            rows.iter().map(move |&row| f64::from(features[row * width + feature]))
        };
        let mean: Vec<f64> =
            (0..width).map(|feature| column(feature).sum::<f64>() / count).collect();
        let divisor = (0..width)
            .map(|feature| {
                let squares = column(feature).map(|value| (value - mean[feature]).powi(2));
                let deviation = (squares.sum::<f64>() / count).sqrt();
                if deviation > 0.0 { deviation } else { 1.0 }
            })
            .collect();
        Standardization { mean, divisor }
    }

    /// The given rows, one after the other, standardized.
    pub fn apply(&self, features: &[f32], rows: &[usize]) -> Vec<f32> {
        let width = self.mean.len();
        let mut standardized = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            for (feature, &value) in features[row * width..(row + 1) * width].iter().enumerate() {
                let centred = f64::from(value) - self.mean[feature];
                standardized.push((centred / self.divisor[feature]) as f32);
            }
        }
        standardized
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 0 and 2 train. First feature: 1 and 5, mean 3, deviation 2. Second: constant 4, so
    /// the row outside training, 6, becomes (6 - 4) / 1.
    #[test]
    fn only_the_given_rows_decide_and_a_constant_feature_is_divided_by_one() {
        let features = [1.0, 4.0, 100.0, 6.0, 5.0, 4.0];
        let standardization = Standardization::of_rows(&features, 2, &[0, 2]);
        assert_eq!(standardization.apply(&features, &[0, 1, 2]), [-1.0, 0.0, 48.5, 2.0, 1.0, 0.0]);
    }
}
