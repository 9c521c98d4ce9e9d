//! Patterns of the in-memory broker match as on RabbitMQ. Every run has the same ones;
//! `TOPICS_SEED` sets another seed.

use std::collections::BTreeSet;

use lapin::options::{QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use taskcluster_pulse::RoutingPattern;

use crate::common::rabbitmq::Rabbit;

const PATTERNS: usize = 100;
const KEYS: usize = 100;

/// Words joined by dots, few enough to match often.
fn words(random: &mut fastrand::Rng, from: &[&str], most: usize) -> String {
    let words: Vec<&str> = (0..random.usize(1..=most))
        .map(|_| from[random.usize(..from.len())])
        .collect();
    words.join(".")
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn ten_thousand_pairs_match_as_on_rabbitmq() {
    let rabbit = Rabbit::for_test().await;
    let seed = std::env::var("TOPICS_SEED").ok();
    let seed = seed.map_or(106, |it| it.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    let exchange = format!("exchange/tests/v1/topics-{}", rabbit.lane);
    rabbit.declare_exchange(&exchange).await;

    let mut patterns = BTreeSet::from(["#", "*", "#.#", "*.#", "#.*", "a.#.b"].map(str::to_owned));
    while patterns.len() < PATTERNS {
        patterns.insert(words(&mut random, &["*", "#", "#", "a", "b", "cc"], 6));
    }
    // Keys may have empty words, which patterns may not.
    let mut keys = BTreeSet::from(["", ".", "a.", ".a", "a..b"].map(str::to_owned));
    while keys.len() < KEYS {
        keys.insert(words(&mut random, &["a", "b", "cc", "a-b", ""], 6));
    }

    let mut queues = Vec::new();
    for pattern in &patterns {
        let options = QueueDeclareOptions {
            exclusive: true,
            ..Default::default()
        };
        let queue = rabbit
            .channel
            .queue_declare("".into(), options, FieldTable::default())
            .await
            .expect("a queue")
            .name()
            .to_string();
        rabbit
            .channel
            .queue_bind(
                queue.as_str().into(),
                exchange.as_str().into(),
                pattern.as_str().into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await
            .expect("bound");
        queues.push(queue);
    }
    for key in &keys {
        rabbit.publish_to(&exchange, key, key.as_bytes()).await;
    }

    for (pattern, queue) in patterns.iter().zip(&queues) {
        let routed: BTreeSet<Vec<u8>> = rabbit.drain(queue).await.into_iter().collect();
        let pattern = RoutingPattern::new(pattern).expect("a pattern");
        for key in &keys {
            assert_eq!(
                pattern.matches(key),
                routed.contains(key.as_bytes()),
                "pattern {pattern}, key {key:?}"
            );
        }
    }
    rabbit.delete_exchange(&exchange).await;
}
