//! Valid instances.

use fastrand::Rng;
use serde_json::{Map, Number, Value, json};

use super::strings::Text;
use crate::documents::{Documents, Place};
use crate::texts::pick;

/// The depth up to which objects get optional properties.
const DEPTH: usize = 4;

/// Makes instances; the same seed gives the same ones.
#[derive(Debug)]
pub struct Instances<'d> {
    pub(super) documents: &'d Documents,
    pub(super) rng: Rng,
    depth: usize,
    full: bool,
}

impl<'d> Instances<'d> {
    /// Starts from `seed`.
    pub fn new(documents: &'d Documents, seed: u64) -> Self {
        Self {
            documents,
            rng: Rng::with_seed(seed),
            depth: 0,
            full: false,
        }
    }

    /// A valid instance of the schema at `place`: with every property that its schema
    /// names if it is to be `full`, with some of them otherwise.
    pub fn valid(&mut self, place: &Place<'_>, full: bool) -> Value {
        self.full = full;
        self.depth = 0;
        self.value(place)
    }

    pub(super) fn value(&mut self, place: &Place<'_>) -> Value {
        let place = self.documents.follow(place.clone());
        let schema = simplified(self.documents, &place, &mut self.rng);
        let place = Place {
            home: place.home,
            schema: &schema,
        };
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return pick(&mut self.rng, values);
        }
        self.depth += 1;
        let value = match self.kind(&schema).as_str() {
            "null" => Value::Null,
            "boolean" => json!(self.rng.usize(..2) == 0),
            "integer" => self.integer(&schema),
            "number" => self.number(&schema),
            "string" => Text::new(&schema).valid(&mut self.rng).into(),
            "array" => self.array(&place),
            _ => self.object(&place),
        };
        self.depth -= 1;
        value
    }

    fn kind(&mut self, schema: &Value) -> String {
        let all = [
            "null", "boolean", "integer", "number", "string", "array", "object",
        ];
        match &schema["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => pick(&mut self.rng, kinds)
                .as_str()
                .unwrap_or("null")
                .to_owned(),
            _ if schema.get("properties").is_some() => "object".to_owned(),
            _ if schema.get("pattern").or(schema.get("format")).is_some() => "string".to_owned(),
            _ => pick(&mut self.rng, &all).to_owned(),
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let bound = |inclusive: &str, exclusive: &str, step: i128| {
            let limit = |keyword: &str| schema[keyword].as_number().and_then(Number::as_i128);
            limit(inclusive).or(limit(exclusive).map(|limit: i128| limit + step))
        };
        let lowest = bound("minimum", "exclusiveMinimum", 1);
        let highest = bound("maximum", "exclusiveMaximum", -1);
        let lowest = lowest.unwrap_or(highest.map_or(-9, |highest| highest.min(0) - 1000));
        let highest = highest.unwrap_or(lowest + 1_000_000_000_000);
        let span = (highest - lowest + 1).min(1 << 50) as usize;
        let value = lowest + self.rng.usize(..span) as i128;
        let step = i128::from(schema["multipleOf"].as_i64().unwrap_or(1));
        let value = (value + step - 1).div_euclid(step) * step;
        Number::from_i128(value.min(highest)).map_or(Value::Null, Value::Number)
    }

    fn number(&mut self, schema: &Value) -> Value {
        let limit = |inclusive: &str, exclusive: &str| {
            schema[inclusive].as_f64().or(schema[exclusive].as_f64())
        };
        let lowest = limit("minimum", "exclusiveMinimum").unwrap_or(-1e6);
        let highest = limit("maximum", "exclusiveMaximum").unwrap_or(lowest.abs() + 1e6);
        let share = (self.rng.usize(..999) + 1) as f64 / 1000.0;
        let value = lowest + share * (highest - lowest);
        match schema["multipleOf"].as_f64() {
            // Divisors are one over a whole number, so the quotient is as exact as
            // possible.
            Some(step) => json!((value / step).round() / (1.0 / step).round()),
            None => json!(value),
        }
    }

    fn array(&mut self, place: &Place<'_>) -> Value {
        let schema = place.schema;
        let fewest = schema["minItems"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX) as usize;
        let most = most.min(fewest + if self.depth < DEPTH { 3 } else { 0 });
        let count = fewest + self.rng.usize(..most - fewest + 1);
        let count = if self.full {
            count.max(most.min(2))
        } else {
            count
        };
        let mut items = Vec::new();
        for _ in 0..40 {
            if items.len() == count {
                break;
            }
            let item = self.item(place);
            if schema["uniqueItems"] != true || !items.contains(&item) {
                items.push(item);
            }
        }
        items.into()
    }

    /// One item for the array of the schema at `place`.
    pub(super) fn item(&mut self, place: &Place<'_>) -> Value {
        let any = Value::Bool(true);
        let schema = place.schema.get("items").unwrap_or(&any);
        self.value(&Place { schema, ..*place })
    }

    fn object(&mut self, place: &Place<'_>) -> Value {
        let empty = Map::new();
        let named = place.schema["properties"].as_object().unwrap_or(&empty);
        let fewest = place.schema["minProperties"].as_u64().unwrap_or(0) as usize;
        let most = place.schema["maxProperties"].as_u64().unwrap_or(u64::MAX) as usize;
        let mut members = Map::new();
        for (name, schema) in named {
            let wanted = self.depth <= DEPTH && (self.full || self.rng.usize(..2) == 0);
            let room = members.len() < most && (wanted || members.len() < fewest);
            if is_required(place.schema, name) || room {
                members.insert(name.clone(), self.value(&Place { schema, ..*place }));
            }
        }
        let more = if self.depth <= DEPTH {
            self.rng.usize(..3)
        } else {
            0
        };
        let count = (members.len() + more).clamp(fewest, most.max(fewest));
        // There may be fewer names than requested.
        for _ in 0..40 {
            match self.other_member(place) {
                Some((name, value)) if members.len() < count => members.insert(name, value),
                _ => break,
            };
        }
        members.into()
    }

    /// A property that the schema at `place` does not name but allows.
    pub(super) fn other_member(&mut self, place: &Place<'_>) -> Option<(String, Value)> {
        let any = Value::Bool(true);
        let schema = place.schema.get("additionalProperties").unwrap_or(&any);
        if *schema == false {
            return None;
        }
        let name = match place.schema.get("propertyNames") {
            Some(names) => Text::new(names).valid(&mut self.rng),
            None => format!(
                "{}{}",
                pick(&mut self.rng, &["x", "é/~", "a b"]),
                self.rng.usize(..1000)
            ),
        };
        Some((name, self.value(&Place { schema, ..*place })))
    }
}

