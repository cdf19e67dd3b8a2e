//! The mutants of a file.

use syn::visit::{self, Visit};
use syn::{Block, Expr, ImplItemFn, ItemFn, ItemMod, Stmt};

use crate::operators;
use crate::site::{Choice, Mutant, Site};
use crate::source::Source;
use crate::targets::{Derivative, Part};

/// Arguments that count elements: a mutant has one more, another one less.
const COUNTING: [&str; 7] =
    ["chunks", "chunks_exact", "chunks_exact_mut", "step_by", "skip", "take", "Matrix::new"];

/// The sites of the derivatives in a file, numbered from `first` on; an outer site stands before those
/// in it.
///
/// # Errors
/// If the file cannot be parsed, or a function has gone: then nothing would be mutated.
pub fn find(source: &Source, functions: &[Derivative], first: usize) -> Result<Vec<Site>, String> {
    let file = syn::parse_file(&source.text)
        .map_err(|error| format!("{} cannot be parsed: {error}", source.file))?;
    let mut finder = Finder {
        source,
        functions,
        function: String::new(),
        part: None,
        is_active: false,
        next: first,
        sites: Vec::new(),
    };
    finder.visit_file(&file);
    let mut sites = finder.sites;
    for Derivative { function: name, .. } in functions {
        if !sites.iter().any(|site| site.mutants[0].function == *name) {
            return Err(format!("{} has nothing to mutate in a function {name}", source.file));
        }
    }
    // Stable: of two sites with one range the outer was found first.
    sites.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end)));
    Ok(sites)
}

struct Finder<'a> {
    source: &'a Source,
    functions: &'a [Derivative],
    /// Name of the function that is being visited, and what of it is mutated.
    function: String,
    part: Option<Part>,
    /// Whether what is being visited is part of a derivative.
    is_active: bool,
    next: usize,
    sites: Vec<Site>,
}

