//! Whether two measurements of a card agree.

use serde_json::Value;

use crate::data::Card;

/// Numbers that differ by more than this share are different: other processors round sums and
/// functions differently in the last digits.
const TOLERANCE: f64 = 1e-6;

/// Where two cards differ, a line for each place; empty if they agree.
pub fn differences(stated: &Card, measured: &Card) -> Vec<String> {
    let json = |card: &Card| serde_json::to_value(card).expect("a card is plain data");
    let mut found = Vec::new();
    compare("", &json(stated), &json(measured), &mut found);
    found
}

fn compare(place: &str, stated: &Value, measured: &Value, found: &mut Vec<String>) {
    match (stated, measured) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            for (key, value) in one {
                let below = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                compare(&below, value, &other[key], found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{place}[{index}]"), one, other, found);
            }
        }
        (Value::Number(one), Value::Number(other)) if close(one.as_f64(), other.as_f64()) => {}
        _ if stated == measured => {}
        _ => found.push(format!("{place}: stated {stated}, measured {measured}")),
    }
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    (one - other).abs() <= TOLERANCE * one.abs().max(other.abs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_named_and_last_digits_forgiven() {
        let mut found = Vec::new();
        let stated = json!({ "a": [1.0, 2.0], "b": { "c": "PASS" }, "d": null });
        let measured = json!({ "a": [1.0 + 1e-9, 2.1], "b": { "c": "FAIL" }, "d": null });
        compare("", &stated, &measured, &mut found);
        assert_eq!(
            found,
            ["a[1]: stated 2.0, measured 2.1", "b.c: stated \"PASS\", measured \"FAIL\""]
        );
    }
}
