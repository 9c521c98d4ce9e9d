//! Reads the configuration of a connection from environment variables.

use std::ffi::OsString;

use super::address::Address;
use super::secret::Secret;
use super::settings::Settings;
use crate::client::Error;

const URL: &str = "PULSE_URL";
const HOSTNAME: &str = "PULSE_HOSTNAME";
const PORT: &str = "PULSE_PORT";
const USERNAME: &str = "PULSE_USERNAME";
const PASSWORD: &str = "PULSE_PASSWORD";
const VHOST: &str = "PULSE_VHOST";
const AMQPS: &str = "PULSE_AMQPS";

/// The settings in the variables that `lookup` finds. An empty variable counts as
/// unset.
pub(super) fn settings(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Settings, Error> {
    let variables = Variables(lookup);
    let Some(url) = variables.get(URL)? else {
        return variables.parts();
    };
    for name in [HOSTNAME, PORT, USERNAME, PASSWORD, VHOST, AMQPS] {
        if variables.get(name)?.is_some() {
            return Err(wrong(name, "set, and so is PULSE_URL; unset one of them"));
        }
    }
    Settings::parse(&url)
}

struct Variables<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    fn get(&self, name: &'static str) -> Result<Option<String>, Error> {
        match self.0(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(wrong(name, "not UTF-8; set it to UTF-8 text")),
        }
    }

    fn required(&self, name: &'static str) -> Result<String, Error> {
        self.get(name)?
            .ok_or_else(|| wrong(name, "not set or empty; set it, or PULSE_URL"))
    }

    /// The settings in the variables other than `PULSE_URL`.
    fn parts(&self) -> Result<Settings, Error> {
        let port = match self.get(PORT)?.map(|port| port.parse()) {
            None => None,
            Some(Ok(port)) => Some(port),
            Some(Err(_)) => return Err(wrong(PORT, "not a port; set it to a number up to 65535")),
        };
        let tls = match self.get(AMQPS)?.as_deref() {
            None | Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(_) => {
                return Err(wrong(
                    AMQPS,
                    "neither true nor false; set it to one of them",
                ));
            }
        };
        let settings = Settings::new(Address {
            tls,
            host: self.required(HOSTNAME)?,
            user: self.required(USERNAME)?,
            secret: Secret::new(self.required(PASSWORD)?),
            port,
            vhost: self.get(VHOST)?.unwrap_or_else(|| "/".to_owned()),
        });
        settings.check()?;
        Ok(settings)
    }
}

fn wrong(variable: &'static str, reason: &'static str) -> Error {
    Error::Environment { variable, reason }
}

#[cfg(test)]
mod tests {
    use super::super::address::AMQP;
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<String, String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        };
        match settings(lookup) {
            Ok(settings) => Ok(settings.address.describe(&AMQP)),
            Err(error) => Err(format!("{error} {error:?}")),
        }
    }

    const PARTS: [(&str, &str); 3] = [
        ("PULSE_HOSTNAME", "host"),
        ("PULSE_USERNAME", "user"),
        ("PULSE_PASSWORD", "hush/#?"),
    ];

    #[test]
    fn the_variables_of_taskcluster_name_the_parts() {
        let usual = "amqps://user@host:5671 (virtual host /)";
        assert_eq!(read(&PARTS).as_deref(), Ok(usual));
        let optional = [
            ("PULSE_PORT", "1"),
            ("PULSE_VHOST", "v/h"),
            ("PULSE_AMQPS", "false"),
            ("PULSE_URL", ""),
        ];
        let all = [&PARTS[..], &optional].concat();
        let all_set = "amqp://user@host:1 (virtual host v/h)";
        assert_eq!(read(&all).as_deref(), Ok(all_set));
    }

    #[test]
    fn one_variable_holds_the_url() {
        let url = [("PULSE_URL", "amqp://user:hush@host/v?ssl=1")];
        let expected = "amqps://user@host:5671 (virtual host v)";
        assert_eq!(read(&url).as_deref(), Ok(expected));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let wrong = |more: &[(&str, &str)], named: &str| {
            let error = read(&[more, &PARTS].concat()).expect_err(named);
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("hush"), "{error}");
        };
        wrong(&[("PULSE_URL", "amqp://localhost")], "PULSE_HOSTNAME");
        wrong(&[("PULSE_PORT", "amqp")], "PULSE_PORT");
        wrong(&[("PULSE_AMQPS", "perhaps")], "PULSE_AMQPS");
        wrong(&[("PULSE_HOSTNAME", "")], "PULSE_HOSTNAME");
        let error = read(&[]).expect_err("nothing is set");
        assert!(error.contains("PULSE_HOSTNAME is not set"), "{error}");
        let error = read(&[("PULSE_URL", "amqp://user:/hush@host")]).expect_err("malformed");
        assert!(!error.contains("hush"), "{error}");
    }
}
