//! Descriptions of the entries of routing keys.

/// The description of one entry of an exchange's routing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutingKeyEntry {
    /// The entry's name, `taskId` for instance.
    pub name: &'static str,
    /// The entry's meaning, in Markdown.
    pub summary: &'static str,
    /// The constant word of this entry, if it has one.
    pub constant: Option<&'static str>,
    /// Whether a publisher must set it; an absent optional entry is sent as `_`.
    pub required: bool,
    /// Whether it may have several words.
    pub multiple_words: bool,
}

impl RoutingKeyEntry {
    /// An optional entry of one word.
    #[doc(hidden)]
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            constant: None,
            required: false,
            multiple_words: false,
        }
    }

    /// Makes it an entry with the constant `word`.
    #[doc(hidden)]
    pub const fn constant(mut self, word: &'static str) -> Self {
        self.constant = Some(word);
        self
    }

    /// Makes it an entry that a publisher must set.
    #[doc(hidden)]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Makes it an entry that may have several words.
    #[doc(hidden)]
    pub const fn multiple_words(mut self) -> Self {
        self.multiple_words = true;
        self
    }

    /// The default word of a binding for this entry: the constant, or a wildcard.
    pub fn default_word(&self) -> &'static str {
        match (self.constant, self.multiple_words) {
            (Some(constant), _) => constant,
            (None, true) => "#",
            (None, false) => "*",
        }
    }
}
