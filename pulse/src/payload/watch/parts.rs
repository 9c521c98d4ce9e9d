//! Items and members, each handed on as it goes by.

use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct};

use super::raw::{self, Text};
use super::string::on_str;
use super::{NoJson, Observer, observe_text};

/// An array or an object that is being serialized.
pub(super) struct Parts<'o, O: Observer> {
    observer: &'o O,
    parts: O::Parts,
    raw: Raw<O::Seen>,
}

/// Whether this is a JSON text in the guise of a struct, and what was seen in it.
enum Raw<S> {
    No,
    Yes,
    Seen(S),
}

impl<'o, O: Observer> Parts<'o, O> {
    pub(super) fn new(observer: &'o O) -> Self {
        Self {
            observer,
            parts: O::Parts::default(),
            raw: Raw::No,
        }
    }

    pub(super) fn raw(observer: &'o O) -> Self {
        Self {
            raw: Raw::Yes,
            ..Self::new(observer)
        }
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        let name = Text::Plain(name);
        self.observer.member(name, value, &mut self.parts);
    }
}

impl<O: Observer> SerializeSeq for Parts<'_, O> {
    type Ok = O::Seen;
    type Error = NoJson;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), NoJson> {
        self.observer.item(item, &mut self.parts);
        Ok(())
    }

    fn end(self) -> Result<O::Seen, NoJson> {
        Ok(self.observer.array(self.parts))
    }
}

impl<O: Observer> SerializeMap for Parts<'_, O> {
    type Ok = O::Seen;
    type Error = NoJson;

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        name: &K,
        value: &V,
    ) -> Result<(), NoJson> {
        on_str(name, |name| {
            self.member(name, value);
            Ok(())
        })
    }

    // Maps are written entry by entry; a name alone has no value to hand on with it.

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), NoJson> {
        Err(NoJson)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), NoJson> {
        Err(NoJson)
    }

    fn end(self) -> Result<O::Seen, NoJson> {
        Ok(self.observer.object(self.parts))
    }
}

impl<O: Observer> SerializeStruct for Parts<'_, O> {
    type Ok = O::Seen;
    type Error = NoJson;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NoJson> {
        match self.raw {
            Raw::No => self.member(name, value),
            _ if name == raw::NAME => {
                let observer = self.observer;
                let seen = |text: &str| observe_text(text, observer).ok_or(NoJson);
                self.raw = Raw::Seen(on_str(value, seen)?);
            }
            _ => return Err(NoJson),
        }
        Ok(())
    }

    fn end(self) -> Result<O::Seen, NoJson> {
        match self.raw {
            Raw::No => Ok(self.observer.object(self.parts)),
            Raw::Seen(seen) => Ok(seen),
            Raw::Yes => Err(NoJson),
        }
    }
}
