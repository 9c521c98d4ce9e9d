//! The items of other crates that generated code uses.

/// Imports by origin: paths of modules, each with the names used from it.
pub(crate) const SOURCES: &[(&str, &[&str])] = &[
    ("std", &["fmt"]),
    ("std::any", &["Any"]),
    ("std::borrow", &["Cow"]),
    ("std::collections", &["BTreeMap"]),
    (
        "serde",
        &["Deserialize", "Deserializer", "Serialize", "Serializer"],
    ),
    (
        "taskcluster_pulse",
        &[
            "Catalogue",
            "DecodeError",
            "EventSet",
            "Exchange",
            "ExchangeInfo",
            "Message",
            "OpenEnum",
            "RawJson",
            "RawJsonObject",
            "RoutingKeyEntry",
            "RoutingKeyError",
            "ScalarRule",
            "StringRule",
            "Timestamp",
            "UnexpectedExchange",
            "Unrecognized",
            "Validate",
            "Violations",
            "Word",
            "Words",
        ],
    ),
    (
        "taskcluster_pulse::__private",
        &[
            "AnyMessage",
            "BindingWords",
            "Branch",
            "Dependency",
            "INTEGER",
            "Keyword",
            "Matcher",
            "Members",
            "Positions",
            "Run",
            "Schema",
            "Split",
            "Table",
            "Type",
            "Union",
            "decode_as",
            "deserialize_union",
            "examples",
            "fits_rest",
            "fits_schema",
            "json_schemas",
            "open_enums",
            "optional",
            "payloads",
            "read_variant",
            "required",
            "routing_keys",
            "unique",
            "unique_as_written",
        ],
    ),
];

/// Names that every file has in scope, uses by a path, or gives to a type parameter.
const PRELUDE: &[&str] = &[
    "Binding",
    "Box",
    "Clone",
    "Copy",
    "D",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Event",
    "Formatter",
    "Hash",
    "JsonSchema",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "SchemaGenerator",
    "Self",
    "Some",
    "String",
    "TryFrom",
    "Vec",
];

/// The methods of a binding that programs call: those of `Binding` and `Exchange`, and those
/// of the derived traits. A setter of the same name would hide them.
pub(crate) const BINDING_METHODS: [&str; 14] = [
    "clone",
    "clone_from",
    "default",
    "eq",
    "exchange_name",
    "fmt",
    "hash",
    "info",
    "ne",
    "new",
    "new_payload_object",
    "raw",
    "route",
    "routing_key",
];

/// The names that a schema's types can't have.
pub(crate) fn reserved() -> impl Iterator<Item = &'static str> {
    let sources = SOURCES.iter().flat_map(|(_, names)| names.iter());
    let types = sources.filter(|name| name.starts_with(|it: char| it.is_ascii_uppercase()));
    types.chain(PRELUDE).copied()
}
