//! The meaning of the language, index by index: an expression is a number for every part, member, position,
//! group, channel and column, all of them written out, and a statistic looks at all of them.

use equations::Extents;

use crate::tree::{Equation, Tree};

/// The place of something along every axis.
pub type Index = [usize; 6];

const CHANNEL: usize = 4;
const COLUMN: usize = 5;

/// What an equation is evaluated at, and the running averages it has passed.
pub struct Naive<'a> {
    pub extents: Extents,
    /// The axes of statistics without brackets.
    pub over: &'a str,
    /// The value of every name at every index.
    pub name: &'a dyn Fn(usize, Index) -> f64,
    /// The averages before the pass in the order of the text; none before the first.
    pub averages: Vec<Vec<f64>>,
    pub training: bool,
    /// The training passes, this one included.
    pub batches: usize,
    /// What the running values that have been reached were before the pass and are after it.
    pub reached: Vec<[Vec<f64>; 2]>,
    /// The number of the running value at hand and its start.
    pub own: Option<(usize, f64)>,
    pub defined: Vec<Vec<f64>>,
    /// The number of every definition that is a running value, among these.
    pub defined_running: Vec<Option<usize>>,
}

impl Naive<'_> {
    pub fn equation(&mut self, equation: &Equation) -> Vec<f64> {
        (self.defined, self.defined_running) = (Vec::new(), Vec::new());
        self.batches += usize::from(self.training);
        for tree in &equation.definitions {
            let value = self.tree(tree);
            self.defined.push(value);
            let is_running = matches!(tree, Tree::Running(..));
            self.defined_running.push(is_running.then(|| self.reached.len() - 1));
        }
        let result = self.tree(&equation.result);
        // Columns stand last, and the result is the same in all of them.
        let result = result.into_iter().step_by(self.extents.channels).collect();
        self.averages = self.reached.drain(..).map(|[_, after]| after).collect();
        result
    }

    fn indices(&self) -> Vec<Index> {
        let sizes = self.sizes();
        let mut indices = vec![[0; 6]];
        for axis in 0..6 {
            let longer = |index: Index| {
                (0..sizes[axis]).map(move |place| {
                    let mut index = index;
                    index[axis] = place;
                    index
                })
            };
            indices = indices.into_iter().flat_map(longer).collect();
        }
        indices
    }

    fn sizes(&self) -> Index {
        let Extents { samples, positions, groups, channels, parts } = self.extents;
        [parts, samples / parts, positions, groups, channels, channels]
    }

    /// Which of the axes a text of axes reduces.
    fn reduced(&self, axes: &str) -> [bool; 6] {
        let axes = if axes.is_empty() { self.over } else { axes };
        let mut reduced = [false; 6];
        for word in axes.split('+').map(str::trim) {
            match word {
                "samples" => (reduced[0], reduced[1]) = (true, true),
                "part" => reduced[1] = true,
                "positions" => reduced[2] = true,
                "group" => reduced[CHANNEL] = true,
                "features" => (reduced[3], reduced[CHANNEL]) = (true, true),
                "columns" => reduced[COLUMN] = true,
                _ => {}
            }
        }
        reduced
    }

    fn tree(&mut self, tree: &Tree) -> Vec<f64> {
        let indices = self.indices();
        let everywhere = |value: f64| vec![value; indices.len()];
        match tree {
            Tree::Number(digits) => everywhere(digits.parse().unwrap()),
            Tree::Name(name) => indices.iter().map(|index| (self.name)(*name, *index)).collect(),
            Tree::Defined(index) => self.defined[*index].clone(),
            Tree::Groups => everywhere(self.extents.groups as f64),
            Tree::Parts => everywhere(self.extents.parts as f64),
            Tree::Transpose(e) => {
                let e = self.tree(e);
                let across = |index: &Index| {
                    let mut across = *index;
                    across.swap(CHANNEL, COLUMN);
                    e[indices.iter().position(|other| *other == across).unwrap()]
                };
                indices.iter().map(across).collect()
            }
            Tree::Matmul(a, b) => {
                let (a, b) = (self.tree(a), self.tree(b));
                let at = |index: &Index, axis: usize, k: usize| {
                    let mut index = *index;
                    index[axis] = k;
                    indices.iter().position(|other| *other == index).unwrap()
                };
                let product = |index: &Index| {
                    let terms = (0..self.extents.channels)
                        .map(|k| a[at(index, COLUMN, k)] * b[at(index, CHANNEL, k)]);
                    // The sum of nothing is 0, not -0.
                    terms.fold(0.0, |sum, term| sum + term)
                };
                indices.iter().map(product).collect()
            }
            Tree::Batches => everywhere(self.batches as f64),
            Tree::Size(axes) => self.statistic("size", axes, &everywhere(0.0)),
            Tree::Index(axes) => {
                let along = self.reduced(axes);
                let sizes = self.sizes();
                let place = |index: &Index| {
                    let along = (0..6).filter(|axis| along[*axis]);
                    along.fold(0, |place, axis| place * sizes[axis] + index[axis]) as f64
                };
                indices.iter().map(place).collect()
            }
            Tree::Negate(e) => map(self.tree(e), |e| -e),
            Tree::Infix(operator, a, b) => {
                let f: fn(f64, f64) -> f64 = match operator {
                    '+' => |a, b| a + b,
                    '-' => |a, b| a - b,
                    '*' => |a, b| a * b,
                    _ => |a, b| a / b,
                };
                zip(self.tree(a), &self.tree(b), f)
            }
            Tree::Power(base, exponent) => {
                let f: fn(f64) -> f64 = match *exponent {
                    "2" => |e| e * e,
                    "3" => |e| e * e * e,
                    "-1" => |e| 1.0 / e,
                    "(2^2)" => |e| e * e * e * e,
                    "(-2*1)" => |e| 1.0 / (e * e),
                    "0" => |_| 1.0,
                    _ => |e| if e >= 0.0 { e.powf(0.5) } else { f64::NAN },
                };
                map(self.tree(base), f)
            }
            Tree::Call(function, arguments) => {
                let values: Vec<Vec<f64>> = arguments.iter().map(|e| self.tree(e)).collect();
                call(function, values)
            }
            Tree::Statistic(statistic, axes, e) => {
                let e = self.tree(e);
                self.statistic(statistic, axes, &e)
            }
            Tree::Stop(e) => self.tree(e),
            Tree::Window(function, axis, e, reach) => {
                let e = self.tree(e);
                self.window(function, axis, &e, reach.map(|reach| self.reach(reach)))
            }
            Tree::Running(value, start, tracked) => self.running(value, start, tracked.as_ref()),
            Tree::OwnPast(_) => {
                let (number, start) = self.own.expect("it stands in a running value");
                self.averages.get(number).cloned().unwrap_or_else(|| everywhere(start))
            }
            Tree::Past(running) => {
                let number = match **running {
                    Tree::Defined(index) => self.defined_running[index].unwrap(),
                    _ => {
                        self.tree(running);
                        self.reached.len() - 1
                    }
                };
                self.reached[number][0].clone()
            }
        }
    }

    fn running(
        &mut self,
        value: &Tree,
        start: &str,
        tracked: Option<&(Box<Tree>, Option<&str>)>,
    ) -> Vec<f64> {
        let start = match start {
            "0" => 0.0,
            "2*3" => 6.0,
            _ => -(self.name)(7, [0; 6]),
        };
        // It is reached behind those that stand in it.
        let inside = value.running_values() + tracked.map_or(0, |(e, _)| e.running_values());
        let outer = self.own.replace((self.reached.len() + inside, start));
        let mean = |naive: &mut Self, e| {
            let e = naive.tree(e);
            naive.statistic("mean", "samples+positions", &e)
        };
        // In evaluation nothing under a running value is needed, but what is in the text is walked
        // through, so that the averages keep their order.
        let value = mean(self, value);
        let weight = match tracked.and_then(|(_, weight)| *weight) {
            Some("1/batches") => 1.0 / self.batches as f64,
            Some("eps") => (self.name)(7, [0; 6]),
            Some("1") => 1.0,
            Some(other) => panic!("no weight {other}"),
            // The momentum.
            None => 0.1,
        };
        let tracked = tracked.map_or_else(|| value.clone(), |(e, _)| mean(self, e));
        self.own = outer;
        let before = self.averages.get(self.reached.len()).cloned();
        let before = before.unwrap_or_else(|| vec![start; value.len()]);
        if self.training {
            let after = zip(tracked, &before, |e, before| (1.0 - weight) * before + weight * e);
            self.reached.push([before, after]);
            return value;
        }
        self.reached.push([before.clone(), before.clone()]);
        before
    }

    fn reach(&self, text: &str) -> f64 {
        if text == "16*eps" { 16.0 * (self.name)(7, [0; 6]) } else { text.parse().unwrap() }
    }

    /// The sum of everything whose place along the axis is near, or on the right side.
    fn window(&self, function: &str, axis: &str, e: &[f64], [before, after]: [f64; 2]) -> Vec<f64> {
        let along = self.reduced(axis);
        let [_, members, _, _, channels, _] = self.sizes();
        let place = |index: &Index| {
            let [part, member, position, group, channel, column] = *index;
            let place = match axis {
                "samples" => part * members + member,
                "part" => member,
                "positions" => position,
                "group" => channel,
                "columns" => column,
                _ => group * channels + channel,
            };
            place as f64
        };
        let indices = self.indices();
        let at = |index: &Index| {
            let is_part = |other: &Index| {
                let distance = place(other) - place(index);
                let near = match function {
                    "cumsum" => distance <= 0.0,
                    "cumsum_back" => distance >= 0.0,
                    _ => -before <= distance && distance <= after,
                };
                near && (0..6).all(|axis| along[axis] || other[axis] == index[axis])
            };
            let both = indices.iter().zip(e);
            both.filter(|(other, _)| is_part(other)).fold(0.0, |sum, (_, e)| sum + e)
        };
        indices.iter().map(at).collect()
    }

    fn statistic(&self, statistic: &str, axes: &str, e: &[f64]) -> Vec<f64> {
        let reduced = self.reduced(axes);
        let indices = self.indices();
        let at = |index: &Index| {
            let with_it = |other: &Index| (0..6).all(|a| reduced[a] || other[a] == index[a]);
            let both = indices.iter().zip(e);
            let values: Vec<f64> = both.filter(|(i, _)| with_it(i)).map(|(_, e)| *e).collect();
            reduce(statistic, &values)
        };
        indices.iter().map(at).collect()
    }
}