impl Finder<'_> {
    fn enter(&mut self, name: &str, body: &Block) {
        let Some(found) = self.functions.iter().find(|known| known.function == name) else {
            return;
        };
        self.function = name.to_owned();
        self.part = Some(found.part);
        self.is_active = found.part == Part::Whole;
        self.visit_block(body);
        self.is_active = false;
        self.part = None;
    }

    fn add(&mut self, piece: &impl syn::spanned::Spanned, choice: Choice, texts: Vec<String>) {
        let range = self.source.range(piece);
        if texts.is_empty() || !self.is_active {
            return;
        }
        let mutants = texts.into_iter().map(|to| {
            self.next += 1;
            Mutant {
                number: self.next - 1,
                file: self.source.file.clone(),
                function: self.function.clone(),
                line_number: self.source.line_number(range.start),
                line: self.source.line(range.start).to_owned(),
                from: self.source.text[range.clone()].to_owned(),
                to,
            }
        });
        self.sites.push(Site { range: range.clone(), choice, mutants: mutants.collect() });
    }

    fn add_expression(&mut self, expression: &Expr, texts: Vec<String>) {
        self.add(expression, Choice::Expression, texts);
    }

    fn counting(
        &mut self,
        name: &str,
        arguments: &syn::punctuated::Punctuated<Expr, syn::Token![,]>,
    ) {
        if COUNTING.contains(&name) {
            for argument in arguments {
                self.add_expression(argument, operators::of_count(self.source, argument));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.enter(&function.sig.ident.to_string(), &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.enter(&function.sig.ident.to_string(), &function.block);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.add(statement, Choice::Statement, operators::of_statement(self.source, statement));
        visit::visit_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        let is_kept = match (self.part, expression) {
            (Some(Part::Kept(place)), Expr::Assign(kept)) => self.source.text(&kept.left) == place,
            _ => false,
        };
        let was_active = self.is_active;
        self.is_active |= is_kept;
        if self.is_active {
            self.add_expression(expression, operators::of_expression(self.source, expression));
        }
        self.descend(expression);
        self.is_active = was_active;
    }

    // Types, lengths of arrays and generic arguments are constants of the compiler.
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
}

impl Finder<'_> {
    /// Visits the parts of an expression, and adds what depends on the place of a part in the whole.
    fn descend(&mut self, expression: &Expr) {
        match expression {
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            Expr::Index(index) => {
                let texts = operators::of_index(self.source, &index.expr, &index.index);
                self.add_expression(&index.index, texts);
                visit::visit_expr_index(self, index);
            }
            Expr::If(choice) => {
                let texts = operators::of_condition(self.source, &choice.cond);
                self.add_expression(&choice.cond, texts);
                visit::visit_expr_if(self, choice);
            }
            // A condition that changes would mostly make a loop that does not end.
            Expr::While(repeated) => self.visit_block(&repeated.body),
            Expr::ForLoop(repeated) => {
                let texts = ["without the first", "without the last"].map(str::to_owned).to_vec();
                self.add(&*repeated.expr, Choice::Loop, texts);
                // Another bound of a range is a loop without its first or last item.
                if !matches!(&*repeated.expr, Expr::Range(_)) {
                    self.visit_expr(&repeated.expr);
                }
                self.visit_block(&repeated.body);
            }
            Expr::Call(call) => {
                self.counting(self.source.text(&*call.func), &call.args);
                visit::visit_expr_call(self, call);
            }
            Expr::MethodCall(call) => {
                self.counting(&call.method.to_string(), &call.args);
                let was_active = self.is_active;
                self.is_active |= self.part == Some(Part::Recorded) && call.method == "record";
                visit::visit_expr_method_call(self, call);
                self.is_active = was_active;
            }
            _ => visit::visit_expr(self, expression),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::weave;

    fn source(text: &str) -> Source {
        Source { file: "test.rs".to_owned(), text: text.to_owned() }
    }

    fn derivative(function: &'static str, part: Part) -> [Derivative; 1] {
        [Derivative { function, part, layers: &[] }]
    }

    #[test]
    fn the_unchanged_arm_holds_the_inner_mutants() {
        let source = source("fn f() { y = a * -b; }");
        let sites = find(&source, &derivative("f", Part::Whole), 1).expect("sound");
        let (woven, placed) = weave(&source, &sites);
        let inner = "(match mutant::among(&[5]) { None => { -b }, Some(_) => { b } })";
        let product = format!(
            "(match mutant::among(&[2, 3, 4]) {{ None => {{ a * {inner} }}, \
             Some(0) => {{ a / (-b) }}, Some(1) => {{ a }}, Some(_) => {{ (-b) }} }})"
        );
        let assignment = format!(
            "(match mutant::among(&[1]) {{ None => {{ y = {product} }}, Some(_) => {{ () }} }})"
        );
        assert_eq!(woven, format!("fn f() {{ {assignment}; }}"));
        let text_of = |number| {
            let place = placed.iter().find(|placed| placed.number == number).expect("placed");
            &woven[place.range.clone()]
        };
        assert_eq!(text_of(3), "{ a }");
        assert_eq!(text_of(5), "{ b }");
    }

    #[test]
    fn loops_lose_an_item_and_indices_go_around() {
        let source = source("fn f() { for i in 0..n { x[i] += 1.0; } }");
        let sites = find(&source, &derivative("f", Part::Whole), 1).expect("sound");
        let (woven, _) = weave(&source, &sites);
        assert!(woven.contains("for i in mutant::items(0..n, 2, 3) {"), "{woven}");
        assert!(woven.contains("x[(match mutant::among(&["), "{woven}");
        assert!(woven.contains("(i + 1) % x.len()"), "{woven}");
    }

    #[test]
    fn only_what_is_recorded_is_mutated() {
        let source = source("fn f() { a + b; pass.record(move |g| { c + d; }); e + f; }");
        let sites = find(&source, &derivative("f", Part::Recorded), 1).expect("sound");
        assert_eq!(sites.iter().map(|site| site.mutants.len()).collect::<Vec<_>>(), [3]);
        assert_eq!(sites[0].mutants[0].from, "c + d");
        assert_eq!(sites[0].mutants[0].function, "f");
    }

    #[test]
    fn a_function_that_has_gone_is_an_error() {
        let message = find(&source("fn f() { a + b; }"), &derivative("g", Part::Whole), 1);
        assert_eq!(message.unwrap_err(), "test.rs has nothing to mutate in a function g");
    }
}
