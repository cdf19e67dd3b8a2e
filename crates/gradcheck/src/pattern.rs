//! Which entries of a tensor are wrong, in words.

/// Names the pattern of the wrong entries of a tensor, given by their row-major numbers in rising
/// order.
pub(crate) fn pattern(shape: &[usize], wrong: &[usize]) -> String {
    let total: usize = shape.iter().product();
    if wrong.len() == total {
        return if total == 1 { "the only entry".to_string() } else { "all entries".to_string() };
    }
    for axis in 0..shape.len() {
        if let Some(words) = along(shape, wrong, axis) {
            return words;
        }
    }
    match wrong.len() {
        1 => "one entry alone".to_string(),
        count if 10 * count >= 9 * total => format!("nearly all entries, {count} of {total}"),
        count => format!("{count} of {total} entries, in no simple pattern"),
    }
}

/// The pattern along an axis, if whether an entry is wrong depends on its index there alone.
fn along(shape: &[usize], wrong: &[usize], axis: usize) -> Option<String> {
    let (size, total) = (shape[axis], shape.iter().product::<usize>());
    let inner: usize = shape[axis + 1..].iter().product();
    let mut counts = vec![0; size];
    for entry in wrong {
        counts[entry / inner % size] += 1;
    }
    let full = total / size;
    // A few entries may be right by chance, as where a term happens to vanish.
    let is_mostly = |count: usize| 4 * count >= 3 * full;
    if size < 2 || !counts.iter().all(|&count| count == 0 || is_mostly(count)) {
        return None;
    }
    let chosen: Vec<usize> = (0..size).filter(|&index| counts[index] > 0).collect();
    if chosen.len() == size {
        return None;
    }
    Some(format!("{} {}", name(shape.len(), axis), indices(&chosen, size)?))
}

fn name(rank: usize, axis: usize) -> String {
    match (rank, rank - 1 - axis) {
        (1, _) => "index".to_string(),
        (2, 0) => "column".to_string(),
        (2, _) => "row".to_string(),
        (_, 0) => "last axis".to_string(),
        _ => format!("axis {axis}"),
    }
}

/// A set of indices in words; `None` if it has no simple form.
fn indices(chosen: &[usize], size: usize) -> Option<String> {
    let (first, last) = (*chosen.first()?, *chosen.last()?);
    if first == last {
        let place = match first {
            0 => " alone, the first",
            _ if first + 1 == size => " alone, the last",
            _ => " alone",
        };
        return Some(format!("{first}{place}"));
    }
    if last - first + 1 == chosen.len() {
        return Some(match (first, last + 1 == size) {
            (_, true) => format!(">= {first}"),
            (0, false) => format!("< {}", last + 1),
            _ => format!("{first} to {last}"),
        });
    }
    let period = chosen[1] - first;
    let is_periodic = first < period && chosen.iter().copied().eq((first..size).step_by(period));
    is_periodic.then(|| format!("% {period} == {first}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_names() {
        let all: Vec<usize> = (0..32).collect();
        let of = |keep: fn(usize, usize) -> bool| {
            let chosen: Vec<usize> = all.iter().copied().filter(|e| keep(e / 8, e % 8)).collect();
            pattern(&[4, 8], &chosen)
        };
        assert_eq!(of(|_, _| true), "all entries");
        assert_eq!(of(|row, _| row == 0), "row 0 alone, the first");
        assert_eq!(of(|_, column| column == 7), "column 7 alone, the last");
        assert_eq!(of(|_, column| column >= 5), "column >= 5");
        assert_eq!(of(|_, column| column % 4 == 3), "column % 4 == 3");
        assert_eq!(of(|row, _| row == 1 || row == 2), "row 1 to 2");
        assert_eq!(of(|row, column| row == 2 && column == 3), "one entry alone");
        assert_eq!(
            of(|row, column| (row + column) % 3 == 0),
            "11 of 32 entries, in no simple pattern"
        );
        assert_eq!(pattern(&[2, 2, 3], &[2, 5, 8, 11]), "last axis 2 alone, the last");
    }
}
