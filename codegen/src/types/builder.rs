//! The types created so far, each when it is first used.

use std::collections::BTreeMap;

use taskcluster_documents::reading::{Readings, Use};
use taskcluster_documents::schema::{Home, JsonType, Schema, SchemaId};

use super::budget::Budget;
use super::{naming, number, scalars};
use crate::combine::{Node, View};
use crate::model::{Kind, TypeDef, TypeId, TypeShape, Value};

/// Maximum nesting of types without names: rustc fails on lists in lists between 32 and
/// 40 levels deep, with an error that names no schema.
const MAX_DEPTH: usize = 24;

/// A named type that is not completed yet.
pub(super) enum Waiting {
    Struct(Node),
    /// A union of the types of these nodes.
    Union(Vec<Node>),
}

/// The types created so far, and the schemas of all types.
pub(super) struct TypeBuilder<'s> {
    pub(super) schemas: &'s [Schema],
    pub(super) readings: &'s Readings,
    pub(super) definitions: Vec<TypeDef>,
    /// The number of types of each key.
    keys: BTreeMap<String, usize>,
    /// The types of payloads.
    payloads: BTreeMap<SchemaId, TypeId>,
    /// The values of nodes, so that two uses of one node share a type. One with a name is
    /// entered before its type is complete, because it may contain itself.
    pub(super) values: BTreeMap<Node, Value>,
    /// Named types that are not completed yet.
    pub(super) waiting: Vec<(TypeId, Waiting)>,
    /// The nodes without names in progress, each inside the one before.
    open: Vec<Node>,
    pub(super) budget: Budget,
    /// The service in progress, and all services by their folders.
    pub(super) module: String,
    pub(super) modules: BTreeMap<String, String>,
}

impl<'s> TypeBuilder<'s> {
    pub(super) fn new(schemas: &'s [Schema], readings: &'s Readings) -> Self {
        Self {
            schemas,
            readings,
            definitions: Vec::new(),
            keys: BTreeMap::new(),
            payloads: BTreeMap::new(),
            values: BTreeMap::new(),
            waiting: Vec::new(),
            open: Vec::new(),
            budget: Budget::new(schemas),
            module: String::new(),
            modules: BTreeMap::new(),
        }
    }

    /// The named type of a payload. Types that otherwise have no name get a wrapper,
    /// because traits are implemented for payloads.
    pub(super) fn payload(&mut self, id: SchemaId) -> TypeId {
        if let Some(&known) = self.payloads.get(&id) {
            return known;
        }
        let node = Node::of(id);
        let value = self.value(&node, "payload");
        let named = match value {
            Value {
                kind: Kind::Named(named),
                nullable: false,
                by_table: false,
                ..
            } if value.rules.is_empty() => named,
            value => {
                let named = self.define(&node);
                self.finish(named, TypeShape::Wrapper(value));
                named
            }
        };
        self.payloads.insert(id, named);
        while let Some((named, waiting)) = self.waiting.pop() {
            let shape = match waiting {
                Waiting::Struct(node) => TypeShape::Struct(self.fields(&node)),
                Waiting::Union(nodes) => TypeShape::Union(self.branches(named, nodes)),
            };
            self.finish(named, shape);
        }
        named
    }

