//! Counts the deliveries that wait for a retry or for the confirmation of a dead letter.

/// Maximum number of deliveries of a channel that wait beyond the prefetch.
const MAX_WAITING: usize = 1000;

/// The number of waiting deliveries of a channel.
#[derive(Default)]
pub(super) struct WaitingCount {
    waiting: usize,
    /// How many of them the prefetch counts.
    counted: usize,
    /// The last tag that was handed out before the prefetch was last set or renewed. It no
    /// longer counts the deliveries up to it.
    uncounted_to: u64,
    /// Half of the prefetch; 0 if there is no limit.
    half: usize,
}

impl WaitingCount {
    /// Adapts to the prefetch, which no longer counts the deliveries before.
    pub(super) fn set_prefetch(&mut self, prefetch: u16, last_tag: u64) {
        self.half = usize::from(prefetch).div_ceil(2);
        self.counted = 0;
        self.uncounted_to = last_tag;
    }

    pub(super) fn add(&mut self, tag: u64) {
        self.waiting += 1;
        if tag > self.uncounted_to {
            self.counted += 1;
        }
    }

    pub(super) fn remove(&mut self, tag: u64) {
        self.waiting -= 1;
        if tag > self.uncounted_to {
            self.counted -= 1;
        }
    }

    /// Whether to renew the prefetch of a channel with `in_work` deliveries, so that it no
    /// longer counts those that wait: they take up half of it. The others, which a renewal
    /// no longer counts either, have to be few by then. Otherwise the messages that wait
    /// for a handler would grow with each renewal.
    pub(super) fn is_renewal_due(&self, in_work: usize) -> bool {
        let others = in_work.saturating_sub(self.waiting);
        self.half > 0
            && self.counted >= self.half
            && self.waiting <= MAX_WAITING
            && others <= self.half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefetch_is_renewed_once_while_few_others_are_in_work() {
        let mut count = WaitingCount::default();
        count.set_prefetch(4, 0);
        count.add(1);
        assert!(!count.is_renewal_due(3), "one waits");
        count.add(2);
        assert!(!count.is_renewal_due(5), "three others");
        assert!(count.is_renewal_due(4), "one of them was handled");
        count.set_prefetch(4, 4);
        assert!(!count.is_renewal_due(3), "again");
        (5..).take(MAX_WAITING).for_each(|tag| count.add(tag));
        assert!(!count.is_renewal_due(MAX_WAITING), "too many wait");
        count.remove(1);
        count.remove(5);
        assert!(count.is_renewal_due(MAX_WAITING));
    }

    #[test]
    fn the_prefetch_is_renewed_once_for_a_delivery_that_waits_again_and_again() {
        let mut count = WaitingCount::default();
        count.set_prefetch(2, 0);
        count.add(1);
        assert!(count.is_renewal_due(1));
        count.set_prefetch(2, 1);
        count.remove(1);
        count.add(1);
        assert!(!count.is_renewal_due(1), "it does not count");
        count.add(2);
        assert!(count.is_renewal_due(2));
    }
}
