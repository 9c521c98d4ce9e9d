//! Finds exchanges by their names.

use std::error::Error;
use std::fmt;
use std::slice;

use super::ExchangeInfo;

/// All exchanges of a generated crate, by name.
///
/// Bindings can be made from the strings of a configuration:
///
/// ```
/// # use taskcluster_pulse::{Binding, Catalogue};
/// # fn binding(exchanges: Catalogue) -> Result<Box<dyn Binding>, Box<dyn std::error::Error>> {
/// let failed = exchanges.find("queue/task-failed")?;
/// let binding = failed.binding([("workerType", "t-linux")])?;
/// # Ok(Box::new(binding))
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Catalogue(&'static [&'static ExchangeInfo]);

impl Catalogue {
    /// The catalogue of these exchanges.
    #[doc(hidden)]
    pub const fn new(exchanges: &'static [&'static ExchangeInfo]) -> Self {
        Self(exchanges)
    }

    /// The exchanges, by service and in the order of its reference.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static ExchangeInfo> + use<> {
        self.into_iter()
    }

    /// Finds an exchange by its name.
    ///
    /// The name is the full name on the broker, or the service with the last part of that
    /// name or the entry's name in the reference: `queue/task-failed` or
    /// `queue/taskFailed`.
    ///
    /// # Errors
    ///
    /// [`UnknownExchange`], which lists the names that exist.
    pub fn find(&self, name: &str) -> Result<&'static ExchangeInfo, UnknownExchange> {
        let known = |info: &&&'static ExchangeInfo| {
            let of_service = name
                .strip_prefix(info.service)
                .and_then(|rest| rest.strip_prefix('/'));
            info.exchange == name
                || of_service.is_some_and(|rest| [info.last_part(), info.name].contains(&rest))
        };
        let found = self.0.iter().find(known).copied();
        found.ok_or_else(|| UnknownExchange {
            name: name.to_owned(),
            known: self.names_like(name),
        })
    }

    /// The names of the exchanges of the service in `name`, or of all if it is unknown.
    fn names_like(&self, name: &str) -> Vec<String> {
        let service = name.split('/').next().unwrap_or(name);
        let of_service = |info: &&ExchangeInfo| info.service == service;
        let all = !self.iter().any(|info| of_service(&info));
        let named = self.iter().filter(|info| all || of_service(info));
        named.map(ExchangeInfo::short_name).collect()
    }
}

impl IntoIterator for Catalogue {
    type Item = &'static ExchangeInfo;
    type IntoIter = std::iter::Copied<slice::Iter<'static, &'static ExchangeInfo>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().copied()
    }
}

/// The error for a name that no exchange of a [`Catalogue`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownExchange {
    /// The name.
    pub name: String,
    /// The names of the service's exchanges, or of all exchanges if the service is
    /// unknown, too.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, known } = self;
        write!(
            f,
            "unknown exchange {name:?}; known are {}",
            known.join(", ")
        )
    }
}

impl Error for UnknownExchange {}
