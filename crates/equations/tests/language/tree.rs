//! Random valid equations as trees, with their texts.

/// A generator of random numbers with the constants of Knuth's MMIX: the same from every seed for
/// ever, without another crate.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound as u64) as usize
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// An equation: definitions `a`, `b`, ... and a result.
#[derive(Clone, Debug)]
pub struct Equation {
    pub definitions: Vec<Tree>,
    pub result: Tree,
}

#[derive(Clone, Debug)]
pub enum Tree {
    Number(&'static str),
    /// `x`, a parameter or a constant, by its index in [`NAMES`].
    Name(usize),
    Defined(usize),
    Groups,
    Parts,
    Size(&'static str),
    Index(&'static str),
    Batches,
    Negate(Box<Tree>),
    Infix(char, Box<Tree>, Box<Tree>),
    /// With a constant exponent.
    Power(Box<Tree>, &'static str),
    Call(&'static str, Vec<Tree>),
    Statistic(&'static str, &'static str, Box<Tree>),
    Stop(Box<Tree>),
    Transpose(Box<Tree>),
    Matmul(Box<Tree>, Box<Tree>),
    /// `window`, `cumsum` or `cumsum_back`, the axis, and how far it reaches.
    Window(&'static str, &'static str, Box<Tree>, [&'static str; 2]),
    /// The value, the start, and what is tracked, if that is something else, with what weight, if that is not
    /// the momentum. The value and what is tracked are means over all rows.
    Running(Box<Tree>, &'static str, Option<(Box<Tree>, Option<&'static str>)>),
    /// Of a running value, or of a definition that is one.
    Past(Box<Tree>),
    /// Of the definition that it stands in, by its number.
    OwnPast(usize),
}

/// What equations may use: `x`, parameters of every shape, a constant; with Greek spellings.
pub const NAMES: [[&str; 2]; 8] = [
    ["x", "x"],
    ["gamma", "γ"],
    ["alpha", "α"],
    ["w", "w"],
    ["q", "q"],
    ["r", "r"],
    ["mu_2", "µ_2"],
    ["eps", "ϵ"],
];

/// Sets of axes; the empty text stands for `over`.
pub const AXES: [&str; 12] = [
    "",
    "features",
    "group",
    "samples",
    "positions+samples",
    "positions",
    "samples + features",
    "samples+positions+group",
    "part",
    "part+positions",
    "columns+group",
    "none",
];

pub const STATISTICS: [&str; 9] =
    ["mean", "var", "std", "rms", "sum", "norm1", "norm2", "max", "min"];

pub const POINTWISE: [&str; 11] =
    ["sqrt", "rsqrt", "abs", "exp", "log", "tanh", "sigmoid", "sign", "erf", "atan", "softplus"];

const EXPONENTS: [&str; 8] = ["2", "3", "-1", "0.5", "(1/2)", "(2^2)", "0", "-2*1"];

pub fn equation(random: &mut Random, size: usize) -> Equation {
    let defined = random.below(3);
    let definitions: Vec<Tree> = (0..defined)
        .map(|index| match random.below(6) {
            0 if random.below(2) == 0 => match running(random, size / 3, index) {
                Tree::Running(value, start, tracked) => {
                    let own = Box::new(Tree::OwnPast(index));
                    Tree::Running(Box::new(Tree::Infix('-', value, own)), start, tracked)
                }
                other => other,
            },
            0 => running(random, size / 3, index),
            _ => tree(random, size / 3, index),
        })
        .collect();
    let mut result = tree(random, size, defined);
    for (index, definition) in definitions.iter().enumerate() {
        if matches!(definition, Tree::Running(..)) {
            let past = Tree::Past(Box::new(Tree::Defined(index)));
            result = Tree::Infix('-', Box::new(result), Box::new(past));
        }
    }
    // x has no columns.
    let result = if definitions.iter().chain([&result]).any(Tree::has_columns) {
        Tree::Statistic("mean", "columns", Box::new(result))
    } else {
        result
    };
    Equation { definitions, result }
}

/// A tree of about `size` nodes that may use the first `defined` definitions.
fn tree(random: &mut Random, size: usize, defined: usize) -> Tree {
    if size <= 1 {
        return leaf(random, defined);
    }
    let one = |random: &mut Random| Box::new(tree(random, size - 1, defined));
    match random.below(15) {
        0 => Tree::Negate(one(random)),
        1 => {
            let exponent = random.one_of(&EXPONENTS);
            // A product binds looser than a power.
            Tree::Power(one(random), if exponent == "-2*1" { "(-2*1)" } else { exponent })
        }
        2 | 3 => Tree::Call(random.one_of(&POINTWISE), vec![*one(random)]),
        4 | 5 => {
            let (statistic, axes) = (random.one_of(&STATISTICS), random.one_of(&AXES));
            Tree::Statistic(statistic, axes, one(random))
        }
        6 => Tree::Stop(one(random)),
        12 => {
            let function = random.one_of(&["window", "cumsum", "cumsum_back"]);
            let axis = random.one_of(&["samples", "part", "positions", "group", "features"]);
            let reach = [0, 1].map(|_| random.one_of(&["0", "1", "2", "16*eps", "1e9"]));
            Tree::Window(function, axis, one(random), reach)
        }
        13 => Tree::Transpose(one(random)),
        14 if random.below(2) == 0 => {
            let left = tree(random, size / 2, defined);
            Tree::Matmul(Box::new(left), Box::new(tree(random, size / 2, defined)))
        }
        7 if random.below(3) == 0 => Tree::Past(Box::new(running(random, size - 1, defined))),
        7 => running(random, size, defined),
        8 => {
            let (function, arguments) = random.one_of(&[("min", 2), ("max", 2), ("clamp", 3)]);
            let each = |_| tree(random, size / arguments, defined);
            Tree::Call(function, (0..arguments).map(each).collect())
        }
        _ => {
            let left = 1 + random.below(size);
            let operator = random.one_of(&['+', '-', '*', '/']);
            let left = Box::new(tree(random, left, defined));
            let used = size.saturating_sub(1 + left.len());
            Tree::Infix(operator, left, Box::new(tree(random, used, defined)))
        }
    }
}

fn running(random: &mut Random, size: usize, defined: usize) -> Tree {
    let tracked = (random.below(2) == 0).then(|| {
        let weight = (random.below(2) == 0).then(|| random.one_of(&["1/batches", "eps", "1"]));
        (Box::new(tree(random, size / 2, defined)), weight)
    });
    let start = random.one_of(&["0", "-eps", "2*3"]);
    Tree::Running(Box::new(tree(random, size / 2, defined)), start, tracked)
}

fn leaf(random: &mut Random, defined: usize) -> Tree {
    match random.below(10) {
        0 => Tree::Number(random.one_of(&["2", "0.5", "1e-3", ".25", "3."])),
        1 if random.below(2) == 0 => Tree::Size(random.one_of(&AXES)),
        1 => Tree::Index(random.one_of(&AXES)),
        2 if random.below(3) == 0 => Tree::Groups,
        2 if random.below(3) == 0 => Tree::Batches,
        2 if random.below(4) == 0 => Tree::Parts,
        2 | 3 if defined > 0 => Tree::Defined(random.below(defined)),
        4 | 5 => Tree::Name(random.below(NAMES.len())),
        _ => Tree::Name(0),
    }
}

impl Tree {
    fn operands(&self) -> Vec<&Tree> {
        match self {
            Tree::Negate(e)
            | Tree::Window(_, _, e, _)
            | Tree::Power(e, _)
            | Tree::Statistic(_, _, e)
            | Tree::Stop(e)
            | Tree::Transpose(e)
            | Tree::Past(e) => {
                vec![e]
            }
            Tree::Infix(_, a, b) | Tree::Matmul(a, b) => vec![a, b],
            Tree::Call(_, arguments) => arguments.iter().collect(),
            Tree::Running(value, _, tracked) => {
                let tracked = tracked.iter().map(|(e, _)| e);
                [value].into_iter().chain(tracked).map(|e| &**e).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many running values there are in it.
    pub fn running_values(&self) -> usize {
        let inside: usize = self.operands().into_iter().map(Tree::running_values).sum();
        inside + usize::from(matches!(self, Tree::Running(..)))
    }

    /// Whether anything in it may vary along columns.
    fn has_columns(&self) -> bool {
        let own = match self {
            Tree::Transpose(_) | Tree::Matmul(..) => true,
            Tree::Index(axes) => axes.contains("columns"),
            Tree::Window(_, axis, ..) => *axis == "columns",
            _ => false,
        };
        own || self.operands().into_iter().any(Tree::has_columns)
    }

    fn len(&self) -> usize {
        1 + self.operands().into_iter().map(Tree::len).sum::<usize>()
    }

    fn text(&self, random: &mut Random) -> String {
        match self {
            Tree::Number(digits) => (*digits).to_owned(),
            Tree::Name(index) => random.one_of(&NAMES[*index]).to_owned(),
            Tree::Defined(index) => definition(*index).to_owned(),
            Tree::Groups => "groups".to_owned(),
            Tree::Parts => "parts".to_owned(),
            Tree::Batches => "batches".to_owned(),
            Tree::Size(axes) => "size".to_owned() + &brackets(axes),
            Tree::Index(axes) => "index".to_owned() + &brackets(axes),
            Tree::Negate(e) => format!("{}({})", random.one_of(&["-", "− "]), e.text(random)),
            Tree::Infix(operator, a, b) => {
                let spelled: &[&str] = match operator {
                    '+' => &["+", " + "],
                    '-' => &["-", " − "],
                    '*' => &["*", " · ", "×", " ⋅ "],
                    _ => &["/", " / "],
                };
                let (a, b) = (a.text(random), b.text(random));
                format!("({a}){}({b})", random.one_of(spelled))
            }
            Tree::Power(base, "2") if random.below(2) == 0 => format!("({})²", base.text(random)),
            Tree::Power(base, exponent) => format!("({})^{exponent}", base.text(random)),
            Tree::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|e| e.text(random)).collect();
                let sqrt = *function == "sqrt" && random.below(2) == 0;
                format!("{}({})", if sqrt { "√" } else { function }, arguments.join(","))
            }
            Tree::Statistic(statistic, axes, e) => {
                format!("{statistic}{}({})", brackets(axes), e.text(random))
            }
            Tree::Window("window", axis, e, [before, after]) => {
                format!("window[{axis}]({}, {before}, {after})", e.text(random))
            }
            Tree::Window(function, axis, e, _) => format!("{function}[{axis}]({})", e.text(random)),
            Tree::Stop(e) => format!("stop({})", e.text(random)),
            Tree::Transpose(e) => format!("transpose({})", e.text(random)),
            Tree::Matmul(a, b) => format!("matmul({}, {})", a.text(random), b.text(random)),
            Tree::Past(e) => format!("past({})", e.text(random)),
            Tree::OwnPast(index) => format!("past({})", definition(*index)),
            Tree::Running(value, start, tracked) => {
                let mean = |e: String| format!("mean[samples+positions]({e})");
                let value = mean(value.text(random));
                let mut text = format!("running({value}, {start}");
                if let Some((tracked, weight)) = tracked {
                    text += &format!(", {}", mean(tracked.text(random)));
                    text += &weight.map(|weight| format!(", {weight}")).unwrap_or_default();
                }
                text + ")"
            }
        }
    }
}

impl Equation {
    /// The text, with a random spelling of everything that has several.
    pub fn text(&self, random: &mut Random) -> String {
        let mut text = String::new();
        for (index, tree) in self.definitions.iter().enumerate() {
            text += &format!("{} = {};\n", definition(index), tree.text(random));
        }
        text + &self.result.text(random)
    }
}

fn definition(index: usize) -> &'static str {
    ["sigma", "d_1", "u"][index]
}

fn brackets(axes: &str) -> String {
    if axes.is_empty() { String::new() } else { format!("[{axes}]") }
}
