//! The code generated from each folder below `tests/goldens`, compiled.
//!
//! As modules of this library they have to satisfy the lints of the workspace and
//! rustdoc, although the texts of some documents are hostile.

#[path = "../goldens/all-keywords/expected/mod.rs"]
#[rustfmt::skip]
pub mod all_keywords;
#[path = "../goldens/alternatives/expected/mod.rs"]
#[rustfmt::skip]
pub mod alternatives;
#[path = "../goldens/colliding-titles/expected/mod.rs"]
#[rustfmt::skip]
pub mod colliding_titles;
#[path = "../goldens/enum-values/expected/mod.rs"]
#[rustfmt::skip]
pub mod enum_values;
#[path = "../goldens/hostile/expected/mod.rs"]
#[rustfmt::skip]
pub mod hostile;
#[path = "../goldens/no-exchange/expected/mod.rs"]
#[rustfmt::skip]
pub mod no_exchange;
#[path = "../goldens/numbers/expected/mod.rs"]
#[rustfmt::skip]
pub mod numbers;
#[path = "../goldens/objects/expected/mod.rs"]
#[rustfmt::skip]
pub mod objects;
#[path = "../goldens/old-forms/expected/mod.rs"]
#[rustfmt::skip]
pub mod old_forms;
#[path = "../goldens/other-tools/expected/mod.rs"]
#[rustfmt::skip]
pub mod other_tools;
#[path = "../goldens/payload-kinds/expected/mod.rs"]
#[rustfmt::skip]
pub mod payload_kinds;
#[path = "../goldens/property-names/expected/mod.rs"]
#[rustfmt::skip]
pub mod property_names;
#[path = "../goldens/recursion/expected/mod.rs"]
#[rustfmt::skip]
pub mod recursion;
#[path = "../goldens/references/expected/mod.rs"]
#[rustfmt::skip]
pub mod references;
#[path = "../goldens/routing-keys/expected/mod.rs"]
#[rustfmt::skip]
pub mod routing_keys;
#[path = "../goldens/services/expected/mod.rs"]
#[rustfmt::skip]
pub mod services;
#[path = "../goldens/worker-manager-v17/expected/mod.rs"]
#[rustfmt::skip]
pub mod worker_manager_v17;
