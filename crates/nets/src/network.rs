//! A deep residual network: stem, blocks around one residual stream, final norm, head.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::{ParameterShape, SizeError};
use norms::{Evaluator, Norm, NormChoice, State};
use ops::{Element, Layout, Pass, Value, add, linear, scale};

use crate::architectures::{Architecture, Branch};
use crate::initializations::Initialization;
use crate::parameters::{LinearIndex, Parameter, Parameters};
use crate::placements::Placement;
use crate::program::{Constants, Program, Step};
use crate::randomness::Seed;

/// What to build.
#[derive(Debug, Clone)]
pub struct NetworkSpec {
    /// What a branch computes.
    pub architecture: &'static Architecture,
    /// Numbers per example.
    pub inputs: usize,
    /// Classes.
    pub outputs: usize,
    /// Residual blocks.
    pub depth: usize,
    /// Features of the residual stream.
    pub width: usize,
    /// The norm at every site.
    pub norm: NormChoice,
    /// Where the sites are.
    pub placement: &'static Placement,
    /// How matrices are drawn.
    pub init: &'static Initialization,
}

impl NetworkSpec {
    /// How many numbers the linear maps have, without building anything: a network that is too
    /// large for the machine can be refused in time.
    pub fn linear_parameters(&self) -> usize {
        let linear = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let width = self.width;
        let blocks = self.depth * 2 * linear(width, width);
        linear(self.inputs, width) + blocks + linear(width, self.outputs)
    }
}

/// Why a network cannot be built or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The equation of the placement is wrong.
    #[error("placement `{placement}`: {reason}")]
    Placement {
        /// The placement's name.
        placement: &'static str,
        /// What is wrong with its equation.
        reason: String,
    },
    /// The norm is not defined at these sizes.
    #[error("norm `{norm}`: {reason}")]
    Norm {
        /// The norm's name.
        norm: String,
        /// The sizes that do not fit.
        reason: SizeError,
    },
    /// The norm has an input beside x, and nothing here computes one.
    #[error("norm `{norm}`: nothing computes its side input `{input}`")]
    SideInput {
        /// The norm's name.
        norm: String,
        /// The input's name.
        input: String,
    },
}

/// A network with its parameters and the state of every norm.
#[derive(Debug)]
pub struct Network<E: Element> {
    parameters: Parameters<E>,
    stem: LinearIndex,
    blocks: Vec<Block<E>>,
    finish: Stage<E>,
    head: LinearIndex,
    norm: Box<dyn Norm<E>>,
    choice: NormChoice,
    width: usize,
}

#[derive(Debug)]
struct Block<E> {
    branch: Branch,
    stage: Stage<E>,
}

/// An equation of the placement with the norms that it applies.
#[derive(Debug)]
struct Stage<E> {
    program: Program,
    sites: Vec<Site<E>>,
}

/// One place where a norm is applied: its parameters and its running averages.
#[derive(Debug)]
struct Site<E> {
    first_parameter: usize,
    state: State<E>,
}

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// Builds a network and draws its weights, each from the stream of its own name.
    ///
    /// # Errors
    /// If the groups of the norm do not divide the width, it has a side input, or the placement's
    /// equation is wrong.
    pub fn new(spec: &NetworkSpec, seed: Seed) -> Result<Self, NetworkError> {
        let &NetworkSpec { inputs, outputs, depth, width, placement, .. } = spec;
        let norm_error = |reason| NetworkError::Norm { norm: spec.norm.name().to_owned(), reason };
        spec.norm.check_width(width).map_err(norm_error)?;
        let mut inputs_of_norm = spec.norm.equation().parameters().iter();
        if let Some(side) = inputs_of_norm.find(|p| p.shape == ParameterShape::Side) {
            let (norm, input) = (spec.norm.name().to_owned(), side.name.clone());
            return Err(NetworkError::SideInput { norm, input });
        }
        let norm = spec.norm.build::<E>(Evaluator::Fastest);

        let mut parameters = Parameters::new(spec.init, seed);
        let stage = |text, parameters: &mut Parameters<E>, path: &str, layer| {
            let block = if layer > depth { 0 } else { layer - 1 };
            // Every block of this architecture has one branch.
            let constants = Constants { blocks: depth, branches: depth, block };
            let program = Program::compile(text, constants).map_err(|error| {
                NetworkError::Placement { placement: placement.name, reason: error.to_string() }
            })?;
            let specs = norm.parameters(width, 1);
            let sites = (0..program.sites).map(|site| {
                // The only norm of a block needs no number.
                let path =
                    if program.sites == 1 { path.to_owned() } else { format!("{path}{site}") };
                Site {
                    first_parameter: parameters.add_norm(&path, layer, &specs),
                    state: norm.state(width, 1),
                }
            });
            Ok(Stage { sites: sites.collect(), program })
        };

        let stem = parameters.add_linear("stem", 0, inputs, width);
        let mut blocks = Vec::with_capacity(depth);
        for block in 0..depth {
            let branch = Branch::new(&mut parameters, block, width);
            let path = format!("block.{block}.norm");
            let stage = stage(placement.block, &mut parameters, &path, block + 1)?;
            blocks.push(Block { branch, stage });
        }
        let finish = stage(placement.finish, &mut parameters, "final.norm", depth + 1)?;
        let head = parameters.add_linear("head", depth + 1, width, outputs);
        let choice = spec.norm.clone();
        Ok(Network { parameters, stem, blocks, finish, head, norm, choice, width })
    }
}

