//! Translates a schema into the formula of its instances, as it is read.

use num_traits::Signed;
use serde_json::Number;
use taskcluster_documents::Resolved;
use taskcluster_documents::reading::{Reading, Readings, Use};
use taskcluster_documents::schema::{
    ArrayKeywords, Combinators, Dependency, General, Items, NumberKeywords, ObjectKeywords, Schema,
    SchemaId, StringKeywords,
};

use crate::build::{Build, Memo};
use crate::context::Context;
use crate::engine::value::rational;
use crate::engine::{Formula, Id, Kind, Members, NumberLimit, TextLimit};

/// The formulas of one set of documents.
#[derive(Debug)]
pub(crate) struct Translator<'r> {
    resolved: &'r Resolved,
    readings: Readings,
    memo: Memo<Use>,
}

impl<'r> Translator<'r> {
    pub(crate) fn new(resolved: &'r Resolved) -> Self {
        Self {
            resolved,
            readings: Readings::new(resolved),
            memo: Memo::default(),
        }
    }

    /// The use of a schema with a reading.
    pub(crate) fn at(&self, schema: SchemaId, reading: Reading) -> Use {
        self.readings.at(schema, reading)
    }
}

impl Build for Translator<'_> {
    type Key = Use;

    fn memo(&mut self) -> &mut Memo<Use> {
        &mut self.memo
    }

    fn build(&mut self, context: &mut Context, it: Use) -> Id {
        let resolved = self.resolved;
        match resolved.schemas.get(it.schema.0) {
            Some(schema) => self.conjunction(context, schema, it),
            None => Id::ANYTHING,
        }
    }
}

impl Translator<'_> {
    fn conjunction(&mut self, context: &mut Context, schema: &Schema, it: Use) -> Id {
        let mut parts = Vec::new();
        general(context, &schema.general, &mut parts);
        let implied = self.readings.implied(it);
        parts.extend(implied.map(|only| context.types([only])));
        strings(context, &schema.string, &mut parts);
        numbers(context, &schema.number, &mut parts);
        self.arrays(context, &schema.array, it.reading, &mut parts);
        self.objects(context, &schema.object, it.reading, &mut parts);
        self.combinators(context, &schema.combinators, it, &mut parts);
        context.engine.formulas.all(parts)
    }

    /// The formula of a schema in another one.
    fn inner(&mut self, context: &mut Context, schema: SchemaId, reading: Reading) -> Id {
        self.visit(context, self.at(schema, reading))
    }

    /// The formula of a schema that may be absent.
    fn inner_or_anything(
        &mut self,
        context: &mut Context,
        schema: Option<SchemaId>,
        reading: Reading,
    ) -> Id {
        match schema {
            Some(schema) => self.inner(context, schema, reading),
            None => Id::ANYTHING,
        }
    }

    fn arrays(
        &mut self,
        context: &mut Context,
        keywords: &ArrayKeywords,
        reading: Reading,
        parts: &mut Vec<Id>,
    ) {
        let ArrayKeywords {
            items,
            additional_items,
            min_items,
            max_items,
            unique_items,
            contains,
        } = keywords;
        parts.extend(context.size(*min_items, Formula::MinItems));
        parts.extend(context.size(*max_items, Formula::MaxItems));
        if *unique_items {
            parts.push(context.engine.formulas.intern(Formula::Unique));
        }
        if let Some(contains) = contains {
            let item = self.inner(context, *contains, Reading::Exact);
            parts.push(context.engine.formulas.intern(Formula::Contains(item)));
        }
        let inside = reading.inside();
        match items {
            None => {}
            Some(Items::Each(each)) => {
                let rest = self.inner(context, *each, inside);
                parts.push(context.engine.formulas.items(Vec::new(), rest));
            }
            Some(Items::Tuple(prefix)) => {
                let prefix: Vec<Id> = prefix
                    .iter()
                    .map(|&id| self.inner(context, id, inside))
                    .collect();
                let rest = self.inner_or_anything(context, *additional_items, inside);
                parts.push(context.engine.formulas.items(prefix, rest));
            }
        }
    }

    fn objects(
        &mut self,
        context: &mut Context,
        keywords: &ObjectKeywords,
        reading: Reading,
        parts: &mut Vec<Id>,
    ) {
        let ObjectKeywords {
            properties,
            pattern_properties,
            additional_properties,
            required,
            property_names,
            min_properties,
            max_properties,
            dependencies,
        } = keywords;
        parts.extend(context.size(*min_properties, Formula::MinMembers));
        parts.extend(context.size(*max_properties, Formula::MaxMembers));
        parts.extend(required.iter().map(|name| context.required_member(name)));
        let inside = reading.inside();
        let members = Members {
            named: properties
                .iter()
                .map(|(name, &id)| (name.clone(), self.inner(context, id, inside)))
                .collect(),
            patterns: pattern_properties
                .iter()
                .map(|(pattern, id)| {
                    let names = context.language("pattern", &pattern.source);
                    (names, self.inner(context, *id, inside))
                })
                .collect(),
            additional: self.inner_or_anything(context, *additional_properties, inside),
        };
        parts.push(context.engine.formulas.members(members));
        if let Some(names) = property_names {
            let names = self.inner(context, *names, Reading::Exact);
            parts.push(context.engine.formulas.intern(Formula::Names(names)));
        }
        for (name, dependency) in dependencies {
            parts.push(self.dependency(context, name, dependency, reading.part()));
        }
    }

    /// The formula of values without the property `name`, and of those that satisfy its
    /// dependency.
    fn dependency(
        &mut self,
        context: &mut Context,
        name: &str,
        dependency: &Dependency,
        reading: Reading,
    ) -> Id {
        let then = match dependency {
            Dependency::Required(names) => {
                let required: Vec<Id> = names
                    .iter()
                    .map(|name| context.required_member(name))
                    .collect();
                context.engine.formulas.all(required)
            }
            Dependency::Schema(id) => self.inner(context, *id, reading),
        };
        let there = context.required_member(name);
        let object = context.engine.formulas.kinds([Kind::Object]);
        let formulas = &mut context.engine.formulas;
        let applies = formulas.all([there, object]);
        let otherwise = formulas.not(applies);
        let dependency = formulas.any([otherwise, then]);
        context.labelled(dependency, "dependencies", name)
    }

    fn combinators(
        &mut self,
        context: &mut Context,
        keywords: &Combinators,
        it: Use,
        parts: &mut Vec<Id>,
    ) {
        let Combinators {
            all_of,
            any_of,
            one_of,
            not,
            condition,
        } = keywords;
        let combined = self.readings.combined(it.schema, it.reading);
        for &id in all_of {
            parts.push(self.inner(context, id, combined));
        }
        if !any_of.is_empty() {
            let any: Vec<Id> = any_of
                .iter()
                .map(|&id| self.inner(context, id, combined))
                .collect();
            let any = context.engine.formulas.any(any);
            parts.push(context.combined(any, "anyOf"));
        }
        if !one_of.is_empty() {
            let one: Vec<Id> = one_of
                .iter()
                .map(|&id| self.inner(context, id, combined))
                .collect();
            let one = context.engine.formulas.one(one);
            parts.push(context.combined(one, "oneOf"));
        }
        if let Some(id) = not {
            let not = self.inner(context, *id, Reading::Exact);
            let not = context.engine.formulas.not(not);
            parts.push(context.combined(not, "not"));
        }
        if let Some(condition) = condition {
            let test = self.inner(context, condition.condition, Reading::Exact);
            let branch = it.reading.part();
            let then = self.inner_or_anything(context, condition.then, branch);
            let otherwise = self.inner_or_anything(context, condition.otherwise, branch);
            let formulas = &mut context.engine.formulas;
            let not_test = formulas.not(test);
            let holds = formulas.all([test, then]);
            let fails = formulas.all([not_test, otherwise]);
            let either = formulas.any([holds, fails]);
            parts.push(context.combined(either, "if"));
        }
    }
}

