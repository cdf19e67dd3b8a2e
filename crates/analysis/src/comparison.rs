//! An arm compared with its baseline: differences, p-values, and what may be concluded.

use crate::every_rate::{EveryRate, Scored, compare};
use crate::plausible::BySeed;
use crate::rate::{RateChoice, Rated};
use crate::statistics::{Interval, correlation, holm, sign_test};

/// An arm minus its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The baseline within the panel of the arm.
    pub baseline: String,
    /// Difference of the test losses, in nat, and of the test accuracies, as a fraction; `None` if
    /// one of the two arms fails at every rate.
    pub contrasts: Option<Contrasts>,
    /// Why no verdict is given, whatever the numbers say.
    pub withheld: Option<Withheld>,
}

/// The differences at the chosen rates and over every plausible rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrasts {
    /// Test loss, in nat: lower is better.
    pub loss: Contrast,
    /// Test accuracy, as a fraction: higher is better.
    pub accuracy: Contrast,
    /// The seeds at which both finished at the chosen rates: the pairs that count.
    pub seeds: Vec<u64>,
    /// The seeds at which both were run.
    pub of: usize,
    /// The runs that failed among those seeds.
    pub failures: Failures,
    /// Pearson's correlation of the paired test losses: what pairing gained. `None` for fewer than
    /// three pairs.
    pub correlation: Option<f64>,
}

/// A difference of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The mean difference at the chosen rates.
    pub estimate: f64,
    /// The paired 95 % t interval at the chosen rates.
    pub plain: Interval,
    /// The 95 % interval over every plausible rate.
    pub interval: Interval,
    /// The p-value over every plausible rate.
    pub p: f64,
    /// The p-value after Holm's correction for all p-values of losses and accuracies in the table.
    pub p_holm: f64,
    /// What may be concluded, if nothing is withheld.
    pub verdict: Verdict,
}

/// Failed runs of the arm and of its baseline at equal seeds, at the chosen rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failures {
    /// Of the arm.
    pub arm: usize,
    /// Of the baseline.
    pub baseline: usize,
    /// The exact p-value of a sign test over the seeds at which only one of them failed.
    pub p: f64,
    /// The same after Holm's correction for all such tests in the table.
    pub p_holm: f64,
}

/// What a difference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The arm has the higher value.
    Higher,
    /// The arm has the lower value.
    Lower,
    /// Neither; the interval says how far apart they can be at most.
    NotSeparated,
    /// They differ at the chosen rates, but not at every rate that could be the best.
    HingesOnRate,
    /// The plausible rates of the arm, or of its baseline, score differently.
    NotSettled,
}

/// Why a comparison gets no verdict. Names are those of series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// These lack runs: the study has not finished.
    Unfinished(Vec<String>),
    /// These fail at every rate.
    DoesNotTrain(Vec<String>),
    /// The best rate of these is at the edge of the grid.
    AtEdge(Vec<String>),
    /// So few pairs finished.
    TooFewPairs(usize),
}

/// Below this chance, after Holm's correction, a difference is one.
pub(crate) const LEVEL: f64 = 0.05;
/// With fewer pairs no verdict is given.
pub(crate) const FEWEST_PAIRS: usize = 5;

/// Compares arms with their baselines; the positions are those of `arms`. Holm's correction is over
/// the losses and accuracies of all comparisons for which a verdict may be given, and over the failures
/// of all comparisons.
pub(crate) fn comparisons(
    arms: &[Rated],
    pairs: &[(usize, usize)],
    seeds: &[u64],
) -> Vec<Comparison> {
    let compared = |&(arm, baseline): &(usize, usize)| single(&arms[arm], &arms[baseline], seeds);
    let mut comparisons: Vec<Comparison> = pairs.iter().map(compared).collect();
    let mut failures: Vec<&mut Failures> = comparisons
        .iter_mut()
        .filter_map(|comparison| Some(&mut comparison.contrasts.as_mut()?.failures))
        .collect();
    let p: Vec<f64> = failures.iter().map(|failures| failures.p).collect();
    for (failures, p_holm) in failures.iter_mut().zip(holm(&p)) {
        failures.p_holm = p_holm;
    }
    let judged = comparisons.iter_mut().filter(|comparison| comparison.withheld.is_none());
    let metrics = judged
        .filter_map(|comparison| comparison.contrasts.as_mut())
        .flat_map(|both| [&mut both.loss, &mut both.accuracy]);
    let mut settled: Vec<&mut Contrast> =
        metrics.filter(|contrast| contrast.verdict != Verdict::NotSettled).collect();
    let p: Vec<f64> = settled.iter().map(|contrast| contrast.p).collect();
    for (contrast, p_holm) in settled.iter_mut().zip(holm(&p)) {
        contrast.p_holm = p_holm;
        contrast.verdict = contrast.concluded();
    }
    comparisons
}

fn single(arm: &Rated, baseline: &Rated, seeds: &[u64]) -> Comparison {
    let contrasts = contrasts(arm, baseline, seeds);
    Comparison {
        baseline: baseline.arm.series.clone(),
        withheld: withheld(arm, baseline, contrasts.as_ref()),
        contrasts,
    }
}

