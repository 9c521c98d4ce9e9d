//! Counts the deliveries that wait for a retry or for the confirmation of a dead letter.

/// Maximum number of deliveries of a channel that wait beyond the prefetch.
const MAX_WAITING: usize = 1000;

/// The number of waiting deliveries of a channel.
#[derive(Default)]
pub(super) struct WaitingCount {
    waiting: usize,
    /// How many have begun to wait since the prefetch was last renewed.
    added: usize,
    /// Half of the prefetch; 0 if there is no limit.
    half: usize,
}

impl WaitingCount {
    /// Adapts to the prefetch, which no longer counts the deliveries before.
    pub(super) fn set_prefetch(&mut self, prefetch: u16) {
        self.half = usize::from(prefetch).div_ceil(2);
        self.added = 0;
    }

    pub(super) fn add(&mut self) {
        self.waiting += 1;
        self.added += 1;
    }

    pub(super) fn remove(&mut self) {
        self.waiting -= 1;
    }

    /// Whether to renew the prefetch of a channel with `in_work` deliveries, so that it no
    /// longer counts those that wait: they take up half of it. The others, which a renewal
    /// no longer counts either, have to be few by then. Otherwise the messages that wait
    /// for a handler would grow with each renewal.
    pub(super) fn is_renewal_due(&self, in_work: usize) -> bool {
        let others = in_work.saturating_sub(self.waiting);
        self.half > 0
            && self.added >= self.half
            && (self.half..=MAX_WAITING).contains(&self.waiting)
            && others <= self.half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefetch_is_renewed_once_while_few_others_are_in_work() {
        let mut count = WaitingCount::default();
        count.set_prefetch(4);
        count.add();
        assert!(!count.is_renewal_due(3), "one waits");
        count.add();
        assert!(!count.is_renewal_due(5), "three others");
        assert!(count.is_renewal_due(4), "one of them was handled");
        count.set_prefetch(4);
        assert!(!count.is_renewal_due(3), "again");
        (0..MAX_WAITING).for_each(|_| count.add());
        assert!(!count.is_renewal_due(MAX_WAITING), "too many wait");
        count.remove();
        count.remove();
        assert!(count.is_renewal_due(MAX_WAITING));
    }
}
