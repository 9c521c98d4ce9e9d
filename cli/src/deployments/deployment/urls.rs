//! URLs of a deployment: its root, its documents, and the targets of redirects.

use std::fmt;

use url::Url;

use super::Error;

/// The root URL of a deployment: a scheme, a host and a path. It has no secret, so it can be
/// printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RootUrl(Url);

impl RootUrl {
    /// Whether `text` starts with the scheme of a root URL.
    pub(crate) fn has_scheme(text: &str) -> bool {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        ["http", "https"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(scheme))
    }

    /// Parses a root URL.
    ///
    /// # Errors
    ///
    /// [`Error::Root`], if `text` is not a URL, or has other parts.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        Self::checked(text).map_err(|why| Error::Root {
            root: text.to_owned(),
            why,
        })
    }

    fn checked(text: &str) -> Result<Self, String> {
        if !Self::has_scheme(text) {
            return Err("it starts with neither https:// nor http://".to_owned());
        }
        let mut url = Url::parse(text).map_err(|error| error.to_string())?;
        if has_login(&url) {
            return Err("it has a user or a secret".to_owned());
        }
        match (url.fragment(), url.query()) {
            (Some(_), _) => return Err("it has a fragment".to_owned()),
            (_, Some(_)) => return Err("it has a query".to_owned()),
            _ => {}
        }
        // So that URLs of one deployment are equal.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The URL of the document at `path`, which starts with a slash.
    pub(super) fn document(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&self.path(path));
        url
    }

    /// The URL of the document at `path`, if that leads to no other path, as `..` would, and
    /// consists of characters of a URL.
    pub(super) fn plain_document(&self, path: &str) -> Option<Url> {
        Some(self.document(path)).filter(|url| url.path() == self.path(path))
    }

    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.0.path().trim_end_matches('/'))
    }
}

impl fmt::Display for RootUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The target of a redirect of `url`, if it is on the same host.
pub(super) fn redirected(url: &Url, location: &str) -> Result<Url, Error> {
    let target = url.join(location).ok().filter(|to| is_same_host(url, to));
    target.ok_or_else(|| Error::Redirect {
        url: url.to_string(),
        location: location.to_owned(),
    })
}

fn is_same_host(from: &Url, to: &Url) -> bool {
    // An HTTP server may redirect to HTTPS, both on their default ports.
    let is_upgraded = (from.scheme(), to.scheme()) == ("http", "https")
        && from.host() == to.host()
        && from.port().is_none()
        && to.port().is_none();
    (from.origin() == to.origin() || is_upgraded) && !has_login(to)
}

fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_one_deployment_are_equal() {
        let root = |text| RootUrl::parse(text).expect("a root");
        let same = root("https://tc.example.com/sub");
        assert_eq!(root("HTTPS://TC.example.com:443/sub//"), same);
        assert_eq!(same.document("/x").as_str(), "https://tc.example.com/sub/x");
        for path in ["/../x", "/%2E%2e/x", "/a/./x", "/x?y", "/x#y", "/\\x", "/é"] {
            assert_eq!(same.plain_document(path), None, "{path}");
        }
        assert_ne!(root("https://tc.example.com/Sub"), same);
        assert_eq!(root("http://a/").to_string(), "http://a");
    }

    #[test]
    fn a_redirect_stays_on_the_host() {
        let url = Url::parse("http://a/b/c").expect("a URL");
        let target = |location| redirected(&url, location).map(String::from);
        for (location, expected) in [
            ("/x", "http://a/x"),
            ("x", "http://a/b/x"),
            ("../x?y", "http://a/x?y"),
            ("//A:80/x", "http://a/x"),
            ("HTTPS://A/x", "https://a/x"),
        ] {
            assert_eq!(target(location).expect("the host"), expected);
        }
        for location in [
            "//b/x",
            "http://a:8080/",
            "https://a:8443/",
            "http://user@a/",
            "ftp://a/",
            "file:///a",
            "http://[",
        ] {
            assert!(target(location).is_err(), "{location}");
        }
        let secure = Url::parse("https://a/").expect("a URL");
        assert!(redirected(&secure, "http://a/").is_err());
    }
}
