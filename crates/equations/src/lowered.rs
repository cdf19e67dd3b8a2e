use crate::expression::Expression;
use crate::operation::{Binary, Node, NodeId, Operation, Pointwise, Statistic};

impl Expression {
    /// The same expression with `var`, `std`, `rms`, `norm1` and `norm2` written out with `mean`
    /// and `sum`, so that evaluators need only those two, `max` and `min`. The variance is
    /// two-pass.
    ///
    /// Names, functions and running slots keep their indices, and spans point to the statistic in
    /// the original text.
    ///
    /// ```
    /// use equations::{Axes, Expression, Name, Vocabulary};
    /// let x = Name { name: "x", varies: Axes::ALL, constant: false };
    /// let vocabulary = Vocabulary { names: &[x], functions: &[], over: Some(Axes::FEATURES) };
    /// let lowered = |text| Expression::parse(text, &vocabulary).unwrap().lowered().to_string();
    /// assert_eq!(lowered("x / rms(x)"), "x / sqrt(mean(x^2))");
    /// assert_eq!(lowered("var(x)"), "mean((x - mean(x))^2)");
    /// assert_eq!(lowered("std(2 * x)"), "e1 = 2 * x; sqrt(mean((e1 - mean(e1))^2))");
    /// ```
    #[must_use]
    pub fn lowered(&self) -> Expression {
        let mut lowering =
            Lowering { original: self, nodes: Vec::new(), definitions: Vec::new(), numbered: 0 };
        let mut place: Vec<NodeId> = Vec::with_capacity(self.nodes.len());
        let mut named = self.definitions.iter().peekable();
        for (id, node) in self.nodes.iter().enumerate() {
            let operation = node.operation.with_operands(|operand| place[operand]);
            place.push(lowering.node(operation, node));
            if let Some((name, _)) = named.next_if(|(_, defined)| *defined == id) {
                lowering.definitions.push((name.clone(), place[id]));
            }
        }
        let Lowering { nodes, definitions, .. } = lowering;
        let result = nodes.len() - 1;
        Expression { nodes, definitions, ..self.clone() }.arrange(result)
    }
}

struct Lowering<'a> {
    original: &'a Expression,
    nodes: Vec<Node>,
    definitions: Vec<(String, NodeId)>,
    /// The last number given to a definition that the text does not name.
    numbered: usize,
}

impl Lowering<'_> {
    fn node(&mut self, operation: Operation, at: &Node) -> NodeId {
        let Operation::Statistic(statistic, e, axes) = operation else {
            return self.push(operation, at);
        };
        let mean = |e| Operation::Statistic(Statistic::Mean, e, axes);
        let sum = |e| Operation::Statistic(Statistic::Sum, e, axes);
        let sqrt = |e| Operation::Pointwise(Pointwise::Sqrt, e);
        match statistic {
            Statistic::Mean | Statistic::Sum | Statistic::Max | Statistic::Min => {
                self.push(operation, at)
            }
            Statistic::Norm1 => {
                let absolute = self.push(Operation::Pointwise(Pointwise::Abs, e), at);
                self.push(sum(absolute), at)
            }
            Statistic::Norm2 => {
                let square = self.square(e, at);
                let sum = self.push(sum(square), at);
                self.push(sqrt(sum), at)
            }
            Statistic::Rms => {
                let square = self.square(e, at);
                let mean = self.push(mean(square), at);
                self.push(sqrt(mean), at)
            }
            Statistic::Var | Statistic::Std => {
                let again = self.again(e);
                let center = self.push(mean(again), at);
                let deviation = self.push(Operation::Binary(Binary::Subtract, e, center), at);
                let square = self.square(deviation, at);
                let var = self.push(mean(square), at);
                if statistic == Statistic::Std { self.push(sqrt(var), at) } else { var }
            }
        }
    }

    fn push(&mut self, operation: Operation, at: &Node) -> NodeId {
        // A statistic is written out with the axes of its own, so only those need to be found.
        let varies = match operation {
            Operation::Name(_) => at.varies,
            _ => operation.varies(|_| at.varies, |operand| self.nodes[operand].varies),
        };
        self.nodes.push(Node { operation, varies, span: at.span.clone() });
        self.nodes.len() - 1
    }

    fn square(&mut self, e: NodeId, at: &Node) -> NodeId {
        let two = self.push(Operation::Number(2.0), at);
        self.push(Operation::Power(e, two), at)
    }

    /// The same value for a second use: names and numbers are written again, anything longer gets
    /// a name, because only definitions have more than one use.
    fn again(&mut self, e: NodeId) -> NodeId {
        if self.definitions.iter().any(|(_, id)| *id == e) {
            return e;
        }
        if matches!(self.nodes[e].operation, Operation::Name(_) | Operation::Number(_)) {
            self.nodes.push(self.nodes[e].clone());
            return self.nodes.len() - 1;
        }
        let name = self.unused_name();
        self.definitions.push((name, e));
        e
    }

    fn unused_name(&mut self) -> String {
        let Expression { names, functions, definitions, .. } = self.original;
        loop {
            self.numbered += 1;
            let candidate = format!("e{}", self.numbered);
            let mut taken = definitions.iter().map(|(name, _)| name).chain(names).chain(functions);
            if taken.all(|name| *name != candidate) {
                return candidate;
            }
        }
    }
}
