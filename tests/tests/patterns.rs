//! Compiled patterns against an ECMA-262 engine.

use regress::{Flags, Regex};
use taskcluster_documents::pattern::{Constraint, Shape, compile};
use taskcluster_tests::matcher::matcher;
use taskcluster_tests::texts::near;

/// How many texts each pattern is tried on.
const TEXTS: usize = 4000;

/// What asks for `pattern` and nothing else.
fn only(pattern: &str) -> Constraint<'_> {
    Constraint {
        pattern: Some(pattern),
        ..Constraint::default()
    }
}

fn engine(pattern: &str) -> Regex {
    let unicode = Flags {
        unicode: true,
        ..Flags::default()
    };
    Regex::with_flags(pattern, unicode)
        .or_else(|_| Regex::new(pattern))
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// Tries `pattern` on texts near `samples`, and gives back how many matched.
fn agree(pattern: &str, samples: &[&str]) -> usize {
    let compiled =
        compile(&only(pattern)).unwrap_or_else(|refusal| panic!("{pattern}: {refusal:?}"));
    let matcher = matcher(&compiled.pattern.expect("a pattern was given"));
    let engine = engine(pattern);
    let mut texts = near(samples, pattern.len() as u64, TEXTS);
    texts.extend(samples.iter().map(|&sample| sample.to_owned()));
    let mut matched = 0;
    for text in texts {
        let expected = engine.find(&text).is_some();
        assert_eq!(matcher.matches(&text), expected, "`{pattern}` on {text:?}");
        matched += usize::from(expected);
    }
    matched
}

/// Every pattern of the schemas of v106, with texts that match.
const UPSTREAM: &[(&str, &[&str])] = &[
    ("^([a-zA-Z0-9-_]*)$", &["", "gecko-t_1", "aws"]),
    ("^([a-zA-Z0-9-_%]*)$", &["", "proj-taskcluster%2Fci"]),
    (
        "^[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$",
        &["fN1SbArXTPSVFUUvaOlinQ", "VPrLCkRLTLqTQwYnHGQKuA"],
    ),
    (
        "^[a-zA-Z0-9]{8}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{12}$",
        &["b5a1b9d0-1c3e-11ee-be56-0242ac120002"],
    ),
    (
        "^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$",
        &[
            "gecko-t/t-linux-large",
            "a/b",
            "proj-x/ci-0123456789-0123456789-0123456789012",
        ],
    ),
    (
        "^[a-z]([-a-z0-9]{0,36}[a-z0-9])?$",
        &["b-linux", "a", "a--0"],
    ),
    ("^[a-zA-Z0-9-_]{1,38}$", &["aws-provisioner-v1", "x"]),
    (
        "^[\\x20-\\x7e]+$",
        &["mozilla-group:team_taskcluster", " ~"],
    ),
    (
        "^[A-Za-z0-9!@/:.+|_-]+$",
        &["github/1234|user", "static/taskcluster/queue"],
    ),
    ("^[ -~]*$", &["", "queue:create-task:highest:gecko-t/*"]),
    (
        "^(https?://|ssh://|git@)",
        &[
            "https://hg.mozilla.org/",
            "http://x",
            "ssh://hg.mozilla.org",
            "git@github.com:a/b",
        ],
    ),
    ("^([a-zA-Z0-9._/-]*)$", &["public/build/target.tar.xz", ""]),
    ("[-a-z0-9]+", &["creation-error", "A B c"]),
];

#[test]
fn patterns_of_v106() {
    for (pattern, samples) in UPSTREAM {
        let matched = agree(pattern, samples);
        assert!(matched > TEXTS / 20, "`{pattern}` matched {matched} texts");
        assert!(matched < TEXTS, "`{pattern}` matched all texts");
    }
}

#[test]
fn identifiers_need_no_table() {
    let whole = UPSTREAM
        .iter()
        .filter(|(pattern, _)| pattern.ends_with('$'));
    for (pattern, _) in whole {
        let form = compile(&only(pattern)).unwrap().pattern.unwrap();
        assert!(!matches!(form.shape, Shape::Table(_)), "{pattern}");
    }
}

/// Counts that would take an automaton too many states, or nearly so.
const COUNTED: &[(&str, &[&str])] = &[
    ("^.{0,3}$", &["", "aé😀", "a\nb", "abcd"]),
    ("^\\S{2,4}$", &["aé", "😀😀😀😀", "a b", "é"]),
    ("^[^\\s]{2,}$", &["aé", "é", "a b"]),
    ("^\\p{L}{1,50}$", &["aÉ", "", "a1"]),
    ("^[\\s\\S]{0,65535}$", &["", "a\nb😀"]),
    ("^[^a]{3}$", &["éé😀", "éa😀"]),
    ("^.{2,2000}$", &["éé", "a"]),
    // Not the whole text: an automaton has to do.
    ("^.{2,3}", &["éé", "a"]),
    (".{2,3}$", &["éé", "a\nb"]),
    ("^\\S{2,3}a$", &["ééa", "éa"]),
    ("^(?:.{2,3}|b)$", &["éé", "b", "a"]),
];

#[test]
fn counted_characters() {
    for (pattern, samples) in COUNTED {
        assert!(agree(pattern, samples) > 0, "{pattern}");
    }
    let most = compile(&only("^\\S{1,255}$")).unwrap().pattern.unwrap();
    let most = matcher(&most);
    assert!(most.matches(&"😀".repeat(255)));
    assert!(!most.matches(&"😀".repeat(256)) && !most.matches(""));
}

/// Patterns that translations get wrong, with texts near to what they match.
const NASTY: &[(&str, &[&str])] = &[
    ("", &["", "a"]),
    ("^$", &["", "a"]),
    ("$^", &["", "a"]),
    ("a$b", &["ab", "a\nb"]),
    ("^a|b$", &["axx", "xxb", "xax"]),
    ("^(?:a|b)$", &["a", "b", "ab"]),
    ("(^a)+", &["aa", "ba"]),
    (
        ".",
        &["", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "😀"],
    ),
    ("^.$", &["a", "é", "😀", "\u{85}", "ab"]),
    ("^.{3}$", &["aé😀", "a\nb", "ab"]),
    ("^.*$", &["a\nb", "abc", "é\u{2029}"]),
    ("^\\d+$", &["0123", "٣", "12a"]),
    ("^\\D+$", &["abc", "٣", "1"]),
    ("^\\w+$", &["aZ_9", "é", "K"]),
    ("^\\W+$", &["-é😀", "a"]),
    (
        "^\\s+$",
        &[
            " \t\u{b}\u{c}\r\n\u{a0}\u{feff}\u{2028}\u{3000}",
            "\u{85}",
            "\u{180e}",
        ],
    ),
    ("^\\S+$", &["abc", "é\u{200b}", "a b"]),
    ("^[\\s\\S]*$", &["a\nb", "😀"]),
    ("^[^\\s]+$", &["abc", "é\u{a0}"]),
    ("^[\\d-x]+$", &["1-x", "5"]),
    ("^[a-z0-9-_]+$", &["a-_", "z9"]),
    ("^[--/]+$", &["-./", "+"]),
    ("^[+--]+$", &["+,-", "."]),
    ("^[\\w-]+$", &["a-b", "_"]),
    ("^[^]$", &["a", "\n", "😀", ""]),
    ("^[^]+$", &["a\nb", "😀é", ""]),
    ("[]", &["", "a"]),
    ("^a[]*b$", &["ab", "aab"]),
    ("^[^/]{2}[^/]+$", &["ab", "é😀a", "éé", "a/b"]),
    ("^[^a][^b]+$", &["é", "éé", "ba", "bb"]),
    ("^[^a]{2,3}$", &["éé", "😀bc", "b", "éa"]),
    ("[^a]b$", &["éb", "ab", "b"]),
    ("^\\cJ\\cj$", &["\n\n", "cJ"]),
    ("^[\\cA-\\cZ]+$", &["\u{1}\t\n", "a"]),
    ("^\\x41\\u0042\\u{43}$", &["ABC", "ABCC"]),
    ("^\\uD83D\\uDE00$", &["😀", "😁"]),
    ("^[\\uD83D\\uDE00-\\uD83D\\uDE10]+$", &["😀😁", "a"]),
    ("^[😀-😂]{2}$", &["😀😂", "😀"]),
    ("^😀+$", &["😀😀", "😀a"]),
    ("\\uD83D", &["😀", "a"]),
    ("^[^\\uD83D]$", &["😀", "a"]),
    ("^[\\uD7FF-\\uE000]$", &["\u{d7ff}", "\u{e000}", "a"]),
    ("^a\\/b\\.c\\-d$", &["a/b.c-d", "a/bxc-d"]),
    ("^\\_\\:\\@$", &["_:@", "\\_"]),
    ("^{$", &["{", ""]),
    ("^a{,3}$", &["a{,3}", "aa"]),
    ("^a{1$", &["a{1", "a"]),
    ("^}]$", &["}]", "}"]),
    ("^\\p{Lu}+$", &["AÉ", "a"]),
    ("^\\P{L}+$", &["12-", "é", "😀"]),
    ("^\\p{Script=Greek}$", &["α", "a"]),
    ("^[\\p{Nd}_]+$", &["1٣_", "a"]),
    ("^\\p{Zl}$", &["\u{2028}", "\u{2029}"]),
    ("^\\t\\n\\v\\f\\r\\0$", &["\t\n\u{b}\u{c}\r\0", "tnvfr0"]),
    ("^[\\b]$", &["\u{8}", "b"]),
    ("\\bab\\b", &["ab", "x ab y", "xab", "éab", "ab-"]),
    ("\\Bab", &["xab", " ab", "ab"]),
    ("\\B", &["", "a", "aéa", "é", "😀"]),
    ("^\\B[^x]\\B", &["éa", "é", "ab", "😀😀"]),
    ("^[^x]\\b", &["éa", "a", "a-"]),
    ("\\b$", &["a", "é", ""]),
    ("^(a*)*$", &["aaa", "", "b"]),
    ("^(a|aa)+$", &["aaaa", "b"]),
    ("^(?:a?){3}b$", &["aab", "aaaab"]),
    ("^a*?b+?c??$", &["aab", "abc", "c"]),
    ("^a{2,4}$", &["a", "aa", "aaaa", "aaaaa"]),
    ("^a{3}$", &["aaa", "aaaa"]),
    ("^a{0}b$", &["b", "ab"]),
    ("^[a-f]{1,300}$", &["abc", ""]),
    ("^(?<year>\\d{4})-(?<month>\\d\\d)$", &["2024-01", "24-1"]),
    ("^((a)|(b))*c$", &["ababc", "c"]),
    ("(a|b)(c|d)$", &["ac", "xbd", "acx"]),
    ("a.c", &["abc", "xaécx", "a\nc"]),
    ("^(.)+@(.)+$", &["a@b", "@", "é@😀"]),
    ("^[!-~]+(?: [!-~]+)*$", &["a b c", "a  b", " a"]),
    ("^(\\d{1,3}\\.){3}\\d{1,3}$", &["127.0.0.1", "1.2.3"]),
    ("^v?\\d+(\\.\\d+)*(-[a-z]+)?$", &["v1.2.3-rc", "1", "v"]),
    ("^[a-z]+(-[a-z]+)*$", &["a-b-c", "a--b"]),
    ("^(foo|bar|foobar|barfoo)$", &["foobar", "barfoo", "fo"]),
    (
        "^(project|hg|git)\\.[^/]+/.*$",
        &["hg.x/y", "git./", "project.é/é"],
    ),
    ("^[a-z]{2}:[a-z]{3}$", &["ab:cde", "ab:cd"]),
    ("^[^:]+:[^:]+$", &["a:b", "é:😀", ":"]),
    ("^[a-zé]+$", &["aé", "è"]),
    ("^[\\u0080-\\u{10FFFF}]+$", &["é😀", "a"]),
    ("^(?:[\\x00-\\x7F]|é){2,5}$", &["aé", "éé", "è"]),
    ("^a\\r?\\n", &["a\r\n", "a\n", "a"]),
    ("^[a-c]{2}(x|y){1,2}[a-c]?$", &["abx", "ccxyb", "ax"]),
    ("^(?:a.?){2,3}$", &["aéa", "a\na", "aaa"]),
];

#[test]
fn patterns_that_translations_get_wrong() {
    for (pattern, samples) in NASTY {
        agree(pattern, samples);
    }
}

#[test]
fn lengths_fold_into_the_pattern() {
    let constraint = Constraint {
        min_length: Some(1),
        max_length: Some(38),
        ..only("^([a-zA-Z0-9-_]*)$")
    };
    let form = compile(&constraint).unwrap().one_pass.unwrap();
    assert_eq!((form.shortest, form.longest), (1, Some(38)));
    let matcher = matcher(&form);
    assert!(matcher.matches(&"a".repeat(38)));
    assert!(!matcher.matches(""));
    assert!(!matcher.matches(&"a".repeat(39)));
}

#[test]
fn lengths_in_code_points_do_not_fold_into_other_patterns() {
    let constraint = Constraint {
        max_length: Some(3),
        ..only("^[^/]*$")
    };
    assert_eq!(compile(&constraint).unwrap().one_pass, None);
}

/// Patterns that are refused, with a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("(?=a)b", "lookahead"),
    ("(?!a)b", "lookahead"),
    ("(?<=a)b", "lookbehind"),
    ("(?<!a)b", "lookbehind"),
    ("(a)\\1", "back-reference"),
    ("(?<x>a)\\k<x>", "back-reference"),
    ("(?i:a)", "flags"),
    ("(", "not an ECMA-262 pattern"),
    ("a**", "not an ECMA-262 pattern"),
    ("[b-a]", "not an ECMA-262 pattern"),
    ("\\", "not an ECMA-262 pattern"),
    ("\\c", "not an ECMA-262 pattern"),
    ("a\\1", "octal"),
    ("^a{9999999999}", "64 KiB"),
    ("((a{1,1000}b){1,1000}c){1,1000}", "64 KiB"),
    ("[\\d-a]😀", "beyond U+FFFF"),
    ("[\\d-a😀]", "beyond U+FFFF"),
];

#[test]
fn what_is_refused_says_why() {
    for (pattern, reason) in REFUSED {
        let refusal = compile(&only(pattern)).expect_err(pattern);
        assert!(refusal.what.contains(reason), "{pattern}: {}", refusal.what);
    }
}

#[test]
fn deep_nesting_is_answered() {
    let brackets = [
        ("(", ")"),
        ("(?:", ")?"),
        ("(?=", ")"),
        ("[(", "]"),
        ("\\((", ")"),
    ];
    for (open, close) in brackets {
        for depth in [99, 100, 101, 100_000] {
            let pattern = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            let refused = compile(&only(&pattern)).is_err();
            assert!(refused || depth < 101 || open == "[(", "{open} {depth}");
        }
    }
}
