//! The proxy that environment variables name.

use ureq::{Proxy, ProxyProtocol};

use super::Error;

/// The proxy for URLs of `scheme`: that of `HTTPS_PROXY` or `HTTP_PROXY`, or of `ALL_PROXY`,
/// in upper or lower case, except for the hosts in `NO_PROXY`.
///
/// The HTTP library would pass over a proxy that it can't use, and connect without one.
///
/// # Errors
///
/// [`Error::Proxy`], if the proxy can't be used.
pub(super) fn of(
    scheme: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, Error> {
    let named = |name: &str| {
        let names = [name.to_uppercase(), name.to_owned()].into_iter();
        let mut set = names.filter_map(|name| Some((variable(&name)?, name)));
        set.find(|(value, _)| !value.trim().is_empty())
    };
    let own = format!("{scheme}_proxy");
    let Some((value, name)) = named(&own).or_else(|| named("all_proxy")) else {
        return Ok(None);
    };
    let except = named("no_proxy").map(|(hosts, _)| hosts);
    match usable(value.trim(), except.as_deref().unwrap_or_default()) {
        Some(proxy) => Ok(Some(proxy)),
        None => Err(Error::Proxy { variable: name }),
    }
}

/// The proxy at `url`; `None` if the URL can't be parsed, or is of a SOCKS proxy.
fn usable(url: &str, except: &str) -> Option<Proxy> {
    let given = Proxy::new(url).ok()?;
    let protocol = given.protocol();
    if !matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https) {
        return None;
    }
    let mut proxy = Proxy::builder(protocol)
        .host(given.host())
        .port(given.port());
    if let Some(user) = given.username() {
        proxy = proxy.username(user);
    }
    if let Some(password) = given.password() {
        proxy = proxy.password(password);
    }
    let except = except.split(',').map(str::trim);
    except
        .fold(proxy, |proxy, host| proxy.no_proxy(host))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scheme: &str, variables: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
        let value = |name: &str| variables.iter().find(|it| it.0 == name);
        super::of(scheme, |name| value(name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn the_proxy_is_that_of_the_scheme() {
        let variables = [
            ("HTTPS_PROXY", ""),
            ("https_proxy", "http://secure:1"),
            ("ALL_PROXY", "user:s%40fe@[::1]:2"),
        ];
        let secure = of("https", &variables).unwrap().unwrap();
        assert_eq!((secure.host(), secure.port()), ("secure", 1));
        let other = of("http", &variables).unwrap().unwrap();
        assert_eq!((other.host(), other.port()), ("[::1]", 2));
        assert_eq!(
            other.username().zip(other.password()),
            Some(("user", "s@fe"))
        );
        assert!(of("http", &variables[..2]).unwrap().is_none());
    }

    #[test]
    fn some_hosts_need_no_proxy() {
        let variables = [
            ("http_proxy", "proxy"),
            ("no_proxy", "localhost, .example.com"),
        ];
        let proxy = of("http", &variables).unwrap().unwrap();
        for (url, is_direct) in [
            ("http://localhost:8080/a", true),
            ("http://tc.example.com", true),
            ("http://example.org", false),
        ] {
            assert_eq!(proxy.is_no_proxy(&url.parse().unwrap()), is_direct, "{url}");
        }
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_an_error() {
        for url in ["socks5://127.0.0.1:9", "garbage:////", "ftp://proxy"] {
            let error = of("https", &[("ALL_PROXY", url)]).unwrap_err();
            assert!(error.to_string().contains("ALL_PROXY"), "{url}: {error}");
        }
    }
}
