//! Routing keys of every form.

use taskcluster_pulse::{Binding, Exchange, RoutingKey};
use taskcluster_tests::goldens::routing_keys::keys::{
    First, FirstRoutingKey, Methods, MethodsRoutingKey, Middle, MiddleRoutingKey, NoneExchange,
    NoneExchangeRoutingKey, Single, SingleRoutingKey, WordsExchange, WordsExchangeRoutingKey,
};

use super::pattern;

#[test]
fn several_words_may_stand_in_the_middle() {
    assert_eq!(pattern(&Middle::default()), "primary.#.*.*");
    let binding = Middle::new().path("index.#").run_id("3");
    assert_eq!(pattern(&binding), "primary.index.#.*.3");
    let key = MiddleRoutingKey::parse("primary.a.b.c.task._").expect("a key");
    assert_eq!((key.path.as_str(), key.task_id.as_str()), ("a.b.c", "task"));
    assert_eq!(key.run_id, None);
    assert_eq!(key.to_key().as_deref(), Ok("primary.a.b.c.task._"));
    let key = MiddleRoutingKey::parse("primary.a..task._").expect("a key");
    assert_eq!(key.path.as_str(), "a.");
    assert_eq!(key.to_key().as_deref(), Ok("primary.a..task._"));
    for key in ["primary.task._", "secondary.a.task._"] {
        assert!(MiddleRoutingKey::parse(key).is_err(), "{key}");
    }
}

#[test]
fn several_words_may_stand_first() {
    assert_eq!(pattern(&First::default()), "#.end");
    let key = FirstRoutingKey::parse("a.b.end").expect("a key");
    assert_eq!(key.topic.as_ref().map(|it| it.as_str()), Some("a.b"));
    assert_eq!(FirstRoutingKey::parse("_.end").map(|it| it.topic), Ok(None));
    assert!(FirstRoutingKey::parse("a.b").is_err());
    let key = FirstRoutingKey::parse(".end").expect("a key");
    assert_eq!(key.to_key().expect("a key"), ".end");
}

#[test]
fn a_key_may_have_no_entry_or_one() {
    assert_eq!(pattern(&NoneExchange::new()), "#");
    assert_eq!(
        NoneExchangeRoutingKey::parse("").map(|it| it.to_key()),
        Ok(Ok(String::new()))
    );
    assert!(NoneExchangeRoutingKey::parse("a").is_err());
    assert_eq!(pattern(&Single::default()), "#");
    assert_eq!(SingleRoutingKey::parse("_").map(|it| it.reserved), Ok(None));
}

#[test]
fn entries_may_have_any_name() {
    assert_eq!(pattern(&WordsExchange::default()), "*.*.*.*.*.*.*");
    let key = WordsExchangeRoutingKey::parse("a.b._.d.e.f.g").expect("a key");
    assert_eq!(
        (key.words.as_str(), key.key.as_str(), key.type_2.as_str()),
        ("a", "b", "d")
    );
    assert_eq!(
        (key.self_.as_str(), key.word.as_str(), key.n2nd.as_str()),
        ("e", "f", "g")
    );
    assert_eq!(key.to_key().as_deref(), Ok("a.b._.d.e.f.g"));
}

#[test]
fn entries_hide_no_method_of_bindings() {
    let binding = Methods::new().clone();
    assert_eq!(
        binding.exchange_name(),
        "exchange/taskcluster-keys/v1/methods"
    );
    assert_eq!(
        pattern(&binding),
        binding.routing_key().expect("a pattern").to_string()
    );
    assert_eq!(pattern(&Methods::route("index.#")), "route.index.#");
    assert_eq!(pattern(&Methods::raw("a.#")), "a.#");
    assert!(binding.new_payload_object().payload().is_none());
    assert!(binding.eq(&Methods::default()));
    let binding = binding.route_2("a").routing_key_2("b").clone_2("c");
    assert_eq!(pattern(&binding), "a.*.b.*.*.*.c.*.*.*.*");
    let key = MethodsRoutingKey::parse("a.b.c.d.e.f.g.h.i.j.k").expect("a key");
    assert_eq!(key.route_2.as_str(), "a");
}
