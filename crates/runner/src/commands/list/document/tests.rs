//! The document as a program reads it, against the lists it is made from.

use std::sync::Arc;

use ::norms::{CATALOGUE, Definition, NormChoice};
use serde_json::{Value, json};

use super::*;
use crate::config::keys::KEYS;
use crate::parameter_shape::parameter_shape;

/// All of it, as a program reads it.
fn read() -> Value {
    serde_json::from_str(&Document::of(&Topic::ALL).json()).expect("it is JSON")
}

fn list<'v>(value: &'v Value, field: &str) -> &'v Vec<Value> {
    value[field].as_array().unwrap_or_else(|| panic!("{field} is no list"))
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}"))
}

fn names<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    list(value, field).iter().map(|entry| text(entry, "name")).collect()
}

#[test]
fn it_reads_back_as_itself() {
    let document = Document::of(&Topic::ALL);
    assert_eq!(serde_json::from_str::<Document>(&document.json()).unwrap(), document);
    let one: Value = serde_json::from_str(&Document::of(&[Topic::Data]).json()).unwrap();
    assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
}

#[test]
fn every_registry_is_in_it() {
    let read = read();
    let of = |topic| names(&read, topic);
    assert_eq!(of("norms"), CATALOGUE.iter().map(|n| n.name).collect::<Vec<_>>());
    assert_eq!(of("placements"), nets::PLACEMENTS.iter().map(|p| p.name).collect::<Vec<_>>());
    assert_eq!(of("inits"), nets::INITIALIZATIONS.iter().map(|i| i.name).collect::<Vec<_>>());
    assert_eq!(of("schedules"), training::CURVES.iter().map(|c| c.name).collect::<Vec<_>>());
    let optimizers = training::OPTIMIZERS.iter().map(|o| o.name);
    assert_eq!(of("optimizers"), optimizers.collect::<Vec<_>>());
    let architectures = nets::ARCHITECTURES.iter().map(|a| a.name);
    assert_eq!(of("architectures"), architectures.collect::<Vec<_>>());
    assert_eq!(of("data"), data::SOURCES.iter().map(|d| d.name).collect::<Vec<_>>());
    let keys = of("keys");
    assert!(KEYS.iter().all(|key| keys.contains(&key.name)), "{keys:?}");
    for (topic, fields) in [
        ("placements", ["block", "finish"]),
        ("inits", ["formula", "citation"]),
        ("schedules", ["equation", "title"]),
        ("optimizers", ["formula", "title"]),
        ("architectures", ["branch", "title"]),
        ("data", ["file", "citation"]),
    ] {
        for entry in list(&read, topic) {
            assert!(fields.iter().all(|field| !text(entry, field).is_empty()), "{entry}");
        }
    }
}

/// What `[norms.NAME]` would say.
fn definition(norm: &Value) -> Definition {
    let parameters = list(norm, "parameters").iter().map(|parameter| {
        // The shape that is left, one of the norms of weights, cannot be declared.
        let shape = parameter_shape(text(parameter, "shape"));
        let shape = shape.unwrap_or(equations::ParameterShape::Output);
        let start = parameter["start"].as_f64().expect("a start");
        (text(parameter, "name").to_string(), shape, start)
    });
    let constants = norm["constants"].as_object().expect("constants").iter();
    Definition {
        name: text(norm, "name").to_string(),
        equation: text(norm, "equation").to_string(),
        over: text(norm, "over").to_string(),
        parameters: parameters.collect(),
        constants: constants.map(|(name, v)| (name.clone(), v.as_f64().unwrap())).collect(),
    }
}

#[test]
fn a_norm_can_be_defined_again_from_it() {
    let read = read();
    for (entry, norm) in CATALOGUE.iter().zip(list(&read, "norms")) {
        let again = NormChoice::defined(Arc::new(definition(norm)), 1, Vec::new());
        let again = again.unwrap_or_else(|error| panic!("{}: {error}", entry.name));
        let (again, listed) = (again.equation(), NormChoice::plain(entry));
        let listed = listed.equation();
        assert_eq!(again.expression().to_string(), listed.expression().to_string());
        assert_eq!(again.over(), listed.over(), "{}", entry.name);
        assert_eq!(again.momentum(), listed.momentum(), "{}", entry.name);
        assert_eq!(again.parameters(), listed.parameters(), "{}", entry.name);
    }
}

#[test]
fn a_norm_has_what_is_known_of_it() {
    let read = read();
    for (entry, norm) in CATALOGUE.iter().zip(list(&read, "norms")) {
        assert_eq!(norm["year"], entry.citation.year);
        assert_eq!(norm["citation"], entry.citation.to_string());
        assert_eq!(norm["family"], entry.family.to_string());
        let aliases: Vec<&str> = entry.aliases.iter().map(|alias| alias.name).collect();
        assert_eq!(names(norm, "aliases"), aliases);
        let properties = norm["properties"].as_object().unwrap().values();
        let holding = properties.filter(|holds| **holds == true).count();
        assert_eq!(holding, entry.claims.len(), "{}", entry.name);
        let amplification = &norm["amplification"];
        let at = ["near_zero", "at_standard_normal_input"].map(|at| &amplification[at]);
        for number in [&norm["null_space"], at[0], at[1]] {
            assert!(number.as_f64().is_some_and(|number| number >= 0.0), "{number}");
        }
    }
}

#[test]
fn options_and_keys_have_their_defaults_and_ranges() {
    let read = read();
    let momentum = &list(&read, "optimizers")[0]["options"][0];
    let expected = json!({
        "name": "momentum", "default": 0.9, "range": { "least": 0.0, "below": 1.0 }
    });
    assert_eq!(*momentum, expected);
    let depth = list(&read, "keys").iter().find(|key| key["name"] == "depth").unwrap();
    assert_eq!((&depth["section"], &depth["default"]), (&json!("network"), &json!(8)));
    assert_eq!(depth["range"], json!({ "least": 1.0, "most": 10_000.0 }));
}
