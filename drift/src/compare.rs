//! The four questions, for each exchange.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::reading::Reading;
use taskcluster_documents::reference::Entry;

use crate::api::Apis;
use crate::binding;
use crate::build::Build;
use crate::context::Context;
use crate::differences::{Difference, differences};
use crate::engine::Id;
use crate::error::ExchangeError;
use crate::exchanges::{Exchange, exchanges, find, named, unknown};
use crate::pairs::Pairs;
use crate::report::{
    Answer, BindingEffect, ConsumerEffect, Effect, ExchangeReport, Finding, PublisherEffect,
    ReaderReport, Report, Status,
};
use crate::side::Side;
use crate::tolerant::Tolerant;
use crate::translate::Translator;
use crate::wording;

/// Compares two sets of documents.
pub fn compare(old: &Side, new: &Side) -> Report {
    compare_those(old, new, |_| true)
}

/// Compares the exchanges of these names only, such as `queue/task-completed`, or the full
/// names. Without names, none is compared.
///
/// # Errors
///
/// [`ExchangeError::Unknown`], if neither side has an exchange of a name.
pub fn compare_only(old: &Side, new: &Side, names: &[String]) -> Result<Report, ExchangeError> {
    let sides = [&old.resolved, &new.resolved];
    let mut wanted = BTreeSet::new();
    for name in names {
        let found = sides.map(|side| named(side, name)).concat();
        if found.is_empty() {
            return Err(unknown(name, &sides));
        }
        wanted.extend(found.iter().map(|it| it.entry.exchange.as_str()));
    }
    Ok(Report {
        only: names.to_vec(),
        ..compare_those(old, new, |name| wanted.contains(name))
    })
}

fn compare_those(old: &Side, new: &Side, is_wanted: impl Fn(&str) -> bool) -> Report {
    let apis = Apis::new(old, new);
    let mut comparison = Comparison::new(old, new, &apis);
    let mut wording = wording::Wording::new(&old.resolved, &new.resolved);
    let before = exchanges(&old.resolved);
    let after = exchanges(&new.resolved);
    let names = before.keys().chain(after.keys()).copied();
    let names: BTreeSet<&str> = names.filter(|name| is_wanted(name)).collect();
    let mut reports: Vec<ExchangeReport> = Vec::new();
    for name in names {
        let report = match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => ExchangeReport {
                wording: wording.compare(old, new),
                ..comparison.exchange(old, new)
            },
            (Some(old), None) => removed(old),
            (None, Some(new)) => unanswered(new, Status::Added, "the exchange is new"),
            // Every name comes from one of the two.
            (None, None) => continue,
        };
        reports.push(ExchangeReport {
            api: apis.compare(name),
            ..report
        });
    }
    reports.sort_by(|a, b| {
        b.level()
            .cmp(&a.level())
            .then_with(|| a.exchange.cmp(&b.exchange))
    });
    Report {
        old: old.name.clone(),
        new: new.name.clone(),
        only: Vec::new(),
        exchanges: reports,
    }
}

struct Comparison<'s> {
    context: Context,
    old: Tolerant<'s>,
    new: Translator<'s>,
    pairs: Pairs<'s>,
    /// The findings for the payloads of two sides; many exchanges share them.
    known: BTreeMap<Payloads, Messages>,
}

/// The payloads of both sides, in one reading.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Payloads {
    old: Id,
    new: Id,
    /// Those that decode in code generated from OLD.
    decoded: Id,
    /// Those of OLD that code generated from it publishes.
    published: Id,
}

/// The findings about messages.
type Messages = (Vec<Finding<ConsumerEffect>>, Vec<Finding<PublisherEffect>>);

impl<'s> Comparison<'s> {
    fn new(old: &'s Side, new: &'s Side, apis: &Apis<'s>) -> Self {
        Self {
            context: Context::new(),
            old: Tolerant::new(apis.old(), &old.resolved),
            new: Translator::new(&new.resolved),
            pairs: Pairs::new(&old.resolved, &new.resolved),
            known: BTreeMap::new(),
        }
    }

    fn exchange(&mut self, old: &Exchange<'_>, new: &Exchange<'_>) -> ExchangeReport {
        let (consumer, publisher) = self.messages(old.entry, new.entry);
        let (old_key, new_key) = (&old.entry.routing_key, &new.entry.routing_key);
        let binding = binding::compare(old_key, new_key);
        let same_keys = binding::are_same(old_key, new_key);
        let same = consumer.is_empty() && publisher.is_empty() && same_keys;
        ExchangeReport {
            status: match same {
                true => Status::Unchanged,
                false => Status::Changed,
            },
            consumer: Answer::of(consumer, "every new message decodes and is valid"),
            publisher: Answer::of(publisher, "every old message is valid under the new schema"),
            binding: Answer::of(
                binding.into_iter().collect(),
                binding::still_bound(old_key, new_key),
            ),
            ..unanswered(new, Status::Unchanged, "")
        }
    }

    /// The findings for the consumer and the publisher.
    ///
    /// Generated code reads a schema without `type` as typed. The services validate by the
    /// drafts. So messages are compared in both readings, and each difference counts.
    fn messages(&mut self, old: &Entry, new: &Entry) -> Messages {
        let (mut consumer, mut publisher) = Messages::default();
        // Formulas of recursive schemas differ even if their keywords are the same.
        if self.pairs.are_same(old.payload, new.payload) {
            return (consumer, publisher);
        }
        for reading in [Reading::Described, Reading::Exact] {
            let (consumers, publishers) = self.read_as(reading, old, new);
            add(&mut consumer, consumers);
            add(&mut publisher, publishers);
        }
        (consumer, publisher)
    }

