//! Examples satisfy the rules from which they are made.
#![cfg(feature = "arbitrary")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Result, Unstructured};
use serde::Serialize;
use taskcluster_pulse::__private::{
    self as private, ItemsRule, Matcher, MembersRule, Positions, Run, Schema, Split, Table, unique,
};
use taskcluster_pulse::{RawJson, RawJsonObject, Timestamp};
use taskcluster_pulse::{ScalarRule, StringRule, Validate, Word, Words, example};

/// An empty input, one of zeros, one of ones, and 300 pseudo-random ones.
static INPUTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let random = (0..300).map(|seed| {
        let words: [u64; 32] = example(seed).unwrap();
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    });
    let extreme = [Vec::new(), vec![0; 64], vec![0xff; 4096]];
    extreme.into_iter().chain(random).collect()
});

/// The values that `make` makes from each of the inputs.
fn made<T>(make: impl Fn(&mut Unstructured<'_>) -> Result<T>) -> Vec<T> {
    let inputs = INPUTS.iter();
    inputs
        .map(|input| make(&mut Unstructured::new(input)).unwrap())
        .collect()
}

fn any<T: for<'a> Arbitrary<'a>>() -> Vec<T> {
    made(|u| u.arbitrary())
}

/// The different examples of `rule`, after checking that all satisfy it.
fn texts(rule: StringRule) -> BTreeSet<String> {
    let texts = made(|u| rule.arbitrary(u));
    for text in &texts {
        assert!(rule.is_valid(text), "{text:?} by {rule:?}");
    }
    texts.into_iter().collect()
}

const LOWER: Matcher = Matcher::run(&const { Run::new(b"--az").first(b"az").last(b"bb") });

#[test]
fn strings_without_a_pattern_keep_their_lengths() {
    let texts = texts(StringRule::new("RULE").min_length(3).max_length(30));
    let lengths: BTreeSet<usize> = texts.iter().map(|text| text.chars().count()).collect();
    assert_eq!((lengths.first(), lengths.last()), (Some(&3), Some(&30)));
    assert!(texts.iter().any(|text| !text.is_ascii()));
}

#[test]
fn strings_match_runs_positions_and_splits() {
    let rule = |matcher| StringRule::new("RULE").pattern("a pattern", matcher);
    assert!(texts(rule(LOWER).min_length(1)).len() > 100);
    let slug = Positions::new(&[b"az", b"09"], b"\x01\x02\x01");
    let slug: &'static Positions = Box::leak(Box::new(slug));
    assert!(texts(rule(Matcher::positions(slug))).len() > 100);
    const POOL: Matcher = Matcher::split(
        &const { Split::new(b'/', LOWER.at_least(1).at_most(20), LOWER.at_least(1)) },
    );
    assert!(texts(rule(POOL)).len() > 100);
    for text in texts(rule(POOL).min_length(60).max_length(61)) {
        assert!((60..=61).contains(&text.len()));
    }
}

/// The automaton of `^(ab)*c?$`.
const PAIRS: Table = Table::new(b"aa\x01bb\x02cc\x03", 4, b"\0\x04\0\x03\0\0\0\0\0\0\x02\0")
    .start(2)
    .accepting(4);

#[test]
fn strings_match_automata_and_lengths() {
    let rule = StringRule::new("RULE").pattern("^(ab)*c?$", Matcher::table(&PAIRS));
    let all = texts(rule);
    assert!(all.contains("") && all.contains("abc"), "{all:?}");
    let some = texts(rule.min_length(3).max_length(4));
    assert_eq!(some, BTreeSet::from(["abc".to_owned(), "abab".to_owned()]));
}

#[test]
fn strings_satisfy_several_rules_at_once() {
    let rule = StringRule::new("RULE")
        .pattern("^[-a-z]*b$", LOWER)
        .format("ab-pairs", Matcher::table(&PAIRS))
        .min_length(2)
        .max_length(6);
    assert_eq!(
        texts(rule),
        BTreeSet::from(["ab", "abab", "ababab"].map(str::to_owned))
    );
    let all = Matcher::all_of(const { &[LOWER, Matcher::table(&PAIRS)] });
    let any = Matcher::any_of(const { &[LOWER, Matcher::table(&PAIRS)] });
    assert!(texts(StringRule::new("RULE").pattern("all", all)).contains("abab"));
    assert!(texts(StringRule::new("RULE").pattern("any", any)).contains("abc"));
    let counted =
        Matcher::all_of(const { &[Matcher::table(&PAIRS), Matcher::characters(3, 5)] }).at_most(20);
    assert_eq!(
        texts(StringRule::new("RULE").pattern("counted", counted)),
        BTreeSet::from(["abc", "abab", "ababc"].map(str::to_owned))
    );
    let listed = StringRule::new("RULE").one_of(&["a", "ab", "abc"]);
    assert_eq!(texts(listed.max_length(2)).len(), 2);
}

#[test]
fn strings_beyond_ascii_are_found() {
    const ACUTE: Table = Table::new(b"\xc3\xc3\x01\xa9\xa9\x02", 3, b"\0\x03\0\0\0\x02")
        .start(2)
        .accepting(3);
    let rule = StringRule::new("RULE").pattern("^é*$", Matcher::table(&ACUTE));
    assert!(texts(rule.min_length(2)).contains("éé"));
}

#[test]
fn contradicting_limits_are_an_error() {
    let none = StringRule::new("RULE").min_length(2).max_length(1);
    assert!(none.arbitrary(&mut Unstructured::new(&[])).is_err());
    let endless = StringRule::new("RULE").min_length(u64::MAX);
    assert!(endless.arbitrary(&mut Unstructured::new(&[])).is_err());
    let number = ScalarRule::<u64>::new().minimum(3).exclusive_maximum(3);
    assert!(number.arbitrary(&mut Unstructured::new(&[])).is_err());
    let items = ItemsRule::<bool>::new().minimum(3).unique(unique);
    assert!(
        private::example::list(&mut Unstructured::new(&[]), &items, |u| u.arbitrary()).is_err()
    );
}

#[test]
fn integers_keep_their_limits() {
    for rule in [
        ScalarRule::<i64>::new(),
        ScalarRule::new().minimum(-3).maximum(12).multiple_of(5),
        ScalarRule::new()
            .exclusive_minimum(-3)
            .exclusive_maximum(-1),
        ScalarRule::new().minimum(i64::MAX),
        ScalarRule::new().one_of(&[-1, 7]),
    ] {
        assert!(
            made(|u| rule.arbitrary(u))
                .iter()
                .all(|it| rule.is_valid(it))
        );
    }
    let found: BTreeSet<u64> = made(|u| ScalarRule::<u64>::new().multiple_of(1000).arbitrary(u))
        .into_iter()
        .collect();
    assert!(found.contains(&0) && found.len() > 100);
    assert!(found.iter().all(|it| it % 1000 == 0));
}

#[test]
fn numbers_are_finite_and_keep_their_limits() {
    for rule in [
        ScalarRule::<f64>::new(),
        ScalarRule::new().exclusive_minimum(0.0).maximum(1.0),
        ScalarRule::new()
            .exclusive_minimum(0.1)
            .exclusive_maximum(0.1001),
        ScalarRule::new().minimum(1e300),
        ScalarRule::new().minimum(-1.0).multiple_of(0.25),
        ScalarRule::new().constant(&[2.5]),
    ] {
        let numbers = made(|u| rule.arbitrary(u));
        assert!(numbers.iter().all(|it| it.is_finite() && rule.is_valid(it)));
        for number in numbers {
            let text = serde_json::to_string(&number).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&text).unwrap(), number);
        }
    }
}

