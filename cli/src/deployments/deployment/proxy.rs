//! The proxy that environment variables name.

use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};
use url::Url;

use super::Error;

/// The proxy for a deployment: that of `HTTPS_PROXY` or `HTTP_PROXY`, by the scheme of its root
/// URL, or of `ALL_PROXY`, in upper or lower case; none for the hosts in `NO_PROXY`.
///
/// The HTTP library would pass over a proxy that it can't use, and connect without one.
///
/// # Errors
///
/// [`Error::Proxy`], if the proxy can't be used.
pub(super) fn of(
    root: &Url,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, Error> {
    let named = |name: &str| {
        let names = [name.to_uppercase(), name.to_owned()].into_iter();
        let mut set = names.filter_map(|name| Some((variable(&name)?, name)));
        set.find(|(value, _)| !value.trim().is_empty())
    };
    let own = format!("{}_proxy", root.scheme());
    let Some((value, name)) = named(&own).or_else(|| named("all_proxy")) else {
        return Ok(None);
    };
    if named("no_proxy").is_some_and(|(hosts, _)| is_one_of(&hosts, root)) {
        return Ok(None);
    }
    let proxy = Proxy::new(value.trim()).ok();
    let is_usable =
        |it: &Proxy| matches!(it.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    match proxy.filter(is_usable) {
        Some(proxy) => Ok(Some(proxy)),
        None => Err(Error::Proxy { variable: name }),
    }
}

/// Whether the host of `root` is one of those in the value of `NO_PROXY`. Redirects stay on it.
fn is_one_of(hosts: &str, root: &Url) -> bool {
    let hosts = hosts.split(',').map(str::trim);
    let any = Proxy::builder(ProxyProtocol::Http);
    let any = hosts.fold(any, |proxy, host| proxy.no_proxy(host)).build();
    let root = root.as_str().parse::<Uri>();
    matches!((any, root), (Ok(any), Ok(root)) if any.is_no_proxy(&root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(root: &str, variables: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
        let value = |name: &str| variables.iter().find(|it| it.0 == name);
        super::of(&Url::parse(root).unwrap(), |name| {
            value(name).map(|it| it.1.to_owned())
        })
    }

    #[test]
    fn the_proxy_is_that_of_the_scheme() {
        let variables = [
            ("HTTPS_PROXY", ""),
            ("https_proxy", "http://secure:1"),
            ("ALL_PROXY", "user:s%40fe@[::1]:2"),
        ];
        let secure = of("https://a.b/c", &variables).unwrap().unwrap();
        assert_eq!((secure.host(), secure.port()), ("secure", 1));
        let other = of("http://a.b", &variables).unwrap().unwrap();
        assert_eq!((other.host(), other.port()), ("[::1]", 2));
        assert_eq!(
            other.username().zip(other.password()),
            Some(("user", "s@fe"))
        );
        assert!(of("http://a.b", &variables[..2]).unwrap().is_none());
    }

    #[test]
    fn some_hosts_need_no_proxy() {
        let variables = [
            ("all_proxy", "socks5://only.for.others"),
            ("no_proxy", "localhost, .example.com"),
        ];
        for root in ["http://localhost:8080", "https://tc.example.com"] {
            assert!(of(root, &variables).unwrap().is_none(), "{root}");
        }
        assert!(of("http://example.org", &variables).is_err());
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_an_error() {
        for url in ["socks5://127.0.0.1:9", "garbage:////", "ftp://proxy"] {
            let error = of("https://a.b", &[("ALL_PROXY", url)]).unwrap_err();
            assert!(error.to_string().contains("ALL_PROXY"), "{url}: {error}");
        }
    }
}
