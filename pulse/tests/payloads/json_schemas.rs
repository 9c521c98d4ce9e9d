//! Payload types as JSON Schemas, with those of another package.

use serde_json::{Value, json};
use taskcluster_pulse::__private::schemars;

/// The modules of two packages with a type of the same name.
macro_rules! package {
    ($name:ident, $type:expr) => {
        mod $name {
            pub(crate) mod things {
                pub(crate) struct Thing;

                mod schemas {
                    use taskcluster_pulse::__private::{Keyword, Schema, Type};

                    pub(super) static THING: Schema =
                        Schema::named("things::Thing", &[Keyword::Items(&PART)]);
                    static PART: Schema = Schema::named("things::Part", &[Keyword::Type(&[$type])]);
                }

                mod json_schemas {
                    use super::Thing;

                    taskcluster_pulse::__private::json_schemas! {
                        const _: Thing = super::schemas::THING;
                    }
                }
            }
        }
    };
}

package!(strings, Type::String);
package!(numbers, Type::Number);

/// `schemars` takes types of one id for one type.
#[test]
fn json_schemas_of_two_packages_differ() {
    let mut generator = schemars::SchemaGenerator::default();
    let _ = generator.subschema_for::<strings::things::Thing>();
    let _ = generator.subschema_for::<numbers::things::Thing>();
    let definitions = Value::Object(generator.take_definitions(false));
    let path = module_path!().replace("::", ".");
    let (strings, numbers) = (
        format!("{path}.strings.things.Part"),
        format!("{path}.numbers.things.Part"),
    );
    let expected = json!({
        "Thing": {"items": {"$ref": format!("#/$defs/{strings}")}},
        "Thing2": {"items": {"$ref": format!("#/$defs/{numbers}")}},
        strings: {"type": "string"},
        numbers: {"type": "number"},
    });
    assert_eq!(definitions, expected);
}
