//! A norm as a PyTorch module.

use equations::{Axes, Mode};

use crate::frame::Frame;
use crate::function::{Function, Given};
use crate::library::Library;
use crate::names::camel_case;
use crate::{Subject, golden, indented, is_side, windows};

/// The text of the module.
pub(crate) fn module(subject: &Subject<'_>) -> String {
    let given = Given::of(subject.equation);
    let training = Function::of(subject.equation, Mode::Train, Library::Torch, &given);
    let apply = apply(subject, &given, &training);
    let frame = Frame::of(subject.equation);
    let mut functions = function("_Training", &training, frame);
    if subject.has_averages() {
        let evaluation = Function::of(subject.equation, Mode::Eval, Library::Torch, &given);
        functions += "\n\n";
        functions += &function("_Evaluation", &evaluation, frame);
    }
    include_str!("../templates/torch.txt")
        .replace("{documentation}", &subject.documentation())
        .replace("{constants}", &constants(subject, &given))
        .replace("{functions}", &(windows::helpers(subject.equation, Library::Torch) + &functions))
        .replace("{class}", &class_name(subject))
        .replace("{signature}", &signature(subject))
        .replace("{members}", &members(subject, &given))
        .replace("{inputs}", &inputs(subject, &given))
        .replace("{sides}", &sides(subject))
        .replace("{grouped}", &indented(&frame.grouped(&subject.parts("self.training")), 8))
        .replace("{apply}", &apply)
        .replace("{golden}", &golden::cases(subject))
        .replace("{make}", &make(subject))
        .replace("{positions}", &golden::positions().to_string())
        .replace("{names}", &names(subject, &given))
}

/// `mean-absolute` as `MeanAbsoluteNorm`.
pub(crate) fn class_name(subject: &Subject<'_>) -> String {
    let name = camel_case(subject.name);
    if name.ends_with("Norm") { name } else { name + "Norm" }
}

/// The constants of the equation, which the derivative may depend on.
pub(crate) fn constants(subject: &Subject<'_>, given: &Given) -> String {
    let constants = given.constants.iter().zip(subject.equation.constants());
    let lines: String =
        constants.map(|(name, (_, value))| format!("{name} = {value:?}\n")).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// What parameters and averages are called in the module, where that is not what the equation says.
pub(crate) fn names(subject: &Subject<'_>, given: &Given) -> String {
    let equation = subject.equation;
    let written = equation.parameters().iter().map(|p| p.name.clone());
    let written = written.chain(equation.running_names());
    let pairs = written.zip(given.parameters.iter().chain(&given.averages));
    let pairs: Vec<String> = pairs.map(|(from, to)| format!("\"{from}\": \"{to}\"")).collect();
    format!("{{{}}}", pairs.join(", "))
}

fn function(name: &str, function: &Function, frame: Frame) -> String {
    let arguments = function.arguments.join(", ");
    let words = frame.words();
    let mut text = format!(
        "class {name}(torch.autograd.Function):\n    \
         \"\"\"Tensors have the axes {words}.\"\"\"\n\n    \
         @staticmethod\n    def forward(ctx, {arguments}):\n"
    );
    text += &indented(&function.forward, 8);
    text += &format!("        ctx.save_for_backward({})\n", function.saved.join(", "));
    let tracking = function.tracking();
    for (output, text_of_it) in &tracking {
        text += &format!("        {output} = {text_of_it}\n");
    }
    let outputs: Vec<String> = tracking.into_iter().map(|(output, _)| output).collect();
    if !outputs.is_empty() {
        text += &format!("        ctx.mark_non_differentiable({})\n", outputs.join(", "));
    }
    let results = [std::slice::from_ref(&function.y), &outputs[..]].concat().join(", ");
    text += &format!("        return {results}\n\n");
    let rest = if outputs.is_empty() { "" } else { ", *_" };
    text +=
        &format!("    @staticmethod\n    @once_differentiable\n    def backward(ctx, dy{rest}):\n");
    match &function.saved[..] {
        [] => {}
        [one] => text += &format!("        ({one},) = ctx.saved_tensors\n"),
        several => text += &format!("        {} = ctx.saved_tensors\n", several.join(", ")),
    }
    text += &indented(&function.backward, 8);
    // The averages have no gradients.
    let without = function.arguments.len() - function.gradients.len();
    let gradients = [&function.gradients[..], &vec!["None".to_owned(); without]].concat();
    text + &format!("        return {}\n", gradients.join(", "))
}

fn signature(subject: &Subject<'_>) -> String {
    let mut arguments = vec!["features".to_owned()];
    if subject.equation.knows_groups() {
        arguments.push(format!("groups={}", subject.groups));
    }
    if subject.has_positions() {
        arguments.push("positions=1".to_owned());
    }
    if subject.has_averages() {
        arguments.push(format!("momentum={:?}", subject.equation.momentum()));
    }
    arguments.join(", ")
}

fn members(subject: &Subject<'_>, given: &Given) -> String {
    let equation = subject.equation;
    let mut lines = vec!["self.features = features".to_owned()];
    lines.push(match equation.knows_groups() {
        true => "self.groups = groups".to_owned(),
        false => "self.groups = 1".to_owned(),
    });
    if subject.has_averages() {
        lines.push("self.momentum = momentum".to_owned());
    }
    let learned = equation.parameters().iter().zip(&given.parameters);
    for (parameter, name) in learned.filter(|(parameter, _)| !is_side(parameter)) {
        let shape = shape(parameter.shape.varies());
        let start = parameter.start;
        lines
            .push(format!("self.{name} = nn.Parameter(torch.full({shape}, {start:?}, **factory))"));
    }
    for (slot, name) in equation.running().iter().zip(&given.averages) {
        let (shape, start) = (shape(slot.varies), slot.start);
        lines.push(format!(
            "self.register_buffer(\"{name}\", torch.full({shape}, {start:?}, **factory))"
        ));
    }
    indented(&lines, 8)
}

/// What the module is given: x, and what it has a value of for every sample.
fn inputs(subject: &Subject<'_>, given: &Given) -> String {
    let all = subject.equation.parameters().iter().zip(&given.parameters);
    let sides = all.filter(|(parameter, _)| is_side(parameter));
    sides.fold("x".to_owned(), |inputs, (_, name)| inputs + ", " + name)
}

/// The names of the side inputs, as a list of Python.
fn sides(subject: &Subject<'_>) -> String {
    let sides = subject.equation.parameters().iter().filter(|parameter| is_side(parameter));
    let sides: Vec<String> = sides.map(|parameter| format!("\"{}\"", parameter.name)).collect();
    format!("[{}]", sides.join(", "))
}

/// The shape in which a parameter is stored.
pub(crate) fn shape(varies: Axes) -> String {
    let mut sizes = Vec::new();
    if varies.contains(Axes::POSITIONS) {
        sizes.push("positions");
    }
    match (varies.contains(Axes::GROUPS), varies.contains(Axes::CHANNELS)) {
        (true, true) => sizes.push("features"),
        (true, false) => sizes.push("groups"),
        (false, true) => sizes.push("features // groups"),
        (false, false) => {}
    }
    if varies.contains(Axes::COLUMNS) {
        sizes.push("features // groups");
    }
    match sizes[..] {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.join(", ")),
    }
}