fn contrasts(arm: &Rated, baseline: &Rated, seeds: &[u64]) -> Option<Contrasts> {
    let (own, other) = (arm.plausible.as_ref()?, baseline.plausible.as_ref()?);
    let compared = |a: &[BySeed], b: &[BySeed]| {
        let found =
            compare(Scored { test: a, plausible: own }, Scored { test: b, plausible: other });
        Contrast::new(found)
    };
    // The rule is written for scores of which the smaller is better.
    let negative = |scores: &[BySeed]| -> Vec<BySeed> {
        let negated = |row: &BySeed| row.iter().map(|score| score.map(|score| -score)).collect();
        scores.iter().map(negated).collect()
    };
    let loss = compared(&arm.losses, &baseline.losses);
    let accuracy = compared(&negative(&arm.accuracies), &negative(&baseline.accuracies)).negated();
    let settled = |of: fn(&RateChoice) -> bool| {
        [arm, baseline].iter().all(|arm| arm.choice().is_none_or(|choice| of(&choice)))
    };
    let (losses, others) = (&arm.losses[own.chosen], &baseline.losses[other.chosen]);
    let finished = |index: &usize| losses[*index].is_some() && others[*index].is_some();
    let pairs: Vec<usize> = (0..seeds.len()).filter(finished).collect();
    let of_pairs =
        |scores: &BySeed| -> Vec<f64> { pairs.iter().filter_map(|&at| scores[at]).collect() };
    let (failures, of) = failures(arm, baseline);
    Some(Contrasts {
        loss: loss.if_settled(settled(|choice| choice.loss_is_settled)),
        accuracy: accuracy.if_settled(settled(|choice| choice.accuracy_is_settled)),
        correlation: correlation(&of_pairs(losses), &of_pairs(others)),
        seeds: pairs.iter().map(|&at| seeds[at]).collect(),
        of,
        failures,
    })
}

/// The failures at the seeds at which both arms were run, and the number of those seeds.
fn failures(arm: &Rated, baseline: &Rated) -> (Failures, usize) {
    let partners = baseline.scored();
    let of: Vec<(bool, bool)> = arm
        .scored()
        .iter()
        .filter_map(|run| {
            let partner = partners.iter().find(|other| other.seed == run.seed)?;
            Some((run.scores().is_none(), partner.scores().is_none()))
        })
        .collect();
    let count = |which: fn(&(bool, bool)) -> bool| of.iter().filter(|pair| which(pair)).count();
    let (only_arm, only_baseline) =
        (count(|pair| pair.0 && !pair.1), count(|pair| pair.1 && !pair.0));
    let p = sign_test(only_arm, only_baseline);
    let failures =
        Failures { arm: count(|pair| pair.0), baseline: count(|pair| pair.1), p, p_holm: p };
    (failures, of.len())
}

fn withheld(arm: &Rated, baseline: &Rated, contrasts: Option<&Contrasts>) -> Option<Withheld> {
    let of_both = |fits: &dyn Fn(&Rated) -> bool| {
        let names = [arm, baseline].into_iter().filter(|arm| fits(arm));
        let names: Vec<String> = names.map(|arm| arm.arm.series.clone()).collect();
        (!names.is_empty()).then_some(names)
    };
    if let Some(names) = of_both(&|arm| !arm.is_finished) {
        return Some(Withheld::Unfinished(names));
    }
    if let Some(names) = of_both(&|arm| arm.plausible.is_none()) {
        return Some(Withheld::DoesNotTrain(names));
    }
    if let Some(names) = of_both(&|arm| arm.choice().is_some_and(|choice| choice.at_edge)) {
        return Some(Withheld::AtEdge(names));
    }
    let pairs = contrasts.map_or(0, |contrasts| contrasts.seeds.len());
    (pairs < FEWEST_PAIRS).then_some(Withheld::TooFewPairs(pairs))
}

impl Contrast {
    fn new(found: EveryRate) -> Contrast {
        let EveryRate { estimate, plain, interval, p, .. } = found;
        let verdict = Verdict::NotSeparated;
        let contrast = Contrast { estimate, plain, interval, p, p_holm: p, verdict };
        Contrast { verdict: contrast.concluded(), ..contrast }
    }

    fn negated(self) -> Contrast {
        let turned = |interval: Interval| Interval { low: -interval.high, high: -interval.low };
        let (plain, interval) = (turned(self.plain), turned(self.interval));
        let turned = Contrast { estimate: -self.estimate, plain, interval, ..self };
        Contrast { verdict: turned.concluded(), ..turned }
    }

    fn if_settled(self, is_settled: bool) -> Contrast {
        if is_settled { self } else { Contrast { verdict: Verdict::NotSettled, ..self } }
    }

    fn concluded(&self) -> Verdict {
        let excludes_0 = |interval: Interval| interval.low > 0.0 || interval.high < 0.0;
        if self.p_holm < LEVEL {
            if self.estimate > 0.0 { Verdict::Higher } else { Verdict::Lower }
        } else if excludes_0(self.plain) && !excludes_0(self.interval) {
            Verdict::HingesOnRate
        } else {
            Verdict::NotSeparated
        }
    }

    /// How far apart the two can be at most, by the interval over every plausible rate.
    pub fn at_most(&self) -> f64 {
        self.interval.low.abs().max(self.interval.high.abs())
    }
}
