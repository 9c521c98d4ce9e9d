//! Publishing of a recording, and its confirms.

use std::collections::VecDeque;

use taskcluster_pulse::{Confirmation, PublishError, Publisher};

use super::recording::Recording;
use crate::broker::Error;

/// Maximum number of messages published ahead of the oldest confirm.
pub(super) const MAX_UNCONFIRMED: usize = 1000;

/// Sends the messages of a recording, in order.
pub(super) struct Sending<'r> {
    recording: &'r Recording<'r>,
    /// The last of those sent, with their lines; all before are confirmed.
    unconfirmed: VecDeque<(usize, Confirmation)>,
    /// The number of confirmed messages, and the line of the last one.
    pub(super) confirmed: usize,
    line: usize,
}

impl<'r> Sending<'r> {
    pub(super) fn new(recording: &'r Recording<'r>) -> Self {
        Self {
            recording,
            unconfirmed: VecDeque::new(),
            confirmed: 0,
            line: 0,
        }
    }

    /// Publishes all of them, and waits until they are confirmed. After an error, too: if it
    /// names a line, those before it are published.
    pub(super) async fn publish_all(&mut self, publisher: &Publisher) -> Result<(), Error> {
        let sent = self.send_all(publisher).await;
        self.confirm_all().await?;
        sent
    }

    async fn send_all(&mut self, publisher: &Publisher) -> Result<(), Error> {
        for message in self.recording.messages()? {
            let (line, envelope) = message?;
            if self.unconfirmed.len() == MAX_UNCONFIRMED {
                self.confirm_first().await?;
            }
            let sent = publisher.publish_envelope(&envelope).await;
            let sent = sent.map_err(|source| self.not_published(line, source))?;
            self.unconfirmed.push_back((line, sent));
        }
        Ok(())
    }

    pub(super) async fn confirm_all(&mut self) -> Result<(), Error> {
        while !self.unconfirmed.is_empty() {
            self.confirm_first().await?;
        }
        Ok(())
    }

    /// Waits for the oldest confirm.
    async fn confirm_first(&mut self) -> Result<(), Error> {
        let Some((line, confirmation)) = self.unconfirmed.front_mut() else {
            return Ok(());
        };
        let (line, confirmed) = (*line, confirmation.await);
        self.unconfirmed.pop_front();
        if let Err(source) = confirmed {
            // Only the first failure is reported.
            self.unconfirmed.clear();
            return Err(self.not_published(line, source));
        }
        self.confirmed += 1;
        self.line = line;
        Ok(())
    }

    fn not_published(&self, line: usize, source: PublishError) -> Error {
        Error::Publish {
            path: self.recording.path.to_path_buf(),
            line,
            source: Box::new(source),
        }
    }

    pub(super) fn interrupted(&self) -> Error {
        Error::Interrupted {
            path: self.recording.path.to_path_buf(),
            published: self.confirmed,
            line: self.line,
            unconfirmed: self.unconfirmed.len(),
        }
    }
}