#[test]
fn lists_and_maps_keep_their_counts() {
    let rule = ItemsRule::new().minimum(2).maximum(3).unique(unique);
    for list in made(|u| private::example::list(u, &rule, |u| u.int_in_range(0..=3_u8))) {
        assert!(rule.is_valid(&list), "{list:?}");
    }
    let rule = MembersRule::new().minimum(2).maximum(3);
    let name = StringRule::new("RULE").one_of(&["a", "b", "c"]);
    for map in
        made(|u| private::example::map(u, &rule, |u| name.arbitrary(u), |u| u.arbitrary::<bool>()))
    {
        assert!(rule.is_valid(map.len()), "{map:?}");
        assert!(map.keys().all(|key| name.is_valid(key)));
    }
    let rest = made(|u| private::example::rest(u, &["", "a"], |u| u.arbitrary::<bool>()));
    assert!(rest.iter().any(|rest| !rest.is_empty()));
    assert!(rest.iter().all(|rest| !rest.contains_key("a")));
}

#[test]
fn values_without_rules_have_their_type() {
    for timestamp in any::<Timestamp>() {
        let text = timestamp.to_string();
        assert!(("1970".."2101").contains(&&text[..4]), "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), timestamp);
    }
    for object in any::<RawJsonObject>() {
        object.parse::<BTreeMap<String, RawJson>>().unwrap();
    }
    let words: BTreeSet<Word> = any::<Word>().into_iter().collect();
    assert!(words.len() > 100 && !words.iter().any(|word| word == "_"));
    let words = any::<Words>();
    assert!(words.iter().any(|words| words.as_str().contains('.')));
}

#[test]
fn a_seed_always_gives_the_same_example() {
    let texts = |seeds: std::ops::Range<u64>| -> Vec<RawJson> {
        seeds.map(|seed| example(seed).unwrap()).collect()
    };
    assert_eq!(texts(0..100), texts(0..100));
    let different: BTreeSet<String> = texts(0..100)
        .iter()
        .map(|text| text.get().to_owned())
        .collect();
    assert!(different.len() > 50, "{}", different.len());
}

/// A recursive value, which may end.
#[derive(Debug, Serialize)]
enum Chain {
    End,
    Link(Box<Chain>),
}

impl Validate for Chain {
    const SCHEMA: &'static Schema = &Schema::ANY;

    fn is_valid(&self) -> bool {
        true
    }
}

impl<'a> Arbitrary<'a> for Chain {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        private::example::any_of(
            u,
            &[
                |_| Ok(Self::End),
                |u| private::example::smaller(u).map(Box::new).map(Self::Link),
            ],
        )
    }
}

impl Chain {
    fn links(&self) -> usize {
        match self {
            Self::End => 0,
            Self::Link(next) => 1 + next.links(),
        }
    }
}

#[test]
fn recursive_values_are_finite() {
    let input = vec![1; 1 << 24];
    let longest = Chain::arbitrary(&mut Unstructured::new(&input)).unwrap();
    assert!((10..=16).contains(&longest.links()), "{longest:?}");
    assert!(any::<Chain>().iter().any(|chain| chain.links() == 0));
}

/// A type without finite values, because each value contains another one.
#[derive(Debug)]
struct Endless(#[expect(dead_code, reason = "no value of it exists")] Box<Endless>);

impl<'a> Arbitrary<'a> for Endless {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        private::example::smaller(u).map(Box::new).map(Self)
    }
}

#[test]
fn a_type_without_finite_values_is_an_error() {
    example::<Endless>(1).unwrap_err();
    // The depth is reset afterwards.
    example::<Chain>(1).unwrap();
}
