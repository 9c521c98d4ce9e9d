//! Strings: combines automata, lengths and lists.

mod search;
mod trie;
mod utf8;

use std::collections::BTreeSet;

use serde_json::Value;

use self::search::Texts;
use super::automaton::Automata;
use super::formula::{Formula, Formulas, TextLimit};
use super::outcome::Outcome;
use super::solve::{Engine, Literal};

impl Engine {
    pub(super) fn solve_text(&mut self, facts: &[Literal]) -> Outcome {
        let Some(texts) = texts(&self.formulas, &self.automata, facts) else {
            return Outcome::Empty;
        };
        match texts.shortest(&mut self.budget) {
            Ok(Some(text)) => Outcome::Found(Value::String(text)),
            Ok(None) => Outcome::Empty,
            Err(exhausted) => exhausted.into(),
        }
    }

    /// `count` different strings that satisfy `facts`; `None` if they are not found.
    pub(super) fn many_texts(&mut self, facts: &[Literal], count: usize) -> Option<Vec<Value>> {
        let texts = texts(&self.formulas, &self.automata, facts)?;
        let found = texts.many(count, &mut self.budget).ok().flatten()?;
        Some(found.into_iter().map(Value::String).collect())
    }
}

/// The texts that satisfy `facts`; `None` if there are none.
fn texts<'e>(
    formulas: &'e Formulas,
    automata: &'e Automata,
    facts: &[Literal],
) -> Option<Texts<'e>> {
    let mut texts = Texts::default();
    let mut longest = u64::MAX;
    let (mut accepted_by, mut refused_by) = (BTreeSet::new(), BTreeSet::new());
    for fact in facts {
        match (formulas.get(fact.formula), fact.holds) {
            (Formula::Text(TextLimit::MinLength(least)), true) => {
                texts.min_length = texts.min_length.max(*least);
            }
            (Formula::Text(TextLimit::MaxLength(most)), true) => longest = longest.min(*most),
            (Formula::Text(TextLimit::MinLength(least)), false) => match least.checked_sub(1) {
                Some(most) => longest = longest.min(most),
                None => return None,
            },
            (Formula::Text(TextLimit::MaxLength(most)), false) => {
                texts.min_length = texts.min_length.max(most.saturating_add(1));
            }
            (Formula::Text(TextLimit::Language(id, _)), true) => drop(accepted_by.insert(*id)),
            (Formula::Text(TextLimit::Language(id, _)), false) => drop(refused_by.insert(*id)),
            (Formula::Listed(values), false) => {
                texts
                    .excluded
                    .extend(values.iter().filter_map(Value::as_str));
            }
            _ => {}
        }
    }
    if !accepted_by.is_disjoint(&refused_by) {
        return None;
    }
    let automaton = |id| automata.get(id);
    texts.accepted_by = accepted_by.into_iter().filter_map(automaton).collect();
    texts.refused_by = refused_by.into_iter().filter_map(automaton).collect();
    texts.max_length = (longest < u64::MAX).then_some(longest);
    (texts.min_length <= longest).then_some(texts)
}
