//! What a declared parameter has a value for, by its word in files and on the command line.

use equations::ParameterShape;

use crate::config::nearest;

/// The words, for parameters of norms on activations.
pub const SHAPES: [&str; 6] = ["scalar", "feature", "group", "position", "channel", "side"];

/// The shape behind a word.
///
/// # Errors
/// An unknown word, or one for norms on weights alone.
pub fn parameter_shape(word: &str) -> Result<ParameterShape, String> {
    match word {
        "scalar" => Ok(ParameterShape::Scalar),
        "feature" => Ok(ParameterShape::Feature),
        "group" => Ok(ParameterShape::Group),
        "position" => Ok(ParameterShape::Position),
        "channel" => Ok(ParameterShape::Channel),
        "side" => Ok(ParameterShape::Side),
        "output" => Err("the shape \"output\" is for norms on weight matrices: a value for each \
                         sample of a batch of activations could not be learned"
            .to_string()),
        _ => {
            let nearest = nearest(word, &SHAPES);
            let nearest = nearest.map_or(String::new(), |name| format!("; did you mean {name:?}?"));
            Err(format!("unknown shape {word:?}{nearest}"))
        }
    }
}

/// The word for a shape.
pub fn shape_name(shape: ParameterShape) -> &'static str {
    match shape {
        ParameterShape::Scalar => "scalar",
        ParameterShape::Feature => "feature",
        ParameterShape::Group => "group",
        ParameterShape::Position => "position",
        ParameterShape::Channel => "channel",
        ParameterShape::Output => "output",
        ParameterShape::Side => "side",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_shapes_belong_together() {
        for word in SHAPES {
            assert_eq!(shape_name(parameter_shape(word).unwrap()), word);
        }
        assert!(parameter_shape("scaler").unwrap_err().contains("did you mean \"scalar\"?"));
        assert!(parameter_shape("output").unwrap_err().contains("weight matrices"));
    }
}