fn general(context: &mut Context, keywords: &General, parts: &mut Vec<Id>) {
    let General {
        never,
        types,
        enumeration,
        constant,
    } = keywords;
    if *never {
        parts.push(Id::NOTHING);
    }
    if let Some(types) = types {
        parts.push(context.types(types.iter().copied()));
    }
    if let Some(values) = enumeration {
        parts.push(context.engine.formulas.listed(values.iter().cloned()));
    }
    if let Some(value) = constant {
        parts.push(context.engine.formulas.listed([value.clone()]));
    }
}

fn strings(context: &mut Context, keywords: &StringKeywords, parts: &mut Vec<Id>) {
    let StringKeywords {
        min_length,
        max_length,
        pattern,
        format,
    } = keywords;
    let min = |least| Formula::Text(TextLimit::MinLength(least));
    let max = |most| Formula::Text(TextLimit::MaxLength(most));
    parts.extend(context.size(*min_length, min));
    parts.extend(context.size(*max_length, max));
    if let Some(pattern) = pattern {
        parts.push(context.language("pattern", &pattern.source));
    }
    if let Some(format) = format {
        parts.push(context.language("format", format.name()));
    }
}

fn numbers(context: &mut Context, keywords: &NumberKeywords, parts: &mut Vec<Id>) {
    let NumberKeywords {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of,
    } = keywords;
    let mut limit = |number: &Option<Number>,
                     limit: fn(num_rational::BigRational) -> NumberLimit| {
        if let Some(number) = number {
            parts.push(context.number_limit(limit(rational(number))));
        }
    };
    limit(minimum, NumberLimit::Minimum);
    limit(maximum, NumberLimit::Maximum);
    limit(exclusive_minimum, NumberLimit::Above);
    limit(exclusive_maximum, NumberLimit::Below);
    let divisor = multiple_of.clone().filter(|it| rational(it).is_positive());
    limit(&divisor, NumberLimit::MultipleOf);
}
