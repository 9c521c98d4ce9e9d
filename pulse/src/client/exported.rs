//! Exports counters and gauges by the `metrics` crate (feature `metrics`).

#[cfg(feature = "metrics")]
mod with_metrics {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread::panicking;

    use metrics::{Label, counter, describe_counter, describe_gauge, gauge};

    pub(in crate::client) struct Counter(metrics::Counter);

    impl Counter {
        pub(in crate::client) fn new(name: &str, help: &'static str, queue: Option<&str>) -> Self {
            let name = format!("taskcluster_pulse_{name}_total");
            describe_counter!(name.clone(), help.trim_start());
            Self(counter!(name, labels(queue)))
        }

        pub(in crate::client) fn add(&self, by: u64) {
            call(|| self.0.increment(by));
        }
    }

    pub(in crate::client) struct Gauge(metrics::Gauge);

    impl Gauge {
        pub(in crate::client) fn new(name: &str, help: &'static str, queue: Option<&str>) -> Self {
            let name = format!("taskcluster_pulse_{name}");
            describe_gauge!(name.clone(), help.trim_start());
            Self(gauge!(name, labels(queue)))
        }

        pub(in crate::client) fn add(&self, by: f64) {
            call(|| self.0.increment(by));
        }
    }

    /// Calls the program's recorder. If that panics while a panic drops a delivery, as one
    /// with a poisoned lock does, the process would end.
    fn call(recorder: impl FnOnce()) {
        if panicking() {
            let _ = catch_unwind(AssertUnwindSafe(recorder));
        } else {
            recorder();
        }
    }

    /// What `construct` returns; its counters and gauges are not exported.
    pub(in crate::client) fn unexported<T>(construct: impl FnOnce() -> T) -> T {
        metrics::with_local_recorder(&metrics::NoopRecorder, construct)
    }

    fn labels(queue: Option<&str>) -> Vec<Label> {
        let label = |queue: &str| Label::new("queue", queue.to_owned());
        queue.map(label).into_iter().collect()
    }
}

#[cfg(not(feature = "metrics"))]
mod without_metrics {
    pub(in crate::client) struct Counter;

    impl Counter {
        pub(in crate::client) fn new(_: &str, _: &'static str, _: Option<&str>) -> Self {
            Self
        }

        pub(in crate::client) fn add(&self, _: u64) {}
    }

    pub(in crate::client) struct Gauge;

    impl Gauge {
        pub(in crate::client) fn new(_: &str, _: &'static str, _: Option<&str>) -> Self {
            Self
        }

        pub(in crate::client) fn add(&self, _: f64) {}
    }

    pub(in crate::client) fn unexported<T>(construct: impl FnOnce() -> T) -> T {
        construct()
    }
}

#[cfg(feature = "metrics")]
pub(super) use with_metrics::{Counter, Gauge, unexported};
#[cfg(not(feature = "metrics"))]
pub(super) use without_metrics::{Counter, Gauge, unexported};
