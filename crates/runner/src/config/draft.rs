//! An experiment with mistakes: what could be read of it.

use super::fit::Readable;
use super::grid::{Swept, baseline, sweep};
use super::keys::{Key, Setting};
use super::misplaced::{self, WHOLE};
use super::mistakes::{Mistakes, Source};
use super::own_norms::{OwnNorms, own_norms};
use super::procedure::{procedure, seeds};
use super::sections::{Given, SECTIONS, data_set, keys_of, section, settings, study_name};
use super::value::text;
use super::{DataChoice, Experiment, Procedure, Seeds, tree};

/// An experiment as far as its file could be read.
pub struct Draft {
    source: Source,
    name: Option<String>,
    question: Option<String>,
    /// The data set.
    pub data: Option<DataChoice>,
    given: Given,
    own_norms: OwnNorms,
    swept: Swept,
    baseline: Option<Vec<(&'static Key, Setting)>>,
    procedure: Option<Procedure>,
    seeds: Option<Seeds>,
    /// The keys whose value no arm is known to have, unless it is swept.
    unread: Vec<&'static str>,
}

impl Draft {
    /// The experiment, if all of it could be read.
    pub fn complete(self) -> Option<Experiment> {
        Some(Experiment {
            source: self.source,
            name: self.name?,
            question: self.question?,
            data: self.data?,
            settings: self.given.settings,
            places: self.given.places,
            own_norms: self.own_norms,
            sweep: self.swept.is_complete().then_some(self.swept.keys)?,
            baseline: self.baseline?,
            procedure: self.procedure?,
            seeds: self.seeds?,
        })
    }

    /// What the checks need to know.
    pub fn readable(&self) -> Readable<'_> {
        Readable {
            settings: &self.given.settings,
            places: &self.given.places,
            sweep: &self.swept.keys,
            is_complete: self.swept.is_complete(),
            procedure: self.procedure.as_ref(),
            unread: &self.unread,
        }
    }
}

/// Reads all of a file that can be read; nothing of one that is not TOML.
pub fn draft(source: &Source, mistakes: &mut Mistakes<'_>) -> Option<Draft> {
    let whole = tree(source, mistakes)?;
    let file = misplaced::open(WHOLE, &whole, &SECTIONS, &OwnNorms::default(), mistakes)?;
    let own = own_norms(&file, mistakes);
    let study = section(&file, "study", "name = \"mine\"", mistakes)
        .and_then(|value| misplaced::open("[study]", value, &keys_of("study"), &own, mistakes));
    let data = data_set(&file, mistakes);
    let given = settings(&file, &own, mistakes);
    let swept = sweep(&file, &given.names(), &own, mistakes);
    let procedure = procedure(&file, study.as_ref(), mistakes);
    let seeds = study.as_ref().and_then(|study| seeds(study, mistakes));
    let name = study.as_ref().and_then(|study| study_name(study, mistakes));
    let question = study.as_ref().and_then(|study| match study.get("question") {
        Some(value) => text(value, "question", mistakes).map(str::to_string),
        None => Some(String::new()),
    });
    let baseline = study.as_ref().and_then(|study| baseline(study, &swept, &own, mistakes));
    let unread = [&given.unread[..], &swept.unread[..]].concat();
    Some(Draft {
        source: source.clone(),
        name,
        question,
        data,
        given,
        own_norms: own,
        swept,
        baseline,
        procedure,
        seeds,
        unread,
    })
}
