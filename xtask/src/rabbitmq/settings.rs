//! The settings that separate a broker from others: its folder, ports and name.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ports;

/// The settings of one broker; they stay the same over its restarts.
#[derive(Debug)]
pub(super) struct Settings {
    folder: PathBuf,
    node: String,
    password: String,
    amqp: u16,
    distribution: u16,
    epmd: u16,
    /// The port of its management API, if it has one.
    management: Option<u16>,
}

impl Settings {
    /// Settings for a broker with all of its files in `folder`, on free ports, with the
    /// management API if `management` is true.
    ///
    /// # Errors
    ///
    /// If there is no free port, or the folder can't be written to.
    pub(super) fn new(folder: &Path, management: bool) -> io::Result<Self> {
        let [amqp, distribution, epmd, api] = ports::free()?;
        let settings = Self {
            folder: folder.to_path_buf(),
            node: format!("pulse-test-{:016x}@localhost", ports::random()),
            password: format!("{:016x}", ports::random()),
            amqp,
            distribution,
            epmd,
            management: management.then_some(api),
        };
        settings.write()?;
        Ok(settings)
    }

    /// The folder with all files of the broker, such as `console.log`.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of the broker's Erlang node, which is unique.
    pub(super) fn node(&self) -> &str {
        &self.node
    }

    /// The port for AMQP connections.
    pub(super) fn port(&self) -> u16 {
        self.amqp
    }

    /// The port of its management API, if it has one.
    pub(super) fn management_port(&self) -> Option<u16> {
        self.management
    }

    /// The URL for AMQP connections, with user and password.
    pub(super) fn url(&self) -> String {
        format!("amqp://test:{}@127.0.0.1:{}/%2f", self.password, self.amqp)
    }

    /// The URL of its management API, if it has one, with user and password.
    pub(super) fn management_url(&self) -> Option<String> {
        let port = self.management?;
        Some(format!("http://test:{}@127.0.0.1:{port}", self.password))
    }

    /// Writes the files that the broker reads when it starts.
    fn write(&self) -> io::Result<()> {
        // Erlang terms, which need no translation at the start. The disk may be nearly
        // full: the data is small.
        let rabbit = format!(
            "{{rabbit, [{{default_user, <<\"test\">>}}, {{default_pass, <<\"{}\">>}}, \
             {{disk_free_limit, 1000000}}]}}",
            self.password
        );
        let (plugins, config) = match self.management {
            Some(port) => {
                let tcp = format!("{{tcp_config, [{{ip, \"127.0.0.1\"}}, {{port, {port}}}]}}");
                let management = format!("{{rabbitmq_management, [{tcp}]}}");
                ("rabbitmq_management", format!("{rabbit}, {management}"))
            }
            None => ("", rabbit),
        };
        fs::write(
            self.folder.join("advanced.config"),
            format!("[{config}].\n"),
        )?;
        fs::write(
            self.folder.join("enabled_plugins"),
            format!("[{plugins}].\n"),
        )?;
        fs::write(self.folder.join("rabbitmq-env.conf"), "")
    }

    /// The whole environment of the broker and of the programs that control it: variables
    /// set for another broker do not apply. The variables are RabbitMQ's
    /// (<https://www.rabbitmq.com/docs/configure>) and Erlang's.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        // Erlang nodes, too, communicate only within this machine.
        let loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
        // Idle schedulers sleep at once. Otherwise they spin first, for a third of the
        // processor time of a start, while other tests run.
        let erl_args = format!("{loopback} +sbwt none +sbwtdcpu none +sbwtdio none");
        let no_epmd = "-start_epmd false";
        let file = |name: &str| self.folder.join(name).into_os_string();
        vec![
            ("PATH", env::var_os("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".into()),
            // Erlang keeps its cookie, the secret between nodes, there.
            ("HOME", self.folder.clone().into()),
            ("ERL_CRASH_DUMP_SECONDS", "0".into()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
            ("ERL_EPMD_PORT", self.epmd.to_string().into()),
            // The port mapper is run beside the broker; one that a node starts would go
            // to the background and stay. The `rabbitmqctl` of RabbitMQ 4 overwrites this.
            ("ERL_FLAGS", no_epmd.into()),
            ("RABBITMQ_NODENAME", self.node.clone().into()),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_NODE_PORT", self.amqp.to_string().into()),
            ("RABBITMQ_DIST_PORT", self.distribution.to_string().into()),
            (
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                erl_args.clone().into(),
            ),
            (
                "RABBITMQ_CTL_ERL_ARGS",
                format!("{erl_args} {no_epmd}").into(),
            ),
            ("RABBITMQ_CONF_ENV_FILE", file("rabbitmq-env.conf")),
            ("RABBITMQ_CONFIG_FILE", file("rabbitmq.conf")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", file("advanced.config")),
            ("RABBITMQ_GENERATED_CONFIG_DIR", file("config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", file("enabled_plugins")),
            ("RABBITMQ_MNESIA_BASE", file("data")),
            ("RABBITMQ_MNESIA_DIR", file("data/node")),
            ("RABBITMQ_LOG_BASE", file("log")),
            ("RABBITMQ_LOGS", "-".into()),
        ]
    }
}
