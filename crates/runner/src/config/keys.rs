//! The keys of `[network]` and `[training]`: one list for reading, sweeping, listing and writing.

use std::ops::RangeInclusive;

use nets::{Architecture, Initialization, NetworkSpec, Placement};
use norms::NormChoice;
use training::{Dataset, Optimizer, Schedule};

use super::choices;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::range::Range;
use super::value::{Numbers, Value, choice, count, number};
use crate::number::shortest;

/// The section that a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `[network]`
    Network,
    /// `[training]`
    Training,
}

impl Section {
    /// Its name in the file.
    pub fn title(self) -> &'static str {
        match self {
            Section::Network => "network",
            Section::Training => "training",
        }
    }
}

/// A key that a study can set, and sweep.
pub struct Key {
    /// The key in the file.
    pub name: &'static str,
    /// Where it is set.
    pub section: Section,
    /// What it takes, for people.
    pub takes: &'static str,
    /// What it takes, for programs; of a value with options, its name.
    pub range: fn() -> Range,
    /// Reads a value, which may name a norm of the file.
    pub read: fn(&Value<'_>, &OwnNorms, &mut Mistakes<'_>) -> Option<Setting>,
    /// The value in complete settings.
    pub get: fn(&Settings) -> Setting,
}

/// A value of a key.
#[derive(Clone)]
pub enum Setting {
    Architecture(&'static Architecture),
    Depth(usize),
    Width(usize),
    /// Boxed, since it carries its parsed equation.
    Norm(Box<NormChoice>),
    Placement(&'static Placement),
    Init(&'static Initialization),
    Optimizer(Optimizer),
    Schedule(Schedule),
    LearningRate(f64),
    BatchSize(usize),
    Epochs(usize),
    ClipNorm(Option<f64>),
}

/// A value for every key: what one arm of a study is.
#[derive(Clone)]
pub struct Settings {
    pub architecture: &'static Architecture,
    pub depth: usize,
    pub width: usize,
    pub norm: NormChoice,
    pub placement: &'static Placement,
    pub init: &'static Initialization,
    pub optimizer: Optimizer,
    pub schedule: Schedule,
    pub learning_rate: f64,
    pub batch_size: usize,
    pub epochs: usize,
    pub clip_norm: Option<f64>,
}

const DEPTHS: RangeInclusive<usize> = 1..=10_000;
const WIDTHS: RangeInclusive<usize> = 1..=65_536;
const BATCH_SIZES: RangeInclusive<usize> = 1..=1_000_000;
const EPOCHS: RangeInclusive<usize> = 1..=100_000;

/// Every key, in the order in which resolved studies are written.
pub static KEYS: &[Key] = &[
    Key {
        name: "architecture",
        section: Section::Network,
        takes: "a name from `normlab list architectures`",
        range: || Range::names(nets::ARCHITECTURES.iter().map(|member| member.name)),
        read: |value, _, mistakes| {
            let family = nets::ARCHITECTURES.iter().map(|member| (member.name, *member));
            choice(value, "architecture", family, mistakes).map(Setting::Architecture)
        },
        get: |settings| Setting::Architecture(settings.architecture),
    },
    Key {
        name: "depth",
        section: Section::Network,
        takes: "number of residual blocks, from 1 to 10000",
        range: || Range::whole(DEPTHS),
        read: |value, _, mistakes| count(value, "depth", DEPTHS, mistakes).map(Setting::Depth),
        get: |settings| Setting::Depth(settings.depth),
    },
    Key {
        name: "width",
        section: Section::Network,
        takes: "number of features, from 1 to 65536",
        range: || Range::whole(WIDTHS),
        read: |value, _, mistakes| count(value, "width", WIDTHS, mistakes).map(Setting::Width),
        get: |settings| Setting::Width(settings.width),
    },
    Key {
        name: "norm",
        section: Section::Network,
        takes: "a name from `normlab list norms` or [norms], or { name, groups, constants of its equation, starts of its parameters }",
        range: || Range::names(choices::norm_names()),
        read: |value, own, mistakes| {
            choices::norm(value, own, mistakes).map(|norm| Setting::Norm(Box::new(norm)))
        },
        get: |settings| Setting::Norm(Box::new(settings.norm.clone())),
    },
    Key {
        name: "placement",
        section: Section::Network,
        takes: "a name from `normlab list placements`",
        range: || Range::names(nets::PLACEMENTS.iter().map(|member| member.name)),
        read: |value, _, mistakes| {
            let family = nets::PLACEMENTS.iter().map(|member| (member.name, *member));
            choice(value, "placement", family, mistakes).map(Setting::Placement)
        },
        get: |settings| Setting::Placement(settings.placement),
    },
    Key {
        name: "init",
        section: Section::Network,
        takes: "a name from `normlab list inits`",
        range: || Range::names(nets::INITIALIZATIONS.iter().map(|member| member.name)),
        read: |value, _, mistakes| {
            let family = nets::INITIALIZATIONS.iter().map(|member| (member.name, *member));
            choice(value, "init", family, mistakes).map(Setting::Init)
        },
        get: |settings| Setting::Init(settings.init),
    },
    Key {
        name: "optimizer",
        section: Section::Training,
        takes: "a name from `normlab list optimizers`, or { name, its options }",
        range: || Range::names(training::OPTIMIZERS.iter().map(|entry| entry.name)),
        read: |value, _, mistakes| choices::optimizer(value, mistakes).map(Setting::Optimizer),
        get: |settings| Setting::Optimizer(settings.optimizer),
    },
    Key {
        name: "schedule",
        section: Section::Training,
        takes: "a name from `normlab list schedules`, or { name, warmup = fraction of the steps, 0.1 if left out }",
        range: || Range::names(training::CURVES.iter().map(|curve| curve.name)),
        read: |value, _, mistakes| choices::schedule(value, mistakes).map(Setting::Schedule),
        get: |settings| Setting::Schedule(settings.schedule),
    },
    Key {
        name: "learning_rate",
        section: Section::Training,
        takes: "a number above 0; [tune] takes precedence",
        range: || Numbers::Positive.into(),
        read: |value, _, mistakes| {
            number(value, "learning_rate", Numbers::Positive, mistakes).map(Setting::LearningRate)
        },
        get: |settings| Setting::LearningRate(settings.learning_rate),
    },
    Key {
        name: "batch_size",
        section: Section::Training,
        takes: "from 1 to the number of training examples",
        range: || Range::whole(BATCH_SIZES),
        read: |value, _, mistakes| {
            count(value, "batch_size", BATCH_SIZES, mistakes).map(Setting::BatchSize)
        },
        get: |settings| Setting::BatchSize(settings.batch_size),
    },
    Key {
        name: "epochs",
        section: Section::Training,
        takes: "passes over the training examples, from 1 to 100000",
        range: || Range::whole(EPOCHS),
        read: |value, _, mistakes| count(value, "epochs", EPOCHS, mistakes).map(Setting::Epochs),
        get: |settings| Setting::Epochs(settings.epochs),
    },
    Key {
        name: "clip_norm",
        section: Section::Training,
        takes: "largest norm of the gradient, above 0, or \"none\"",
        range: || Numbers::PositiveOrNone.into(),
        read: |value, _, mistakes| match value.get_ref().as_str() {
            Some("none") => Some(Setting::ClipNorm(None)),
            _ => number(value, "clip_norm", Numbers::PositiveOrNone, mistakes)
                .map(|largest| Setting::ClipNorm(Some(largest))),
        },
        get: |settings| Setting::ClipNorm(settings.clip_norm),
    },
];

/// The key with a name that is known to be in the list.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

impl Default for Settings {
    /// What a study gets for the keys that it leaves out.
    fn default() -> Settings {
        let layer = norms::find("layer").expect("the catalogue has layer normalization");
        let curve = training::CURVES.iter().find(|curve| curve.name == "cosine");
        Settings {
            architecture: nets::ARCHITECTURES[0],
            depth: 8,
            width: 64,
            norm: NormChoice::plain(layer),
            placement: nets::PLACEMENTS[0],
            init: nets::INITIALIZATIONS[0],
            optimizer: Optimizer::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 },
            schedule: Schedule {
                curve: curve.expect("there is a cosine"),
                warmup: choices::WARMUP.2,
            },
            learning_rate: 1e-3,
            batch_size: 128,
            epochs: 20,
            clip_norm: None,
        }
    }
}

impl Settings {
    /// The network for a data set.
    pub fn network(&self, dataset: &Dataset) -> NetworkSpec {
        NetworkSpec {
            architecture: self.architecture,
            inputs: dataset.inputs,
            outputs: dataset.classes,
            depth: self.depth,
            width: self.width,
            norm: self.norm.clone(),
            placement: self.placement,
            init: self.init,
        }
    }

    /// Replaces the value of one key.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Architecture(architecture) => self.architecture = architecture,
            Setting::Depth(depth) => self.depth = depth,
            Setting::Width(width) => self.width = width,
            Setting::Norm(norm) => self.norm = *norm,
            Setting::Placement(placement) => self.placement = placement,
            Setting::Init(init) => self.init = init,
            Setting::Optimizer(optimizer) => self.optimizer = optimizer,
            Setting::Schedule(schedule) => self.schedule = schedule,
            Setting::LearningRate(learning_rate) => self.learning_rate = learning_rate,
            Setting::BatchSize(batch_size) => self.batch_size = batch_size,
            Setting::Epochs(epochs) => self.epochs = epochs,
            Setting::ClipNorm(clip_norm) => self.clip_norm = clip_norm,
        }
    }
}