fn apply(subject: &Subject<'_>, given: &Given, training: &Function) -> String {
    let equation = subject.equation;
    let frame = Frame::of(equation);
    let parameters = equation.parameters().iter().zip(&given.parameters);
    let mut lines: Vec<String> = parameters
        .map(|(parameter, name)| match (is_side(parameter), frame.view(parameter.shape.varies())) {
            (true, view) => format!("{name} = {name}.reshape({view})"),
            (false, view) => format!("{name} = self.{name}.view({view})"),
        })
        .collect();
    let averages = equation.running().iter().zip(&given.averages);
    lines.extend(
        averages
            .map(|(slot, name)| format!("{name} = self.{name}.view({})", frame.view(slot.varies))),
    );
    let arguments = [&["grouped".to_owned()], &given.parameters[..]].concat().join(", ");
    if subject.has_averages() {
        let averages = given.averages.join(", ");
        // The averages move in place, while the gradients still need them as they were.
        let read = training.averages.iter().map(|average| format!(", {average}.clone()"));
        let read: String = read.collect();
        lines.extend([
            "if self.training:".to_owned(),
            format!("    y, *tracked = _Training.apply({arguments}{read})"),
            "    with torch.no_grad():".to_owned(),
        ]);
        lines.extend(match training.weights_of("self.momentum") {
            None => [
                format!("        for average, value in zip([{averages}], tracked):"),
                "            average.mul_(1 - self.momentum).add_(value, alpha=self.momentum)"
                    .to_owned(),
            ],
            Some(weights) => [
                format!(
                    "        for average, value, weight in zip([{averages}], tracked, [{weights}]):"
                ),
                "            average.mul_(1 - weight).add_(weight * value)".to_owned(),
            ],
        });
        lines.extend([
            "else:".to_owned(),
            format!("    y = _Evaluation.apply({arguments}, {averages})"),
        ]);
    } else {
        lines.push(format!("y = _Training.apply({arguments})"));
    }
    indented(&lines, 8)
}

/// The arguments with which the test makes the module.
fn make(subject: &Subject<'_>) -> String {
    let mut arguments = vec![golden::features(subject).to_string()];
    if subject.equation.knows_groups() {
        arguments.push(format!("groups={}", subject.groups));
    }
    if subject.has_positions() {
        arguments.push(format!("positions={}", golden::positions()));
    }
    arguments.join(", ")
}
