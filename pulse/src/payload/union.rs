//! Values that may be of several types: `anyOf`, `oneOf`, and lists of kinds.

use serde_core::de::{DeserializeOwned, Deserializer};
use serde_core::{Deserialize, Serialize};
use serde_json::Value;

use super::fits::Manner;
use super::misfits::meant;
use super::{RawJson, Shape, objects};
use crate::validate::{Flow, Pointer, Report, Violation};

/// An enum with a variant for each type that a value may be of, and one more
/// for a value that is of none, kept as its text.
pub trait Union: Serialize + Sized + 'static {
    /// The keyword that the enum was made from, `oneOf` for instance.
    const KEYWORD: &'static str;

    /// The types, in the order of the schema.
    const BRANCHES: &'static [Branch<Self>];

    /// The variant for a value that fits none of the types, or more of them
    /// than the keyword allows.
    fn unmatched(text: RawJson) -> Self;

    /// Checks the rules of the variant that the value has, and nothing of the
    /// others.
    ///
    /// # Errors
    ///
    /// Breaks where `report` has seen enough.
    fn check_variant(&self, at: &Pointer<'_>, report: &mut Report) -> Flow;
}

/// One type of a [`Union`].
#[derive(Debug)]
pub struct Branch<U: 'static> {
    shape: &'static Shape,
    read: fn(&RawJson) -> Option<U>,
}

impl<U: Union> Branch<U> {
    /// The type of `shape`, read by `read`: `|text| text.parse().map(U::Variant).ok()`.
    pub const fn new(shape: &'static Shape, read: fn(&RawJson) -> Option<U>) -> Self {
        Self { shape, read }
    }

    /// Reads the value; whole numbers that are written with a fraction or an
    /// exponent are written anew.
    fn read_exactly(&self, text: &RawJson, mut value: Value) -> Option<U> {
        if let Some(read) = (self.read)(text) {
            return Some(read);
        }
        if !self.shape.make_integers_plain(&mut value) {
            return None;
        }
        (self.read)(&RawJson::of(&value).ok()?)
    }
}

/// Reads a value into the variant of the type that it fits: strictly, so that
/// types which differ by their members are told apart; or, where it fits none,
/// passing over members that the types do not know.
///
/// # Errors
///
/// Where the input is not JSON.
pub fn deserialize_union<'de, D, U>(deserializer: D) -> Result<U, D::Error>
where
    D: Deserializer<'de>,
    U: Union,
{
    let text = RawJson::deserialize(deserializer)?;
    let read = text.parse().ok().and_then(|value| {
        let branch = branch_of::<U>(&value)?;
        branch.read_exactly(&text, value)
    });
    Ok(read.unwrap_or_else(|| U::unmatched(text)))
}

/// The type that a value fits; none where it fits more than the keyword allows.
fn branch_of<U: Union>(value: &Value) -> Option<&'static Branch<U>> {
    [true, false].into_iter().find_map(|strict| {
        let manner = Manner {
            strict,
            // Where the kind alone tells the types apart, a value may break their rules.
            ruled: U::KEYWORD != "type",
        };
        let branches = U::BRANCHES.iter();
        let mut fitting = branches.filter(|branch| manner.fits(value, branch.shape));
        let first = fitting.next()?;
        let is_ambiguous = U::KEYWORD == "oneOf" && fitting.next().is_some();
        Some((!is_ambiguous).then_some(first))
    })?
}

/// Says that the value at `at`, of which `text` is the JSON text, fits no type; or
/// what of it does not fit, where its kind tells which type is meant.
///
/// # Errors
///
/// Breaks where `report` has seen enough.
pub fn check_unmatched<U: Union>(text: &RawJson, at: &Pointer<'_>, report: &mut Report) -> Flow {
    let manner = Manner {
        strict: false,
        ruled: true,
    };
    let shapes = U::BRANCHES.iter().map(|branch| branch.shape);
    let inside = text.parse().ok().and_then(|value| {
        let shape = meant(U::KEYWORD, shapes, &value)?;
        let misfit = manner.check(shape, &value, at, &mut Report::first());
        misfit.is_break().then_some((shape, value))
    });
    match inside {
        Some((shape, value)) => manner.check(shape, &value, at, report),
        None => report.add(|| Violation::no_alternative(at, U::KEYWORD, text)),
    }
}

/// Checks that a value fits one type alone, as `oneOf` asks. The shapes of its
/// types have their rules in them.
///
/// # Errors
///
/// Breaks where it does not, and `report` has seen enough.
pub fn check_one<U: Union>(value: &U, at: &Pointer<'_>, report: &mut Report) -> Flow {
    let shapes = U::BRANCHES.iter().map(|branch| branch.shape);
    match Manner::EXACT.fitting(value, shapes) {
        0 | 1 => Flow::Continue(()),
        _ => report.add(|| Violation::new(at.to_string(), U::KEYWORD, "one alternative", value)),
    }
}

/// Reads `text` into a variant; what a [`Branch`] reads with.
pub fn read_variant<T: DeserializeOwned, U>(text: &RawJson, variant: fn(T) -> U) -> Option<U> {
    objects::read(text.get().as_bytes()).ok().map(variant)
}
