//! The database of worker pools.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Result, Transaction, params};
use taskcluster_events::Event;
use taskcluster_events::worker_manager::{WorkerPulseMessage, WorkerTypePulseMessage};

/// A worker and a time identify a message about a worker, so `workers` has the time of the last
/// one. A worker that has stopped has the capacity 0.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS pools (
        id TEXT PRIMARY KEY,
        provider TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS workers (
        pool TEXT NOT NULL,
        worker_group TEXT NOT NULL,
        id TEXT NOT NULL,
        capacity INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (pool, worker_group, id)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS stopped_at ON workers (at) WHERE capacity = 0;
";

/// How long a worker that has stopped is kept, in milliseconds: much longer than until a
/// redelivery of an earlier message about it.
const KEPT_MILLISECONDS: i64 = 7 * 24 * 60 * 60 * 1000;

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
    pub(crate) fn apply(&self, event: &Event) -> Result<()> {
        let mut database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = database.transaction()?;
        match event {
            Event::WorkerPoolCreated(message) => set_provider(&transaction, &message.payload)?,
            Event::WorkerPoolUpdated(message) => set_provider(&transaction, &message.payload)?,
            Event::WorkerRunning(message) => set_running(&transaction, &message.payload)?,
            Event::WorkerStopped(message) => set_stopped(&transaction, &message.payload)?,
            _ => {}
        }
        // The message is acked after this: if the program ends before the ack, the message is
        // redelivered, and the database has its effect already.
        transaction.commit()
    }

    /// The provider and the running capacity of a pool.
    #[cfg(test)]
    pub(crate) fn pool(&self, id: &str) -> Result<(String, i64)> {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let query = "SELECT provider,
                         (SELECT coalesce(sum(capacity), 0) FROM workers WHERE pool = pools.id)
                     FROM pools WHERE id = ?1";
        database.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

fn set_provider(transaction: &Transaction<'_>, pool: &WorkerTypePulseMessage) -> Result<()> {
    let upsert = "INSERT INTO pools (id, provider) VALUES (?1, ?2)
                  ON CONFLICT (id) DO UPDATE SET provider = excluded.provider";
    transaction.execute(upsert, params![pool.worker_pool_id, pool.provider_id])?;
    Ok(())
}

fn set_running(transaction: &Transaction<'_>, worker: &WorkerPulseMessage) -> Result<()> {
    // The creation of the pool may be older than this program's queue.
    let insert = "INSERT OR IGNORE INTO pools (id, provider) VALUES (?1, ?2)";
    transaction.execute(insert, params![worker.worker_pool_id, worker.provider_id])?;
    let capacity = worker.capacity.try_into().unwrap_or(i64::MAX);
    set_capacity(transaction, worker, capacity)
}

fn set_stopped(transaction: &Transaction<'_>, worker: &WorkerPulseMessage) -> Result<()> {
    set_capacity(transaction, worker, 0)?;
    let forget = "DELETE FROM workers WHERE capacity = 0 AND at < ?1";
    let before = worker.timestamp.as_millis() - KEPT_MILLISECONDS;
    transaction.execute(forget, [before])?;
    Ok(())
}

/// Sets the capacity of a worker, unless a message of a later time has.
fn set_capacity(
    transaction: &Transaction<'_>,
    worker: &WorkerPulseMessage,
    capacity: i64,
) -> Result<()> {
    let upsert = "INSERT INTO workers (pool, worker_group, id, capacity, at)
                  VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT (pool, worker_group, id)
                  DO UPDATE SET capacity = excluded.capacity, at = excluded.at
                  WHERE excluded.at >= at";
    let at = worker.timestamp.as_millis();
    let (pool, group) = (&worker.worker_pool_id, &worker.worker_group);
    transaction.execute(upsert, params![pool, group, worker.worker_id, capacity, at])?;
    Ok(())
}
