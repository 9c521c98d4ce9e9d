//! The public items of the generated code.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;

use super::ty::Types;
use super::{routing_key, validators};
use crate::Source;
use crate::api::{Api, ApiExchange, ApiType, Item, Member};
use crate::decoded;
use crate::model::{
    Exchange, MemberKind, Model, Service, Struct, TypeDef, TypeId, TypeShape, Value,
};
use crate::names::{self, Names};

/// The items of the generated code that users depend on.
pub(crate) fn api(model: &Model) -> Api {
    // No module has this name, so every type is written with its module.
    let types = Types::new(model, "");
    let mut api = Api {
        items: BTreeMap::new(),
        exchanges: BTreeMap::new(),
        types: Vec::new(),
        names: Source {
            name: names::FILE.to_owned(),
            bytes: Names::of(model).json("").into_bytes(),
        },
    };
    for service in &model.services {
        for exchange in &service.exchanges {
            add_exchange(types, service, exchange, &mut api);
        }
    }
    for (index, definition) in model.types.iter().enumerate() {
        let mut items = Vec::new();
        if definition.replaced_by.is_none() {
            let path = text(&types.named(TypeId(index)));
            items.push((path, of_type(types, definition)));
        }
        let rules = definition.shape.parts().flat_map(|value| &value.rules);
        items.extend(rules.filter_map(|used| {
            let ty = validators::constant_type(&used.rule)?;
            let path = format!("{}::validators::{}", definition.module, used.name);
            Some((path, item(&text(&ty), [])))
        }));
        let inner = definition.shape.values().into_iter().flat_map(Value::named);
        api.types.push(ApiType {
            items: items.iter().map(|(path, _)| path.clone()).collect(),
            inner: inner.map(|id| id.0).collect(),
            decoded: decoded::of(definition),
        });
        api.items.extend(items);
    }
    api
}

fn add_exchange(types: Types<'_>, service: &Service, exchange: &Exchange, api: &mut Api) {
    let path = |name: &str| format!("{}::{name}", service.module);
    let about = ApiExchange {
        binding: path(&exchange.name),
        routing_key: path(&exchange.key_name),
        event: format!("Event::{}", exchange.variant),
        payload: exchange.payload.0,
    };
    let payload = text(&types.named(exchange.payload));
    let setters = exchange.entries.iter();
    let setters = setters.map(|entry| {
        let (name, wire_name) = (&entry.field, &entry.wire_name);
        let setter = member(&format!("::{name}()"), &TokenStream::new(), false);
        renamed(setter, MemberKind::Field, name, wire_name)
    });
    let binding = item(&format!("binding with the payload {payload}"), setters);
    let fields = routing_key::fields(exchange).map(|entry| {
        let ty = routing_key::field_type(entry);
        let field = member(&format!(".{}", entry.field), &ty, entry.required);
        renamed(field, MemberKind::Field, &entry.field, &entry.wire_name)
    });
    api.items.extend([
        (about.binding.clone(), binding),
        (about.routing_key.clone(), item("struct", fields)),
        (about.event.clone(), item("variant", [])),
    ]);
    api.exchanges.insert(exchange.exchange.clone(), about);
}

fn of_type(types: Types<'_>, definition: &TypeDef) -> Item {
    match &definition.shape {
        TypeShape::Struct(it) => item("struct", fields(types, it)),
        TypeShape::Enum(variants) => {
            let variants = variants.iter().map(|it| {
                let variant = member(&format!("::{}", it.name), &TokenStream::new(), false);
                renamed(variant, MemberKind::Variant, &it.name, &it.wire_name)
            });
            item("enum of strings", variants)
        }
        TypeShape::Union(branches) => {
            let variants = branches.iter().map(|branch| {
                let ty = types.value(&branch.value);
                member(&format!("::{}", branch.name), &ty, false)
            });
            item("enum of alternatives", variants)
        }
        TypeShape::Wrapper(value) => item("struct", [member(".0", &types.value(value), true)]),
    }
}

fn fields(types: Types<'_>, it: &Struct) -> Vec<(String, Member)> {
    let fields = it.fields.iter().map(|field| {
        let ty = types.field(field);
        let member = member(&format!(".{}", field.name), &ty, field.required);
        renamed(member, MemberKind::Field, &field.name, &field.wire_name)
    });
    let rest = it.rest.iter().map(|rest| {
        let ty = types.value(&rest.value);
        member(&format!(".{}", rest.name), &ty, false)
    });
    fields.chain(rest).collect()
}

fn item(definition: &str, members: impl IntoIterator<Item = (String, Member)>) -> Item {
    Item {
        definition: definition.to_owned(),
        members: members.into_iter().collect(),
    }
}

fn member(name: &str, ty: &TokenStream, required: bool) -> (String, Member) {
    let member = Member {
        definition: text(ty),
        required,
    };
    (name.to_owned(), member)
}

/// `member` with its name in the schema, if that does not follow from `name`.
fn renamed(
    (path, mut member): (String, Member),
    kind: MemberKind,
    name: &str,
    wire_name: &str,
) -> (String, Member) {
    if kind.usual(name) != wire_name {
        member.definition += &format!(" = {wire_name:?}");
    }
    (path, member)
}

/// A type as written in the root module, with paths in the form of the list.
fn text(ty: &TokenStream) -> String {
    let text = ty.to_string();
    let text = [" ", "super::", "r#"]
        .iter()
        .fold(text, |text, token| text.replace(token, ""));
    text.replace(',', ", ").replace(", )", ",)")
}
