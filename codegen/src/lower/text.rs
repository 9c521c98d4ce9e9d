//! The rules for strings.

use super::scalars::allowed;
use super::types::Types;
use crate::model::{Rule, RuleUse, TextRule};
use crate::resolve::{Mark, Marked, Schema, TextWords};

/// Formats that no draft knows of, so that no validator checks them. Schemas of
/// 2018 name this one.
const ANNOTATIONS: [&str; 1] = ["url"];

impl TextWords {
    /// The keywords that are there.
    pub(super) fn marks(&self) -> Vec<Mark> {
        [&self.min_length, &self.max_length]
            .into_iter()
            .flatten()
            .map(|limit| limit.mark)
            .chain(self.patterns.iter().map(|pattern| pattern.mark))
            .chain(self.formats.iter().map(|format| format.mark))
            .collect()
    }
}

impl Types {
    /// The rules that a string keeps: one, or several where a merged schema has
    /// several patterns or formats.
    pub(super) fn text_rules(&mut self, schema: &Schema, subject: &str) -> Vec<RuleUse> {
        let (formats, annotations): (Vec<_>, Vec<_>) = schema
            .text
            .formats
            .iter()
            .partition(|format| is_checked(format));
        self.vacuous
            .extend(annotations.iter().map(|format| format.mark));
        let (first, marks) = first_rule(schema, formats.first().copied());
        if first == TextRule::default() {
            // Only limits that every string keeps.
            self.vacuous.extend(marks);
            return Vec::new();
        }
        let more_patterns = schema.text.patterns.iter().skip(1).map(|pattern| {
            let rule = TextRule {
                pattern: Some(pattern.value.clone()),
                ..TextRule::default()
            };
            (rule, vec![pattern.mark])
        });
        let more_formats = formats.iter().skip(1).map(|format| {
            let rule = TextRule {
                formats: format.value.clone(),
                ..TextRule::default()
            };
            (rule, vec![format.mark])
        });
        std::iter::once((first, marks))
            .chain(more_patterns)
            .chain(more_formats)
            .map(|(rule, marks)| RuleUse::new(schema, Rule::Text(rule), subject, marks))
            .collect()
    }
}

/// Whether a validator checks one of these formats.
fn is_checked(formats: &Marked<Vec<String>>) -> bool {
    let mut names = formats.value.iter();
    !names.any(|name| ANNOTATIONS.contains(&name.as_str()))
}

/// What one rule can say of a string, and the keywords that it enforces.
fn first_rule(schema: &Schema, format: Option<&Marked<Vec<String>>>) -> (TextRule, Vec<Mark>) {
    let TextWords {
        min_length,
        max_length,
        patterns,
        ..
    } = &schema.text;
    let (one_of, mut marks) = match allowed(schema, |value| value.as_str().map(str::to_owned)) {
        Some((one_of, marks)) => (Some(one_of), marks),
        None => (None, Vec::new()),
    };
    let limits = [min_length, max_length].into_iter().flatten();
    marks.extend(limits.map(|limit| limit.mark));
    marks.extend(patterns.first().map(|pattern| pattern.mark));
    marks.extend(format.map(|format| format.mark));
    let minimum = min_length.as_ref().map(|limit| limit.value);
    let rule = TextRule {
        min_length: minimum.filter(|&limit| limit > 0),
        max_length: max_length.as_ref().map(|limit| limit.value),
        pattern: patterns.first().map(|pattern| pattern.value.clone()),
        formats: format
            .map(|format| format.value.clone())
            .unwrap_or_default(),
        one_of,
    };
    (rule, marks)
}
