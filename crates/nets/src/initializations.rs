//! How weight matrices are drawn, one file each. Biases start at 0.

mod kaiming_normal;
mod xavier_normal;

/// Every initialization, in the order in which they are listed.
pub static INITIALIZATIONS: &[&Initialization] =
    &[&kaiming_normal::INITIALIZATION, &xavier_normal::INITIALIZATION];

/// A normal distribution of weights with mean 0.
#[derive(Debug)]
pub struct Initialization {
    /// The name in configs.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The distribution, as papers write it.
    pub formula: &'static str,
    /// Where it was published.
    pub citation: &'static str,
    /// The standard deviation for a matrix of fan_in inputs and fan_out outputs.
    pub standard_deviation: fn(fan_in: f64, fan_out: f64) -> f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_follow_the_formulas() {
        let deviation = |name: &str| {
            let found = INITIALIZATIONS.iter().find(|init| init.name == name);
            (found.expect("listed").standard_deviation)(50.0, 30.0)
        };
        // sqrt(2 / 50) = 0.2; sqrt(2 / 80) = sqrt(0.025).
        assert!((deviation("kaiming-normal") - 0.2).abs() < 1e-15);
        assert!((deviation("xavier-normal").powi(2) - 0.025).abs() < 1e-15);
    }
}
