//! The count that proves coverage: each constraint is entered when it is read,
//! and ticked off when the code that enforces it is emitted.

use taskcluster_documents::Place;
use taskcluster_documents::{Error, Errors};

/// One constraint that was read: its place in the [`Ledger`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(usize);

/// Every constraint keyword of the schemas that exchanges reach.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<(Place, String)>,
    enforced: std::collections::BTreeSet<Mark>,
}

impl Ledger {
    /// Enters `keyword`, read at `place`.
    pub(crate) fn read(&mut self, place: &Place, keyword: &str) -> Mark {
        self.entries.push((place.clone(), keyword.to_owned()));
        Mark(self.entries.len() - 1)
    }

    /// Ticks off keywords whose enforcement was emitted.
    pub(crate) fn enforce(&mut self, marks: &[Mark]) {
        self.enforced.extend(marks);
    }

    /// Fails where a keyword was read and not enforced.
    pub(crate) fn settle(&self) -> Result<(), Errors> {
        let open = self
            .entries
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.enforced.contains(&Mark(*index)));
        let errors: Vec<Error> = open
            .map(|(_, (place, keyword))| {
                place.error(
                    &format!("/{keyword}"),
                    format!("no code enforces `{keyword}` here"),
                    "this is a defect of the generator: report it, and leave the keyword out \
                     meanwhile",
                )
            })
            .collect();
        Errors::unless_empty(errors, ())
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;
    use taskcluster_documents::Place;

    #[test]
    fn a_keyword_that_nothing_enforces_is_an_error() {
        let place = Place {
            file: "a.json".to_owned(),
            pointer: "/properties/x".to_owned(),
        };
        let mut ledger = Ledger::default();
        let marks = [
            ledger.read(&place, "minLength"),
            ledger.read(&place, "pattern"),
        ];
        ledger.enforce(&marks[..1]);
        let errors = ledger.settle().err();
        let pointers: Vec<&str> = errors
            .iter()
            .flat_map(|errors| errors.iter())
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["/properties/x/pattern"]);
        ledger.enforce(&marks);
        assert!(ledger.settle().is_ok());
    }
}
