//! From a schema to the type of its values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::naming::numbered;
use super::scalars::{is_equal, kind_of};
use crate::model::{Kind, TypeDef, TypeId, TypeShape, Value};
use crate::resolve::{Home, JsonKind, Mark, Schema, SchemaId};
use taskcluster_documents::Error;

/// How deeply schemas may be nested: rustc gives up on lists in lists between 32
/// and 40 levels deep, with an error that names no schema.
pub(super) const DEEPEST: usize = 32;

/// How many schemas may be made of others. Combinations multiply: without an
/// end, a short input could ask for more types than there is memory for.
const MOST_MADE: usize = 10_000;

/// The types that were made so far, and the schemas to make them from.
pub(super) struct Types {
    pub(super) schemas: Vec<Schema>,
    /// How many of them were read; the rest was made of them.
    read: usize,
    definitions: Vec<TypeDef>,
    /// How many types there are of each schema.
    keys: BTreeMap<String, usize>,
    /// The named type of each schema that has one; entered before the type is
    /// made, so that a schema may refer to itself.
    known: BTreeMap<SchemaId, TypeId>,
    /// The types of the payloads so far.
    payloads: BTreeMap<SchemaId, TypeId>,
    /// The schemas that allow `null` beside values of their types.
    pub(super) nullable: BTreeSet<SchemaId>,
    /// Schemas that are being flattened: one that meets itself has no end.
    pub(super) open: Vec<SchemaId>,
    /// The types that were worked out so far, so that two uses of one schema
    /// are one type.
    values: BTreeMap<SchemaId, Value>,
    /// The schemas with an `allOf`, merged.
    pub(super) flat: BTreeMap<SchemaId, Schema>,
    /// The schemas that were made of two others.
    pub(super) conjunctions: BTreeMap<(SchemaId, SchemaId), SchemaId>,
    /// The alternatives that were merged with what stands beside them.
    pub(super) made: BTreeMap<(SchemaId, usize, SchemaId), SchemaId>,
    depth: usize,
    pub(super) vacuous: Vec<Mark>,
    pub(super) errors: Vec<Error>,
    /// The service that is being lowered, and all services, for the homes of types.
    pub(super) module: String,
    pub(super) modules: BTreeMap<String, String>,
}

