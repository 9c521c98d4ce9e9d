//! Finds the places in a message where one schema allows values that another does not,
//! each with a whole message as witness.

use serde_json::Value;

use crate::context::Context;
use crate::engine::{Formula, Id, MAX_NESTING, Members, Outcome};
use crate::explain::{explain, shown};
use crate::path::{Step, at, locate, pointer};

/// Maximum number of values or names reported for one place.
const MAX_REPEATED: usize = 20;

/// Maximum number of places that one comparison reports.
const MAX_FOUND: usize = 100;

/// Maximum number of questions of one comparison. Recursive schemas have infinitely many
/// places.
const MAX_ASKED: usize = 2_000;

/// One difference.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// The JSON pointer in the witness.
    pub(crate) pointer: String,
    /// The reason why the value there is not valid.
    pub(crate) reason: String,
    /// A message; `None` if it is not decided whether there is one.
    pub(crate) witness: Option<Value>,
}

/// The places at which values of `inside` break `outside`.
pub(crate) fn differences(context: &mut Context, inside: Id, outside: Id) -> Vec<Difference> {
    let mut walk = Walk {
        context,
        inside,
        path: Vec::new(),
        open: Vec::new(),
        beside: Vec::new(),
        found: Vec::new(),
        asked: 0,
    };
    walk.visit(outside);
    let is_cut = walk.found.len() >= MAX_FOUND;
    if let Some(last) = walk.found.last_mut().filter(|_| is_cut) {
        last.reason.push_str("; further places are not listed");
    }
    walk.found
}

struct Walk<'c> {
    context: &'c mut Context,
    inside: Id,
    path: Vec<Step>,
    /// The recursive formulas on the path.
    open: Vec<Id>,
    /// The formulas of the conjunction that is taken apart, at the end of the path.
    beside: Vec<Id>,
    found: Vec<Difference>,
    asked: usize,
}

