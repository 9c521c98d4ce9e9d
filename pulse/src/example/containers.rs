//! Examples of containers, enums and alternatives.

use std::collections::BTreeMap;

use arbitrary::{Error, Result, Unstructured};

use super::lengths::Lengths;
use super::retry::{retry, retry_nested};
use super::text::text;
use crate::payload::OpenEnum;
use crate::rule::{ItemsRule, MembersRule};
use crate::validate::Validate;

/// How many items or properties an example may have beyond the minimum.
const SPREAD: usize = 4;

/// A function that makes a value.
pub type Make<T> = fn(&mut Unstructured<'_>) -> Result<T>;

/// A value or `None`; `None` if the value can't be made.
///
/// # Errors
///
/// Only those of `u`.
pub fn optional<'a, T>(
    u: &mut Unstructured<'a>,
    make: impl FnOnce(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Option<T>> {
    Ok(match u.arbitrary()? {
        true => make(u).ok(),
        false => None,
    })
}

/// One of the variants that the schema lists.
///
/// # Errors
///
/// [`Error`], if it lists none.
pub fn open_enum<E: OpenEnum>(u: &mut Unstructured<'_>) -> Result<E> {
    u.choose(E::KNOWN).map(|(_, variant)| variant.clone())
}

/// A valid value of one of several types; of the first if the input is exhausted, if that
/// gives a valid value.
///
/// # Errors
///
/// [`Error`], if none gives a valid value.
pub fn any_of<T: Validate>(u: &mut Unstructured<'_>, branches: &[Make<T>]) -> Result<T> {
    retry_nested(u, |u| {
        let first = u.choose_index(branches.len())?;
        let (before, from) = branches.split_at(first);
        let mut turns = from.iter().chain(before);
        turns
            .find_map(|make| make(u).ok().filter(T::is_valid))
            .ok_or(Error::IncorrectFormat)
    })
}

/// An array that satisfies `rule`, with items made by `make`.
///
/// # Errors
///
/// [`Error`], if not enough different items can be made.
pub fn list<T>(
    u: &mut Unstructured<'_>,
    rule: &ItemsRule<T>,
    make: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let lengths = Lengths::new(rule.minimum, rule.maximum);
    let count = u.int_in_range(lengths.shortest(SPREAD)?)?;
    let mut items = Vec::new();
    while items.len() < count {
        let added = retry_nested(u, |u| {
            items.push(make(u)?);
            if rule.unique.is_none_or(|differ| differ(&items)) {
                return Ok(());
            }
            items.pop();
            Err(Error::IncorrectFormat)
        });
        match added {
            Err(error) if items.len() < lengths.least => return Err(error),
            Err(_) => break,
            Ok(()) => {}
        }
    }
    Ok(items)
}

/// An object that satisfies `rule`, with properties made by `name` and `value`.
///
/// # Errors
///
/// [`Error`], if not enough properties with different names can be made.
pub fn map<T>(
    u: &mut Unstructured<'_>,
    rule: &MembersRule,
    name: impl Fn(&mut Unstructured<'_>) -> Result<String>,
    value: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<BTreeMap<String, T>> {
    let lengths = Lengths::new(rule.minimum, rule.maximum);
    let count = u.int_in_range(lengths.shortest(SPREAD)?)?;
    let mut members = BTreeMap::new();
    while members.len() < count {
        let name = retry(u, |u| {
            let name = name(u)?;
            let is_new = !members.contains_key(&name);
            is_new.then_some(name).ok_or(Error::IncorrectFormat)
        });
        match name.and_then(|name| Ok((name, value(u)?))) {
            Ok((name, value)) => drop(members.insert(name, value)),
            Err(error) if members.len() < lengths.least => return Err(error),
            Err(_) => break,
        }
    }
    Ok(members)
}

/// Additional properties of an object that has the properties `taken`.
///
/// # Errors
///
/// Only those of `u`.
pub fn rest<T>(
    u: &mut Unstructured<'_>,
    taken: &[&str],
    value: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<BTreeMap<String, T>> {
    let mut members = map(u, &MembersRule::new(), |u| text(u, &[]), value)?;
    members.retain(|name, _| !taken.contains(&name.as_str()));
    Ok(members)
}