impl Setting {
    /// The value as TOML, with every option written out: the same text for the same meaning.
    pub fn toml(&self) -> String {
        match self {
            Setting::Norm(norm) => {
                let mut values = choices::constants(norm);
                values.extend(changed(norm, choices::starts));
                table(norm.name(), &norm_options(norm, &values, float))
            }
            Setting::Optimizer(optimizer) => {
                let constants = choices::optimizer_values(*optimizer);
                table(choices::optimizer_entry(optimizer).name, &written(&constants, float))
            }
            Setting::Schedule(Schedule { curve, warmup }) => {
                table(curve.name, &[("warmup".to_string(), float(*warmup))])
            }
            Setting::LearningRate(value) | Setting::ClipNorm(Some(value)) => float(*value),
            Setting::Depth(whole)
            | Setting::Width(whole)
            | Setting::BatchSize(whole)
            | Setting::Epochs(whole) => whole.to_string(),
            Setting::Architecture(Architecture { name, .. })
            | Setting::Placement(Placement { name, .. })
            | Setting::Init(Initialization { name, .. }) => format!("{name:?}"),
            Setting::ClipNorm(None) => "\"none\"".to_string(),
        }
    }

    /// The value as tables and figures name it: short, with the options that are not the default.
    pub fn label(&self) -> String {
        match self {
            Setting::Norm(norm) => {
                let changed = changed(norm, choices::values);
                label(norm.name(), &norm_options(norm, &changed, shortest))
            }
            Setting::Optimizer(optimizer) => {
                let entry = choices::optimizer_entry(optimizer);
                let usual = choices::optimizer_values(entry.default);
                let mut changed = choices::optimizer_values(*optimizer);
                changed.retain(|constant| !usual.contains(constant));
                label(entry.name, &written(&changed, shortest))
            }
            Setting::Schedule(Schedule { curve, warmup }) if *warmup == choices::WARMUP.2 => {
                curve.name.to_string()
            }
            Setting::Schedule(Schedule { curve, warmup }) => {
                label(curve.name, &[("warmup".to_string(), shortest(*warmup))])
            }
            Setting::LearningRate(value) | Setting::ClipNorm(Some(value)) => shortest(*value),
            // "none" would be taken for a placement beside others.
            Setting::ClipNorm(None) => "unclipped".to_string(),
            other => other.toml().trim_matches('"').to_string(),
        }
    }
}

