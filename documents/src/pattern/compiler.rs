//! Patterns and formats of one input, each compiled once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compile::compile;
use super::error::refused;
use super::form::Form;
use super::format::Format;
use super::work::Work;
use crate::error::Reason;

/// Compiles patterns and formats, each once.
#[derive(Debug, Default)]
pub struct Compiler {
    patterns: BTreeMap<String, Result<Arc<Form>, Reason>>,
    formats: BTreeMap<String, Option<Format>>,
    work: Work,
}

impl Compiler {
    /// The texts that the ECMA-262 pattern `source` matches.
    ///
    /// # Errors
    ///
    /// A [`Reason`] if `source` is not ECMA-262 or not a regular language, or if it, or
    /// all patterns together, are too large.
    pub fn pattern(&mut self, source: &str) -> Result<Arc<Form>, Reason> {
        if let Some(known) = self.patterns.get(source) {
            return known.clone();
        }
        let compiled = match self.work.is_spent() {
            true => Err(refused(
                "the patterns of the input together take too much work",
                "use fewer patterns with counted repetitions",
            )),
            false => compile(source, &mut self.work).map(Arc::new),
        };
        self.patterns.insert(source.to_owned(), compiled.clone());
        compiled
    }

    /// The format `name`; `None` if it is unknown or not checked.
    pub fn format(&mut self, name: &str) -> Option<Format> {
        let known = self.formats.entry(name.to_owned());
        known.or_insert_with(|| Format::new(name)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Automata with many states and few classes take time for each state.
    #[test]
    fn the_states_of_all_patterns_are_bounded() {
        let mut compiler = Compiler::default();
        let compiled = (0..200)
            .map(|index| compiler.pattern(&format!("^(?:a|b)*a(?:a|b){{11}}{index}$")))
            .filter(Result::is_ok)
            .count();
        assert!((8..160).contains(&compiled), "{compiled}");
    }

    /// Each state of their small automata is a set of hundreds of states.
    #[test]
    fn published_patterns_with_large_counts_compile() {
        let mut compiler = Compiler::default();
        for source in [
            r"[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)",
            r"^https?:\/\/(www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_\+.~#?&//=]*)$",
            "^https?://[-a-zA-Z0-9+&amp;@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&amp;@#/%=~_|]{1,1000}",
            r"^[\/]+([^~]*(~[01])*){1,512}$",
            r"arn:aws[a-z-]*:(billing)::[0-9]{12}:billingview/[a-zA-Z0-9/:_\+=\.\-@]{0,75}[a-zA-Z0-9]",
            r"[\S]{1,255}",
            ".{1,320}",
            r"\p{L}{1,20}",
        ] {
            compiler.pattern(source).unwrap();
        }
    }

    /// Of each sum of two counts, some states have the sets of all smaller sums.
    #[test]
    fn the_work_of_a_pattern_is_bounded() {
        let mut compiler = Compiler::default();
        assert!(compiler.pattern("^(?:[a-z]?[0-9]?){2000}$").is_err());
        assert!(!compiler.work.is_spent());
    }

    #[test]
    fn a_pattern_of_every_text_is_recognised() {
        let mut compiler = Compiler::default();
        let mut is_everything = |source| compiler.pattern(source).unwrap().is_everything();
        // Unanchored patterns match the empty text at some place.
        for source in ["", "^", "$", ".*", "^.*", "a*$", "a|", "^[^]*$"] {
            assert!(is_everything(source), "{source}");
        }
        // `.` matches no line ends.
        for source in ["^.*$", ".", "^$", "a", "^[^a]*$", "^[^]{0,9}$"] {
            assert!(!is_everything(source), "{source}");
        }
    }
}