    /// The findings in one reading.
    fn read_as(&mut self, reading: Reading, old: &Entry, new: &Entry) -> Messages {
        let context = &mut self.context;
        let described = self.old.strict.at(old.payload, Reading::Described);
        let valid = self.old.strict.formula(context, described);
        let schema = self.old.strict.at(old.payload, reading);
        let is_old = self.old.strict.formula(context, schema);
        let is_new = self.new.at(new.payload, reading);
        let is_new = self.new.formula(context, is_new);
        if is_old == is_new {
            return Messages::default();
        }
        let payloads = Payloads {
            old: is_old,
            new: is_new,
            decoded: self.old.payload(context, &old.exchange, schema),
            published: context.engine.formulas.all([valid, is_old]),
        };
        if let Some(known) = self.known.get(&payloads) {
            return known.clone();
        }
        let messages = (
            consumer(context, payloads),
            publisher(context, payloads.published, is_new),
        );
        self.known.insert(payloads, messages.clone());
        messages
    }
}

/// Adds findings, except those with the effect and place of one that is known.
fn add<E: Effect>(known: &mut Vec<Finding<E>>, mut found: Vec<Finding<E>>) {
    found.retain(|it| {
        let is_same =
            |other: &Finding<E>| (other.effect, &other.pointer) == (it.effect, &it.pointer);
        !known.iter().any(is_same)
    });
    known.extend(found);
}

fn consumer(context: &mut Context, payloads: Payloads) -> Vec<Finding<ConsumerEffect>> {
    let Payloads {
        old, new, decoded, ..
    } = payloads;
    // Values of OLD that do not decode are not a difference.
    let not_old = context.engine.formulas.not(old);
    let changed = context.engine.formulas.all([new, not_old]);
    let lost = differences(context, changed, decoded);
    let undecided = lost.iter().filter(|it| it.witness.is_none());
    let undecided: BTreeSet<String> = undecided.map(|it| it.pointer.clone()).collect();
    let read = context.engine.formulas.all([new, decoded]);
    let visible = differences(context, read, old);
    // A place that is not decided is reported once.
    let is_known = |it: &Difference| it.witness.is_none() && undecided.contains(&it.pointer);
    let visible = visible.into_iter().filter(|it| !is_known(it));
    let lost = lost.into_iter();
    lost.map(|it| about_message(it, ConsumerEffect::Lost, ConsumerEffect::NotDecided))
        .chain(
            visible
                .map(|it| about_message(it, ConsumerEffect::Visible, ConsumerEffect::NotDecided)),
        )
        .collect()
}

fn publisher(context: &mut Context, old: Id, new: Id) -> Vec<Finding<PublisherEffect>> {
    let refused = differences(context, old, new).into_iter();
    refused
        .map(|it| about_message(it, PublisherEffect::Refused, PublisherEffect::NotDecided))
        .collect()
}

/// The finding for a difference: `decided`, if there is a message that has it.
fn about_message<E>(difference: Difference, decided: E, undecided: E) -> Finding<E> {
    let Difference {
        pointer,
        reason,
        witness,
    } = difference;
    let place = match pointer.as_str() {
        "" => String::new(),
        pointer => format!("{pointer}: "),
    };
    let effect = match witness {
        Some(_) => decided,
        None => undecided,
    };
    Finding {
        witness,
        pointer,
        ..Finding::new(effect, format!("{place}{reason}"))
    }
}

fn removed(old: &Exchange<'_>) -> ExchangeReport {
    let gone = Finding::new(BindingEffect::Gone, "the exchange no longer exists");
    ExchangeReport {
        consumer: Answer::none("no messages arrive"),
        publisher: Answer::none("the messages have no readers"),
        binding: Answer::of(vec![gone], ""),
        ..unanswered(old, Status::Removed, "")
    }
}

/// A report without an answer, for `reason`.
fn unanswered(exchange: &Exchange<'_>, status: Status, reason: &str) -> ExchangeReport {
    ExchangeReport {
        service: exchange.service.service.clone(),
        exchange: exchange.entry.exchange.clone(),
        status,
        consumer: Answer::none(reason),
        publisher: Answer::none(reason),
        binding: Answer::none(reason),
        api: Answer::none(reason),
        wording: Vec::new(),
    }
}

/// Whether a reader's schema, as read by [`Side::schema`], accepts every message of an
/// exchange. Neither the service nor the reader is generated code, so schemas without `type`
/// are read as the drafts specify.
///
/// # Errors
///
/// [`ExchangeError`], if `messages` has no exchange of that name, or several, or `reader`
/// has no schema.
pub fn accepts(
    messages: &Side,
    exchange: &str,
    reader: &Side,
) -> Result<ReaderReport, ExchangeError> {
    let exchange = find(&messages.resolved, exchange)?;
    let read = exchanges(&reader.resolved).into_values().next();
    let read = read.ok_or_else(|| ExchangeError::NoSchema {
        reader: reader.name.clone(),
    })?;
    let mut context = Context::new();
    let [inside, outside] = [
        (&messages.resolved, exchange.entry.payload),
        (&reader.resolved, read.entry.payload),
    ]
    .map(|(resolved, schema)| {
        let mut translator = Translator::new(resolved);
        let schema = translator.at(schema, Reading::Exact);
        translator.formula(&mut context, schema)
    });
    let refused = publisher(&mut context, inside, outside);
    Ok(ReaderReport {
        messages: messages.name.clone(),
        reader: reader.name.clone(),
        service: exchange.service.service.clone(),
        exchange: exchange.entry.exchange.clone(),
        answer: Answer::of(refused, "the schema accepts every message"),
    })
}