fn reduce(statistic: &str, e: &[f64]) -> f64 {
    let n = e.len() as f64;
    // From the first on, so that sums and means of equal values are exact.
    let mean = |f: &dyn Fn(f64) -> f64| {
        let first = f(e[0]);
        let mean = first + e.iter().map(|e| f(*e) - first).sum::<f64>() / n;
        let plain = || e.iter().map(|e| f(*e)).sum::<f64>() / n;
        if mean.is_nan() { plain() } else { mean }
    };
    let sum = |f: &dyn Fn(f64) -> f64| mean(f) * n;
    let extreme = |larger: bool| {
        let better = |a: f64, b: f64| if (a > b) == larger { a } else { b };
        let nan = e.iter().any(|e| e.is_nan());
        if nan { f64::NAN } else { e.iter().copied().reduce(better).unwrap() }
    };
    match statistic {
        "size" => n,
        "sum" => sum(&|e| e),
        "mean" => mean(&|e| e),
        "var" | "std" => {
            let center = mean(&|e| e);
            let var = mean(&|e| (e - center) * (e - center));
            if statistic == "var" { var } else { var.sqrt() }
        }
        "rms" => mean(&|e| e * e).sqrt(),
        "norm1" => sum(&f64::abs),
        "norm2" => sum(&|e| e * e).sqrt(),
        "max" => extreme(true),
        "min" => extreme(false),
        other => panic!("no statistic {other}"),
    }
}

