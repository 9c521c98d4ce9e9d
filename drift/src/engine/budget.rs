//! The bound on the engine's work.

/// Number of steps of one question that search for instances smaller than the first.
const SPARE_STEPS: u64 = 1_000;

/// The weight of copied values that counts as one step.
const WEIGHT_PER_STEP: u64 = 16;

/// The remaining steps of one question, and of all questions.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    left_of_all: u64,
    /// Steps for instances smaller than the first.
    spare: u64,
}

/// The budget of a question is used up.
#[derive(Debug)]
pub(crate) struct Exhausted;

impl Budget {
    pub(super) fn new(all: u64) -> Self {
        Self {
            left: 0,
            left_of_all: all,
            spare: 0,
        }
    }

    /// Begins a question that may take `steps`.
    pub(super) fn begin(&mut self, steps: u64) {
        self.left = steps.min(self.left_of_all);
        self.spare = SPARE_STEPS.min(self.left / 2);
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    pub(super) fn is_exhausted_for_all(&self) -> bool {
        self.left_of_all == 0
    }

    pub(super) fn has_spare(&self) -> bool {
        self.spare > 0
    }

    /// Sets aside all but the spare steps. Returns how many are set aside.
    pub(super) fn begin_spare(&mut self) -> u64 {
        let spare = std::mem::take(&mut self.spare).min(self.left);
        let aside = self.left - spare;
        self.left = spare;
        aside
    }

    /// Restores the steps that were set aside.
    pub(super) fn end_spare(&mut self, aside: u64) {
        self.spare = self.left;
        self.left = self.left.saturating_add(aside);
    }

    /// Spends the steps for a copy of values of this weight.
    pub(super) fn spend_weight(&mut self, weight: usize) -> Result<(), Exhausted> {
        self.spend(weight as u64 / WEIGHT_PER_STEP)
    }

    /// Spends steps for work that was done already.
    pub(super) fn spend_done(&mut self, steps: u64) -> Result<(), Exhausted> {
        self.left_of_all = self.left_of_all.saturating_sub(steps);
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default().min(self.left_of_all);
        left.map(drop).ok_or(Exhausted)
    }

    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                self.left_of_all = self.left_of_all.saturating_sub(steps);
                Ok(())
            }
            None => {
                // Work that would need more was not done, unless the question already had all
                // steps that are left.
                if self.left == self.left_of_all {
                    self.left_of_all = 0;
                }
                self.left = 0;
                Err(Exhausted)
            }
        }
    }
}
