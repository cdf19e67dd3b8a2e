/// What a study compares, as far as its results need to know.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// Short name, used in titles.
    pub name: &'a str,
    /// The question the study answers.
    pub question: &'a str,
    /// The swept keys, in order; each is a column of `runs.csv`.
    pub swept: &'a [String],
    /// Keys and values of the baseline: an arm is compared with the arm that is equal in all other
    /// swept keys. Keys that are not swept play no part.
    pub baseline: &'a [(String, String)],
    /// The grid of learning rates; empty without tuning.
    pub tuned_rates: &'a [f64],
}

impl Study<'_> {
    /// The keys of the arm that an arm with these keys is compared with; `None` if no key of the
    /// baseline is swept.
    pub(crate) fn baseline_keys(&self, keys: &[String]) -> Option<Vec<String>> {
        let target = |(name, value): (&String, &String)| {
            self.baseline_value(name).map_or_else(|| value.clone(), str::to_string)
        };
        self.has_baseline().then(|| self.swept.iter().zip(keys).map(target).collect())
    }

    /// The name of the line an arm is drawn with: its values of the keys that the baseline names,
    /// or of the first swept key if there is no baseline.
    pub(crate) fn series(&self, keys: &[String]) -> String {
        let parts = self.part(
            keys,
            |index| self.distinguishes_series(index),
            |name, value| {
                if speaks_for_itself(value) {
                    value.to_string()
                } else {
                    key_and_value(name, value)
                }
            },
        );
        if parts.is_empty() { self.name.to_string() } else { parts }
    }

    /// The name of the panel an arm is drawn in: the remaining swept keys; empty if there are none.
    pub(crate) fn panel(&self, keys: &[String]) -> String {
        self.part(keys, |index| !self.distinguishes_series(index), key_and_value)
    }

    fn part(
        &self,
        keys: &[String],
        chosen: impl Fn(usize) -> bool,
        label: impl Fn(&str, &str) -> String,
    ) -> String {
        let pairs = self.swept.iter().zip(keys).enumerate().filter(|(index, _)| chosen(*index));
        pairs.map(|(_, (name, value))| label(name, value)).collect::<Vec<_>>().join(", ")
    }

    fn distinguishes_series(&self, index: usize) -> bool {
        if self.has_baseline() {
            self.baseline_value(&self.swept[index]).is_some()
        } else {
            index == 0
        }
    }

    fn has_baseline(&self) -> bool {
        self.swept.iter().any(|name| self.baseline_value(name).is_some())
    }

    fn baseline_value(&self, name: &str) -> Option<&str> {
        self.baseline.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// `pre` needs no key in front of it; `8` and `true` do.
fn speaks_for_itself(value: &str) -> bool {
    value.parse::<f64>().is_err() && value != "true" && value != "false"
}

fn key_and_value(name: &str, value: &str) -> String {
    format!("{} {value}", name.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| text.to_string()).collect()
    }

    #[test]
    fn the_baseline_divides_the_keys_into_series_and_panels() {
        let swept = strings(&["placement", "depth", "batch_size"]);
        let baseline = [("placement".to_string(), "pre".to_string())];
        let study =
            Study { name: "s", question: "", swept: &swept, baseline: &baseline, tuned_rates: &[] };
        let keys = strings(&["none", "64", "128"]);
        assert_eq!(study.series(&keys), "none");
        assert_eq!(study.panel(&keys), "depth 64, batch size 128");
        assert_eq!(study.baseline_keys(&keys), Some(strings(&["pre", "64", "128"])));
    }

    #[test]
    fn without_a_baseline_the_first_key_is_the_series() {
        let swept = strings(&["depth", "norm"]);
        let foreign = [("width".to_string(), "64".to_string())];
        let study =
            Study { name: "s", question: "", swept: &swept, baseline: &foreign, tuned_rates: &[] };
        let keys = strings(&["8", "rms"]);
        assert_eq!(study.series(&keys), "depth 8");
        assert_eq!(study.panel(&keys), "norm rms");
        assert_eq!(study.baseline_keys(&keys), None);
    }

    #[test]
    fn a_study_that_sweeps_nothing_is_one_series_under_its_name() {
        let study =
            Study { name: "one", question: "", swept: &[], baseline: &[], tuned_rates: &[] };
        assert_eq!(study.series(&[]), "one");
        assert_eq!(study.panel(&[]), "");
    }
}
