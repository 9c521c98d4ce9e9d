//! Arrays: lists, and tuples of a fixed length.

use taskcluster_documents::schema::{ArrayKeywords, Items, SchemaId};

use super::builder::TypeBuilder;
use crate::combine::{Node, View};
use crate::model::{Counts, Kind, Rule, RuleUse, Value};

/// Maximum number of items of a tuple: the standard library implements its traits for
/// tuples up to this length.
const MAX_ITEMS: usize = 12;

/// Maximum number of types nested in a tuple: tuples of tuples would grow without bound.
const MAX_PARTS: usize = 64;

impl<'s> TypeBuilder<'s> {
    pub(super) fn array(&mut self, view: &View<'s>, subject: &str) -> Value {
        if view.listed().is_some() {
            return Value::plain(Kind::List(Box::new(Value::plain(Kind::Any)))).by_table();
        }
        if let Some(items) = self.fixed_items(view) {
            return self.tuple(&items, subject);
        }
        let items = view.items();
        let has_contains = view.arrays().any(|it| it.contains.is_some());
        let by_table = items.is_none() || has_contains;
        let item = match items.as_deref() {
            None | Some([]) => Value::plain(Kind::Any),
            Some(ids) => self.value(&Node::all(ids), &format!("{subject} item")),
        };
        let (minimum, maximum, unique) = view.item_limits();
        let counts = Counts { minimum, maximum };
        let rule = Rule::Items { counts, unique };
        let rule = (counts.is_limited() || unique).then(|| RuleUse::new(rule, subject));
        Value {
            rules: rule.into_iter().collect(),
            by_table: by_table || item.by_table,
            ..Value::plain(Kind::List(Box::new(item)))
        }
    }

    fn tuple(&mut self, items: &[SchemaId], subject: &str) -> Value {
        let items = items.iter().enumerate().map(|(index, item)| {
            let subject = format!("{subject} item {}", index + 1);
            self.value(&Node::of(*item), &subject)
        });
        let items: Vec<Value> = items.collect();
        let parts = items.iter().map(|item| item.parts().count()).sum::<usize>();
        let kind = match parts > MAX_PARTS {
            true => Kind::List(Box::new(Value::plain(Kind::Any))),
            false => Kind::Tuple(items),
        };
        Value::plain(kind).by_table()
    }

    /// The schemas of the items, if their number is fixed.
    fn fixed_items(&self, view: &View<'s>) -> Option<Vec<SchemaId>> {
        let [(_, schema)] = view.parts.as_slice() else {
            return None;
        };
        let ArrayKeywords {
            items: Some(Items::Tuple(items)),
            additional_items,
            min_items,
            max_items,
            ..
        } = &schema.array
        else {
            return None;
        };
        let count = u64::try_from(items.len()).ok();
        let is_bounded = additional_items.is_some_and(|id| self.forbids(id)) || *max_items == count;
        let is_fixed = is_bounded && *min_items == count;
        (is_fixed && (1..=MAX_ITEMS).contains(&items.len())).then(|| items.clone())
    }
}
