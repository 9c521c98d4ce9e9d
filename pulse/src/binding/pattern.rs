//! Bindings by a pattern over the whole routing key.

use super::{Binding, ExchangeInfo};
use crate::routing::{RoutingKeyError, RoutingPattern};

/// A binding by a pattern over the whole routing key.
///
/// Made by [`Exchange::raw`](super::Exchange::raw) and
/// [`Exchange::route`](super::Exchange::route), or from the texts of a
/// configuration by [`ExchangeInfo::binding`]. The pattern is checked when the
/// queue is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternBinding {
    info: &'static ExchangeInfo,
    pattern: String,
}

impl PatternBinding {
    pub(super) fn new(info: &'static ExchangeInfo, pattern: String) -> Self {
        Self { info, pattern }
    }
}

impl Binding for PatternBinding {
    fn info(&self) -> &'static ExchangeInfo {
        self.info
    }

    fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError> {
        RoutingPattern::new(&self.pattern).map_err(|error| error.in_exchange(self.info.exchange))
    }
}
