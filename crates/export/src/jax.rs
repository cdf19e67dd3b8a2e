//! A norm as a JAX module.

use equations::Mode;

use crate::frame::Frame;
use crate::function::{Function, Given};
use crate::library::Library;
use crate::torch::{constants, names, shape};
use crate::{Subject, golden, indented, is_side, tuple, windows};

/// The text of the module.
pub(crate) fn module(subject: &Subject<'_>) -> String {
    let given = Given::of(subject.equation);
    let training = Function::of(subject.equation, Mode::Train, Library::Jax, &given);
    let apply = apply(subject, &training);
    let frame = Frame::of(subject.equation);
    let mut functions = function("_training", &training, frame);
    if subject.has_averages() {
        let evaluation = Function::of(subject.equation, Mode::Eval, Library::Jax, &given);
        functions += "\n\n";
        functions += &function("_evaluation", &evaluation, frame);
    }
    let groups = if subject.equation.knows_groups() {
        format!(", groups={}", subject.groups)
    } else {
        ", groups=1".to_owned()
    };
    include_str!("../templates/jax.txt")
        .replace("{documentation}", &subject.documentation())
        .replace("{constants}", &constants(subject, &given))
        .replace("{functions}", &(windows::helpers(subject.equation, Library::Jax) + &functions))
        .replace("{groups}", &groups)
        .replace("{grouped}", &indented(&frame.grouped(&subject.parts("train")), 4))
        .replace("{momentum}", &format!("{:?}", subject.equation.momentum()))
        .replace("{starts}", &starts(subject, &given))
        .replace("{views}", &views(subject, &given))
        .replace("{apply}", &apply)
        .replace("{golden}", &golden::cases(subject))
        .replace("{features}", &golden::features(subject).to_string())
        .replace("{positions}", &golden::positions().to_string())
        .replace("{names}", &names(subject, &given))
}

fn function(name: &str, function: &Function, frame: Frame) -> String {
    let arguments = function.arguments.join(", ");
    let tracking = function.tracking();
    let outputs: Vec<String> = tracking.iter().map(|(output, _)| output.clone()).collect();
    let result = match outputs[..] {
        [] => "y".to_owned(),
        _ => format!("(y, {})", outputs.join(", ")),
    };
    let words = frame.words();
    let mut text = format!(
        "@jax.custom_vjp\ndef {name}({arguments}):\n    \
         \"\"\"Arrays have the axes {words}.\"\"\"\n    \
         return {name}_forward({arguments})[0]\n\n\ndef {name}_forward({arguments}):\n"
    );
    text += &indented(&function.forward, 4);
    text += &format!("    y = {}\n", function.y);
    for (output, text_of_it) in &tracking {
        text += &format!("    {output} = {text_of_it}\n");
    }
    // The averages are arguments too, and a gradient of theirs is as large as they are.
    let averages = &function.averages[..];
    let saved = [&function.saved[..], averages].concat();
    let saved: Vec<String> = saved
        .iter()
        .enumerate()
        .filter(|(at, name)| !saved[..*at].contains(name))
        .map(|(_, name)| name.clone())
        .collect();
    text += &format!("    return {result}, {}\n\n\n", tuple(&saved));
    let cotangent = if outputs.is_empty() { "dy" } else { "cotangents" };
    text += &format!("def {name}_backward(saved, {cotangent}):\n");
    if !saved.is_empty() {
        text += &format!("    {} = saved\n", tuple(&saved));
    }
    if !outputs.is_empty() {
        text += "    dy = cotangents[0]\n";
    }
    text += &indented(&function.backward, 4);
    let zeros = averages.iter().map(|average| format!("jnp.zeros_like({average})"));
    let gradients: Vec<String> = function.gradients.iter().cloned().chain(zeros).collect();
    text += &format!("    return {}\n\n\n", tuple(&gradients));
    text + &format!("{name}.defvjp({name}_forward, {name}_backward)\n")
}

fn starts(subject: &Subject<'_>, given: &Given) -> String {
    let equation = subject.equation;
    let full = |name: &str, shape: String, start: f64| {
        format!("\"{name}\": jnp.full({shape}, {start:?}, dtype)")
    };
    let parameters = equation.parameters().iter().zip(&given.parameters);
    let parameters: Vec<String> = parameters
        .filter(|(parameter, _)| !is_side(parameter))
        .map(|(parameter, name)| full(name, shape(parameter.shape.varies()), parameter.start))
        .collect();
    let averages = equation.running().iter().zip(&given.averages);
    let averages: Vec<String> =
        averages.map(|(slot, name)| full(name, shape(slot.varies), slot.start)).collect();
    indented(
        &[
            format!("parameters = {{{}}}", parameters.join(", ")),
            format!("state = {{{}}}", averages.join(", ")),
        ],
        4,
    )
}

fn views(subject: &Subject<'_>, given: &Given) -> String {
    let equation = subject.equation;
    let frame = Frame::of(equation);
    let parameters = equation.parameters().iter().zip(&given.parameters);
    let parameters: Vec<String> = parameters
        .map(|(p, name)| {
            format!("parameters[\"{name}\"].reshape({})", frame.view(p.shape.varies()))
        })
        .collect();
    let averages = equation.running().iter().zip(&given.averages);
    let averages: Vec<String> = averages
        .map(|(slot, name)| {
            format!("\"{name}\": state[\"{name}\"].reshape({})", frame.view(slot.varies))
        })
        .collect();
    let mut lines = vec![format!("arguments = [{}]", parameters.join(", "))];
    if subject.has_averages() {
        lines.push(format!("averages = {{{}}}", averages.join(", ")));
    }
    indented(&lines, 4)
}

fn apply(subject: &Subject<'_>, training: &Function) -> String {
    if !subject.has_averages() {
        return indented(&["y = _training(grouped, *arguments)".to_owned()], 4);
    }
    let read = training.averages.iter().map(|average| format!(", averages[\"{average}\"]"));
    let read: String = read.collect();
    let [walk, step] = match training.weights_of("momentum") {
        None => [
            "    for (name, average), value in zip(averages.items(), tracked):".to_owned(),
            "(1 - momentum) * average + momentum * jax.lax.stop_gradient(value)".to_owned(),
        ],
        Some(weights) => [
            format!(
                "    for (name, average), value, weight in zip(averages.items(), tracked, [{weights}]):"
            ),
            "(1 - weight) * average + jax.lax.stop_gradient(weight * value)".to_owned(),
        ],
    };
    let lines = [
        "if train:",
        &format!("    y, *tracked = _training(grouped, *arguments{read})"),
        "    moved = {}",
        &walk,
        &format!("        average = {step}"),
        "        moved[name] = average.reshape(state[name].shape)",
        "    state = moved",
        "else:",
        "    y = _evaluation(grouped, *arguments, *averages.values())",
    ];
    indented(&lines.map(str::to_owned), 4)
}
