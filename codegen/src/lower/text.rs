//! The rules for strings.

use super::scalars::allowed;
use super::types::Types;
use crate::model::{Rule, RuleUse, TextRule};
use crate::resolve::{Mark, Schema, TextWords};

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
        let words = &schema.text;
        let patterns = words.patterns.iter().map(|pattern| &pattern.value);
        let formats = words
            .formats
            .iter()
            .map(|format| &format.value)
            .filter(|names| {
                !names
                    .iter()
                    .any(|name| ANNOTATIONS.contains(&name.as_str()))
            });
        let (one_of, value_marks) = match allowed(schema, |value| value.as_str().map(str::to_owned))
        {
            Some((one_of, marks)) => (Some(one_of), marks),
            None => (None, Vec::new()),
        };
        let first = TextRule {
            min_length: words
                .min_length
                .as_ref()
                .map(|limit| limit.value)
                .filter(|&limit| limit > 0),
            max_length: words.max_length.as_ref().map(|limit| limit.value),
            pattern: patterns.clone().next().cloned(),
            formats: formats.clone().next().cloned().unwrap_or_default(),
            one_of,
        };
        let marks = words.marks().into_iter().chain(value_marks).collect();
        if first == TextRule::default() {
            self.vacuous.extend::<Vec<Mark>>(marks);
            return Vec::new();
        }
        let more_patterns = patterns.skip(1).map(|pattern| TextRule {
            pattern: Some(pattern.clone()),
            ..TextRule::default()
        });
        let more_formats = formats.skip(1).map(|format| TextRule {
            formats: format.clone(),
            ..TextRule::default()
        });
        let more: Vec<TextRule> = more_patterns.chain(more_formats).collect();
        std::iter::once((first, marks))
            .chain(more.into_iter().map(|rule| (rule, Vec::new())))
            .map(|(rule, marks)| RuleUse::new(schema, Rule::Text(rule), subject, marks))
            .collect()
    }
}
