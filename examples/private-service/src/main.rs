//! Publishes and consumes the messages of a private service.
//!
//! The messages are described in `schemas/`, by an exchange reference and the JSON Schema
//! of its payload. `build.rs` generates the Rust module [`events`] from these, so no
//! generated code is checked in.
//!
//! ```console
//! $ export PULSE_URL=amqp://guest:guest@127.0.0.1:5672/%2f
//! $ cargo run -p private-service -- announce production shop 0123456789abcdef0123456789abcdef01234567
//! $ cargo run -p private-service -- watch      # in another terminal
//! $ cargo run -p private-service -- announce production shop 0123456789abcdef0123456789abcdef01234567
//! ```
//!
//! The first `announce` declares the exchange `exchange/deploy/v1/deployment-finished`: a queue
//! can't be bound to an exchange that does not exist. Its message reaches no queue; the second
//! one is printed.

use std::error::Error;
use std::future::ready;
use std::io::{self, Write};
use std::time::SystemTime;

use taskcluster_pulse::{Connection, Consumer, Message, Publisher, Queue, Word};

use events::Event;
use events::deploy::{
    Deployment, DeploymentFinished, DeploymentFinishedRoutingKey, Environment, required,
};

#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    reason = "this program uses a part of the generated items"
)]
mod events {
    include!(concat!(env!("OUT_DIR"), "/events.rs"));
}

const USAGE: &str = "usage: private-service watch | announce staging|production SERVICE REVISION";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let connection = Connection::from_env()?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["watch"] => {
            let consumer = start(connection).await?;
            run(consumer, |line| writeln!(io::stdout(), "{line}")).await?;
        }
        ["announce", environment, service, revision] => {
            let publisher = Publisher::builder(connection)
                .declare::<DeploymentFinished>()
                .start()
                .await?;
            let environment = match environment {
                "staging" => Environment::Staging,
                "production" => Environment::Production,
                _ => return Err(USAGE.into()),
            };
            announce(&publisher, environment, service, revision).await?;
            publisher.close().await;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

/// Publishes that a deployment has finished, and waits for the broker's confirmation.
async fn announce(
    publisher: &Publisher,
    environment: Environment,
    service: &str,
    revision: &str,
) -> Result<(), Box<dyn Error>> {
    let routing_key = DeploymentFinishedRoutingKey::new(required::DeploymentFinishedRoutingKey {
        environment: Word::new(environment.as_ref())?,
        service: Word::new(service)?,
    });
    let payload = Deployment::new(required::Deployment {
        environment,
        service: service.to_owned(),
        revision: revision.to_owned(),
        finished: SystemTime::now().try_into()?,
    });
    // A payload that breaks the schema is refused here, before anything is sent.
    let message: Message<DeploymentFinished> = Message::new(routing_key, payload);
    publisher.publish(&message).await?.await?;
    Ok(())
}

/// Starts a consumer of all deployments to production from now on.
async fn start(connection: Connection) -> Result<Consumer, taskcluster_pulse::Error> {
    Consumer::builder(connection)
        .queue(Queue::exclusive())
        .bind(DeploymentFinished::new().environment("production"))
        .start()
        .await
}

/// Calls `print` with a line for each deployment, until the consumer is stopped or that fails.
async fn run(
    consumer: Consumer,
    print: impl Fn(String) -> io::Result<()> + Send + Sync + 'static,
) -> Result<(), taskcluster_pulse::Error> {
    let handle = move |Event::DeploymentFinished(message): Event| {
        let deployment = &message.payload;
        ready(print(format!(
            "{} is at {}",
            deployment.service, deployment.revision
        )))
    };
    consumer.run(1, handle).await
}

#[cfg(test)]
mod tests {
    use taskcluster_pulse::MemoryBroker;
    use tokio::sync::mpsc;

    use super::*;

    const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn the_names_are_recorded() {
        let chosen = concat!(env!("OUT_DIR"), "/generated/names.json");
        let [new, old] = [chosen, "names.json"].map(|path| std::fs::read(path).expect("a file"));
        assert!(new == old, "copy {chosen} to names.json");
    }

    #[tokio::test]
    async fn deployments_to_production_are_printed() {
        let broker = MemoryBroker::new();
        let consumer = start(broker.connection()).await.expect("started");
        let handle = consumer.handle();
        let (sender, mut lines) = mpsc::unbounded_channel();
        let running = tokio::spawn(run(consumer, move |line| {
            sender.send(line).expect("the test receives lines");
            Ok(())
        }));

        let publisher = Publisher::builder(broker.connection());
        let publisher = publisher.start().await.expect("started");
        for (environment, service) in [
            (Environment::Staging, "shop"),
            (Environment::Production, "bakery"),
        ] {
            let announced = announce(&publisher, environment, service, REVISION).await;
            announced.expect("announced");
        }
        assert_eq!(lines.recv().await, Some(format!("bakery is at {REVISION}")));
        handle.stop();
        running.await.expect("no panic").expect("stopped");
        assert_eq!(lines.recv().await, None);
    }

    #[tokio::test]
    async fn an_invalid_revision_is_not_published() {
        let broker = MemoryBroker::new();
        let publisher = Publisher::builder(broker.connection());
        let publisher = publisher.start().await.expect("started");
        let refused = announce(&publisher, Environment::Production, "shop", "main").await;
        let error = refused.expect_err("refused");
        let violations = error.source().expect("a source").to_string();
        assert!(violations.starts_with("/revision: "), "{violations}");
    }
}
