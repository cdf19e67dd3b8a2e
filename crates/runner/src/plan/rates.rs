//! Grids of learning rates that grow.

/// The next rates above an ascending grid, the nearest first. A grid goes on as it began: 1e-3, 3e-3,
/// 1e-2 repeats after two steps and goes on with 3e-2; of two rates the step is their ratio; one rate
/// belongs to the grid 1, 3, 10, 30 times a power of ten, or to its multiple.
pub fn above(grid: &[f64], count: usize) -> Vec<f64> {
    let grid = match *grid {
        [only] => vec![only / 10.0, only / step_below(only), only],
        _ => grid.to_vec(),
    };
    grown(grid, count).into_iter().map(rounded).collect()
}

/// The next rates below an ascending grid, the nearest first; see [`above`].
pub fn below(grid: &[f64], count: usize) -> Vec<f64> {
    let grid = match *grid {
        [only] => vec![only, only * (10.0 / step_below(only)), only * 10.0],
        _ => grid.to_vec(),
    };
    let inverse = grid.iter().rev().map(|rate| 1.0 / rate).collect();
    grown(inverse, count).into_iter().map(|inverse| rounded(1.0 / inverse)).collect()
}

fn grown(mut grid: Vec<f64>, count: usize) -> Vec<f64> {
    let first = grid.len();
    for _ in 0..count {
        grid.push(next(&grid));
    }
    grid.split_off(first)
}

fn next(grid: &[f64]) -> f64 {
    match *grid {
        [.., a, b, c] => b * c / a,
        [a, b] => b * b / a,
        [_] | [] => panic!("a grid that grows has two rates"),
    }
}

/// How many times larger a rate is than the one before it: 3 for 3e-3, which stands after 1e-3, and
/// 10/3 for others, as for 1e-2 after 3e-3.
fn step_below(rate: f64) -> f64 {
    let mantissa = rate / 10f64.powf(rate.log10().floor());
    if (mantissa - 3.0).abs() < 1e-9 { 3.0 } else { 10.0 / 3.0 }
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
        assert_eq!(below(&half_decades, 3), [3e-4, 1e-4, 3e-5]);
        assert_eq!(above(&half_decades, 3), [1e-1, 3e-1, 1.0]);
        assert_eq!(below(&half_decades[1..], 1), [1e-3]);
        assert_eq!(above(&half_decades[..3], 1), [3e-2]);
        let doubled = [0.001, 0.002, 0.004];
        assert_eq!((below(&doubled, 1), above(&doubled, 2)), (vec![0.0005], vec![0.008, 0.016]));
        assert_eq!(
            (below(&[1e-3, 1e-2], 2), above(&[1e-3, 1e-2], 1)),
            (vec![1e-4, 1e-5], vec![1e-1])
        );
    }

    #[test]
    fn one_rate_grows_in_steps_of_about_half_a_decade() {
        assert_eq!(
            (below(&[1e-3], 3), above(&[1e-3], 3)),
            (vec![3e-4, 1e-4, 3e-5], vec![3e-3, 1e-2, 3e-2])
        );
        assert_eq!((below(&[3e-3], 2), above(&[3e-3], 2)), (vec![1e-3, 3e-4], vec![1e-2, 3e-2]));
        assert_eq!((below(&[2e-3], 2), above(&[2e-3], 2)), (vec![6e-4, 2e-4], vec![6e-3, 2e-2]));
    }
}
