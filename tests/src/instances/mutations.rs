//! Changes to a valid instance, each aimed at a single constraint.

use std::collections::HashSet;

use serde_json::{Number, Value, json};
use taskcluster_documents::escape;

use super::Instances;
use super::edit::{Edit, Step, pointer};
use super::spelling::spellings;
use super::strings::{Text, samples};
use super::valid::is_required;
use crate::documents::Place;

/// One change to an instance, with its expected result.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The path of the changed value.
    pub path: Vec<Step>,
    /// The change.
    pub edit: Edit,
    /// The expected result.
    pub expected: Expected,
}

/// The expected result of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// The instance stays valid.
    Valid,
    /// A violation at this pointer, of this keyword.
    Fault(String, String),
    /// Any result, as long as all validators agree.
    Agreement,
}

/// Every change that the schema at `place` suggests for its instance `root`.
pub fn mutations(instances: &mut Instances<'_>, place: &Place<'_>, root: &Value) -> Vec<Mutation> {
    let mut walk = Walk {
        instances,
        path: Vec::new(),
        found: Vec::new(),
        uncertain: false,
        seen: HashSet::new(),
    };
    walk.value(place, root);
    walk.found
}

struct Walk<'w, 'd> {
    instances: &'w mut Instances<'d>,
    path: Vec<Step>,
    found: Vec<Mutation>,
    /// Whether an enclosing schema has alternatives, so that a change may make another
    /// alternative valid.
    uncertain: bool,
    /// The schemas visited so far, each with the pointer of the value.
    seen: HashSet<(String, *const Value)>,
}

/// A value of each type, to replace values of other types.
const KINDS: &[(&str, &str)] = &[
    ("null", "null"),
    ("boolean", "true"),
    ("integer", "7"),
    ("number", "2.5"),
    ("string", "\"text\""),
    ("array", "[]"),
    ("object", "{}"),
];

impl Walk<'_, '_> {
    fn value(&mut self, place: &Place<'_>, value: &Value) {
        let place = self.instances.documents.follow(place.clone());
        let schema = place.schema;
        let combined = ["anyOf", "oneOf", "allOf"].map(|keyword| &schema[keyword]);
        // A schema reached in several ways suggests the same each time.
        if !self
            .seen
            .insert((pointer(&self.path), std::ptr::from_ref(schema)))
        {
            return;
        }
        if combined.iter().any(|branches| branches.is_array()) {
            return self.alternatives(&place, &combined, value);
        }
        self.plain(&place, value);
    }

