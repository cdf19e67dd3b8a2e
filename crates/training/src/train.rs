//! The loop: batch, step, announce; then judge.

use std::time::{Duration, Instant};

use nets::{Network, NetworkError, NetworkSpec, Seed, probe};
use ops::Value;

use crate::dataset::{Dataset, shuffled};
use crate::network::{StepResult, evaluate, step};
use crate::observer::{LayerRecord, Observer, StepRecord, TimingRecord};
use crate::optimizer::OptimizerState;
use crate::outcome::{Evaluation, Failure, Final, Outcome, Status};
use crate::plan::TrainingPlan;

/// Trains a network and judges how it ended. Nothing but the arguments decides any number.
///
/// # Errors
/// If the network cannot be built, or its norm is not defined on one of the batches.
pub fn train(
    spec: &NetworkSpec,
    plan: &TrainingPlan,
    data: &Dataset,
    seed: Seed,
    observer: &mut dyn Observer,
) -> Result<Outcome, NetworkError> {
    let mut network = build(spec, plan, data, seed)?;
    let steps = plan.steps(data.train.len());
    let factors = plan.schedule.factors(steps);
    let mut optimizer = OptimizerState::new(plan.optimizer, network.parameters());
    let probes = Probes::new(plan, data, steps);

    let mut order = vec![0; data.train.len()];
    let mut labels = Vec::with_capacity(plan.batch_size);
    let mut taken = 0;
    let mut train_loss = f64::NAN;
    let mut validation = Evaluation::UNKNOWN;
    let mut finite = true;
    probes.measure(0, &mut network, observer);
    'epochs: for epoch in 1..=plan.epochs {
        let (started, mut elsewhere) = (Instant::now(), Duration::ZERO);
        shuffled(&mut order, seed, epoch);
        let mut losses = Mean::default();
        let batches = order.chunks(plan.batch_size);
        let last = batches.len() - 1;
        for (index, batch) in batches.enumerate() {
            let x = data.train.gather(batch, &mut labels);
            let rate = plan.learning_rate * factors[taken];
            let StepResult { loss, grad_norm } =
                step(&mut network, &mut optimizer, &x, &labels, rate, plan.clip_norm);
            taken += 1;
            losses.add(loss, batch.len());
            train_loss = losses.mean();
            finite = loss.is_finite() && grad_norm.is_finite();

            let pause = Instant::now();
            let evaluated =
                (finite && index == last).then(|| evaluate(&mut network, &data.validation));
            validation = evaluated.unwrap_or(validation);
            elsewhere += pause.elapsed();
            observer.on_step(&StepRecord {
                step: taken,
                epoch,
                learning_rate: rate,
                train_loss: loss,
                grad_norm,
                validation: evaluated,
            });
            if !finite {
                break 'epochs;
            }
            probes.measure(taken, &mut network, observer);
        }
        let train = started.elapsed().saturating_sub(elsewhere);
        observer.on_timing(&TimingRecord { epoch, train, evaluate: elsewhere });
    }

    let dead = Outcome {
        status: Status::Failed(Failure::NonFinite),
        steps: taken,
        train_loss,
        fit: Evaluation::UNKNOWN,
        validation: Evaluation::UNKNOWN,
        test: Evaluation::UNKNOWN,
        overconfident: false,
        parameters: network.parameter_count(),
        constant_loss: data.constant_loss(&data.test),
    };
    Ok(if finite { judged(dead, &mut network, data, validation) } else { dead })
}

/// The examples of the training part on which a run is judged: enough for a loss to be told from
/// the constant predictor's, few enough to cost nothing beside the training.
const JUDGED_ON: usize = 512;

/// The outcome of a run that took all its steps.
fn judged(
    outcome: Outcome,
    network: &mut Network<f32>,
    data: &Dataset,
    validation: Evaluation,
) -> Outcome {
    let subset = data.train.subset(JUDGED_ON);
    let (fit, test) = (evaluate(network, &subset), evaluate(network, &data.test));
    let losses = Final {
        fit: [fit.loss, data.constant_loss(&subset)],
        validation: [validation.loss, data.constant_loss(&data.validation)],
        test: test.loss,
    };
    let (status, overconfident) = (losses.status(), losses.overconfident());
    Outcome { status, fit, validation, test, overconfident, ..outcome }
}

/// How long one training step takes here and now: the fastest of a few, after a first one that
/// allocates.
///
/// # Errors
/// As [`train`].
pub fn time_one_step(
    spec: &NetworkSpec,
    plan: &TrainingPlan,
    data: &Dataset,
) -> Result<Duration, NetworkError> {
    let mut network = build(spec, plan, data, Seed(0))?;
    let mut optimizer = OptimizerState::new(plan.optimizer, network.parameters());
    let mut labels = Vec::new();
    let batch: Vec<usize> = (0..plan.batch_size.min(data.train.len())).collect();
    let x = data.train.gather(&batch, &mut labels);
    let mut timed = || {
        let started = Instant::now();
        step(&mut network, &mut optimizer, &x, &labels, plan.learning_rate, plan.clip_norm);
        started.elapsed()
    };
    timed();
    Ok((0..3).map(|_| timed()).min().expect("three steps"))
}

fn build(
    spec: &NetworkSpec,
    plan: &TrainingPlan,
    data: &Dataset,
    seed: Seed,
) -> Result<Network<f32>, NetworkError> {
    let network = Network::new(spec, seed)?;
    let examples = data.train.len();
    network.check_batch(plan.batch_size.min(examples))?;
    match examples % plan.batch_size {
        0 => {}
        rest => network.check_batch(rest)?,
    }
    Ok(network)
}

/// When layers are measured, and on which batch: always the first examples of the training part,
/// so that measurements of one run can be compared.
struct Probes {
    after: Vec<usize>,
    x: Value<f32>,
    labels: Vec<usize>,
}

impl Probes {
    fn new(plan: &TrainingPlan, data: &Dataset, steps: usize) -> Self {
        let at = |percent: usize| (steps * percent).div_ceil(100);
        let batch: Vec<usize> = (0..plan.batch_size.min(data.train.len())).collect();
        let mut labels = Vec::new();
        let x = data.train.gather(&batch, &mut labels);
        Probes { after: [0, 1, 10, 50, 100].map(at).to_vec(), x, labels }
    }

    fn measure(&self, step: usize, network: &mut Network<f32>, observer: &mut dyn Observer) {
        if !self.after.contains(&step) {
            return;
        }
        for layer in probe(network, &self.x, &self.labels) {
            for (statistic, value) in
                [("activation_rms", layer.activation_rms), ("gradient_norm", layer.gradient_norm)]
            {
                observer.on_layer(&LayerRecord { step, layer: layer.layer, statistic, value });
            }
        }
    }
}

/// A mean in which a batch counts by its size.
#[derive(Default)]
struct Mean {
    total: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, value: f64, count: usize) {
        self.total += value * count as f64;
        self.count += count;
    }

    fn mean(&self) -> f64 {
        self.total / self.count as f64
    }
}
