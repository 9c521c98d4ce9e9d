//! The database of worker pools.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Result, Transaction, params};
use taskcluster_events::Event;
use taskcluster_events::worker_manager::{WorkerPulseMessage, WorkerTypePulseMessage};
use taskcluster_pulse::Envelope;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS pools (
        id TEXT PRIMARY KEY,
        provider TEXT NOT NULL,
        capacity INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS applied (
        exchange TEXT NOT NULL,
        payload BLOB NOT NULL,
        at INTEGER NOT NULL DEFAULT (unixepoch()),
        PRIMARY KEY (exchange, payload)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS applied_at ON applied (at);
";

/// How long the identity of a message is kept, in seconds: much longer than until its
/// redelivery.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The mirrored worker pools.
#[derive(Clone)]
pub(crate) struct Mirror(Arc<Mutex<Connection>>);

impl Mirror {
    /// Opens the database at `path`.
    pub(crate) fn open(path: &str) -> Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    /// Applies a message. Applying it again changes nothing.
    pub(crate) fn apply(&self, event: &Event, envelope: &Envelope) -> Result<()> {
        let mut database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = database.transaction()?;
        change(&transaction, event, envelope)?;
        transaction.execute(
            "DELETE FROM applied WHERE at < unixepoch() - ?1",
            [KEPT_SECONDS],
        )?;
        // The message is acked after this: if the program ends before the ack, the
        // message is redelivered, and its identity is in the database.
        transaction.commit()
    }

    /// The provider and the running capacity of a pool.
    #[cfg(test)]
    pub(crate) fn pool(&self, id: &str) -> Result<(String, i64)> {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let query = "SELECT provider, capacity FROM pools WHERE id = ?1";
        database.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

/// Applies the change of a message.
fn change(transaction: &Transaction<'_>, event: &Event, envelope: &Envelope) -> Result<()> {
    let (worker, sign) = match event {
        // These can be applied again: the last one counts.
        Event::WorkerPoolCreated(message) => return set_provider(transaction, &message.payload),
        Event::WorkerPoolUpdated(message) => return set_provider(transaction, &message.payload),
        Event::WorkerRunning(message) => (&message.payload, 1),
        Event::WorkerStopped(message) => (&message.payload, -1),
        _ => return Ok(()),
    };
    if is_new(transaction, envelope)? {
        add(transaction, worker, sign)?;
    }
    Ok(())
}

/// Inserts the identity of a message about a worker, and returns whether it is new. The
/// payload has the worker and the time, so no two messages have equal payloads.
fn is_new(transaction: &Transaction<'_>, envelope: &Envelope) -> Result<bool> {
    let insert = "INSERT OR IGNORE INTO applied (exchange, payload) VALUES (?1, ?2)";
    let identity = params![envelope.exchange(), envelope.bytes()];
    Ok(transaction.execute(insert, identity)? == 1)
}

fn set_provider(transaction: &Transaction<'_>, pool: &WorkerTypePulseMessage) -> Result<()> {
    let upsert = "INSERT INTO pools (id, provider) VALUES (?1, ?2)
                  ON CONFLICT (id) DO UPDATE SET provider = excluded.provider";
    transaction.execute(upsert, params![pool.worker_pool_id, pool.provider_id])?;
    Ok(())
}

/// Adds the capacity of a worker to its pool, whose creation may be older than this
/// program's queue.
fn add(transaction: &Transaction<'_>, worker: &WorkerPulseMessage, sign: i64) -> Result<()> {
    let upsert = "INSERT INTO pools (id, provider, capacity) VALUES (?1, ?2, ?3)
                  ON CONFLICT (id) DO UPDATE SET capacity = capacity + excluded.capacity";
    let capacity = sign.saturating_mul(worker.capacity.try_into().unwrap_or(i64::MAX));
    transaction.execute(
        upsert,
        params![worker.worker_pool_id, worker.provider_id, capacity],
    )?;
    Ok(())
}
