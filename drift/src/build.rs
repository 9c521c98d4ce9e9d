//! Builds one formula for each schema or type, recursive ones included.

use std::collections::HashMap;
use std::hash::Hash;

use crate::context::Context;
use crate::engine::{Id, Reserved};

/// Maximum nesting before inner schemas are built separately, to bound the stack.
const MAX_DEPTH: usize = 50;

/// The formulas built so far.
#[derive(Debug)]
pub(crate) struct Memo<K> {
    done: HashMap<K, Id>,
    /// Keys in progress, each with the formula that recursive references to it use.
    open: HashMap<K, Option<(Id, Reserved)>>,
    /// Keys that are nested too deeply to be built in the same recursion.
    waiting: Vec<(K, Reserved)>,
}

impl<K> Default for Memo<K> {
    fn default() -> Self {
        Self {
            done: HashMap::new(),
            open: HashMap::new(),
            waiting: Vec::new(),
        }
    }
}

/// Builds the formula of each `Key`.
pub(crate) trait Build {
    type Key: Copy + Eq + Hash;

    fn memo(&mut self) -> &mut Memo<Self::Key>;

    /// Builds the formula of `id`, calling [`visit`](Self::visit) for nested ones.
    fn build(&mut self, context: &mut Context, id: Self::Key) -> Id;

    /// The formula of `id`.
    fn formula(&mut self, context: &mut Context, id: Self::Key) -> Id {
        let formula = self.visit(context, id);
        while let Some((id, reserved)) = self.memo().waiting.pop() {
            self.memo().done.remove(&id);
            let formula = self.visit(context, id);
            context.engine.formulas.bind(reserved, formula);
        }
        formula
    }

    /// The formula of `id`, nested in the one in progress.
    fn visit(&mut self, context: &mut Context, id: Self::Key) -> Id {
        let memo = self.memo();
        if let Some(&done) = memo.done.get(&id) {
            return done;
        }
        let depth = memo.open.len();
        if let Some(open) = memo.open.get_mut(&id) {
            return open
                .get_or_insert_with(|| context.engine.formulas.reserve())
                .0;
        }
        if depth >= MAX_DEPTH {
            let (formula, reserved) = context.engine.formulas.reserve();
            memo.waiting.push((id, reserved));
            memo.done.insert(id, formula);
            return formula;
        }
        memo.open.insert(id, None);
        let formula = self.build(context, id);
        let memo = self.memo();
        if let Some(Some((_, reserved))) = memo.open.remove(&id) {
            context.engine.formulas.bind(reserved, formula);
        }
        memo.done.insert(id, formula);
        formula
    }
}