    /// The view of `node`.
    pub(super) fn view(&mut self, node: &Node) -> View<'s> {
        let view = View::new(self.schemas, self.readings, node);
        self.budget.look_at(&view);
        view
    }

    /// Whether a schema is `false`.
    pub(super) fn forbids(&self, id: SchemaId) -> bool {
        self.schemas[self.plain(id).0].general.never
    }

    /// The only part of a schema that states nothing else, such as a description beside a
    /// `$ref`, and of that one; otherwise the schema itself.
    pub(super) fn plain(&self, mut id: SchemaId) -> SchemaId {
        while let Some(part) = self.schemas[id.0].only_part() {
            id = part;
        }
        id
    }

    /// The type of the values of `node`; `subject` is their name in rules, such as that
    /// of a property.
    pub(super) fn value(&mut self, node: &Node, subject: &str) -> Value {
        Value {
            schemas: node.uses(),
            ..self.value_of(node, subject)
        }
    }

    fn value_of(&mut self, node: &Node, subject: &str) -> Value {
        if let Some(known) = self.values.get(node) {
            return known.clone();
        }
        if self.open.contains(node) {
            // A list of itself, for example: only a named type can be recursive.
            return self.named(node);
        }
        if self.open.len() >= MAX_DEPTH || self.budget.is_spent() {
            return Value::plain(Kind::Any).by_table();
        }
        self.open.push(node.clone());
        let value = self.unnamed(node, subject);
        self.open.pop();
        let value = match self.values.get(node).map(|known| &known.kind) {
            // It got a name, or a type, in the meantime.
            Some(&Kind::Named(named)) if !matches!(value.kind, Kind::Named(it) if it == named) => {
                self.finish(named, TypeShape::Wrapper(value));
                Value::plain(Kind::Named(named))
            }
            _ => value,
        };
        self.values.insert(node.clone(), value.clone());
        value
    }

    /// The node of the only part of a schema that states nothing else: both have one type.
    fn only_part(&self, node: &Node) -> Option<Node> {
        let Use { schema, reading } = node.only_use()?;
        let part = self.schemas[schema.0].only_part()?;
        let reading = self.readings.combined(schema, reading);
        Some(Node::at(self.readings.at(part, reading)))
    }

    fn unnamed(&mut self, node: &Node, subject: &str) -> Value {
        if let Some(part) = self.only_part(node) {
            return self.value_of(&part, subject);
        }
        let view = self.view(node);
        if view.is_never() {
            return Value::plain(Kind::Any).by_table();
        }
        let value = match self.choice(node, &view, subject) {
            Some(value) => value,
            None => self.of_types(node, &view, subject),
        };
        match view.has_conditions() {
            true => self.checked_by_table(value),
            false => value,
        }
    }

    /// The type of a node without alternatives.
    pub(super) fn of_types(&mut self, node: &Node, view: &View<'s>, subject: &str) -> Value {
        let Some(mut types) = view.types() else {
            let value = Value::plain(Kind::Any);
            return match view.has_keywords() {
                true => value.by_table(),
                false => value,
            };
        };
        let nullable = types.remove(&JsonType::Null);
        if types.contains(&JsonType::Number) {
            types.remove(&JsonType::Integer);
        }
        let only = types.iter().next().copied();
        let mut value = match types.len() {
            0 => Value::plain(Kind::Null),
            1 => self.of_type(node, view, only, subject),
            _ => self.union(
                node,
                view,
                types.iter().map(|only| node.only(*only)).collect(),
            ),
        };
        value.nullable |= nullable && !matches!(value.kind, Kind::Null);
        value
    }

    fn of_type(
        &mut self,
        node: &Node,
        view: &View<'s>,
        only: Option<JsonType>,
        subject: &str,
    ) -> Value {
        match only {
            Some(JsonType::Boolean) => scalars::boolean(view, subject),
            Some(JsonType::Integer) => number::integer(view, subject),
            Some(JsonType::Number) => number::number(view, subject),
            Some(JsonType::String) => self.string(node, view, subject),
            Some(JsonType::Array) => self.array(view, subject),
            Some(JsonType::Object) => self.object(node, view, subject),
            Some(JsonType::Null) | None => Value::plain(Kind::Null),
        }
    }

    /// A named type for `node`, to be completed later.
    pub(super) fn named(&mut self, node: &Node) -> Value {
        if let Some(Value {
            kind: Kind::Named(named),
            ..
        }) = self.values.get(node)
        {
            return Value::plain(Kind::Named(*named));
        }
        let named = self.define(node);
        let value = Value::plain(Kind::Named(named));
        self.values.insert(node.clone(), value.clone());
        value
    }

    /// Defines a named type, an empty enum until it is completed.
    fn define(&mut self, node: &Node) -> TypeId {
        let view = self.view(node);
        let named = TypeId(self.definitions.len());
        let homes = view.homes(node);
        let (document, pointer) = match homes.first() {
            Some(home) => (home.document.clone(), home.pointer.clone()),
            None => (String::new(), String::new()),
        };
        self.definitions.push(TypeDef {
            name: String::new(),
            key: naming::numbered(key(&homes), &mut self.keys),
            constant: String::new(),
            module: self.module_of(&document),
            replaced_by: None,
            document,
            pointer,
            title: view.title().and_then(|it| self.budget.text(it)),
            description: view.description().and_then(|it| self.budget.text(it)),
            shape: TypeShape::Enum(Vec::new()),
            node: node.clone(),
            by_table: false,
        });
        named
    }

    /// Sets the shape of a named type.
    pub(super) fn finish(&mut self, named: TypeId, shape: TypeShape) {
        let by_table = matches!(shape, TypeShape::Union(_))
            || shape.values().iter().any(|value| value.by_table);
        let definition = &mut self.definitions[named.0];
        definition.by_table |= by_table;
        definition.shape = shape;
    }

    /// The module of the service that publishes a document, or else of the service that
    /// first reaches it.
    fn module_of(&self, document: &str) -> String {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.modules.get(folder).unwrap_or(&self.module).clone()
    }
}

/// Number of bytes from which on a key has no further places: the names of all rules of a
/// type are recorded with it, and a type may combine thousands of schemas.
const LONG_KEY: usize = 1000;

/// The places of a type's schemas.
pub(super) fn key(homes: &[&Home]) -> String {
    let mut key = String::new();
    for home in homes {
        if key.len() >= LONG_KEY {
            break;
        }
        let with = if key.is_empty() { "" } else { " with " };
        key += &format!("{with}/schemas/{}#{}", home.document, home.pointer);
    }
    key
}