/// Whether objects of `schema` require the property `name`.
pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|all| all.iter().any(|it| it == name))
}

/// The schema at `place` with its parts merged, and one of several alternatives chosen.
fn simplified(documents: &Documents, place: &Place<'_>, rng: &mut Rng) -> Value {
    let mut schema = place.schema.clone();
    let Some(members) = schema.as_object_mut() else {
        return json!({});
    };
    let mut parts: Vec<Value> = Vec::new();
    if let Some(Value::Array(all)) = members.remove("allOf") {
        parts.extend(all);
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(some)) = members.remove(keyword) {
            parts.push(pick(rng, &some));
        }
    }
    for part in &parts {
        let home = place.home;
        let part = documents.follow(Place { home, schema: part });
        merge(&mut schema, &simplified(documents, &part, rng));
    }
    schema
}

/// Merges the keywords of `part` into `schema`. If both have a keyword, that of `part` is
/// kept, which is enough for these schemas.
fn merge(schema: &mut Value, part: &Value) {
    for (keyword, value) in part.as_object().into_iter().flatten() {
        match (&mut schema[keyword.as_str()], value) {
            (Value::Object(members), Value::Object(more)) => {
                for (name, value) in more {
                    merge_member(members, name, value);
                }
            }
            (Value::Array(names), Value::Array(more)) if keyword == "required" => {
                names.extend(more.iter().cloned());
            }
            (other, value) => *other = value.clone(),
        }
    }
}

fn merge_member(members: &mut Map<String, Value>, name: &str, value: &Value) {
    match members.get_mut(name) {
        Some(schema) => merge(schema, value),
        None => {
            members.insert(name.to_owned(), value.clone());
        }
    }
}
