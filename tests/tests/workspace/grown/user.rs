// Uses of generated types in a user's code: bind, build, read, match.

use events::workshop::{
    self, NumbersMessage, NumbersRoutingKey, Tree, TreeMessage, TreeRoutingKey, required,
};
use events::{EXCHANGES, Event};
use taskcluster_pulse::{Binding, EventSet, Exchange, Message, RoutingKey, Validate};

fn binding() -> Tree {
    Tree::new().reserved("a.b")
}

fn message() -> Message<Tree> {
    let mut routing_key = TreeRoutingKey::default();
    routing_key.reserved = Some("a.b".parse().unwrap());
    let leaf = TreeMessage::new(required::TreeMessage {
        name: "leaf".to_owned(),
    });
    let mut payload = leaf.clone();
    payload.children = Some(vec![leaf]);
    Message::new(routing_key, payload)
}

#[test]
fn messages_are_built_and_read() {
    let Message {
        routing_key,
        payload,
        ..
    } = message();
    let TreeRoutingKey { reserved, .. } = &routing_key;
    assert!(reserved.as_ref().is_some_and(|words| *words == "a.b"));
    let TreeMessage { name, children, .. } = &payload;
    assert_eq!((name.as_str(), children.as_ref().map(Vec::len)), ("leaf", Some(1)));
    payload.validate().unwrap();
}

#[test]
fn required_fields_are_named() {
    let numbers = NumbersMessage::new(required::NumbersMessage {
        agreed: true,
        count: 5,
        flag: true,
        inner: 1,
        level: 1,
        offset: 0,
        price: 0.0,
        ratio: 0.5,
        share: 0.5,
        version: 1,
    });
    assert_eq!((numbers.count, numbers.large), (5, None));
    assert!(NumbersRoutingKey::default().to_key().is_ok());
}

#[test]
fn events_are_matched() {
    let sent = message();
    let key = sent.routing_key.to_key().unwrap();
    let bytes = serde_json::to_vec(&sent.payload).unwrap();
    let event = Event::decode_from(Tree::INFO.exchange, &key, &bytes).unwrap();
    assert_eq!(event.exchange(), Tree::INFO);
    assert_eq!(event.routing_key().unwrap(), key);
    assert_eq!(event.get::<Tree>(), Some(&sent));
    assert_eq!(event.get::<workshop::Numbers>(), None);
    let error = Message::<workshop::Numbers>::try_from(event.clone()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a message of exchange/workshop/v1/tree; expected one of exchange/workshop/v1/numbers"
    );
    match event {
        Event::Tree(message) => assert_eq!(*message, sent),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bindings_come_from_texts() {
    let words = [("reserved", "a.b")];
    for name in ["workshop/tree", "exchange/workshop/v1/tree"] {
        let found = EXCHANGES.find(name).unwrap().binding(words).unwrap();
        let bindings: [Box<dyn Binding>; 2] = [Box::new(binding()), Box::new(found)];
        let [typed, found] = bindings.each_ref().map(|it| it.routing_key().unwrap());
        assert_eq!(typed, found);
    }
    let error = EXCHANGES.find("workshop/trees").unwrap_err().to_string();
    assert!(error.contains("workshop/numbers, workshop/lists"), "{error}");
    let error = Tree::INFO.binding([("name", "a")]).unwrap_err().to_string();
    assert!(error.contains("no entry of this name; known are "), "{error}");
}
