//! Secrets, which are never printed, and their providers.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::client::panic::caught;
use crate::client::transport::BoxFuture;

/// A string that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

type Provided = BoxFuture<'static, Result<String, Box<dyn Error + Send + Sync>>>;

/// A function that returns the secret for one connection.
#[derive(Clone)]
pub(super) struct SecretProvider(Arc<dyn Fn() -> Provided + Send + Sync>);

impl SecretProvider {
    pub(super) fn new<F, E>(provider: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self(Arc::new(move || {
            let secret = provider();
            Box::pin(async { secret.await.map_err(Into::into) })
        }))
    }

    /// Calls the program's function. A panic in it is an error: it must not end a client
    /// that would connect in a later attempt.
    pub(super) async fn secret(&self) -> Result<Secret, Box<dyn Error + Send + Sync>> {
        match caught(async { (self.0)().await }).await {
            Ok(secret) => secret.map(Secret),
            Err(panic) => Err(format!("it panicked: {panic}").into()),
        }
    }
}

impl fmt::Debug for SecretProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretProvider")
    }
}
