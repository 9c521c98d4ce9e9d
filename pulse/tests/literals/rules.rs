use taskcluster_pulse::rule::{Matcher, Run, Split, StringRule};

pub const WORKER_POOL_ID: StringRule = StringRule::new("WORKER_POOL_ID")
    .refusal("not a valid WORKER_POOL_ID: matches `^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$`")
    .pattern(
        "^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$",
        Matcher::split(
            &const {
                Split::new(
                    b'/',
                    Matcher::run(&const { Run::new(b"--09AZ__az") }).at_least(1).at_most(38),
                    Matcher::run(&const { Run::new(b"--09az").first(b"az").last(b"09az") })
                        .at_least(1)
                        .at_most(38),
                )
            },
        ),
    );