/// Those values of a norm that are not its usual ones.
fn changed(norm: &NormChoice, values: fn(&NormChoice) -> Vec<(String, f64)>) -> Vec<(String, f64)> {
    let usual = norm.with(norm.groups(), Vec::new()).expect("no value is changed");
    let usual = values(&usual);
    let mut changed = values(norm);
    changed.retain(|value| !usual.contains(value));
    changed
}

/// The number of groups, where it has a meaning, and the given constants and starts.
fn norm_options(
    norm: &NormChoice,
    constants: &[(String, f64)],
    number: fn(f64) -> String,
) -> Vec<(String, String)> {
    let mut options = written(constants, number);
    if norm.equation().knows_groups() {
        options.insert(0, ("groups".to_string(), norm.groups().to_string()));
    }
    options
}

fn written(constants: &[(String, f64)], number: fn(f64) -> String) -> Vec<(String, String)> {
    constants.iter().map(|(name, value)| (name.clone(), number(*value))).collect()
}

fn table(name: &str, options: &[(String, String)]) -> String {
    if options.is_empty() {
        return format!("{name:?}");
    }
    let options: Vec<String> =
        options.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ name = {name:?}, {} }}", options.join(", "))
}

/// Without commas, which would need quotation marks in CSV files.
fn label(name: &str, options: &[(String, String)]) -> String {
    if options.is_empty() {
        return name.to_string();
    }
    let options: Vec<String> =
        options.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{name}({})", options.join(" "))
}

