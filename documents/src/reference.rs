//! Exchange references, as published.

use crate::Place;
use crate::schema::SchemaId;

/// The exchanges of one service.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The name of the service.
    pub service: String,
    /// The version of its API, such as `v1`.
    pub api_version: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: String,
    /// Its exchanges, in the order of the reference.
    pub entries: Vec<Entry>,
}

/// One exchange.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The location of the entry in the input.
    pub place: Place,
    /// `name`.
    pub name: String,
    /// The full name on the broker.
    pub exchange: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: String,
    /// The id of the payload's schema, as a path from the root of a deployment.
    pub schema: String,
    /// The schema of the payload.
    pub payload: SchemaId,
    /// The entries of the routing key.
    pub routing_key: Vec<KeyEntry>,
}

/// One entry of a routing key.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// `name`.
    pub name: String,
    /// `summary`.
    pub summary: String,
    /// `constant`, one word.
    pub constant: Option<String>,
    /// `required`.
    pub required: bool,
    /// `multipleWords`.
    pub multiple_words: bool,
}