impl Types {
    pub(super) fn new(schemas: Vec<Schema>) -> Self {
        Self {
            read: schemas.len(),
            schemas,
            definitions: Vec::new(),
            keys: BTreeMap::new(),
            known: BTreeMap::new(),
            payloads: BTreeMap::new(),
            nullable: BTreeSet::new(),
            open: Vec::new(),
            values: BTreeMap::new(),
            flat: BTreeMap::new(),
            conjunctions: BTreeMap::new(),
            made: BTreeMap::new(),
            depth: 0,
            vacuous: Vec::new(),
            errors: Vec::new(),
            module: String::new(),
            modules: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<TypeDef>, Vec<Mark>, Vec<Error>) {
        (self.definitions, self.vacuous, self.errors)
    }

    /// The named type of a payload; a payload that would need no name gets a
    /// wrapper, since traits are implemented for it.
    pub(super) fn payload(&mut self, id: SchemaId) -> TypeId {
        if let Some(&known) = self.payloads.get(&id) {
            return known;
        }
        let named = match self.value(id, "payload") {
            Value {
                kind: Kind::Named(named),
                nullable: false,
                rules,
                marks,
            } if rules.is_empty() => {
                self.mark_type(named, marks);
                named
            }
            value => {
                let schema = self.schemas[id.0].clone();
                let wrapper = self.add(schema.clone());
                self.define(wrapper, &schema, |_| TypeShape::Wrapper(value))
            }
        };
        self.payloads.insert(id, named);
        named
    }

    /// The type of the values of a schema, which stand for `subject`, the name
    /// of a member for instance.
    pub(super) fn value(&mut self, id: SchemaId, subject: &str) -> Value {
        if self.nests_in_itself(id) {
            let schema = self.schemas[id.0].clone();
            let subject = subject.to_owned();
            let named = self.define(id, &schema, |types| {
                TypeShape::Wrapper(types.flat_value(id, &subject))
            });
            return Value::plain(Kind::Named(named));
        }
        match (self.values.get(&id), self.known.get(&id)) {
            (Some(value), _) => value.clone(),
            // The type is being made: it leads back to itself.
            (None, Some(&named)) => Value {
                nullable: self.nullable.contains(&id),
                ..Value::plain(Kind::Named(named))
            },
            (None, None) => self.flat_value(id, subject),
        }
    }

    fn flat_value(&mut self, id: SchemaId, subject: &str) -> Value {
        if self.is_made_of_itself(id) {
            let place = self.schemas[id.0].place.clone();
            return self.refuse(place.error(
                "",
                "the schema is made of itself, without an object or an array between",
                "take the schema out of its own `allOf`, `anyOf` or `oneOf`",
            ));
        }
        if self.depth == DEEPEST {
            let place = self.schemas[id.0].place.clone();
            return self.refuse(place.error(
                "",
                format!("more than {DEEPEST} schemas nested in one another"),
                "nest them less deeply, or say less of the inner ones",
            ));
        }
        if self.schemas.len() - self.read > MOST_MADE {
            let place = self.schemas[id.0].place.clone();
            return self.refuse(place.error(
                "",
                format!("more than {MOST_MADE} combinations of schemas"),
                "give fewer alternatives beside one another",
            ));
        }
        self.depth += 1;
        self.open.push(id);
        let value = match self.flatten(id) {
            Ok(schema) => self.flattened(id, schema, subject),
            Err(error) => self.refuse(error),
        };
        self.open.pop();
        self.depth -= 1;
        self.values.insert(id, value.clone());
        value
    }

    /// The type of a schema without `allOf`.
    fn flattened(&mut self, id: SchemaId, mut schema: Schema, subject: &str) -> Value {
        if let Some(combination) = schema.alternatives.pop() {
            return self.alternatives(id, schema, combination, subject);
        }
        if schema.never.is_some() {
            return self.refuse(schema.place.error(
                "",
                "the schema allows no value, for which Rust has no type to decode into",
                "leave the member out of the schema, or say what it may be",
            ));
        }
        let Some(mut kinds) = self.kinds(&schema) else {
            return Value::plain(Kind::Any);
        };
        if let Some(error) = contradiction(&schema, &kinds) {
            return self.refuse(error);
        }
        let nullable = kinds.remove(&JsonKind::Null);
        if nullable {
            self.nullable.insert(id);
        }
        if kinds.contains(&JsonKind::Number) {
            kinds.remove(&JsonKind::Integer);
        }
        let mut value = match kinds.len() {
            0 => {
                self.pass_over_values(&schema);
                Value::plain(Kind::Null)
            }
            1 => self.single_kind(id, &schema, kinds.iter().next().copied(), subject),
            _ => self.union_of_kinds(id, &schema, &kinds),
        };
        value.nullable |= nullable && !matches!(value.kind, Kind::Null);
        value
            .marks
            .extend(schema.kinds.iter().map(|kinds| kinds.mark));
        self.pass_over_other_kinds(&schema, &kinds);
        value
    }

    fn single_kind(
        &mut self,
        id: SchemaId,
        schema: &Schema,
        kind: Option<JsonKind>,
        subject: &str,
    ) -> Value {
        match kind {
            Some(JsonKind::Boolean) => self.boolean(schema, subject),
            Some(JsonKind::Integer) => self.integer(schema, subject),
            Some(JsonKind::Number) => self.number(schema, subject),
            Some(JsonKind::String) => self.string(id, schema, subject),
            Some(JsonKind::Array) => self.array(schema, subject),
            Some(JsonKind::Object) => self.object(id, schema, subject),
            Some(JsonKind::Null) | None => Value::plain(Kind::Null),
        }
    }

    /// The kinds of values that a schema allows; `None` where it allows any.
    ///
    /// A schema without `type` is read as its keywords suggest: one that speaks
    /// of `properties` means objects, though JSON Schema would let any other
    /// value pass. Published schemas of 2018 leave `type` out like that.
    fn kinds(&mut self, schema: &Schema) -> Option<BTreeSet<JsonKind>> {
        schema
            .named_kinds()
            .or_else(|| self.suggested_kinds(schema))
    }

    fn suggested_kinds(&mut self, schema: &Schema) -> Option<BTreeSet<JsonKind>> {
        let kinds: BTreeSet<JsonKind> = [
            (JsonKind::String, schema.text.marks()),
            (JsonKind::Number, schema.number.marks()),
            (JsonKind::Array, schema.array.marks()),
            (JsonKind::Object, schema.object.marks()),
        ]
        .into_iter()
        .filter(|(_, marks)| !marks.is_empty())
        .map(|(kind, _)| kind)
        .collect();
        if kinds.len() > 1 {
            let error = schema.place.error(
                "",
                "keywords for different kinds of values, and no `type` that says which is meant",
                "add `type`",
            );
            self.errors.push(error);
        }
        (!kinds.is_empty()).then_some(kinds)
    }

    /// Makes a named type of a schema, unless there is one. Its id is known
    /// before it is made.
    pub(super) fn define(
        &mut self,
        id: SchemaId,
        schema: &Schema,
        shape: impl FnOnce(&mut Self) -> TypeShape,
    ) -> TypeId {
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        let named = TypeId(self.definitions.len());
        let key = numbered(schema.key(), &mut self.keys);
        self.definitions.push(TypeDef {
            name: String::new(),
            key,
            constant: String::new(),
            document: schema.home.document.clone(),
            pointer: schema.home.pointer.clone(),
            title: schema.title.clone(),
            description: schema.description.clone(),
            module: self.module_of(&schema.home.document),
            shape: TypeShape::Enum(Vec::new()),
            marks: schema.kinds.iter().map(|kinds| kinds.mark).collect(),
        });
        self.known.insert(id, named);
        // What is inside a named type may lead back to it: it has a name for that.
        let open = std::mem::take(&mut self.open);
        let shape = shape(self);
        self.open = open;
        self.definitions[named.0].shape = shape;
        named
    }

    pub(super) fn mark_type(&mut self, named: TypeId, marks: impl IntoIterator<Item = Mark>) {
        self.definitions[named.0].marks.extend(marks);
    }

    /// The module of the service that publishes a document, or else of the
    /// service that reached it.
    fn module_of(&self, document: &str) -> String {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.modules.get(folder).unwrap_or(&self.module).clone()
    }

    /// Adds a schema that was made of others.
    pub(super) fn add(&mut self, schema: Schema) -> SchemaId {
        self.schemas.push(schema);
        SchemaId(self.schemas.len() - 1)
    }

    /// Reports an error, and goes on with a type that stands for nothing: no
    /// file is written once there is an error.
    pub(super) fn refuse(&mut self, error: Error) -> Value {
        self.errors.push(error);
        Value::plain(Kind::Any)
    }
}

impl Schema {
    /// What tells the type of the schema from others, in every run: its place, and
    /// those of the schemas elsewhere that it was merged with.
    fn key(&self) -> String {
        let place = |home: &Home| format!("/schemas/{}#{}", home.document, home.pointer);
        let places: Vec<String> = self.homes().map(place).collect();
        places.join(" with ")
    }

