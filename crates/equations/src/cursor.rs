use std::ops::Range;

use crate::error::EquationError;
use crate::lexer::{Token, tokens};

/// A place between the tokens of a text.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, EquationError> {
        Ok(Cursor { text, tokens: tokens(text)?, position: 0 })
    }

    /// The next token, which is [`Token::End`] for ever at the end.
    pub(crate) fn peek(&self) -> &Token {
        &self.tokens[self.position].0
    }

    /// The token after the next one.
    pub(crate) fn peek_second(&self) -> &Token {
        &self.tokens[(self.position + 1).min(self.tokens.len() - 1)].0
    }

    /// Where the next token stands.
    pub(crate) fn span(&self) -> Range<usize> {
        self.tokens[self.position].1.clone()
    }

    /// From the start of a token passed before to the end of the last token passed.
    pub(crate) fn since(&self, start: usize) -> Range<usize> {
        let end = self.position.checked_sub(1).map_or(start, |last| self.tokens[last].1.end);
        start..end.max(start)
    }

    /// Whether a definition of the name follows.
    pub(crate) fn is_defined_later(&self, name: &str) -> bool {
        self.tokens[self.position..].windows(2).any(|pair| {
            matches!(&pair[0].0, Token::Name(defined) if defined == name)
                && pair[1].0 == Token::Symbol('=')
        })
    }

    /// The place, to come back to.
    pub(crate) fn place(&self) -> usize {
        self.position
    }

    /// Goes back to a place, to read the same again.
    pub(crate) fn go_back(&mut self, place: usize) {
        self.position = place;
    }

    /// The token before the next one, and the text between the two.
    pub(crate) fn before(&self) -> Option<(&Token, &'a str)> {
        let (token, span) = &self.tokens[self.position.checked_sub(1)?];
        Some((token, &self.text[span.end..self.span().start]))
    }

    pub(crate) fn advance(&mut self) {
        self.position = (self.position + 1).min(self.tokens.len() - 1);
    }

    /// Passes the symbol if it is next.
    pub(crate) fn accept(&mut self, symbol: char) -> bool {
        let next = *self.peek() == Token::Symbol(symbol);
        if next {
            self.advance();
        }
        next
    }

    pub(crate) fn expect(&mut self, symbol: char) -> Result<(), EquationError> {
        if self.accept(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    /// Passes the bracket that closes the one at `open`, or refuses what is there instead.
    pub(crate) fn close(
        &mut self,
        bracket: char,
        open: Range<usize>,
        wanted: &str,
    ) -> Result<(), EquationError> {
        if self.accept(bracket) {
            return Ok(());
        }
        if *self.peek() != Token::End {
            return Err(self.expected(wanted));
        }
        let message = format!("`{}` is never closed", &self.text[open.clone()]);
        Err(self.error(open, message).with_help(format!("the text ends without its `{bracket}`")))
    }

    pub(crate) fn error(&self, span: Range<usize>, message: impl Into<String>) -> EquationError {
        EquationError::new(self.text, span, message)
    }

    /// The error that something else should stand where the next token stands.
    pub(crate) fn expected(&self, what: &str) -> EquationError {
        let found = match self.peek() {
            Token::End => "the end of the text".to_owned(),
            _ => format!("`{}`", &self.text[self.span()]),
        };
        self.error(self.span(), format!("expected {what}, found {found}"))
    }
}