/// The shortest text that reads back, which TOML takes for a float.
pub fn float(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_reads_back_as_itself() {
        for key in KEYS {
            let written = (key.get)(&Settings::default()).toml();
            let source = super::super::mistakes::Source { path: "d".into(), text: written.clone() };
            let value = toml::de::DeValue::parse(&written).expect("what is written is TOML");
            let mut mistakes = Mistakes::new(&source);
            let read = (key.read)(&value, &OwnNorms::default(), &mut mistakes);
            assert!(mistakes.is_empty(), "{}: {mistakes}", key.name);
            assert_eq!(read.unwrap().toml(), written, "{}", key.name);
        }
    }

    /// Whether a key takes a value, written as TOML.
    fn takes(key: &Key, text: &str) -> bool {
        let source = super::super::mistakes::Source { path: "d".into(), text: text.into() };
        let value = toml::de::DeValue::parse(text).expect("it is TOML");
        (key.read)(&value, &OwnNorms::default(), &mut Mistakes::new(&source)).is_some()
    }

    #[test]
    fn every_key_takes_its_range_and_nothing_beside_it() {
        for key in KEYS {
            let range = (key.range)();
            assert!(range != Range::default(), "{}", key.name);
            for name in &range.names {
                let needs_groups = key.name == "norm"
                    && NormChoice::named(name).is_some_and(|norm| norm.equation().knows_groups());
                let options = if needs_groups { ", groups = 2" } else { "" };
                let text = if needs_groups {
                    format!("{{ name = {name:?}{options} }}")
                } else {
                    format!("{name:?}")
                };
                assert!(takes(key, &text), "{} = {text}", key.name);
            }
            assert!(!takes(key, "\"no such name\""), "{}", key.name);
            if let (Some(least), Some(most)) = (range.least, range.most) {
                assert!(
                    [least, most].iter().all(|bound| takes(key, &bound.to_string())),
                    "{}",
                    key.name
                );
                assert!(
                    !takes(key, &(least - 1.0).to_string())
                        && !takes(key, &(most + 1.0).to_string())
                );
                assert!(key.takes.contains(&format!("from {least}")), "{}", key.takes);
            }
            if let Some(above) = range.above {
                assert!(
                    !takes(key, &above.to_string()) && takes(key, &(above + 0.5).to_string()),
                    "{}",
                    key.name
                );
            }
        }
    }

    #[test]
    fn set_reaches_the_key_that_get_reads() {
        let settings = Settings::default();
        let mut changed = settings.clone();
        for (key, text) in [("depth", "3"), ("clip_norm", "0.5"), ("schedule", "\"constant\"")] {
            let source = super::super::mistakes::Source { path: "d".into(), text: text.into() };
            let value = toml::de::DeValue::parse(text).unwrap();
            let key = find(key).unwrap();
            let read = (key.read)(&value, &OwnNorms::default(), &mut Mistakes::new(&source));
            changed.set(read.unwrap());
            assert_ne!((key.get)(&settings).toml(), (key.get)(&changed).toml());
        }
        assert_eq!((changed.depth, changed.clip_norm), (3, Some(0.5)));
        assert_eq!(Setting::Schedule(changed.schedule).label(), "constant");
        assert_eq!(
            Setting::Schedule(changed.schedule).toml(),
            "{ name = \"constant\", warmup = 0.1 }"
        );
        let at_once = Schedule { warmup: 0.0, ..changed.schedule };
        assert_eq!(Setting::Schedule(at_once).label(), "constant(warmup=0)");
    }

    #[test]
    fn labels_are_short_and_free_of_commas() {
        let group = NormChoice::new(norms::find("group").unwrap(), 8, vec![("eps".into(), 1e-3)]);
        let norm = Setting::Norm(Box::new(group.unwrap()));
        assert_eq!(norm.label(), "group(groups=8 eps=0.001)");
        assert_eq!(norm.toml(), "{ name = \"group\", groups = 8, eps = 0.001 }");
        let batch = Setting::Norm(Box::new(NormChoice::plain(norms::find("batch").unwrap())));
        assert_eq!(batch.toml(), "{ name = \"batch\", eps = 1e-5, momentum = 0.1 }");
        assert_eq!(batch.label(), "batch");
        let dyt = NormChoice::named("dyt").unwrap().with(1, vec![("alpha".into(), 0.8)]).unwrap();
        let steep = Setting::Norm(Box::new(dyt.clone()));
        assert_eq!(
            (steep.label(), steep.toml()),
            ("dyt(alpha=0.8)".into(), "{ name = \"dyt\", alpha = 0.8 }".into())
        );
        let usual = Setting::Norm(Box::new(dyt.with(1, vec![("alpha".into(), 0.5)]).unwrap()));
        assert_eq!((usual.label(), usual.toml()), ("dyt".into(), "\"dyt\"".into()));
        let optimizer = Optimizer::Sgd { momentum: 0.9, weight_decay: 0.5 };
        assert_eq!(Setting::Optimizer(optimizer).label(), "sgd(weight_decay=0.5)");
        assert_eq!(Setting::Depth(8).label(), "8");
    }
}