impl<E: Element> Network<E> {
    /// The logits of a batch: rows are samples.
    pub fn forward(&mut self, x: &Value<E>, pass: &mut Pass<E>) -> Value<E> {
        self.forward_watched(x, pass, &mut |_, _| ())
    }

    /// As [`Network::forward`], and shows the residual stream: 0 after the stem, then after each
    /// block.
    pub fn forward_watched(
        &mut self,
        x: &Value<E>,
        pass: &mut Pass<E>,
        watch: &mut dyn FnMut(usize, &Value<E>),
    ) -> Value<E> {
        let Network { parameters, stem, blocks, finish, head, norm, .. } = self;
        let (weight, bias) = parameters.linear(*stem);
        let mut stream = linear(x, weight, bias, pass);
        watch(0, &stream);
        for (index, block) in blocks.iter_mut().enumerate() {
            let branch = block.branch;
            stream = block.stage.run(&stream, &**norm, Some(branch), parameters, pass);
            watch(index + 1, &stream);
        }
        let stream = finish.run(&stream, &**norm, None, parameters, pass);
        let (weight, bias) = parameters.linear(*head);
        linear(&stream, weight, bias, pass)
    }

    /// Whether the norm is defined in training on a batch of so many samples.
    ///
    /// # Errors
    /// If it would take a variance over one value; the message shows the numbers.
    pub fn check_batch(&self, samples: usize) -> Result<(), NetworkError> {
        if self.sites().next().is_none() {
            return Ok(());
        }
        let checked = self.norm.check(Layout::samples(samples), self.width);
        checked.map_err(|reason| NetworkError::Norm { norm: self.choice.name().to_owned(), reason })
    }

    /// The parameters, in a fixed order.
    pub fn parameters(&self) -> &[Parameter<E>] {
        &self.parameters.list
    }

    /// The parameters, to be updated.
    pub fn parameters_mut(&mut self) -> &mut [Parameter<E>] {
        &mut self.parameters.list
    }

    /// How many numbers are trained.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(|parameter| parameter.value.as_slice().len()).sum()
    }

    /// How many residual blocks there are.
    pub fn depth(&self) -> usize {
        self.blocks.len()
    }

    /// A copy of the state of every norm.
    pub fn states(&self) -> Vec<State<E>> {
        self.sites().map(|site| site.state.clone()).collect()
    }

    /// Puts copied states back.
    pub fn restore_states(&mut self, states: Vec<State<E>>) {
        let stages = self.blocks.iter_mut().map(|block| &mut block.stage);
        let sites = stages.chain([&mut self.finish]).flat_map(|stage| &mut stage.sites);
        for (site, state) in sites.zip(states) {
            site.state = state;
        }
    }

    fn sites(&self) -> impl Iterator<Item = &Site<E>> {
        let stages = self.blocks.iter().map(|block| &block.stage).chain([&self.finish]);
        stages.flat_map(|stage| &stage.sites)
    }
}

impl<E: Element> Stage<E> {
    fn run(
        &mut self,
        stream: &Value<E>,
        norm: &dyn Norm<E>,
        branch: Option<Branch>,
        parameters: &Parameters<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let mut values: Vec<Value<E>> = Vec::with_capacity(self.program.steps.len());
        for &step in &self.program.steps {
            let value = match step {
                Step::Stream => stream.clone(),
                Step::Add(a, b) => add(&values[a], &values[b], pass),
                Step::Scale(a, factor) => scale(&values[a], E::nearest(factor), pass),
                Step::Branch(a) => {
                    let branch = branch.expect("`finish` is compiled without a branch");
                    branch.forward(parameters, &values[a], pass)
                }
                Step::Norm { argument, site } => {
                    self.sites[site].apply(&values[argument], norm, parameters, pass)
                }
            };
            values.push(value);
        }
        values.pop().expect("a program has a step")
    }
}

impl<E: Element> Site<E> {
    fn apply(
        &mut self,
        x: &Value<E>,
        norm: &dyn Norm<E>,
        parameters: &Parameters<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let own = &parameters.list[self.first_parameter..];
        let count = norm.equation().parameters().len();
        let own: Vec<Value<E>> = own[..count].iter().map(|p| p.value.clone()).collect();
        norm.apply(x, Layout::samples(x.rows()), &own, &mut self.state, pass)
    }
}