    /// The kinds that the schema names, by `type` or by the values that it lists.
    pub(super) fn named_kinds(&self) -> Option<BTreeSet<JsonKind>> {
        let from_values = self
            .values
            .iter()
            .map(|values| values.value.iter().map(kind_of).collect());
        let declared = self.kinds.as_ref().map(|kinds| kinds.value.clone());
        from_values
            .chain(declared)
            .reduce(|left: BTreeSet<JsonKind>, right| intersect(&left, &right))
    }
}

/// What is wrong where `type`, `enum` and `const` leave no value.
pub(super) fn contradiction(schema: &Schema, kinds: &BTreeSet<JsonKind>) -> Option<Error> {
    let fits = |value: &Json| {
        let found = kind_of(value);
        kinds.contains(&found) || found == JsonKind::Integer && kinds.contains(&JsonKind::Number)
    };
    let is_listed = |value: &Json| {
        let mut lists = schema.values.iter();
        lists.all(|list| list.value.iter().any(|other| is_equal(value, other)))
    };
    let leaves_one = match schema.values.first() {
        Some(first) => first.value.iter().any(|it| fits(it) && is_listed(it)),
        None => !kinds.is_empty(),
    };
    (!leaves_one).then(|| {
        schema.place.error(
            "",
            "no value satisfies `type`, `enum` and `const` together",
            "let them agree",
        )
    })
}

/// What both allow; an integer is a number.
pub(super) fn intersect(
    left: &BTreeSet<JsonKind>,
    right: &BTreeSet<JsonKind>,
) -> BTreeSet<JsonKind> {
    let narrow = |kind: &JsonKind, other: &BTreeSet<JsonKind>| {
        other.contains(kind) || *kind == JsonKind::Integer && other.contains(&JsonKind::Number)
    };
    let from_left = left.iter().filter(|kind| narrow(kind, right));
    let from_right = right.iter().filter(|kind| narrow(kind, left));
    from_left.chain(from_right).copied().collect()
}

impl Value {
    /// A value of a kind, with nothing more to say of it.
    pub(super) fn plain(kind: Kind) -> Self {
        Self {
            kind,
            nullable: false,
            rules: Vec::new(),
            marks: Vec::new(),
        }
    }
}