fn call(function: &str, mut arguments: Vec<Vec<f64>>) -> Vec<f64> {
    let min = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) };
    let max = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
    let e = arguments.remove(0);
    match function {
        "min" => zip(e, &arguments[0], min),
        "max" => zip(e, &arguments[0], max),
        "clamp" => zip(zip(e, &arguments[0], max), &arguments[1], min),
        "sqrt" => map(e, f64::sqrt),
        "rsqrt" => map(e, |e| 1.0 / e.sqrt()),
        "abs" => map(e, f64::abs),
        "exp" => map(e, f64::exp),
        "log" => map(e, f64::ln),
        "tanh" => map(e, f64::tanh),
        "sigmoid" => map(e, |e| 1.0 / (1.0 + (-e).exp())),
        "sign" => map(e, |e| if e == 0.0 { 0.0 } else { e.signum() }),
        "erf" => map(e, libm::erf),
        "softplus" => map(e, |e| if e > 30.0 { e } else { e.exp().ln_1p() }),
        "atan" => map(e, f64::atan),
        other => panic!("no function {other}"),
    }
}

fn map(e: Vec<f64>, f: impl Fn(f64) -> f64) -> Vec<f64> {
    e.into_iter().map(f).collect()
}

fn zip(a: Vec<f64>, b: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.into_iter().zip(b).map(|(a, b)| f(a, *b)).collect()
}