impl Walk<'_> {
    /// Reports differences at the end of the path, where values should be in `formula`.
    fn visit(&mut self, formula: Id) {
        if self.found.len() >= MAX_FOUND {
            return;
        }
        let outcome = self.ask(formula);
        if outcome == Outcome::Empty {
            return;
        }
        let before = self.found.len();
        let is_whole = self.context.label(formula).is_none() && self.take_apart(formula);
        // Parts that all hold separately may still not hold together.
        let mut inside = self.found.iter().skip(before);
        let is_found = inside.any(|it| it.witness.is_some());
        match (is_whole, outcome) {
            (true, _) if is_found => {}
            (true, Outcome::Unknown(_)) => {}
            (_, Outcome::Found(witness)) => self.report(formula, witness),
            (_, Outcome::Unknown(why)) => self.undecided(why),
            (_, Outcome::Empty) => {}
        }
    }

    /// A message of `inside` that breaks `formula` at the end of the path.
    fn ask(&mut self, formula: Id) -> Outcome {
        let outside = at(self.context, &self.path, formula);
        if outside == Id::ANYTHING {
            return Outcome::Empty;
        }
        self.asked += 1;
        if self.asked > MAX_ASKED {
            return Outcome::Unknown(format!("there are more than {MAX_ASKED} places to compare"));
        }
        self.context.engine.difference(self.inside, outside)
    }

    /// The smallest form of `message` that still breaks `formula` at the end of the path.
    fn shrink(&mut self, formula: Id, message: Value) -> Value {
        let outside = at(self.context, &self.path, formula);
        self.context.engine.shrink(self.inside, outside, message)
    }

    /// Whether no further place is compared.
    fn is_over(&self) -> bool {
        self.asked > MAX_ASKED || self.context.engine.is_exhausted_for_all()
    }

    /// Visits the parts of a conjunction; false if the formula has none, or is nested so
    /// deeply that it is decided as a whole.
    fn take_apart(&mut self, formula: Id) -> bool {
        if self.is_over() || self.path.len() >= MAX_NESTING {
            return false;
        }
        match &*self.context.engine.formulas.shared(formula) {
            Formula::All(ids) => {
                let around = std::mem::replace(&mut self.beside, ids.clone());
                ids.iter().for_each(|&id| self.visit(id));
                self.beside = around;
            }
            Formula::Later(reserved) => match self.context.engine.formulas.bound(*reserved) {
                Some(id) if !self.open.contains(&id) && self.open.len() < MAX_NESTING => {
                    self.open.push(id);
                    self.visit(id);
                    self.open.pop();
                }
                _ => return false,
            },
            Formula::Items { prefix, rest } => {
                for (index, &item) in prefix.iter().enumerate() {
                    self.inside(Step::Item(index), item);
                }
                self.inside(Step::Items(prefix.len()), *rest);
            }
            Formula::Members(members) => {
                for (name, &value) in &members.named {
                    self.inside(Step::Member(name.clone()), value);
                }
                for &(pattern, value) in &members.patterns {
                    self.inside(Step::Pattern(pattern), value);
                }
                self.others(members);
            }
            _ => return false,
        }
        true
    }

    fn inside(&mut self, step: Step, formula: Id) {
        let around = std::mem::take(&mut self.beside);
        self.path.push(step);
        self.visit(formula);
        self.path.pop();
        self.beside = around;
    }

    /// Visits properties without a schema for their name. If they are forbidden, each
    /// possible name is a difference.
    fn others(&mut self, members: &Members) {
        if members.additional != Id::NOTHING {
            return self.inside(Step::Others(members.clone()), members.additional);
        }
        let mut known = members.clone();
        let before = self.found.len();
        for _ in 0..MAX_REPEATED {
            self.path.push(Step::Others(known.clone()));
            let name = self.unknown_member(members.additional);
            self.path.pop();
            match name {
                Some(name) => drop(known.named.insert(name, Id::ANYTHING)),
                None => return,
            }
        }
        // Infinitely many names are not listed.
        self.found.truncate(before + 1);
        if let Some(first) = self.found.last_mut() {
            first.reason = "unknown property, one of many that are possible".to_owned();
        }
    }

    /// Reports a property that breaks `formula` at the end of the path. Returns its name.
    fn unknown_member(&mut self, formula: Id) -> Option<String> {
        let witness = match self.ask(formula) {
            Outcome::Found(witness) => self.shrink(formula, witness),
            Outcome::Unknown(why) => {
                self.undecided(why);
                return None;
            }
            Outcome::Empty => return None,
        };
        let place = locate(self.context, &self.path, &witness, formula)?;
        self.found.push(Difference {
            pointer: place.pointer,
            reason: "unknown property".to_owned(),
            witness: Some(witness),
        });
        place.name
    }

    /// Reports that the end of the path is not decided, unless the same is reported for a
    /// place inside or around it. If no further place is compared, it is reported for the
    /// whole message.
    fn undecided(&mut self, reason: String) {
        let is_over = self.is_over();
        let pointer = match is_over {
            true => String::new(),
            false => pointer(&self.path),
        };
        let is_near =
            |other: &str| is_at_or_below(other, &pointer) || is_at_or_below(&pointer, other);
        let is_known = |it: &Difference| match is_over {
            true => it.pointer.is_empty(),
            false => is_near(&it.pointer) && it.reason == reason,
        };
        let mut undecided = self.found.iter().filter(|it| it.witness.is_none());
        if !undecided.any(is_known) {
            self.found.push(Difference {
                pointer,
                reason,
                witness: None,
            });
        }
    }

    /// Reports a message that breaks `formula` at the end of the path.
    fn report(&mut self, formula: Id, witness: Value) {
        let witness = self.shrink(formula, witness);
        let Some(place) = locate(self.context, &self.path, &witness, formula) else {
            return self.found.push(Difference {
                pointer: pointer(&self.path),
                reason: "breaks the schema".to_owned(),
                witness: Some(witness),
            });
        };
        let reason = match self.unlisted(formula, &place.value) {
            Some(values) if values.len() > 1 => format!("{} are not listed", list(&values)),
            _ => explain(self.context, formula, &self.beside, &place.value),
        };
        self.found.push(Difference {
            pointer: place.pointer,
            reason,
            witness: Some(witness),
        });
    }

    /// The values missing from a list, `value` first; `None` if `formula` is not a list.
    fn unlisted(&mut self, formula: Id, value: &Value) -> Option<Vec<Value>> {
        let listed = match self.context.engine.formulas.get(formula) {
            Formula::Listed(values) => values.clone(),
            _ => return None,
        };
        let mut missing = vec![value.clone()];
        while missing.len() < MAX_REPEATED {
            let all = listed.iter().chain(&missing).cloned();
            let all = self.context.engine.formulas.listed(all);
            let outcome = self.ask(all);
            let Outcome::Found(witness) = outcome else {
                break;
            };
            match locate(self.context, &self.path, &witness, all) {
                Some(place) if !missing.contains(&place.value) => missing.push(place.value),
                _ => break,
            }
        }
        // Infinitely many values are not listed.
        match missing.len() < MAX_REPEATED {
            true => Some(missing),
            false => None,
        }
    }
}

/// Whether the place at `pointer` is that at `other`, or inside it.
fn is_at_or_below(pointer: &str, other: &str) -> bool {
    let rest = pointer.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `values` as JSON, each cut if it is long.
fn list(values: &[Value]) -> String {
    let texts: Vec<String> = values.iter().map(shown).collect();
    texts.join(", ")
}
