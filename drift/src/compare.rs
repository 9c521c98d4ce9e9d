//! The four questions, for each exchange.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::Resolved;
use taskcluster_documents::reference::{Entry, Reference};

use crate::api::Apis;
use crate::binding::{self, KeyEntry};
use crate::build::Build;
use crate::context::Context;
use crate::differences::{Difference, differences};
use crate::engine::Id;
use crate::error::ExchangeError;
use crate::report::{
    Answer, BindingEffect, ConsumerEffect, ExchangeReport, Finding, PublisherEffect, ReaderReport,
    Report, Status,
};
use crate::side::Side;
use crate::tolerant::Tolerant;
use crate::translate::Translator;
use crate::wording;

/// Compares two sets of documents.
pub fn compare(old: &Side, new: &Side) -> Report {
    let apis = Apis::new(old, new);
    let mut comparison = Comparison::new(old, new, &apis);
    let mut wording = wording::Wording::new(&old.resolved, &new.resolved);
    let before = exchanges(&old.resolved);
    let after = exchanges(&new.resolved);
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
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
        exchanges: reports,
    }
}

/// An exchange of a service.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'r> {
    pub(crate) service: &'r Reference,
    pub(crate) entry: &'r Entry,
}

/// The exchanges, by their names on the broker.
pub(crate) fn exchanges(resolved: &Resolved) -> BTreeMap<&str, Exchange<'_>> {
    let mut exchanges = BTreeMap::new();
    for service in &resolved.references {
        for entry in &service.entries {
            exchanges.insert(entry.exchange.as_str(), Exchange { service, entry });
        }
    }
    exchanges
}

struct Comparison<'s> {
    context: Context,
    strict_old: Translator<'s>,
    strict_new: Translator<'s>,
    /// `None` if no code is generated from OLD.
    tolerant_old: Option<Tolerant<'s>>,
    /// The findings for each pair of payloads; many exchanges share one.
    known: BTreeMap<(Id, Id, Id), Messages>,
}

/// The findings about messages.
type Messages = (Vec<Finding<ConsumerEffect>>, Vec<Finding<PublisherEffect>>);

impl<'s> Comparison<'s> {
    fn new(old: &'s Side, new: &'s Side, apis: &'s Apis) -> Self {
        Self {
            context: Context::new(),
            strict_old: Translator::new(&old.resolved),
            strict_new: Translator::new(&new.resolved),
            tolerant_old: apis.old().map(|api| Tolerant::new(api, &old.resolved)),
            known: BTreeMap::new(),
        }
    }

    fn exchange(&mut self, old: &Exchange<'_>, new: &Exchange<'_>) -> ExchangeReport {
        let (consumer, publisher) = self.messages(old.entry, new.entry);
        let (old_key, new_key) = (key(old.entry), key(new.entry));
        let binding = binding::compare(&old_key, &new_key);
        let same = consumer.is_empty() && publisher.is_empty() && old_key == new_key;
        ExchangeReport {
            status: match same {
                true => Status::Unchanged,
                false => Status::Changed,
            },
            consumer: Answer::of(consumer, "every new message decodes and is valid"),
            publisher: Answer::of(publisher, "every old message is valid under the new schema"),
            binding: Answer::of(
                binding.into_iter().collect(),
                binding::still_bound(&old_key, &new_key),
            ),
            ..unanswered(new, Status::Unchanged, "")
        }
    }

    /// The findings for the consumer and the publisher.
    fn messages(&mut self, old: &Entry, new: &Entry) -> Messages {
        let context = &mut self.context;
        let strict_old = self.strict_old.formula(context, old.payload);
        let strict_new = self.strict_new.formula(context, new.payload);
        if strict_old == strict_new {
            return Messages::default();
        }
        let tolerant = match &mut self.tolerant_old {
            Some(tolerant) => tolerant.payload(context, &old.exchange, old.payload),
            None => context.engine.formulas.anything(),
        };
        let key = (strict_old, strict_new, tolerant);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let messages = (
            consumer(context, strict_old, strict_new, tolerant),
            publisher(context, strict_old, strict_new),
        );
        self.known.insert(key, messages.clone());
        messages
    }
}

