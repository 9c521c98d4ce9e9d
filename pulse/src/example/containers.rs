//! Examples of arrays and objects.

use arbitrary::{Error, Result, Unstructured};
use serde_json::{Map, Value};

use super::lengths::Lengths;
use super::parts::Parts;
use super::text::text;
use super::values::Maker;
use crate::rule::StringRule;
use crate::schema::{Keyword, Schema};
use crate::value::all_values_differ;

/// Maximum number of items or properties beyond the required ones.
const SPREAD: usize = 4;

impl Maker {
    /// An array that follows the keywords of `parts`.
    pub(super) fn array(&mut self, u: &mut Unstructured<'_>, parts: &Parts) -> Result<Value> {
        let contained: Vec<&'static Schema> = parts
            .find_all(|keyword| match keyword {
                Keyword::Contains(schema) => Some(*schema),
                _ => None,
            })
            .collect();
        let lengths = Lengths::of_items(parts);
        // An item for each of them, if there may be so many.
        let apart = contained.len().min(lengths.most);
        let lengths = lengths.within(apart, usize::MAX);
        let is_unique = parts.has(|keyword| matches!(keyword, Keyword::UniqueItems));
        let count = u.int_in_range(lengths.shortest(SPREAD)?)?;
        let mut items = Vec::new();
        while items.len() < count {
            let mut schemas = parts.of_item(items.len());
            let index = items.len();
            let end = if index + 1 == apart {
                contained.len()
            } else {
                index + 1
            };
            schemas.extend(contained.get(index..end).unwrap_or_default());
            let added = self.retry(u, |maker, u| {
                items.push(maker.value(u, &schemas)?);
                if !is_unique || all_values_differ(&items) {
                    return Ok(());
                }
                items.pop();
                Err(Error::IncorrectFormat)
            });
            match added {
                Err(error) if items.len() < lengths.least => return Err(error),
                Err(_) => break,
                Ok(()) => {}
            }
        }
        Ok(items.into())
    }

    /// An object that follows the keywords of `parts`.
    pub(super) fn object(&mut self, u: &mut Unstructured<'_>, parts: &Parts) -> Result<Value> {
        let lengths = Lengths::of_properties(parts);
        let required = parts.required();
        let mut members = Map::new();
        for name in required.iter().copied().chain(parts.properties()) {
            let is_required = required.contains(&name);
            let is_wanted = is_required || members.len() < lengths.most && u.arbitrary()?;
            if members.contains_key(name) || !is_wanted {
                continue;
            }
            match self.value(u, &parts.of_property(name)) {
                Ok(value) => drop(members.insert(name.to_owned(), value)),
                Err(error) if is_required => return Err(error),
                Err(_) => {}
            }
        }
        self.others(u, parts, lengths, &mut members)?;
        Ok(members.into())
    }

    /// Adds properties that `parts` do not name.
    fn others(
        &mut self,
        u: &mut Unstructured<'_>,
        parts: &Parts,
        lengths: Lengths,
        members: &mut Map<String, Value>,
    ) -> Result<()> {
        let spread = if parts.have_others() { SPREAD } else { 0 };
        let more = u.int_in_range(0..=spread)?;
        let count = lengths.least.max(lengths.most.min(members.len() + more));
        while members.len() < count {
            let added = self.retry(u, |maker, u| {
                let name = maker.name(u, parts)?;
                if members.contains_key(&name) || parts.properties().any(|it| it == name) {
                    return Err(Error::IncorrectFormat);
                }
                let value = maker.value(u, &parts.of_property(&name))?;
                members.insert(name, value);
                Ok(())
            });
            match added {
                Err(error) if members.len() < lengths.least => return Err(error),
                Err(_) => break,
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// The name of a property that `parts` do not name.
    fn name(&mut self, u: &mut Unstructured<'_>, parts: &Parts) -> Result<String> {
        let stated = parts.find_all(|keyword| match keyword {
            Keyword::PatternProperties(_) | Keyword::PropertyNames(_) => Some(keyword),
            _ => None,
        });
        let stated: Vec<&Keyword> = stated.collect();
        if stated.is_empty() {
            return text(u, &[]);
        }
        match u.choose(&stated)? {
            Keyword::PatternProperties(patterns) => {
                let (source, matcher, _) = u.choose(patterns)?;
                text(u, &[&StringRule::new("").pattern(source, *matcher)])
            }
            Keyword::PropertyNames(schema) => match self.value(u, &[schema])? {
                Value::String(name) => Ok(name),
                _ => Err(Error::IncorrectFormat),
            },
            _ => text(u, &[]),
        }
    }
}
