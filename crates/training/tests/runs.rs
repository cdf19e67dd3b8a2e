//! Whole runs on a problem small enough to know the answer.

use nets::{ARCHITECTURES, INITIALIZATIONS, NetworkSpec, PLACEMENTS, Seed};
use norms::{NormChoice, find};
use training::{
    CURVES, Dataset, Examples, Failure, LayerRecord, OPTIMIZERS, Observer, Outcome, Schedule,
    Status, StepRecord, TrainingPlan, train,
};

/// Two classes by the sign of the first of four numbers.
fn data() -> Dataset {
    let part = |start: usize, count: usize| {
        let features: Vec<f32> =
            (start * 4..(start + count) * 4).map(|i| (i as f32 * 12.9898).sin()).collect();
        let labels = features.chunks(4).map(|row| usize::from(row[0] > 0.0)).collect();
        Examples::new(features, 4, labels)
    };
    Dataset {
        name: "sign".into(),
        inputs: 4,
        classes: 2,
        train: part(0, 200),
        validation: part(200, 60),
        test: part(260, 60),
    }
}

fn spec(norm: &str, placement: &str) -> NetworkSpec {
    NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: 4,
        outputs: 2,
        depth: 3,
        width: 16,
        norm: NormChoice::plain(find(norm).expect("listed")),
        placement: PLACEMENTS.iter().find(|p| p.name == placement).expect("listed"),
        init: INITIALIZATIONS[0],
    }
}

fn plan(optimizer: &str, learning_rate: f64) -> TrainingPlan {
    let found = OPTIMIZERS.iter().find(|entry| entry.name == optimizer);
    TrainingPlan {
        optimizer: found.expect("listed").default,
        schedule: Schedule { curve: CURVES[1], warmup: 0.1 },
        learning_rate,
        batch_size: 32,
        epochs: 15,
        clip_norm: None,
    }
}

fn run(norm: &str, placement: &str, plan: &TrainingPlan) -> Outcome {
    train(&spec(norm, placement), plan, &data(), Seed(1), &mut ()).expect("a valid run")
}

#[derive(Default)]
struct Recorder {
    steps: Vec<StepRecord>,
    layers: Vec<LayerRecord>,
}

impl Observer for Recorder {
    fn on_step(&mut self, record: &StepRecord) {
        self.steps.push(*record);
    }

    fn on_layer(&mut self, record: &LayerRecord) {
        self.layers.push(*record);
    }
}

/// A norm of activations without side inputs that tames any scale, defined at one position, where a variance is refused, and not
/// filter response normalization, which is a sign there and has no gradient, or partial RMS norm, whose part of so few features is
/// one of them.
fn suits_an_mlp(norm: &'static norms::Entry) -> bool {
    let (one, choice) = (ops::Layout::samples(32), NormChoice::plain(norm));
    let built = choice.build::<f32>(norms::Evaluator::Fastest);
    let differs = ["filter-response", "partial-rms"];
    let is_tame = norm.claims.contains(&norms::Claim::Scale) && !differs.contains(&norm.name);
    let mut parameters = choice.equation().parameters().iter();
    let has_side = parameters.any(|p| p.shape == equations::ParameterShape::Side);
    let is_defined = built.check(one, 16).is_ok() && !has_side;
    norm.site == norms::Site::Activations && is_defined && is_tame
}

#[test]
fn every_norm_and_every_optimizer_learns_the_sign() {
    for norm in norms::CATALOGUE.iter().filter(|norm| suits_an_mlp(norm)) {
        for (optimizer, rate) in [("adamw", 1e-2), ("sgd", 5e-2)] {
            let outcome = run(norm.name, "pre", &plan(optimizer, rate));
            let name = format!("{} {optimizer}", norm.name);
            assert_eq!(outcome.status, Status::Finished, "{name}");
            assert!(outcome.test.accuracy > 0.85, "{name}: {outcome:?}");
            // 200 examples in batches of 32 are 7 steps, in 15 epochs.
            assert_eq!(outcome.steps, 105, "{name}");
        }
    }
}

