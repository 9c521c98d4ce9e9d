//! Strings: automata, lengths and lists together.

use serde_json::Value;

use super::automaton::Texts;
use super::formula::{Formula, TextLimit};
use super::outcome::{Budget, Outcome};
use super::solve::{Engine, Literal};

impl Engine {
    pub(super) fn solve_text(&mut self, facts: &[Literal]) -> Outcome {
        let mut budget = std::mem::replace(&mut self.budget, Budget::new(0));
        let outcome = self.shortest_text(facts, &mut budget);
        self.budget = budget;
        outcome
    }

    fn shortest_text(&self, facts: &[Literal], budget: &mut Budget) -> Outcome {
        let mut texts = Texts::default();
        let mut longest = u64::MAX;
        let mut opaque = false;
        for fact in facts {
            match (self.formulas.get(fact.formula), fact.holds) {
                (Formula::Text(TextLimit::MinLength(least)), true) => {
                    texts.shortest = texts.shortest.max(*least);
                }
                (Formula::Text(TextLimit::MaxLength(most)), true) => longest = longest.min(*most),
                (Formula::Text(TextLimit::MinLength(least)), false) => match least.checked_sub(1) {
                    Some(most) => longest = longest.min(most),
                    None => return Outcome::Empty,
                },
                (Formula::Text(TextLimit::MaxLength(most)), false) => {
                    texts.shortest = texts.shortest.max(most.saturating_add(1));
                }
                (Formula::Text(TextLimit::Language(id)), holds) => {
                    let list = match holds {
                        true => &mut texts.accepted_by,
                        false => &mut texts.refused_by,
                    };
                    list.extend(self.automata.get(*id));
                }
                (Formula::Text(TextLimit::Opaque(_)), _) => opaque = true,
                (Formula::Listed(values), false) => {
                    texts
                        .excluded
                        .extend(values.iter().filter_map(Value::as_str));
                }
                _ => {}
            }
        }
        texts.longest = (longest < u64::MAX).then_some(longest);
        if texts.shortest > longest {
            return Outcome::Empty;
        }
        match texts.shortest(1, budget) {
            Ok(found) => match found.into_iter().next() {
                Some(_) if opaque => Outcome::Unknown(self.opaque_reason(facts)),
                Some(text) => Outcome::Found(Value::String(text)),
                None => Outcome::Empty,
            },
            Err(exhausted) => exhausted.into(),
        }
    }

    /// Why constraints with an opaque one are not decided.
    pub(super) fn opaque_reason(&self, facts: &[Literal]) -> String {
        let opaque = facts
            .iter()
            .find_map(|fact| match self.formulas.get(fact.formula) {
                Formula::Text(TextLimit::Opaque(what)) => Some(what.clone()),
                _ => None,
            });
        opaque.unwrap_or_else(|| "a constraint inside can't be evaluated".to_owned())
    }
}