    /// Adds the changes for all keywords except `anyOf` and the like.
    fn plain(&mut self, place: &Place<'_>, value: &Value) {
        let schema = place.schema;
        self.other_kinds(schema);
        self.listed(schema);
        match value {
            Value::String(text) => self.string(schema, text),
            Value::Number(number) => self.number(schema, number),
            Value::Array(items) => self.array(place, items),
            Value::Object(_) => self.object(place, value),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Adds the changes for each of the alternatives.
    fn alternatives(&mut self, place: &Place<'_>, combined: &[&Value], value: &Value) {
        let outer = std::mem::replace(&mut self.uncertain, true);
        for schema in combined.iter().filter_map(|it| it.as_array()).flatten() {
            self.value(&Place { schema, ..*place }, value);
        }
        self.plain(place, value);
        let another = self.instances.value(place);
        self.push(Edit::Put(another), Expected::Valid);
        self.uncertain = outer;
    }

    fn push(&mut self, edit: Edit, expected: Expected) {
        let expected = match self.uncertain {
            true => Expected::Agreement,
            false => expected,
        };
        self.found.push(Mutation {
            path: self.path.clone(),
            edit,
            expected,
        });
    }

    /// A change that breaks `keyword` of this schema.
    fn broken(&mut self, edit: Edit, keyword: &str) {
        let fault = Expected::Fault(pointer(&self.path), keyword.to_owned());
        self.push(edit, fault);
    }

    fn inside(&mut self, step: Step, place: &Place<'_>, value: &Value) {
        self.path.push(step);
        self.value(place, value);
        self.path.pop();
    }

    /// Adds a value of each type that the schema does not allow.
    fn other_kinds(&mut self, schema: &Value) {
        let allowed: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ if schema.get("const").or(schema.get("enum")).is_some() => vec![],
            _ => return,
        };
        let stated = ["type", "enum", "const"].into_iter();
        let mut stated = stated.filter(|keyword| schema.get(keyword).is_some());
        let keyword = stated.next().unwrap_or("type");
        for (kind, text) in KINDS {
            let number = *kind == "integer" && allowed.contains(&"number");
            if allowed.contains(kind) || number {
                continue;
            }
            let listed = allowed.is_empty() && ["integer", "number"].contains(kind);
            match listed {
                true => self.push(Edit::Spell((*text).to_owned()), Expected::Agreement),
                false => self.broken(Edit::Spell((*text).to_owned()), keyword),
            }
        }
    }

    /// Adds values that are not in a list of values.
    fn listed(&mut self, schema: &Value) {
        let (keyword, values) = match (&schema["const"], &schema["enum"]) {
            (Value::Null, Value::Array(values)) => ("enum", values.as_slice()),
            (Value::Null, _) => return,
            (only, _) => ("const", std::slice::from_ref(only)),
        };
        match &values[0] {
            Value::String(text) => {
                self.broken(Edit::Put("no-such-value".into()), keyword);
                self.broken(Edit::Put(text.to_uppercase().into()), keyword);
            }
            Value::Number(_) => self.broken(Edit::Put(json!(1_000_003)), keyword),
            Value::Bool(flag) => self.broken(Edit::Put((!flag).into()), keyword),
            _ => {}
        }
        for value in values {
            self.push(Edit::Put(value.clone()), Expected::Valid);
        }
    }

    fn string(&mut self, schema: &Value, valid: &str) {
        let text = Text::new(schema);
        self.lengths(schema, &text, valid);
        if let Some(outside) = text.outside_pattern(valid, &mut self.instances.rng) {
            // A text that does not match the pattern may not match the format either.
            match schema.get("format") {
                None => self.broken(Edit::Put(outside.into()), "pattern"),
                Some(_) => self.push(Edit::Put(outside.into()), Expected::Agreement),
            }
        }
        if let Some(format) = schema["format"].as_str() {
            let (good, bad) = samples(format);
            for text in bad {
                self.broken(Edit::Put((*text).into()), "format");
            }
            let expected = match text.has_pattern() {
                true => Expected::Agreement,
                false => Expected::Valid,
            };
            for text in good {
                self.push(Edit::Put((*text).into()), expected.clone());
            }
            for text in crate::texts::near(good, self.found.len() as u64, 8) {
                self.push(Edit::Put(text.into()), Expected::Agreement);
            }
        }
    }

    /// Lengths at the limits and one beyond them, counted in code points.
    fn lengths(&mut self, schema: &Value, text: &Text<'_>, valid: &str) {
        let limit = |keyword: &str| schema[keyword].as_u64().map(|limit| limit as usize);
        let (shortest, longest) = (limit("minLength"), limit("maxLength"));
        let too_short = shortest.and_then(|limit| limit.checked_sub(1));
        let tried = [
            (shortest, None),
            (longest, None),
            (too_short, Some("minLength")),
            (longest.map(|limit| limit + 1), Some("maxLength")),
        ];
        for (length, keyword) in tried {
            let Some(length) = length else { continue };
            let resized = text.of_length(length, valid, &mut self.instances.rng);
            let wide = text.is_free().then(|| "😀".repeat(length));
            for text in resized.into_iter().chain(wide) {
                match keyword {
                    Some(keyword) => self.broken(Edit::Put(text.into()), keyword),
                    None => self.push(Edit::Put(text.into()), Expected::Valid),
                }
            }
        }
    }

    fn number(&mut self, schema: &Value, number: &Number) {
        let integer = match &schema["type"] {
            Value::Array(kinds) => kinds.contains(&"integer".into()),
            kind => kind == "integer",
        };
        let step = if integer { 1.0 } else { 0.125 };
        for (keyword, beyond) in [
            ("minimum", -step),
            ("maximum", step),
            ("exclusiveMinimum", 0.0),
            ("exclusiveMaximum", 0.0),
        ] {
            let Some(limit) = schema[keyword].as_f64().filter(|limit| limit.abs() < 1e15) else {
                continue;
            };
            // A negative bound of an unsigned type has no effect.
            let put = |value: f64| match integer {
                true => Edit::Put(json!(value as i64)),
                false => Edit::Put(json!(value)),
            };
            match schema.get("multipleOf") {
                None => self.broken(put(limit + beyond), keyword),
                Some(_) => self.push(put(limit + beyond), Expected::Agreement),
            }
            if beyond != 0.0 {
                self.push(put(limit), Expected::Agreement);
            }
        }
        if integer {
            self.broken(Edit::Spell(format!("{number}.5")), "type");
        }
        if let Some(divisor) = schema["multipleOf"].as_f64().filter(|it| *it != 1.0) {
            let step = if integer { 1.0 } else { divisor / 2.0 };
            let value = number.as_f64().unwrap_or_default();
            for other in [value + step, value.next_up()] {
                self.push(Edit::Put(json!(other)), Expected::Agreement);
            }
        }
        self.spellings(number);
    }

    /// The same number in other spellings, and numbers at the limits of types.
    fn spellings(&mut self, number: &Number) {
        if !number.to_string().contains(['.', 'e', 'E']) {
            for end in [".0", "e0", "E+0", ".000"] {
                self.push(Edit::Spell(format!("{number}{end}")), Expected::Valid);
            }
        }
        for other in [
            "-0",
            "-0.0",
            "0",
            "1e1",
            "10e-1",
            "9007199254740993",
            "1e400",
            "-1",
            "9223372036854775808",
            "18446744073709551616",
            "-9223372036854775809",
            "1e30",
        ] {
            self.push(Edit::Spell(other.to_owned()), Expected::Agreement);
        }
    }

    fn array(&mut self, place: &Place<'_>, items: &[Value]) {
        let limit = |keyword: &str| place.schema[keyword].as_u64().map(|limit| limit as usize);
        if let Some(fewest) = limit("minItems").filter(|fewest| *fewest > 0) {
            let few = items.iter().take(fewest - 1).cloned().collect();
            self.broken(Edit::Put(few), "minItems");
        }
        if let Some(most) = limit("maxItems").filter(|most| *most < 50) {
            let mut many = items.to_vec();
            for _ in 0..500 {
                if many.len() > most {
                    break;
                }
                let item = self.instances.item(place);
                if !many.contains(&item) {
                    many.push(item);
                }
            }
            if many.len() > most {
                self.broken(Edit::Put(many.into()), "maxItems");
            }
        }
        let has_room = limit("maxItems").is_none_or(|most| items.len() < most);
        self.repeated_item(place, items, has_room);
        let Some(schema) = place.schema.get("items") else {
            return;
        };
        let before = self.found.len();
        for (index, item) in items.iter().enumerate().take(2) {
            self.inside(Step::Index(index), &Place { schema, ..*place }, item);
        }
        // A valid item may be equal to another one.
        let unique = place.schema["uniqueItems"] == true;
        for mutation in self.found[before..].iter_mut().filter(|_| unique) {
            if mutation.expected == Expected::Valid {
                mutation.expected = Expected::Agreement;
            }
        }
    }

    /// The array with its last item once more.
    fn repeated_item(&mut self, place: &Place<'_>, items: &[Value], has_room: bool) {
        for again in items.last().into_iter().flat_map(spellings) {
            let twice = Edit::Put(items.iter().cloned().chain([again]).collect());
            match place.schema["uniqueItems"] == true {
                true => self.broken(twice, "uniqueItems"),
                false if has_room => self.push(twice, Expected::Valid),
                false => {}
            }
        }
    }

    fn object(&mut self, place: &Place<'_>, value: &Value) {
        // serde can also read a struct from an array of its fields, without names.
        let fields = value.as_object().into_iter().flatten();
        let fields: Vec<Value> = fields.map(|(_, member)| member.clone()).collect();
        match place.schema["type"] == "object" {
            true => self.broken(Edit::Put(fields.into()), "type"),
            false => self.push(Edit::Put(fields.into()), Expected::Agreement),
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            let removed = Edit::Remove(name.clone());
            let counted = place.schema.get("minProperties").is_some();
            match is_required(place.schema, name) {
                true => self.broken(removed, &format!("required {name}")),
                false if counted => self.push(removed, Expected::Agreement),
                false => self.push(removed, Expected::Valid),
            }
            let named = place.schema["properties"].get(name);
            if let Some(schema) = named.or(place.schema.get("additionalProperties")) {
                let step = Step::Member(name.clone());
                self.inside(step, &Place { schema, ..*place }, member);
            }
        }
        self.more_members(place);
        self.member_counts(place.schema);
    }

    fn more_members(&mut self, place: &Place<'_>) {
        if place.schema["additionalProperties"] == false {
            for name in ["unknown", "a/b~c", "", "😀"] {
                let at = format!("{}/{}", pointer(&self.path), escape(name));
                let fault = Expected::Fault(at, "additionalProperties".to_owned());
                self.push(Edit::Add(name.to_owned(), json!([1])), fault);
            }
        }
        if let Some((name, value)) = self.instances.other_member(place) {
            let expected = match place.schema.get("maxProperties") {
                Some(_) => Expected::Agreement,
                None => Expected::Valid,
            };
            self.push(Edit::Add(name, value.clone()), expected);
            if place.schema.get("propertyNames").is_some() {
                let fault = Expected::Fault(
                    format!("{}/NO~1~0", pointer(&self.path)),
                    "pattern".to_owned(),
                );
                self.push(Edit::Add("NO/~".to_owned(), value), fault);
            }
        }
    }

    fn member_counts(&mut self, schema: &Value) {
        if schema["minProperties"]
            .as_u64()
            .is_some_and(|fewest| fewest > 0)
        {
            self.broken(Edit::Put(json!({})), "minProperties");
        }
        if let Some(most) = schema["maxProperties"].as_u64() {
            let many = (0..=most)
                .map(|index| (index.to_string(), json!("x")))
                .collect();
            self.push(Edit::Put(Value::Object(many)), Expected::Agreement);
        }
    }
}