#[test]
fn a_run_is_the_same_twice_and_whether_or_not_anybody_watches() {
    let (mut first, mut second) = (Recorder::default(), Recorder::default());
    let (spec, plan, data) = (spec("batch", "pre"), plan("adamw", 1e-2), data());
    let watched = |recorder: &mut Recorder| {
        train(&spec, &plan, &data, Seed(1), recorder).expect("a valid run")
    };
    let outcomes = [watched(&mut first), watched(&mut second)];
    assert_eq!(first.steps, second.steps);
    assert_eq!(first.layers, second.layers);
    assert_eq!(outcomes[0].test, outcomes[1].test);
    assert_eq!(run("batch", "pre", &plan).test, outcomes[0].test);
    // Stem and three blocks, two statistics, after 0, 2, 11, 53 and 105 steps.
    assert_eq!(first.layers.len(), 4 * 2 * 5);
    let measured: Vec<usize> = first.layers.chunks(8).map(|layers| layers[0].step).collect();
    assert_eq!(measured, [0, 2, 11, 53, 105]);
    let evaluated = first.steps.iter().filter(|step| step.validation.is_some()).count();
    assert_eq!(evaluated, 15);
}

#[test]
fn an_absurd_rate_is_a_failed_run_and_not_an_error() {
    let outcome = run("layer", "none", &plan("sgd", 1e6));
    assert_eq!(outcome.status, Status::Failed(Failure::NonFinite));
    assert!(outcome.steps < 105);
    assert!(outcome.test.loss.is_nan());
}

#[test]
fn a_rate_of_almost_nothing_does_not_count_as_training() {
    let mut plan = plan("sgd", 1e-12);
    plan.epochs = 1;
    let outcome = run("layer", "post", &plan);
    assert!(matches!(outcome.status, Status::Failed(failure) if failure != Failure::NonFinite));
}

#[test]
fn clipping_shortens_the_step_but_reports_the_whole_gradient() {
    let norms_of = |clip_norm| {
        let mut recorder = Recorder::default();
        let plan = TrainingPlan { clip_norm, epochs: 1, ..plan("sgd", 1e-2) };
        let run = train(&spec("layer", "pre"), &plan, &data(), Seed(1), &mut recorder);
        let _ = run.expect("a valid run");
        recorder.steps
    };
    let (free, clipped) = (norms_of(None), norms_of(Some(1e-9)));
    assert_eq!(free[0].grad_norm, clipped[0].grad_norm);
    // With steps a billion times shorter than the gradient nothing is learned.
    assert!(free.last().expect("7 steps").train_loss < clipped.last().expect("7 steps").train_loss);
}

#[test]
fn a_last_batch_of_one_sample_is_refused_for_batch_norm() {
    let mut plan = plan("adamw", 1e-2);
    plan.batch_size = 199;
    let error = train(&spec("batch", "pre"), &plan, &data(), Seed(0), &mut ());
    assert!(error.expect_err("200 = 199 + 1").to_string().contains("norm `batch`"));
    assert!(train(&spec("layer", "pre"), &plan, &data(), Seed(0), &mut ()).is_ok());
}

#[test]
fn after_the_first_epoch_no_step_takes_memory_from_the_allocator() {
    #[derive(Default)]
    struct Allocations(Vec<usize>);
    impl Observer for Allocations {
        fn on_step(&mut self, _: &StepRecord) {
            self.0.push(ops::fresh_allocations());
        }
    }
    for (norm, placement) in [("layer", "pre"), ("batch", "post"), ("layer", "none-scaled")] {
        let mut seen = Allocations::default();
        let plan = plan("adamw", 1e-3);
        let run = train(&spec(norm, placement), &plan, &data(), Seed(1), &mut seen);
        let _ = run.expect("a valid run");
        // The first two epochs meet every batch size and both measurements that come early; the
        // later measurements, after steps 53 and 105, use what is there.
        assert_eq!(seen.0[14], *seen.0.last().expect("105 steps"), "{norm} {placement}");
    }
}

#[test]
fn a_network_that_learned_what_does_not_generalize_is_trained_and_overconfident() {
    // The validation part has every label turned around, so the better the fit, the larger its loss.
    let turned = |part: &Examples, features: &[f32]| {
        let labels = part.labels().iter().map(|label| 1 - label).collect();
        Examples::new(features.to_vec(), 4, labels)
    };
    let features: Vec<f32> = (800..1040).map(|i| (i as f32 * 12.9898).sin()).collect();
    let mut data = data();
    data.validation = turned(&data.validation, &features);
    let outcome = train(&spec("layer", "pre"), &plan("adamw", 1e-2), &data, Seed(1), &mut ());
    let outcome = outcome.expect("a valid run");
    assert_eq!((outcome.status, outcome.overconfident), (Status::Finished, true));
    assert!(outcome.fit.loss < 0.2 && outcome.validation.loss > 1.0, "{outcome:?}");
    assert!(!run("layer", "pre", &plan("adamw", 1e-2)).overconfident);
}
