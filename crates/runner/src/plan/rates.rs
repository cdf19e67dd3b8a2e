//! Grids of learning rates that grow.

/// The rate one step below an ascending grid; see [`above`].
pub fn below(grid: &[f64]) -> f64 {
    let inverse: Vec<f64> = grid.iter().rev().map(|rate| 1.0 / rate).collect();
    rounded(1.0 / next(&inverse))
}

/// The rate one step above an ascending grid. Grids such as 1e-3, 3e-3, 1e-2 repeat after two
/// steps, and go on as they began: 3e-2. Of two rates the step is their ratio, of one half a decade.
pub fn above(grid: &[f64]) -> f64 {
    rounded(next(grid))
}

fn next(grid: &[f64]) -> f64 {
    match *grid {
        [.., a, b, c] => b * c / a,
        [a, b] => b * b / a,
        [a] => a * 10f64.sqrt(),
        [] => panic!("a grid has a rate"),
    }
}

/// Without the noise of products: 0.1 and not 0.10000000000000002.
fn rounded(rate: f64) -> f64 {
    format!("{rate:.9e}").parse().expect("a number was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_goes_on_as_it_began() {
        let half_decades = [1e-3, 3e-3, 1e-2, 3e-2];
        assert_eq!((below(&half_decades), above(&half_decades)), (3e-4, 1e-1));
        assert_eq!((below(&half_decades[1..]), above(&half_decades[..3])), (1e-3, 3e-2));
        let doubled = [0.001, 0.002, 0.004];
        assert_eq!((below(&doubled), above(&doubled)), (0.0005, 0.008));
        assert_eq!((below(&[1e-3, 1e-2]), above(&[1e-3, 1e-2])), (1e-4, 1e-1));
        assert!((above(&[1e-3]).powi(2) - 1e-5).abs() < 1e-13);
    }
}