fn consumer(context: &mut Context, old: Id, new: Id, tolerant: Id) -> Vec<Finding<ConsumerEffect>> {
    // Values of OLD that do not decode are not a difference.
    let not_old = context.engine.formulas.not(old);
    let changed = context.engine.formulas.all([new, not_old]);
    let lost = differences(context, changed, tolerant);
    let undecided = lost.iter().filter(|it| it.witness.is_none());
    let undecided: BTreeSet<String> = undecided.map(|it| it.pointer.clone()).collect();
    let decoded = context.engine.formulas.all([new, tolerant]);
    let visible = differences(context, decoded, old);
    // A place that is not decided is reported once.
    let is_known = |it: &Difference| it.witness.is_none() && undecided.contains(&it.pointer);
    let visible = visible.into_iter().filter(|it| !is_known(it));
    let finding = |difference: Difference, effect| {
        let decided = difference.witness.is_some();
        let effect = if decided {
            effect
        } else {
            ConsumerEffect::NotDecided
        };
        about_message(difference, effect)
    };
    let lost = lost.into_iter().map(|it| finding(it, ConsumerEffect::Lost));
    lost.chain(visible.map(|it| finding(it, ConsumerEffect::Visible)))
        .collect()
}

fn publisher(context: &mut Context, old: Id, new: Id) -> Vec<Finding<PublisherEffect>> {
    let refused = differences(context, old, new).into_iter();
    refused
        .map(|difference| {
            let effect = match difference.witness.is_some() {
                true => PublisherEffect::Refused,
                false => PublisherEffect::NotDecided,
            };
            about_message(difference, effect)
        })
        .collect()
}

fn about_message<E>(difference: Difference, effect: E) -> Finding<E> {
    let Difference {
        pointer,
        reason,
        witness,
    } = difference;
    let place = match pointer.as_str() {
        "" => String::new(),
        pointer => format!("{pointer}: "),
    };
    Finding {
        witness,
        pointer,
        ..Finding::new(effect, format!("{place}{reason}"))
    }
}

fn key(entry: &Entry) -> Vec<KeyEntry> {
    let entries = entry.routing_key.iter();
    entries
        .map(|entry| KeyEntry {
            name: entry.name.clone(),
            constant: entry.constant.clone(),
            multiple_words: entry.multiple_words,
            required: entry.required,
        })
        .collect()
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
/// exchange.
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
    let inside = Translator::new(&messages.resolved).formula(&mut context, exchange.entry.payload);
    let outside = Translator::new(&reader.resolved).formula(&mut context, read.entry.payload);
    let refused = publisher(&mut context, inside, outside);
    Ok(ReaderReport {
        messages: messages.name.clone(),
        reader: reader.name.clone(),
        service: exchange.service.service.clone(),
        exchange: exchange.entry.exchange.clone(),
        answer: Answer::of(refused, "the schema accepts every message"),
    })
}

/// The exchange of a name given by a user: `queue/task-completed`, or the full name.
fn find<'r>(resolved: &'r Resolved, name: &str) -> Result<Exchange<'r>, ExchangeError> {
    let all = exchanges(resolved);
    let is_named = |it: &Exchange<'_>| {
        let (service, short) = name.split_once('/').unwrap_or(("", name));
        let is_short = last(it) == short || it.entry.name == short;
        it.entry.exchange == name || it.service.service == service && is_short
    };
    let found: Vec<Exchange<'_>> = all.values().copied().filter(is_named).collect();
    match found.as_slice() {
        [only] => Ok(*only),
        [] => {
            let known = all.values();
            let known = known.map(|it| format!("{}/{}", it.service.service, last(it)));
            Err(ExchangeError::Unknown {
                name: name.to_owned(),
                known: known.collect(),
            })
        }
        _ => Err(ExchangeError::Ambiguous {
            name: name.to_owned(),
        }),
    }
}

/// The last part of an exchange's name on the broker.
fn last<'r>(exchange: &Exchange<'r>) -> &'r str {
    let name = &exchange.entry.exchange;
    name.rsplit('/').next().unwrap_or_default()
}
