//! One formula for each schema, recursive ones included.

use std::collections::HashMap;

use taskcluster_documents::SchemaId;

use crate::engine::Id;
use crate::translate::Context;

/// How many schemas may nest before the inner ones are built on their own.
const DEEPEST: usize = 50;

/// The formulas that were built so far.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    done: HashMap<SchemaId, Id>,
    /// Schemas that are being built, with the formula that stands for those that
    /// lead back to themselves.
    open: HashMap<SchemaId, Option<(Id, u32)>>,
    /// Schemas that are nested too deeply to be built at once.
    waiting: Vec<(SchemaId, u32)>,
}

/// Builds formulas of schemas.
pub(crate) trait Build {
    fn memo(&mut self) -> &mut Memo;

    /// Builds the formula of the schema `id`, with [`visit`](Self::visit) for the
    /// schemas inside.
    fn build(&mut self, context: &mut Context, id: SchemaId) -> Id;

    /// The formula of the schema `id`.
    fn schema(&mut self, context: &mut Context, id: SchemaId) -> Id {
        let formula = self.visit(context, id);
        while let Some((id, slot)) = self.memo().waiting.pop() {
            self.memo().done.remove(&id);
            let formula = self.visit(context, id);
            context.engine.formulas.bind(slot, formula);
        }
        formula
    }

    /// The formula of a schema inside the one that is being built.
    fn visit(&mut self, context: &mut Context, id: SchemaId) -> Id {
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
        if depth >= DEEPEST {
            let (formula, slot) = context.engine.formulas.reserve();
            memo.waiting.push((id, slot));
            memo.done.insert(id, formula);
            return formula;
        }
        memo.open.insert(id, None);
        let formula = self.build(context, id);
        let memo = self.memo();
        if let Some(Some((_, slot))) = memo.open.remove(&id) {
            context.engine.formulas.bind(slot, formula);
        }
        memo.done.insert(id, formula);
        formula
    }
}
