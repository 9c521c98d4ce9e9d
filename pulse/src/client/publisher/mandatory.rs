//! Mandatory messages until it is known whether the broker has returned them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::client::transport::Confirm;

/// The mandatory messages that were sent on a channel and have no outcome yet.
///
/// The answer to any message may carry the return of another one. But the broker returns
/// messages in the order in which they were sent, each before its answer, and each answer
/// carries the oldest return that none has carried yet. So when all messages up to one
/// are answered, an answer has carried its return, if it was returned. Answers to messages
/// that are not mandatory carry returns, too, so a publisher's messages have to be either
/// all mandatory or none of them: the former are polled one by one, the latter in order.
#[derive(Default)]
pub(super) struct Mandatory {
    /// In the order of sending.
    sent: VecDeque<u64>,
    /// The answers to these messages, `None` before they have come.
    answers: BTreeMap<u64, Option<Confirm>>,
    /// The messages whose return an answer has carried.
    returned: BTreeSet<u64>,
}

impl Mandatory {
    pub(super) fn add(&mut self, number: u64) {
        self.sent.push_back(number);
        self.answers.insert(number, None);
    }

    /// Takes in an answer; returns it if it is for a message that is not mandatory.
    pub(super) fn hold(&mut self, number: u64, confirm: Confirm) -> Option<Confirm> {
        self.returned.extend(confirm.unrouted);
        match self.answers.get_mut(&number) {
            Some(answer) => {
                *answer = Some(confirm);
                None
            }
            None => Some(confirm),
        }
    }

    /// The oldest message and its answer, which has the message's own number as `unrouted`
    /// if it was returned. `None` before it is answered.
    ///
    /// To be called only when all answers that are ready were taken in.
    pub(super) fn pop_answered(&mut self) -> Option<(u64, Confirm)> {
        let number = *self.sent.front()?;
        let confirm = (*self.answers.get(&number)?)?;
        self.sent.pop_front();
        self.answers.remove(&number);
        let unrouted = self.returned.take(&number);
        Some((
            number,
            Confirm {
                unrouted,
                ..confirm
            },
        ))
    }

    /// Drops all messages, and returns the numbers of those that were answered.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = u64> + use<> {
        let answers = std::mem::take(self).answers.into_iter();
        answers.filter_map(|(number, answer)| answer.map(|_| number))
    }
}
