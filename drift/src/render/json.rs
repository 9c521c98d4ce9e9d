//! Reports as JSON; `report.schema.json` is their schema.

use serde_json::{Map, Value, json};

use crate::report::{Answer, Effect, ExchangeReport, Finding, Level, ReaderReport, Report, Status};

/// The report as JSON, valid under `report.schema.json` beside the crate.
pub fn json(report: &Report) -> Value {
    let status = |status| report.count(|it| it.status == status);
    json!({
        "version": 1,
        "old": report.old,
        "new": report.new,
        "only": report.only,
        "level": level(report.level()),
        "summary": {
            "exchanges": report.exchanges.len(),
            "changed": status(Status::Changed),
            "added": status(Status::Added),
            "removed": status(Status::Removed),
            "breaking": report.count(|it| it.level() == Level::Breaking),
            "visible": report.count(|it| it.level() == Level::Visible),
            "additions": report.count(ExchangeReport::adds_to_api),
            "notDecided": report.count(ExchangeReport::is_undecided),
            "wording": report.wording(),
        },
        "exchanges": report.exchanges.iter().map(exchange).collect::<Value>(),
    })
}

/// The report on a reader as JSON, valid under the same schema.
pub fn reader_json(report: &ReaderReport) -> Value {
    json!({
        "version": 1,
        "messages": report.messages,
        "reader": report.reader,
        "level": level(report.level()),
        "service": report.service,
        "exchange": report.exchange,
        "answer": answer(&report.answer),
    })
}

fn exchange(report: &ExchangeReport) -> Value {
    json!({
        "service": report.service,
        "exchange": report.exchange,
        "status": report.status.to_string(),
        "level": level(report.level()),
        "consumer": answer(&report.consumer),
        "publisher": answer(&report.publisher),
        "binding": answer(&report.binding),
        "api": answer(&report.api),
        "wording": report.wording,
    })
}

fn answer<E: Effect>(answer: &Answer<E>) -> Value {
    json!({
        "effect": answer.effect.name(),
        "reason": answer.reason,
        "findings": answer.findings.iter().map(finding).collect::<Value>(),
    })
}

fn finding<E: Effect>(finding: &Finding<E>) -> Value {
    let mut members = Map::new();
    members.insert("effect".to_owned(), finding.effect.name().into());
    members.insert("reason".to_owned(), finding.reason.clone().into());
    if let Some(item) = &finding.item {
        members.insert("item".to_owned(), item.clone().into());
    }
    if let Some(witness) = &finding.witness {
        members.insert("pointer".to_owned(), finding.pointer.clone().into());
        members.insert("witness".to_owned(), witness.clone());
    }
    if let Some(key) = &finding.routing_key {
        members.insert("routingKey".to_owned(), key.clone().into());
    }
    Value::Object(members)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Any => "any",
        Level::Visible => "visible",
        Level::Breaking => "breaking",
    }
}
