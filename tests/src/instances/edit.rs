//! Changes to a JSON value, including the spelling of numbers.

use serde_json::Value;
use taskcluster_documents::escape;

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// To a property.
    Member(String),
    /// To an item.
    Index(usize),
}

/// A change to one value.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Replaces the value.
    Put(Value),
    /// Replaces the value by a JSON text, kept as it is.
    Spell(String),
    /// Removes a property.
    Remove(String),
    /// Adds a property.
    Add(String, Value),
}

/// Placeholder for the text until the JSON is written; no instance contains it.
const SPELT: &str = "\u{e000}spelt\u{e000}";

impl Edit {
    /// The text of `root`, with this change to the value at `path`.
    pub fn apply(&self, root: &Value, path: &[Step]) -> String {
        let mut root = root.clone();
        let value = at(&mut root, path);
        match self {
            Self::Put(other) => *value = other.clone(),
            Self::Spell(_) => *value = SPELT.into(),
            Self::Remove(name) => {
                value.as_object_mut().and_then(|it| it.remove(name));
            }
            Self::Add(name, member) => value[name] = member.clone(),
        }
        let text = root.to_string();
        match self {
            Self::Spell(spelling) => text.replacen(&format!("\"{SPELT}\""), spelling, 1),
            _ => text,
        }
    }
}

fn at<'v>(root: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(root, |value, step| match step {
        Step::Member(name) => &mut value[name.as_str()],
        Step::Index(index) => &mut value[*index],
    })
}

/// `path` as a JSON pointer.
pub fn pointer(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Member(name) => format!("/{}", escape(name)),
            Step::Index(index) => format!("/{index}"),
        })
        .collect()
}
